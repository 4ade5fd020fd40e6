"""Taking a call: what may be said of it, and what it is worth at any moment.

Kind and priority follow the answers (`question_tree`); a kind that was picked by hand stands over a tree, and a
priority that the call-taker set stands over both, for his reason.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import UNSET, Struct, UnsetType

from belfry.domain.call_facts import CallField
from belfry.domain.commands import NOTE_MOST, REASON_MOST, Invalid
from belfry.domain.kinds import Kinds
from belfry.domain.question_tree import Heard, Tree, hear, load
from belfry.domain.signal import Method

PLACE_MOST: Final = 200
NAME_MOST: Final = 100
NUMBER_MOST: Final = 40
PEOPLE_MOST: Final = 10_000
ASKED_AFTER: Final = timedelta(minutes=5)
"""A call that nobody touched for so long: its call-taker is asked whether it goes on."""
ENDED_AFTER: Final = timedelta(minutes=10)
"""And then it is ended with what is known."""
NOTHING_KNOWN: Final = "ADM.CALL"
"""The kind of a call that ended before anybody knew what it was."""

_THREE_WORDS: Final = re.compile(r"(?:/{2,3}\s*)?[^\W\d_]{2,}[.。・][^\W\d_]{2,}[.。・][^\W\d_]{2,}")


class CallPlace(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a caller is, as far as he, his phone or the network said so. Personal: sealed as a whole."""

    text: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    radius_m: float | None = None
    source: str = "typed"
    """`typed`, `gazetteer`, `site`, `map`, `aml` or `pidf-lo`."""
    taken_at: datetime | None = None
    """When phone or network found it."""


class CallerSaid(Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str | None = None
    number: str | None = None


class Change(Struct, frozen=True, kw_only=True):
    """What is said anew of a call; UNSET stays as it was, None empties it."""

    place: CallPlace | UnsetType | None = UNSET
    site: str | None = None
    """With `place`."""
    tree: str | UnsetType | None = UNSET
    kind: str | UnsetType | None = UNSET
    answers: Mapping[str, str] | UnsetType = UNSET
    people: int | UnsetType | None = UNSET
    dangers: Sequence[str] | UnsetType = UNSET
    help: bool | UnsetType = UNSET
    priority: int | UnsetType | None = UNSET
    reason: str | None = None
    """Why kind or priority is another one than the answers say."""

    @property
    def judges(self) -> bool:
        """Whether it sets a kind or a priority by hand."""
        return isinstance(self.kind, str) or isinstance(self.priority, int)

    caller: CallerSaid | UnsetType | None = UNSET
    note: str | UnsetType | None = UNSET

    @property
    def fields(self) -> tuple[CallField, ...]:
        """What it changes."""
        given = {
            CallField.PLACE: self.place,
            CallField.KIND: self.kind if self.tree is UNSET else self.tree,
            CallField.ANSWERS: self.answers,
            CallField.PEOPLE: self.people,
            CallField.DANGERS: self.dangers,
            CallField.HELP: self.help,
            CallField.PRIORITY: self.priority,
            CallField.CALLER: self.caller,
            CallField.NOTE: self.note,
        }
        return tuple(field for field, value in given.items() if value is not UNSET)


class Judged(Struct, frozen=True):
    """What a call is worth: `kind` None where nobody knows yet. `heard` is of its tree."""

    kind: str | None
    priority: int | None
    heard: Heard


def judged(
    tree: Tree | None, picked: str | None, answers: Mapping[str, str], override: int | None, kinds: Kinds
) -> Judged:
    heard = Heard() if tree is None else hear(tree, answers)
    kind, priority = heard.kind, heard.priority
    if picked is not None:
        kind, priority = picked, None
    preset = None if kind is None else kinds[kind].priority
    return Judged(kind, override or priority or preset, heard)


def check_picked(change: Change, tree: Tree | None, answers: Mapping[str, str]) -> None:
    """Raises Invalid where somebody picks another kind than the answers say, and not why. Where nothing was answered
    there is nothing to overrule."""
    heard = Heard() if tree is None else hear(tree, answers)
    otherwise = isinstance(change.kind, str) and bool(heard.asked) and heard.kind not in (None, change.kind)
    if otherwise and not (change.reason or "").strip():
        raise Invalid("reason", None, "needed: why it is another kind than the answers say")


def check(change: Change, kinds: Kinds) -> None:
    """Raises Invalid, naming the field and its limit, never what was said."""
    if isinstance(change.place, CallPlace):
        _check_place(change.place)
    if isinstance(change.tree, str) and load().tree(change.tree) is None:
        raise Invalid("tree", change.tree, "one of the trees of questions")
    if isinstance(change.kind, str) and (change.kind not in kinds or Method.CALL not in kinds[change.kind].methods):
        raise Invalid("kind", change.kind, "a kind that is raised by a call")
    if isinstance(change.people, int) and not 0 <= change.people <= PEOPLE_MOST:
        raise Invalid("people", change.people, f"0 to {PEOPLE_MOST}")
    if not isinstance(change.dangers, UnsetType):
        known = {one.id for one in load().dangers}
        wrong = [one for one in change.dangers if one not in known]
        if wrong:
            raise Invalid("dangers", wrong[0], "the listed dangers")
    if isinstance(change.priority, int):
        if not 1 <= change.priority <= 5:
            raise Invalid("priority", change.priority, "1 to 5")
        if not (change.reason or "").strip():
            raise Invalid("reason", None, "needed: why it is more or less urgent than the answers say")
    _check_length("reason", change.reason, REASON_MOST)
    _check_length("note", change.note, NOTE_MOST)
    if isinstance(change.caller, CallerSaid):
        _check_length("caller.name", change.caller.name, NAME_MOST)
        _check_length("caller.number", change.caller.number, NUMBER_MOST)


def is_three_words(text: str) -> bool:
    """Whether a place is a code of three words: another's service has to be asked what it means."""
    return _THREE_WORDS.fullmatch(text.strip()) is not None


def _check_place(place: CallPlace) -> None:
    _check_length("place.text", place.text, PLACE_MOST)
    if place.text is not None and is_three_words(place.text):
        raise Invalid("place.text", "///", "an address, a crossing or coordinates: codes of three words are not read")
    if (place.latitude is None) != (place.longitude is None):
        raise Invalid("place", None, "latitude and longitude together")
    if not (abs(place.latitude or 0.0) <= 90 and abs(place.longitude or 0.0) <= 180):
        raise Invalid("place", None, "a position on Earth")


def _check_length(field: str, text: str | UnsetType | None, most: int) -> None:
    if isinstance(text, str) and len(text) > most:
        raise Invalid(field, len(text), f"at most {most} characters")
