"""The acts of people, as commands, and how an act is refused.

A command names the `version` at which its person saw the incident; only a note needs none. Texts are as typed: whoever
writes them down seals them.

    Refusal
    ├── Conflict      somebody was quicker, or the incident is not in a state for it: look again
    │   ├── Unseen    it may not be closed over signals that nobody has seen
    │   └── Owed      it may not be closed before what its plan demands is done, or skipped with a reason
    ├── NotAllowed    the role may not, whatever the incident
    └── Invalid       a field is outside its limit
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from belfry.domain.closing import JUDGED, Cause
from belfry.domain.plan import Outcome, Step, StepType
from belfry.domain.site_file import AgencyType

NOTE_MOST: Final = 2_000
"""Characters of a note."""
REASON_MOST: Final = 500
"""Characters of a reason."""
COMMENT_MOST: Final = 1_000
"""Characters of what is said of an incident at its end."""
REFERENCE_MOST: Final = 120
"""Characters of what an agency calls a case."""
ON_SIGNAL: Final = "signal"
ON_RESTORE: Final = "restore"
HOLDS_ON: Final = (ON_SIGNAL, ON_RESTORE)


class Staff(Struct, frozen=True):
    """Who acts: the name of a staff account, and its role (DESIGN 5)."""

    name: str
    role: str


# -- commands ---------------------------------------------------------------------------------------------------------


class Take(Struct, frozen=True):
    version: int
    left_waiting: bool = False
    """Who handles the site left a priority 1 waiting for too long; only `take next` says so."""


class TakeOver(Struct, frozen=True):
    reason: str
    version: int


class Release(Struct, frozen=True):
    version: int
    reason: str | None = None


class Hold(Struct, frozen=True):
    """Until a time, until the next signal (`on="signal"`) or the restore of its points (`on="restore"`), then at most
    as long as the priority allows, or both. With `step`, the present wait of its plan, until what that waits for."""

    version: int
    until: datetime | None = None
    on: str | None = None
    reason: str | None = None
    step: str | None = None


class Park(Struct, frozen=True):
    """Put aside for a priority 1; only `take next` does so."""

    version: int


class Note(Struct, frozen=True):
    text: str


class Reclassify(Struct, frozen=True):
    kind: str
    reason: str
    version: int


class Close(Struct, frozen=True):
    """`disposition` may be left out for what a user of the site cancelled. `seen_upto` is the last signal seen."""

    seen_upto: int
    version: int
    disposition: str | None = None
    cause: str | None = None
    reason: str | None = None
    follow_up: datetime | None = None
    """Until when a restore that is missing is waited for, at most a day; left out: a day."""
    comment: str | None = None
    """What it was, in words; needed where the cause says nothing by itself."""


class Assign(Struct, frozen=True):
    """Say whose account an incident of an unknown number is."""

    account_id: str
    version: int
    reason: str | None = None
    fire_order: str | None = None
    """Of a fire alarm: when it is passed to the brigade, at that site."""
    site: str | None = None
    """What it is handled together with there, where that is more than the account."""


class Reopen(Struct, frozen=True):
    reason: str
    version: int


class SayWord(Struct, frozen=True):
    """A pass-word was compared: whether it is one of the site's, and whose."""

    right: bool
    contact: str | None = None
    cancels: bool = False
    """It is the word of a contact who may cancel."""


class ShowAccess(Struct, frozen=True):
    """Show the access code of a site to who has taken an incident there."""

    account_id: str


class DoStep(Struct, frozen=True, kw_only=True):
    """Something was done: a step of the plan, or (`step` None) what no plan asked for; then `do` is needed."""

    version: int
    outcome: Outcome
    step: str | None = None
    do: StepType | None = None
    contact: str | None = None
    agency: str | None = None
    number: int | None = None
    """Which of his numbers, from 0."""
    arrives_at: datetime | None = None
    """When whoever accepted will be there."""
    reference: str | None = None
    """What the agency calls the case."""
    text: str | None = None
    listed: tuple[str, ...] | None = None
    """Of a call to a contact: the ids of all who can be called for it now; None: not known. Nobody sends it, nor what
    stands below: whoever builds the command reads the site."""
    tells: AgencyType | None = None
    """Of `notify`: what the agency is that is told."""
    two_calls: bool = False
    """The site wants two calls before the police (`calling.unverified`)."""
    override: str | None = None
    """Why they are told without those; this one is sent."""
    authorised: bool = False
    """Of a right word: the contact may cancel."""
    score: int | None = None
    """The validation score as it stands, and the version of its rules."""
    score_rules: int | None = None


class SkipStep(Struct, frozen=True):
    """A step is left out. The reason goes to the supervisor."""

    version: int
    step: str
    reason: str


class TakeBack(Struct, frozen=True):
    """One's own answer of a moment ago was a slip of the hand."""

    version: int
    step: str


class SayArrived(Struct, frozen=True):
    """Who had accepted to come is there, or (`given_up`, with a reason) does not come any more."""

    version: int
    contact: str | None = None
    """None: a unit."""
    given_up: bool = False
    reason: str | None = None


class Merge(Struct, frozen=True):
    """Handle an incident as one case with the one `into`, and there."""

    into: str
    version: int
    reason: str | None = None
    """Needed of a supervisor who merges what an operator may not."""


class Unmerge(Struct, frozen=True):
    """It is no one case: give it back, taken by whoever says so."""

    version: int
    reason: str | None = None


class SetScore(Struct, frozen=True):
    """Judge the validation score otherwise than the table, or (`level` None) let it say again what it says."""

    version: int
    level: int | None
    reason: str
    table: int | None = None
    """What the table says; None: the incident stands outside the levels. Nobody sends it."""


StepCommand = DoStep | SkipStep | TakeBack | SayArrived | SetScore
Command = (
    Take
    | TakeOver
    | Release
    | Hold
    | Park
    | Note
    | Reclassify
    | Close
    | Reopen
    | Assign
    | SayWord
    | ShowAccess
    | StepCommand
    | Merge
    | Unmerge
)


# -- refusals ---------------------------------------------------------------------------------------------------------


class Refusal(Exception):
    """An act that is not done; the text is a title for the person who tried."""

    @property
    def title(self) -> str:
        return str(self)


class Conflict(Refusal): ...


class Unseen(Conflict):
    def __init__(self, signals: int) -> None:
        super().__init__(f"{signals} {'signal' if signals == 1 else 'signals'} unseen")
        self.signals = signals


class Owed(Conflict):
    """`steps` of its plan are neither done nor skipped."""

    def __init__(self, steps: Sequence[Step]) -> None:
        super().__init__(f"{len(steps)} {'step' if len(steps) == 1 else 'steps'} of the plan owed")
        self.steps = tuple(steps)


class NotAllowed(Refusal):
    def __init__(self, role: str) -> None:
        super().__init__(f"The role {role} handles no incidents")
        self.role = role


class Invalid(Refusal):
    """`field` of the command, the `value` it had, and the `limit` it broke, in words."""

    def __init__(self, field: str, value: object, limit: str) -> None:
        super().__init__(f"{field}: {limit}")
        self.field, self.value, self.limit = field, value, limit


# -- limits that need no look at the incident ---------------------------------------------------------------------


def check_words(command: Command) -> None:
    """Judge the fields that need no look at the incident. Raises Invalid."""
    match command:
        case Note():
            _text("text", command.text, NOTE_MOST)
        case TakeOver() | Reclassify() | Reopen() | SkipStep() | SetScore():
            _text("reason", command.reason, REASON_MOST)
        case DoStep():
            _done_words(command)
        case Release() | Hold() | Close() | Assign() | SayArrived() | Merge() | Unmerge() if command.reason is not None:
            _text("reason", command.reason, REASON_MOST)
        case _:
            pass
    if isinstance(command, Hold) and command.on not in (None, *HOLDS_ON):
        raise Invalid("on", command.on, f"one of {', '.join(HOLDS_ON)}")
    if isinstance(command, Hold) and command.until is not None and command.until.tzinfo is None:
        raise Invalid("until", command.until, "needs its distance from UTC")
    if isinstance(command, Close) and command.follow_up is not None and command.follow_up.tzinfo is None:
        raise Invalid("follow_up", command.follow_up, "needs its distance from UTC")
    if isinstance(command, Close):
        if command.comment is not None:
            _text("comment", command.comment, COMMENT_MOST)
        _listed("disposition", command.disposition, JUDGED)
        _listed("cause", command.cause, Cause)


def _done_words(command: DoStep) -> None:
    if command.reference is not None:
        _text("reference", command.reference, REFERENCE_MOST)
        if not command.reference.isprintable():
            raise Invalid("reference", command.reference, "one line of readable characters")
    if command.text is not None:
        _text("text", command.text, NOTE_MOST)
    if command.override is not None:
        _text("override", command.override, REASON_MOST)
    if command.arrives_at is not None and command.arrives_at.tzinfo is None:
        raise Invalid("arrives_at", command.arrives_at, "needs its distance from UTC")


def _text(field: str, text: str, most: int) -> None:
    if not text.strip():
        raise Invalid(field, text, "needed")
    if len(text) > most:
        raise Invalid(field, len(text), f"at most {most} characters")


def _listed(field: str, code: str | None, codes: Iterable[StrEnum]) -> None:
    if code is not None and code not in [str(each) for each in codes]:
        raise Invalid(field, code, "not in the closed list")
