"""The checker finds what is planted, and names it: account, sequence, position. What is whole passes it."""

import asyncio
import shutil
import sqlite3
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import pytest

from belfry.domain.facts import Entry, Logged, Received
from belfry.journal.sqlite import SqliteJournal
from belfry.ports import Stored
from faults.centres import start
from faults.checker import Finding, check, held, read_journal
from faults.house import HOST, House, furnish
from faults.panels import Crowd, Shape
from faults.record import Name, Record, Told, read

SHAPE: Final = Shape(plain=1, gateways=1, accounts_of_a_gateway=4, same_bytes=1, made_anew=0, udp=1)
ENOUGH: Final = 150
LIES: Final = 8
LYING: Final = Path(__file__).with_name("lying.py")


async def spoken(house: House) -> None:
    """Panels speak to a real centre until enough is acknowledged; it is stopped, and starts once more."""
    with Record(house.record) as record:
        crowd = Crowd(record, HOST, house.port, SHAPE, pause_s=0.0)
        centre = await start(house.config, house.log)
        await centre.ready()
        crowd.begin()
        await crowd.until_acknowledged(ENOUGH)
        await crowd.finish(30)
        await centre.stop()
        centre = await start(house.config, house.log)
        await centre.ready()
        await centre.stop()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> House:
    house = furnish(tmp_path_factory.mktemp("whole") / "house", SHAPE)
    asyncio.run(spoken(house))
    return house


@pytest.fixture
def house(whole: House, tmp_path: Path) -> House:
    """A copy to plant something in."""
    shutil.copytree(whole.data, tmp_path / "data")
    shutil.copy(whole.record, tmp_path)
    return House(tmp_path, whole.port)


async def found(house: House, *, settled: bool = True) -> Sequence[Finding]:
    return check(read(house.record), await read_journal(house.data, house.scratch), settled=settled)


async def an_acknowledged_one(house: House) -> tuple[Name, Told, int, Received]:
    """Some signal in the middle, with its position."""
    told = read(house.record)
    received = (await read_journal(house.data, house.scratch)).received
    position = sorted(received)[len(received) // 2]
    fact = received[position]
    name = Name(fact.account or "", fact.code or "", fact.zone or "")
    return name, told[name], position, fact


async def plant(house: House, make: Callable[[Stored], Entry], position: int) -> int:
    """Append an entry that is made of the one at `position`; returns where it stands."""
    journal = await SqliteJournal.open(house.data)
    (stored,) = await journal.page(position - 1, 1)
    assert isinstance(stored, Stored)
    (at,) = await journal.append([make(stored)])
    await journal.close()
    return at


async def test_a_whole_journal_passes(house: House) -> None:
    told = read(house.record)
    assert len(told) >= ENOUGH
    assert all(one.acknowledged is not None for one in told.values())
    assert await found(house) == []


async def test_an_acknowledged_signal_that_was_deleted_is_found(house: House) -> None:
    name, told, position, _ = await an_acknowledged_one(house)
    with sqlite3.connect(house.data / "journal.sqlite3") as database:
        database.execute("delete from entry where position = ?", (position,))
    database.close()
    words = [str(one) for one in await found(house)]
    assert f"lost: {name}, sequence {told.sequence}: acknowledged, and at no position of the journal" in words
    assert f"gap: position {position} is missing, the journal goes on with {position + 1}" in words
    assert any(one.startswith("from nowhere: ") and f"for position {position} " in one for one in words)
    assert len(words) == 3


async def test_a_signal_that_is_there_twice_is_found(house: House) -> None:
    name, told, position, _ = await an_acknowledged_one(house)
    at = await plant(
        house,
        lambda one: Entry(id=bytes(16), subject=one.entry.subject, at=one.entry.at, facts=one.entry.facts),
        position,
    )
    words = [str(one) for one in await found(house)]
    assert f"doubled: {name}, sequence {told.sequence}: stored at positions {position} and {at}" in words
    assert f"undecided: {name}, sequence {told.sequence}, at position {at}: nothing says what became of it" in words
    assert len(words) == 2


async def test_a_signal_that_was_decided_twice_is_found(house: House) -> None:
    name, told, position, _ = await an_acknowledged_one(house)
    decisions = (await read_journal(house.data, house.scratch)).decided[position]
    logged = Logged(signal=position)
    at = await plant(
        house, lambda one: Entry(id=bytes(16), subject="triage", at=one.entry.at, facts=(logged,)), position
    )
    (finding,) = await found(house)
    assert finding.what == "decided twice"
    assert finding.words.startswith(f"{name}, sequence {told.sequence}, at position {position}: ")
    assert f"at position {decisions[0][0]}, logged at position {at}" in finding.words


async def test_a_signal_that_nobody_sent_is_found(house: House) -> None:
    name, _, position, _ = await an_acknowledged_one(house)
    journal = await read_journal(house.data, house.scratch)
    without = {one: known for one, known in read(house.record).items() if one != name}
    assert [str(one) for one in check(without, journal, settled=True)] == [
        f"from nowhere: {name}: stored at position {position}, and no panel sent it"
    ]


async def test_what_is_undecided_counts_only_once_a_restart_has_caught_up(house: House) -> None:
    journal = await read_journal(house.data, house.scratch)
    last = max(journal.received)
    journal.decided.pop(last)
    told = read(house.record)
    assert check(told, journal, settled=False) == []
    assert [one.what for one in check(told, journal, settled=True)] == ["undecided"]


def test_an_empty_journal_has_lost_all_that_was_acknowledged() -> None:
    told = {Name("7000", "BA", "1"): Told(1, [1.0], [b""], 2.0), Name("7000", "BR", "1"): Told(2, [3.0], [b""], None)}
    assert [str(one) for one in check(told, held([]), settled=True)] == [
        "lost: account 7000, BA zone 1, sequence 1: acknowledged, and at no position of the journal"
    ]


async def test_a_receiver_that_answers_before_it_keeps_is_found(tmp_path: Path) -> None:
    """The lie is an acknowledgement before the commit; only a kill brings it to light, and not every kill: on a slow
    machine the commit may be quicker than whoever kills."""
    for attempt in range(LIES):
        if await _found_out(tmp_path, attempt):
            return
    pytest.fail(f"{LIES} kills, and no lie came to light")


async def _found_out(folder: Path, attempt: int) -> bool:
    data, record_file = folder / f"data-{attempt}", folder / f"record-{attempt}.jsonl"
    process = await asyncio.create_subprocess_exec(sys.executable, LYING, data, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        port = int(await process.stdout.readline())
        with Record(record_file) as record:
            crowd = Crowd(record, HOST, port, Shape(1, 1, 4, 0, 0, 0, 0), pause_s=0.0)
            crowd.begin()
            await crowd.until_acknowledged(ENOUGH)
            process.kill()
            await process.wait()
            await crowd.end()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    told = read(record_file)
    findings = check(told, await read_journal(data, folder / f"copy-{attempt}"), settled=False)
    assert {one.what for one in findings} <= {"lost"}
    assert all(one.words.startswith("account 70") and "sequence" in one.words for one in findings)
    return bool(findings)
