"""Calls that are being taken, as the API shows them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from belfry.domain.call_facts import HowOver


class CallPlaceView(Struct, frozen=True, kw_only=True):
    """`radius_m` and `taken_at` as phone or network said them."""

    text: str | None
    latitude: float | None
    longitude: float | None
    site: str | None
    site_name: str | None
    source: str
    radius_m: float | None
    taken_at: datetime | None


class CallerSaidView(Struct, frozen=True, kw_only=True):
    name: str | None
    number: str | None


class TakenCall(Struct, frozen=True, kw_only=True):
    """A call as it is now. Of another's call caller, note and answers are left out: it is there so that nobody takes
    the same one twice."""

    id: str
    seen: str
    by: str
    mine: bool
    began_at: datetime
    touched_at: datetime
    asks: bool
    """Nobody touched it for minutes: does it go on? Else it ends by itself."""
    tree: str | None
    picked: str | None
    kind: str | None
    label: str | None
    priority: int | None
    overridden: bool
    answers: Mapping[str, str]
    next: str | None
    """The question that comes now."""
    say: Sequence[str]
    """What to tell the caller, the newest first."""
    people: int | None
    dangers: Sequence[str]
    help: bool
    place: CallPlaceView | None
    caller: CallerSaidView | None
    note: str | None
    read_back: str
    incident: str | None
    """Where it is told; null before anything is out."""
    incident_number: int | None
    joined: bool
    """A person said that it is about an incident that was open already."""
    passed_at: datetime | None
    ended_at: datetime | None
    how: HowOver | None


class TakenCalls(Struct, frozen=True):
    """Calls in progress, one's own first."""

    items: Sequence[TakenCall]


class AnswerView(Struct, frozen=True):
    id: str
    text: str


class QuestionView(Struct, frozen=True):
    id: str
    ask: str
    answers: Sequence[AnswerView]


class TreeView(Struct, frozen=True):
    id: str
    text: str
    questions: Sequence[QuestionView]


class QuestionsView(Struct, frozen=True):
    """The trees in the language of whoever asks, and the dangers that may be named."""

    version: int
    trees: Sequence[TreeView]
    dangers: Sequence[AnswerView]


class OfferView(Struct, frozen=True, kw_only=True):
    """An open incident near a place."""

    id: str
    number: int
    kind: str
    label: str
    priority: int
    state: str
    method: str
    opened_at: datetime
    metres: int
    place: str | None
    site_name: str | None
    taken_by: str | None


class OfferList(Struct, frozen=True):
    """The nearest first."""

    items: Sequence[OfferView]
