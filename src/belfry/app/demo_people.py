"""The people of the demo's town: who calls, who reports, who had the shift before, and who practises.

They speak through the same doors as the console's forms, so what they say is kept, sealed and shown like anybody's.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from belfry.app.centre import Centre
from belfry.domain.handover_facts import HandoverWritten
from belfry.domain.incident import State
from belfry.domain.signal import Arrival, Caller, Method, Position, Signal
from belfry.simulator.town import MIDDLE, Site

ON_DUTY: Final = "dana"
"""The fourth operator: who reports from outside, and who practises."""
LIFT_S: Final = 24.0
COLLISION_S: Final = 37.0
DOOR_S: Final = 51.0
NEIGHBOUR_CALLS_S: Final = 70.0
"""Right after the second detector of the school: two rows of one fire, which an operator merges."""
SHEET_S: Final = 90.0
"""Not at once: whoever comes first sees the queue, and who comes later is led to the sheet."""
EXERCISE_S: Final = 100.0
EXERCISE: Final = "shop"
EXERCISE_MINUTES: Final = 30

BEFORE: Final = "erin"
"""Who had the shift before. Nobody signs what he wrote himself, so it is no operator of the demo."""
SHIFT: Final = timedelta(hours=8)
WORDS: Final = (
    "Quiet night. Bakery Thorne: the shutter sticks, so they arm late. Linden School: evening classes, the caretaker "
    "is on the number at the top. The gale is forecast for noon: mains may fail in whole streets."
)


async def people(centre: Centre, sites: Sequence[Site]) -> None:
    """Let them live until all of them have spoken."""
    async with asyncio.TaskGroup() as living:
        living.create_task(_lift(centre))
        living.create_task(_collision(centre))
        living.create_task(_door(centre))
        living.create_task(_neighbour(centre, sites))
        living.create_task(_shift_before(centre))
        living.create_task(_exercise(centre))


async def _lift(centre: Centre) -> None:
    """A lift's call button: a voice, no panel code."""
    await asyncio.sleep(LIFT_S)
    await _say(
        centre, Method.CALL, "RES.LIFT.ALARM", "Voice from the lift: stuck between 2 and 3, one person, calm.",
        place="Seaview Hotel, 1 Esplanade, lift B",
    )  # fmt: skip


async def _collision(centre: Centre) -> None:
    await asyncio.sleep(COLLISION_S)
    await _say(
        centre,
        Method.CALL,
        "TRF.COLLISION",
        "Two cars, one on its side, petrol on the road. Nobody trapped as far as I can see.",
        place="Ring Road, at the Hill Road junction",
        caller=Caller(name="Passing driver", number="01632 960 118"),
    )


async def _door(centre: Centre) -> None:
    await asyncio.sleep(DOOR_S)
    note = "Side door found open on the round, nobody inside."
    await _say(centre, Method.DUTY, "PROP.UNSECURED", note, place="30 Quay Street, yard")


async def _neighbour(centre: Centre, sites: Sequence[Site]) -> None:
    """Sees the smoke of the fire that the school's panel reports: a row of its own, for a person to merge."""
    await asyncio.sleep(NEIGHBOUR_CALLS_S)
    number = next(site.account for site in sites if site.role == "school")
    school = next(account for account in centre.book.all() if account.account == number)
    await _say(
        centre,
        Method.CALL,
        "FIRE.SMOKE",
        "Smoke from a window on the first floor, children are coming out to the yard.",
        place="Linden School, seen from across the street",
        caller=Caller(name="Neighbour opposite", number="01632 960 121"),
        site=school.id,
    )


async def _shift_before(centre: Centre) -> None:
    """Leaves a sheet that waits to be signed, with what is open then."""
    await asyncio.sleep(SHEET_S)
    rows = [one for one in centre.board.queue() if one.trainee is None]
    tests = list(centre.tests.on_test.running())
    counts = {
        "open": len(rows),
        "held": sum(one.state is State.HELD for one in rows),
        "untouched": sum(one.first_taken_at is None for one in rows),
        "on_test": len(tests),
        "opened": len(rows),
        **{f"p{priority}": sum(one.priority == priority for one in rows) for priority in range(1, 6)},
    }
    sheet = HandoverWritten(
        handover="",
        by=BEFORE,
        since=_now() - SHIFT,
        incidents=tuple(one.id for one in rows),
        tests=tuple(one.id for one in tests),
        counts=tuple(counts.items()),
    )
    await centre.handover.write(sheet, WORDS, after=None)


async def _exercise(centre: Centre) -> None:
    """Somebody practises: marked, behind every real row, and nobody else's."""
    await asyncio.sleep(EXERCISE_S)
    await centre.training.begin(EXERCISE, ON_DUTY, EXERCISE_MINUTES, by=ON_DUTY)


async def _say(
    centre: Centre,
    method: Method,
    kind: str,
    note: str,
    *,
    place: str,
    caller: Caller | None = None,
    site: str | None = None,
) -> None:
    signal = Signal(
        method=method,
        receiver="api",
        received_at=_now(),
        kind=kind,
        path="api",
        authenticated=True,
        by=ON_DUTY,
        text=note,
        place_text=place,
        position=None if site is not None else Position(*MIDDLE),
        caller=caller,
        site=site,
    )
    await centre.intake.deliver(Arrival(signals=(signal,)))


def _now() -> datetime:
    return datetime.now(UTC)
