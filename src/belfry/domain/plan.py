"""What an incident of a kind asks for at a site: plans, made of steps with outcomes and branches, as data.

A plan belongs to a layer: the centre, a tenant, a type of account, or one account. Of those that fit an incident the
one of the nearest layer counts and the others are shown below it (`domain.plan_choice`). A plan that is chosen by area
or place only ever adds steps to that one (SCOPE, fences).

Lists of steps, of outcomes and of their order are closed: the nth outcome of a step is the nth key of the console.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from belfry.domain.contacts import CallList, ContactRole, WeekWindow
from belfry.domain.site_file import AgencyType

STEPS_MOST: Final = 40
ID_MOST: Final = 40
NAME_MOST: Final = 120
TEXT_MOST: Final = 1_000
"""Characters of what a step shows, or has read out."""
WAIT_MOST_S: Final = 86_400
END: Final = "end"
"""As a branch: nothing more is to be done."""


class StepType(StrEnum):
    """What a step has somebody do."""

    CALL_PREMISES = "call_premises"
    ASK_WORD = "ask_word"
    LOOK = "look"
    """At evidence: a picture, a plan, the panel's own history."""
    CALL_CONTACT = "call_contact"
    """Of a call list, in its order, until one accepts."""
    NOTIFY = "notify"
    """An agency is told; with `reference`, what it calls the case is written down."""
    SEND = "send"
    """A unit."""
    WAIT = "wait"
    READ = "read"
    CONFIRM = "confirm"


class Outcome(StrEnum):
    REACHED = "reached"
    """With a time of arrival where somebody accepts to come: a machine is not reached."""
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    MACHINE = "machine"
    WRONG_WORD = "wrong_word"
    REFUSED = "refused"
    DURESS = "duress"
    RIGHT = "right"
    PASSED = "passed"
    NOTHING_SEEN = "nothing_seen"
    CAUSE_SEEN = "cause_seen"
    """What set it off is seen, and it is harmless."""
    PERSON_SEEN = "person_seen"
    """Seen or heard: that somebody is there, never who."""
    BREAK_IN_SEEN = "break_in_seen"
    VIOLENCE_SEEN = "violence_seen"
    """A weapon, an assault, a cry."""
    NO_PICTURE = "no_picture"
    SENT = "sent"
    NOBODY = "nobody"
    OVER = "over"
    READ = "read"
    YES = "yes"
    NO = "no"


OUTCOMES: Final[Mapping[StepType, tuple[Outcome, ...]]] = {
    StepType.CALL_PREMISES: (
        Outcome.REACHED,
        Outcome.NO_ANSWER,
        Outcome.BUSY,
        Outcome.MACHINE,
        Outcome.WRONG_WORD,
        Outcome.REFUSED,
        Outcome.DURESS,
    ),
    StepType.CALL_CONTACT: (
        Outcome.REACHED,
        Outcome.NO_ANSWER,
        Outcome.BUSY,
        Outcome.MACHINE,
        Outcome.WRONG_WORD,
        Outcome.REFUSED,
        Outcome.DURESS,
    ),
    StepType.ASK_WORD: (Outcome.RIGHT, Outcome.NO_ANSWER, Outcome.WRONG_WORD, Outcome.REFUSED, Outcome.DURESS),
    StepType.LOOK: (
        Outcome.NOTHING_SEEN,
        Outcome.CAUSE_SEEN,
        Outcome.PERSON_SEEN,
        Outcome.BREAK_IN_SEEN,
        Outcome.VIOLENCE_SEEN,
        Outcome.NO_PICTURE,
    ),
    StepType.NOTIFY: (Outcome.PASSED, Outcome.NO_ANSWER, Outcome.BUSY, Outcome.REFUSED),
    StepType.SEND: (Outcome.SENT, Outcome.NO_ANSWER, Outcome.REFUSED, Outcome.NOBODY),
    StepType.WAIT: (Outcome.OVER,),
    StepType.READ: (Outcome.READ,),
    StepType.CONFIRM: (Outcome.YES, Outcome.NO),
}
"""What may come of a step, in the order of its keys."""


class Step(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One thing to do. `then` leads from an outcome to the id of a step, or to `end`; an outcome that is not in it
    leads to the next step of the list. In the journal a step stands without its texts."""

    id: str
    do: StepType
    text: str = ""
    """What is to be done, known, or read out."""
    demanded: bool = False
    """Must be done, or skipped with a reason that goes to the supervisor, before it may be closed."""
    contacts: CallList | None = None
    """Of `call_contact`: which list; None: the one of the kind's group."""
    roles: tuple[ContactRole, ...] = ()
    """Of `call_contact`: only those of these roles; empty: all."""
    arrival: bool = False
    """Of `call_contact` and `send`: done when somebody accepts with a time of arrival, not when one is reached. Of
    `notify`: who is told is asked when somebody will be there."""
    agency: AgencyType | None = None
    """Of `notify`."""
    reference: bool = False
    """Of `notify`: what the agency calls the case has to be written down."""
    unit: str = ""
    """Of `send`: the type of unit."""
    wait_s: int | None = None
    on: str | None = None
    """Of `wait`: `signal`, `restore`, or `arrival` of who accepted to come; whatever comes first."""
    then: Mapping[Outcome, str] = {}


class Level(StrEnum):
    """Whose a plan is, from the furthest to the nearest."""

    CENTRE = "centre"
    TENANT = "tenant"
    TYPE = "type"
    ACCOUNT = "account"


class When(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What an incident must be like; empty: any."""

    kinds: tuple[str, ...] = ()
    """Codes, or beginnings of codes up to a dot: `FIRE`, `FIRE.ALARM`; `=PROP.ALARM.INTR` is that kind alone."""
    hours: tuple[WeekWindow, ...] = ()
    """By the site's own clock."""
    areas: tuple[str, ...] = ()
    """Numbers of the panel's areas. Such a plan only adds."""
    polygon: tuple[tuple[float, float], ...] = ()
    """Sites inside of it, WGS 84 latitude and longitude in turn. Such a plan only adds."""
    fire_order: tuple[str, ...] = ()
    """Of a fire alarm, when it is passed to the brigade (`domain.fire_order`): `pass_at_once`, `verify_90s`,
    `verify_required`."""


class Plan(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """`of` names the tenant, the account type or the account id of its level. `version` grows with every change."""

    id: str
    name: str
    level: Level = Level.CENTRE
    of: str = ""
    when: When = When()
    steps: tuple[Step, ...] = ()
    version: int = 1

    @property
    def adds(self) -> bool:
        """Whether it is chosen by area or place, and so may add steps and never remove one."""
        return bool(self.when.areas or self.when.polygon)


class PlanRef(Struct, frozen=True, gc=False, omit_defaults=True):
    """Which plan, as it was."""

    id: str
    version: int
    level: Level


class Chosen(Struct, frozen=True, kw_only=True):
    """The steps that an incident asks for, and where they are from: the plan that counts first, then those that add.
    `below` fit too, and are overruled by a nearer one. A step's id is `PLAN:STEP` where a plan adds it."""

    steps: tuple[Step, ...] = ()
    refs: tuple[PlanRef, ...] = ()
    below: tuple[PlanRef, ...] = ()
