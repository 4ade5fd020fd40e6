"""Groups of operators that reports are made by: a room, a desk of fire alarms, an employer - never a person.

None has fewer than MEMBERS_LEAST members and nobody is in two, so that no figure, nor the difference of two, is one of
a person; and what fewer than INCIDENTS_LEAST incidents say is said of no group. Which group an incident belongs to is
written down with each take: who is in which group later changes no report.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct, structs

from belfry.domain.facts import OnIncident, Taken

MEMBERS_LEAST: Final = 5
INCIDENTS_LEAST: Final = 10
NO_TEAM: Final = "-"
"""Key of what no group had, and of groups with too few incidents."""


class Team(Struct, frozen=True):
    name: str
    members: tuple[str, ...]
    """Names of staff accounts, whatever their case."""


def check(teams: Sequence[Team]) -> None:
    """Judge groups beside each other. Raises ValueError."""
    names = [one.name for one in teams]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"operator_group.name: {', '.join(twice)} is used twice")
    known: dict[str, str] = {}
    for team in teams:
        members = {name.casefold() for name in team.members}
        if len(members) < MEMBERS_LEAST:
            few = f"operator_group {team.name}: {len(members)} members"
            raise ValueError(f"{few}: wants at least {MEMBERS_LEAST}, since figures of fewer are of persons")
        for name in sorted(members):
            if name in known:
                raise ValueError(f"operator_group {team.name}: {name} is in {known[name]} too; nobody is in two")
            known[name] = team.name


class Teams:
    """Who is in which group."""

    def __init__(self, teams: Iterable[Team] = ()) -> None:
        self._of = {name.casefold(): team.name for team in teams for name in team.members}

    def of(self, name: str | None) -> str | None:
        return None if name is None else self._of.get(name.casefold())

    def mark(self, fact: OnIncident) -> OnIncident:
        """The same fact; a take with the group of whoever took it."""
        if not isinstance(fact, Taken) or (team := self.of(fact.by)) is None:
            return fact
        return structs.replace(fact, team=team)


NO_TEAMS: Final = Teams()
