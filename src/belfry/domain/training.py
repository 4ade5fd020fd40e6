"""Exercises: scenes of RULES 5 that an operator practises, on accounts that no panel can have.

An exercise is marked from its first signal on (`Received.training`), and reaches nobody outside: its accounts stand
under a receiver that no settings can name, so they have no contacts, no agencies and no numbers, and
`centre.silent` gives no leave for them whoever asks.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from belfry.domain.facts import Received
from belfry.domain.signal import Category, Method, SignalState

RECEIVER: Final = "training"
"""Where exercises come in; settings refuse a receiver of this name."""
TRAINING: Final = "training"
"""The flag of every incident of an exercise."""
MINUTES: Final = 30
MINUTES_MOST: Final = 120


class Step(Struct, frozen=True):
    """One signal of a scene: `case` tells apart the incidents that it makes."""

    at_s: int
    account: str
    kind: str
    category: Category
    state: SignalState = SignalState.ALARM
    zone: str = "001"
    case: str = "a"


class Scenario(Struct, frozen=True):
    name: str
    steps: tuple[Step, ...]


# No account may have a blank in its number (`web.asks.ADDRESS`), so none of these can ever be registered or said.
_SCHOOL, _SHOP, _CARE, _BANK = "EXERCISE 1", "EXERCISE 2", "EXERCISE 3", "EXERCISE 4"

SCENARIOS: Final[Mapping[str, Scenario]] = {
    one.name: one
    for one in (
        Scenario(
            "school-fire",
            (
                Step(0, _SCHOOL, "FIRE.ALARM.AUTO", Category.FIRE, zone="007"),
                Step(20, _SCHOOL, "FIRE.ALARM.CONF", Category.FIRE, zone="012"),
                Step(180, _SCHOOL, "FIRE.ALARM.CONF", Category.FIRE, SignalState.RESTORE, "007"),
                Step(200, _SCHOOL, "FIRE.ALARM.CONF", Category.FIRE, SignalState.RESTORE, "012"),
            ),
        ),
        Scenario(
            "shop",
            (
                Step(0, _SHOP, "PROP.ALARM.INTR", Category.INTRUSION, zone="001"),
                Step(15, _SHOP, "PROP.ALARM.INTR", Category.INTRUSION, zone="004"),
            ),
        ),
        Scenario(
            "care",
            (
                Step(0, _CARE, "MED.ALARM.CARE", Category.MEDICAL, zone="012", case="a"),
                Step(20, _CARE, "MED.ALARM.CARE", Category.MEDICAL, zone="031", case="b"),
            ),
        ),
        Scenario("bank", (Step(0, _BANK, "PERS.ALARM.HOLDUP", Category.PANIC, zone="001"),)),
    )
}


class Exercise(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """An exercise as it is after position `head`."""

    id: str
    scenario: str
    trainee: str
    by: str
    since: datetime
    until: datetime
    head: int
    sent: int = 0
    """Signals of its scene that were said."""
    ended_at: datetime | None = None
    ended_by: str | None = None


def is_training_site(site: str | None) -> bool:
    """Whether a site (`site_handling.site_of`) is one of an exercise; no account of the registry has such an id."""
    return site is not None and site.startswith(f"{RECEIVER}/")


def site_of_exercise(group: str | None, account: str | None) -> str:
    """The site of an incident of an exercise, by its grouping key: two who practise the same scene at once are each at
    their own."""
    exercise = (group or "||").split("|")[1]
    return f"{RECEIVER}/{exercise}/{account}"


def due(exercise: Exercise, now: datetime) -> Sequence[Step]:
    """What of its scene is to be said by now and was not."""
    scenario = SCENARIOS.get(exercise.scenario)
    rest = () if scenario is None else scenario.steps[exercise.sent :]
    return [step for step in rest if exercise.since + timedelta(seconds=step.at_s) <= now]


def is_over(exercise: Exercise, now: datetime) -> bool:
    """Its time is over, or the clock was set back to before it began."""
    return now >= exercise.until or now < exercise.since - timedelta(minutes=1)


def said(exercise: Exercise, step: Step, now: datetime) -> Received:
    """The signal that a step is."""
    return Received(
        method=Method.EQUIPMENT,
        receiver=RECEIVER,
        received_at=now,
        account=step.account,
        area="01",
        zone=step.zone,
        category=step.category,
        state=step.state,
        kind=step.kind,
        part=group_of(exercise.id, step.case),
        by=exercise.trainee,
        training=True,
    )


def group_of(exercise: str, case: str) -> str:
    """The grouping key of an incident of an exercise."""
    return f"{RECEIVER}|{exercise}|{case}"
