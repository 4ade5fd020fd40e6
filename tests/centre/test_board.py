"""Incidents that are over are kept encoded; nobody who asks for one can tell."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta

import msgspec
import pytest

from belfry.centre.board import Board, BoardState
from belfry.domain.facts import Closed, Entry, Noted, Reopened, incident_subject
from belfry.domain.incident import Incident, State
from belfry.domain.site import Account
from bench.fill import appends

CLOSED = 12
WAITING = 3


@pytest.fixture
def told() -> list[tuple[int, Entry]]:
    """Closed incidents and some that wait, as the centre writes them."""
    return list(_told())


def _told() -> Iterator[tuple[int, Entry]]:
    accounts = [Account(id=f"a{n}", receiver="panels", account=str(1_000 + n)) for n in range(4)]
    position = 0
    for some in appends(0, accounts, CLOSED * 10, WAITING):
        for entry in some:
            position += 1
            yield position, entry


def folded(told: list[tuple[int, Entry]]) -> Board:
    board = Board()
    for position, entry in told:
        board.fold(position, entry)
        board.position = position
    return board


def say(board: Board, position: int, fact: Closed | Noted | Reopened, at: Incident) -> Incident | None:
    assert at.closed_at is not None
    entry = Entry(id=bytes(16), subject=incident_subject(at.id), at=at.closed_at + timedelta(minutes=1), facts=(fact,))
    return board.fold(position, entry)


def test_a_closed_incident_is_what_a_listener_was_told(told: list[tuple[int, Entry]]) -> None:
    board = Board()
    last: dict[str, Incident] = {}
    board.listen(lambda incident, _: last.update({incident.id: deepcopy(incident)}))
    for position, entry in told:
        board.fold(position, entry)
    assert {one.id: one for one in (*board.queue(), *board.closed())} == last
    assert len(list(board.closed())) == CLOSED
    assert all(board.get(key) == one for key, one in last.items())
    closed_at = [one.closed_at for one in board.closed()]
    assert closed_at == sorted(closed_at, key=str, reverse=True), "newest first"


def test_what_is_said_of_a_closed_incident_is_folded_into_it(told: list[tuple[int, Entry]]) -> None:
    board = folded(told)
    over = next(board.closed())
    after = told[-1][0] + 1
    changed = say(board, after, Noted(incident=over.id, by="anna"), over)
    assert changed is not None
    assert (changed.state, changed.head) == (State.CLOSED, after)
    assert board.get(over.id) == changed
    assert [one.id for one in board.closed(after - 1)] == [over.id]
    assert say(board, after, Noted(incident=over.id, by="anna"), over) is None, "hearing it again changes nothing"


def test_a_reopened_incident_is_open_and_over_again_once_it_is_closed(told: list[tuple[int, Entry]]) -> None:
    board = folded(told)
    over = next(board.closed())
    after = told[-1][0] + 1
    say(board, after, Reopened(incident=over.id, by="anna"), over)
    assert over.id in [one.id for one in board.queue()]
    assert over.id not in [one.id for one in board.closed()]
    assert over.account is not None
    assert over.id in [one.id for one in board.of_account(over.account)]
    say(board, after + 1, Closed(incident=over.id, by="anna", disposition="false_alarm"), over)
    assert [one.id for one in board.closed()].count(over.id) == 1
    assert len(board) == WAITING


def test_a_snapshot_gives_the_same_board(told: list[tuple[int, Entry]]) -> None:
    board = folded(told)
    stored = msgspec.msgpack.encode(board.state())
    again = Board()
    again.restore(msgspec.msgpack.decode(stored, type=BoardState))
    assert list(again.queue()) == list(board.queue())
    assert list(again.closed()) == list(board.closed())
    for one in board.closed():
        assert one.group is not None
        assert again.last_of_group(one.group) == board.last_of_group(one.group)


def test_a_snapshot_of_before_holds_closed_incidents_as_they_were(told: list[tuple[int, Entry]]) -> None:
    board = folded(told)
    before = BoardState(board.position, board.next_number, [*board.queue(), *board.closed()])
    again = Board()
    again.restore(before)
    assert list(again.closed()) == list(board.closed())


def test_what_was_closed_longer_ago_than_it_may_be_reopened_is_let_go_of(told: list[tuple[int, Entry]]) -> None:
    board = folded(told)
    newest = next(board.closed())
    assert newest.closed_at is not None
    board.forget(newest.closed_at + timedelta(hours=24))
    assert [one.id for one in board.closed()] == [newest.id]
    board.forget(newest.closed_at + timedelta(hours=24, seconds=1))
    assert list(board.closed()) == []
    assert newest.group is not None
    assert board.get(newest.id) is None
    assert board.last_of_group(newest.group) is None or board.last_of_group(newest.group) in list(board.queue())
