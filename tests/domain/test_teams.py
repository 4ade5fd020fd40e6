"""Groups of operators: large enough that a figure of one is nobody's, and written down with the take."""

import pytest

from belfry.domain.facts import Noted, Taken
from belfry.domain.folding import fold
from belfry.domain.teams import Team, Teams, check
from tests.domain.incidents import after, an_incident

NORTH = Team("north", ("anna", "boris", "chloe", "dora", "emil"))


@pytest.mark.parametrize(
    ("teams", "message"),
    [
        ((NORTH, NORTH), "north is used twice"),
        ((Team("few", ("anna", "boris", "chloe", "dora")),), "4 members: wants at least 5"),
        ((Team("few", ("anna", "Anna", "ANNA", "boris", "dora")),), "3 members: wants at least 5"),
        ((NORTH, Team("south", ("f", "g", "h", "i", "Emil"))), "emil is in north too; nobody is in two"),
    ],
)
def test_a_group_that_could_tell_of_a_person_is_refused(teams: tuple[Team, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check(teams)


def test_a_take_says_the_group_of_whoever_took_it_and_nothing_else_does() -> None:
    teams = Teams([NORTH])
    take, note = Taken(incident="i1", by="Anna", seen_upto=1), Noted(incident="i1", by="anna")
    assert teams.mark(take) == Taken(incident="i1", by="Anna", seen_upto=1, team="north")
    assert teams.mark(Taken(incident="i1", by="zoe", seen_upto=1)).team is None  # type: ignore[union-attr]  # a take
    assert teams.mark(note) is note


def test_it_belongs_to_the_group_of_whoever_took_it_first() -> None:
    incident = an_incident(Taken(incident="i1", by="anna", seen_upto=1, team="north"))
    fold(incident, [Taken(incident="i1", by="zoe", seen_upto=1, team="south", over="anna")], 5, after(60))
    assert incident.first_team == "north"
