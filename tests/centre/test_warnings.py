"""Public warnings in the centre: beside places, updated, taken back, over - and there again after a restart."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from belfry.centre.warnings import GONE_MOST, WARNINGS_MOST, WarningBook, WarningDesk
from belfry.domain.facts import Entry
from belfry.domain.warning import Circle, MessageType, PublicWarning, Severity, WarningArea, WarningCategory
from belfry.domain.warning_facts import WarningHeard
from belfry.journal.memory import MemoryJournal
from belfry.ports import Stored, Unusable

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
STORM = PublicWarning(
    key="a",
    type=MessageType.ALERT,
    sent=NOW,
    categories=(WarningCategory.MET,),
    severity=Severity.SEVERE,
    expires=NOW + timedelta(hours=8),
    area=WarningArea((), (Circle(50.0, 8.0, 10.0),)),
)


def entry(warning: PublicWarning) -> Entry:
    return Entry(id=b"i" * 16, subject="warnings", at=NOW, facts=(WarningHeard(source="met", warning=warning),))


def book(*warnings: PublicWarning) -> WarningBook:
    made = WarningBook()
    for one in warnings:
        made.fold(entry(one))
    return made


def test_a_warning_stands_beside_the_places_it_touches_until_it_is_over() -> None:
    made = book(STORM)
    assert made.touching(50.01, 8.0, NOW) == [STORM]
    assert made.touching(51.0, 8.0, NOW) == []
    assert made.now(NOW + timedelta(hours=8)) == []
    endless = structs.replace(STORM, key="b", expires=None)
    assert book(endless).now(NOW + timedelta(hours=23)) == [endless]
    assert book(endless).now(NOW + timedelta(hours=24)) == []


def test_the_gravest_stand_first() -> None:
    extreme = structs.replace(STORM, key="b", severity=Severity.EXTREME)
    assert [one.key for one in book(STORM, extreme).now(NOW)] == ["b", "a"]


def test_an_update_takes_the_place_and_a_cancel_leaves_nothing_in_any_order() -> None:
    update = structs.replace(STORM, key="b", type=MessageType.UPDATE, refers_to=("a",))
    cancel = structs.replace(STORM, key="c", type=MessageType.CANCEL, refers_to=("a", "b"))
    assert book(STORM, update).now(NOW) == [update]
    assert book(update, STORM).now(NOW) == [update]
    assert book(STORM, update, cancel).now(NOW) == []
    assert book(cancel, update, STORM).now(NOW) == []


def test_a_snapshot_goes_on_where_it_was() -> None:
    update = structs.replace(STORM, key="b", type=MessageType.UPDATE, refers_to=("a",))
    made, again = book(STORM, update), WarningBook()
    again.restore(made.state())
    again.fold(entry(STORM))
    assert again.now(NOW) == [update]


def test_a_flood_of_warnings_takes_no_more_than_its_room() -> None:
    made = WarningBook()
    for n in range(WARNINGS_MOST + GONE_MOST + 10):
        made.fold(entry(structs.replace(STORM, key=str(n))))
    state = made.state()
    assert (len(state.warnings), len(state.gone)) == (WARNINGS_MOST, GONE_MOST)


@pytest.fixture
async def journal() -> AsyncIterator[MemoryJournal]:
    made = MemoryJournal()
    yield made
    await made.close()


async def test_a_warning_is_kept_once_however_often_it_comes(journal: MemoryJournal) -> None:
    desk = WarningDesk(WarningBook(), journal, clock=lambda: NOW, chance=lambda n: b"i" * n)
    first, second = desk.warn("met", STORM), desk.warn("met", STORM)
    assert (await first, await second) == (1, 1)
    assert await desk.warn("met", STORM) is None
    (stored,) = await journal.page(0, 10)
    assert isinstance(stored, Stored)
    assert stored.entry.facts == (WarningHeard(source="met", warning=STORM),)


async def test_what_could_not_be_kept_is_not_there_and_may_come_again(
    journal: MemoryJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = WarningDesk(WarningBook(), journal, clock=lambda: NOW, chance=lambda n: b"i" * n)
    with monkeypatch.context() as patched:
        patched.setattr(journal, "append", refusing)
        with pytest.raises(Unusable):
            await desk.warn("met", STORM)
    assert desk.book.now(NOW) == []
    assert await desk.warn("met", STORM) == 1


def refusing(*_: object) -> "asyncio.Future[object]":

    answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    answer.set_exception(Unusable("closed"))
    return answer
