"""The fold of `call/ID`: each call as it is now. Calls that are over stay for a day, the newest ones."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, get_args

from msgspec import Struct, structs

from belfry.domain.call_facts import (
    AboutCall,
    CallBegan,
    CallEnded,
    CallField,
    CallJoined,
    CallPassed,
    CallUpdated,
    HowOver,
)
from belfry.domain.facts import Entry
from belfry.domain.sealed import Part, Sealed

ABOUT_CALLS: Final = frozenset(get_args(AboutCall))

OVER_MOST: Final = 500
"""Calls at hand that are over; their incidents tell of older ones."""
OVER_FOR: Final = timedelta(days=1)
_SEALED: Final[Mapping[CallField, Part]] = {
    CallField.PLACE: Part.PLACE,
    CallField.CALLER: Part.CALLER,
    CallField.NOTE: Part.NOTE,
}


class CallNow(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A call as it is after position `head`."""

    call: str
    by: str
    began_at: datetime
    touched_at: datetime
    head: int
    changed: dict[CallField, int] = {}
    """At which entry each field was last said."""
    tree: str | None = None
    picked: str | None = None
    answers: tuple[tuple[str, str], ...] = ()
    people: int | None = None
    dangers: tuple[str, ...] = ()
    help: bool = False
    site: str | None = None
    override: int | None = None
    kind: str | None = None
    priority: int | None = None
    parts: dict[CallField, Sealed] = {}
    why: tuple[Sealed, ...] = ()
    """Why kind or priority is another one than the answers say, as it was said last, at the entry `why_at`."""
    why_at: int = 0
    into: str | None = None
    """The open incident that it is about, as a person said."""
    passed: int = 0
    """What was known up to here is out."""
    passed_at: datetime | None = None
    first: int | None = None
    """Its first signal."""
    told_kind: str | None = None
    told_priority: int | None = None
    ended_at: datetime | None = None
    how: HowOver | None = None
    ended_by: str | None = None

    @property
    def open(self) -> bool:
        return self.ended_at is None

    @property
    def said(self) -> int:
        """The entry at which something of it was said last; 0: nothing was."""
        return max(self.changed.values(), default=0)

    @property
    def is_enough(self) -> bool:
        """Whether somebody can be sent: its kind is known, or where help is needed."""
        return self.kind is not None or (self.help and (CallField.PLACE in self.parts or self.site is not None))

    @property
    def unsaid(self) -> bool:
        """Whether something is to go out that has not yet."""
        if self.first is None:
            return self.is_enough or (not self.open and self.how is not HowOver.MISTAKE)
        return self.said > self.passed


class CallState(Struct):
    """What a snapshot keeps."""

    calls: list[CallNow] = []


class CallBook:
    """Written by folding alone."""

    def __init__(self) -> None:
        self._open: dict[str, CallNow] = {}
        self._over: dict[str, CallNow] = {}

    def get(self, call: str) -> CallNow | None:
        return self._open.get(call) or self._over.get(call)

    def open(self) -> Iterable[CallNow]:
        """Those in progress, the oldest first."""
        return list(self._open.values())

    def unsaid(self) -> Iterable[CallNow]:
        """Those of which something is to go out."""
        return [one for one in (*self._open.values(), *self._over.values()) if one.unsaid]

    def fold(self, position: int, entry: Entry) -> None:
        """Take one entry of a call; one that was heard before changes nothing."""
        known = self.get(entry.subject.partition("/")[2])
        if known is not None and position <= known.head:
            return
        for fact in entry.facts:
            if isinstance(fact, CallBegan):
                known = CallNow(call=fact.call, by=fact.by, began_at=entry.at, touched_at=entry.at, head=position)
            elif known is not None and type(fact) in ABOUT_CALLS:
                known = _fold(known, fact, position, entry.at)  # type: ignore[arg-type]  # the set is the union
        if known is not None:
            self._keep(structs.replace(known, head=position))

    def forget(self, now: datetime) -> None:
        """Let go of what has been over for a day; what is unsaid stays."""
        for call in list(self._over.values()):
            if call.ended_at is not None and now - call.ended_at > OVER_FOR and not call.unsaid:
                del self._over[call.call]

    def _keep(self, call: CallNow) -> None:
        if call.open:
            self._open[call.call] = call
            return
        self._open.pop(call.call, None)
        self._over[call.call] = call
        while len(self._over) > OVER_MOST:
            del self._over[next(iter(self._over))]

    def state(self) -> CallState:
        return CallState([*self._over.values(), *self._open.values()])

    def restore(self, state: CallState) -> None:
        """Begin from a snapshot; only on a new book."""
        for call in state.calls:
            self._keep(call)


def _fold(call: CallNow, fact: AboutCall, position: int, at: datetime) -> CallNow:
    match fact:
        case CallUpdated():
            return _update(call, fact, position, at)
        case CallJoined():
            return structs.replace(call, into=fact.incident, touched_at=at)
        case CallPassed():
            return structs.replace(
                call,
                passed=max(call.passed, fact.upto),
                passed_at=call.passed_at or at,
                first=call.first or fact.signal,
                told_kind=fact.kind,
                told_priority=fact.priority,
            )
        case CallEnded():
            return structs.replace(call, ended_at=at, how=fact.how, ended_by=fact.by)
        case CallBegan():
            return call


def _update(call: CallNow, fact: CallUpdated, position: int, at: datetime) -> CallNow:
    changes: dict[str, object] = {}
    sealed = {one.part: one for one in fact.sealed}
    parts = dict(call.parts)
    for field in fact.changed:
        if field in _SEALED:
            parts.pop(field, None)
            if _SEALED[field] in sealed:
                parts[field] = sealed[_SEALED[field]]
        match field:
            case CallField.PLACE:
                changes["site"] = fact.site
            case CallField.KIND:
                changes |= {"tree": fact.tree, "picked": fact.picked}
            case CallField.PRIORITY:
                changes["override"] = fact.override
            case CallField.ANSWERS | CallField.PEOPLE | CallField.DANGERS | CallField.HELP:
                changes[field.value] = getattr(fact, field.value)
            case _:
                pass
    if fact.why:
        changes |= {"why": fact.why, "why_at": position}
    return structs.replace(
        call,
        **changes,
        parts=parts,
        changed={**call.changed, **dict.fromkeys(fact.changed, position)},
        kind=fact.kind,
        priority=fact.priority,
        touched_at=at,
    )
