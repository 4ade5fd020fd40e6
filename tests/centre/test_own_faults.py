"""The centre's own faults: said once, through the door of all signals, and late rather than never."""

from asyncio import Future, get_running_loop
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from belfry.centre.own_faults import OwnFaults
from belfry.domain.signal import Arrival, Receipt
from belfry.ports import Full

NOW = datetime(2026, 3, 14, 2, 14, tzinfo=UTC)
LATER = NOW + timedelta(minutes=3)


class Door:
    """Takes what is delivered, or has no room."""

    def __init__(self) -> None:
        self.full = False
        self.taken: list[Arrival] = []

    def __call__(self, arrival: Arrival) -> "Future[Receipt]":
        answer: Future[Receipt] = get_running_loop().create_future()
        if self.full:
            answer.set_exception(Full("no room"))
        else:
            self.taken.append(arrival)
            answer.set_result(Receipt(len(self.taken)))
        return answer

    def said(self) -> list[list[tuple[str | None, str | None]]]:
        return [[(one.part, one.state) for one in arrival.signals] for arrival in self.taken]


def opened() -> tuple[Door, OwnFaults]:
    door = Door()
    return door, OwnFaults(door)


async def test_a_fault_is_said_once_and_its_end_once() -> None:
    door, faults = opened()
    for turn in range(3):
        faults.begin("room", NOW + timedelta(seconds=turn), count=900)
        await faults.step(NOW)
    faults.end("room", LATER)
    faults.end("room", LATER)
    await faults.step(LATER)
    assert door.said() == [[("room", "supervisory")], [("room", "supervisory_restore")]]
    assert [one.signals[0].occurred_at for one in door.taken] == [NOW, LATER]
    assert door.taken[0].signals[0].count == 900


async def test_storage_is_said_when_it_is_over_from_when_until_when_and_how_much_was_lost() -> None:
    door, faults = opened()
    faults.begin("storage", NOW)
    await faults.step(NOW)
    assert (door.said(), faults.unsaid()) == ([], [("storage", NOW)])
    faults.end("storage", LATER, count=12)
    assert faults.unsaid() == [("storage", NOW)]
    await faults.step(LATER)
    assert (door.said(), faults.unsaid()) == ([[("storage", "trouble"), ("storage", "trouble_restore")]], [])
    began, ended = door.taken[0].signals
    assert (began.occurred_at, began.count, ended.occurred_at) == (NOW, 12, LATER)


async def test_what_the_journal_does_not_take_is_said_again() -> None:
    door, faults = opened()
    faults.happened("away", NOW, LATER)
    door.full = True
    await faults.step(LATER)
    assert faults.unsaid() == [("away", NOW)]
    door.full = False
    await faults.step(LATER)
    await faults.step(LATER)
    assert door.said() == [[("away", "trouble"), ("away", "trouble_restore")]]


async def test_a_warning_that_could_not_be_given_in_time_is_not_given() -> None:
    door, faults = opened()
    faults.begin("storage", NOW)
    faults.begin("room", NOW)
    await faults.step(NOW)
    assert faults.unsaid() == [("storage", NOW)]  # who knows that nothing can be kept needs no warning
    faults.end("room", LATER)
    faults.end("storage", LATER)
    await faults.step(LATER)
    assert door.said() == [[("storage", "trouble"), ("storage", "trouble_restore")]]


async def test_each_time_is_named_so_that_a_repeat_raises_nothing() -> None:
    names: list[Callable[[OwnFaults], None]] = [
        lambda faults: faults.happened("clock", NOW, NOW, count=7),
        lambda faults: faults.happened("clock", LATER, LATER, count=7),
        lambda faults: faults.happened("away", NOW, NOW),
    ]
    door, faults = opened()
    for happens in names:
        happens(faults)
    await faults.step(LATER)
    assert len({arrival.identity for arrival in door.taken}) == 3
