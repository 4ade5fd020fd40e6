"""What is written down of a call while it is being taken. Subject `call/ID`.

A call is kept from its first field on, so that nothing is lost with a browser. Open are kind, priority, the ids of the
answers, a count and our own ids; place, caller and note are sealed, each as it is said anew. The incident is told by
signals of method `call` (`OfCall`), so a call has nothing to do with who handles that, and goes when it goes.
"""

from enum import StrEnum
from typing import final

from msgspec import Struct

from belfry.domain.sealed import Sealed


class CallField(StrEnum):
    """What of a call is changed together; two tabs never overwrite each other in one of them."""

    PLACE = "place"
    KIND = "kind"
    """Tree and picked kind."""
    ANSWERS = "answers"
    PEOPLE = "people"
    DANGERS = "dangers"
    HELP = "help"
    PRIORITY = "priority"
    CALLER = "caller"
    NOTE = "note"


class HowOver(StrEnum):
    """How a call ended."""

    DONE = "done"
    HUNG_UP = "hung_up"
    """The caller was gone before everything was asked."""
    IDLE = "idle"
    """Nobody touched it any more: the centre ended it, with what was known."""
    MISTAKE = "mistake"
    """Begun by mistake: nothing was ever said, so nothing went out."""


@final
class CallBegan(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="call_began"):
    call: str
    by: str


@final
class CallUpdated(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="call_updated"
):
    """What changed. Only the fields that `changed` names count; the others stay as they were."""

    call: str
    by: str
    changed: tuple[CallField, ...]
    tree: str | None = None
    picked: str | None = None
    """A kind that was picked by hand."""
    answers: tuple[tuple[str, str], ...] = ()
    """Question and answer, by their ids."""
    people: int | None = None
    dangers: tuple[str, ...] = ()
    help: bool = False
    site: str | None = None
    """Account id, with the place."""
    override: int | None = None
    """Priority that the call-taker set, for the reason in `sealed`."""
    kind: str | None = None
    """What answers and hand make of it from here on, and `priority`."""
    priority: int | None = None
    sealed: tuple[Sealed, ...] = ()
    """Place, caller or note, whole; none of a part that was emptied."""
    why: tuple[Sealed, ...] = ()
    """Why the priority is another one than the answers say."""


@final
class CallJoined(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="call_joined"):
    """A person said that the call is about an incident that is open already, before anything of it went out."""

    call: str
    by: str
    incident: str | None
    """None: it is not, after all."""


@final
class CallPassed(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="call_passed"):
    """What was known up to an entry of the call went out as a signal."""

    call: str
    upto: int
    signal: int
    kind: str
    priority: int


@final
class CallEnded(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="call_ended"):
    call: str
    how: HowOver
    by: str | None = None
    """None: the centre."""


AboutCall = CallBegan | CallUpdated | CallJoined | CallPassed | CallEnded
