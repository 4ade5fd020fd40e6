"""What the bench writes as a long past is one that a centre folds: every incident told to its end, the others open."""

import asyncio
from pathlib import Path

import pytest

from belfry.centre.board import Board
from belfry.domain.facts import Joined, Opened, Received
from belfry.journal.sqlite import SqliteJournal
from belfry.ports import Stored
from bench.fill import ENTRIES_OF_ONE, fill
from bench.subjects import furnish

CLOSED, WAITING, ACCOUNTS = 60, 7, 3


@pytest.fixture
async def entries(tmp_path: Path) -> list[Stored]:
    furnish(tmp_path, accounts=ACCOUNTS)
    past = {"entries": CLOSED * ENTRIES_OF_ONE, "waiting": WAITING}
    await asyncio.to_thread(fill, tmp_path, say=lambda _: None, **past)  # it runs a loop of its own
    journal = await SqliteJournal.open(tmp_path / "data")
    found = [one for one in await journal.page(0, 10_000) if isinstance(one, Stored)]
    await journal.close()
    return found


async def test_a_filled_past_folds_to_closed_incidents_and_open_ones(entries: list[Stored]) -> None:
    board = Board()
    for stored in entries:
        board.fold(stored.position, stored.entry)
    assert len(entries) == CLOSED * ENTRIES_OF_ONE + WAITING * 2
    assert len(board) == WAITING
    closed = list(board.closed())
    assert len(closed) == CLOSED
    assert all(incident.restored and incident.signals_seq == 4 for incident in closed)
    assert board.next_number == CLOSED + WAITING + 1


async def test_every_signal_of_it_is_settled_and_told_from_every_other(entries: list[Stored]) -> None:
    signals = {one.position: fact for one in entries for fact in one.entry.facts if isinstance(fact, Received)}
    decisions = [fact for one in entries for fact in one.entry.facts if isinstance(fact, (Opened, Joined))]
    assert [fact.signal.position for fact in decisions] == list(signals)
    assert len({signal.tag for signal in signals.values()}) == len(signals)
    assert len({signal.account_id for signal in signals.values()}) == ACCOUNTS
