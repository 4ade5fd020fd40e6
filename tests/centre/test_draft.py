"""A draft lies over the board: it sees its own decisions, leaves the board as it is, and copies no thousand points."""

from hypothesis import given
from hypothesis import strategies as st

from belfry.centre.board import Board
from belfry.centre.draft import COPIED_BELOW, Draft, Laid
from belfry.domain.facts import Entry, Joined, OnIncident, Point, incident_subject
from belfry.domain.incident import Incident
from belfry.domain.signal import AccountKey
from tests.domain.incidents import NOON, a_joining, a_signal, an_opening

SHOP = AccountKey("panels", None, "2002")


def joining(number: int) -> Joined:
    return a_joining(signal=a_signal(number, zone=str(number)))


def a_board(points: int) -> Board:
    """One open incident of the shop with so many points in alarm."""
    board = Board()
    facts: list[OnIncident] = [an_opening(account=SHOP), *(joining(number) for number in range(2, points + 1))]
    board.fold(1, Entry(id=bytes(16), subject=incident_subject("i1"), at=NOON, facts=tuple(facts)))
    return board


def drafted(board: Board, *, signals: int) -> Incident:
    """The incident as the next signal of its account sees it, after so many of this batch."""
    draft = Draft(board)
    for number in range(signals):
        draft.note(SHOP, [joining(5_000 + number)], NOON)
    (incident,) = draft.of_account(SHOP)
    return incident


def test_the_next_signal_of_an_account_sees_the_last_one_and_the_board_does_not() -> None:
    for points in (1, COPIED_BELOW, 500):
        board = a_board(points)
        incident = drafted(board, signals=2)
        (shown,) = board.of_account(SHOP)
        assert (incident.signals_seq, incident.open_points, len(incident.in_alarm)) == (points + 2,) * 3
        assert (shown.signals_seq, shown.open_points, len(shown.in_alarm)) == (points,) * 3


def test_an_account_that_speaks_once_in_a_batch_is_read_from_the_board_itself() -> None:
    board = a_board(500)
    (shown,) = board.of_account(SHOP)
    assert drafted(board, signals=0) is shown


def test_a_draft_shares_the_points_of_a_long_incident_whatever_they_are() -> None:
    board = a_board(500)
    (shown,) = board.of_account(SHOP)
    points = drafted(board, signals=3).in_alarm
    assert isinstance(points, Laid)
    assert points.below is shown.in_alarm
    assert len(points.own) == 3


@given(st.dictionaries(st.integers(0, 9), st.booleans()), st.lists(st.tuples(st.integers(0, 14), st.booleans())))
def test_what_is_laid_over_points_reads_as_if_they_had_been_changed(
    below: dict[int, bool], changes: list[tuple[int, bool]]
) -> None:
    kept = {Point(zone=str(zone)): still for zone, still in below.items()}
    laid, changed = Laid(kept), dict(kept)
    for zone, still in changes:
        laid[Point(zone=str(zone))] = changed[Point(zone=str(zone))] = still
    assert dict(laid) == changed
    assert (len(laid), list(laid)) == (len(changed), list(changed))
    assert all((Point(zone=str(zone)) in laid) == (Point(zone=str(zone)) in changed) for zone in range(15))
    assert kept == {Point(zone=str(zone)): still for zone, still in below.items()}
