"""Calling people: which number comes next, when a list is at its end, and the two calls before the police.

Whom a list has, and who cannot be called now, is said by `call_list`; what an outcome means for a step of a plan, by
`plan_steps`. This looks at every single call that was written down: each has its contact and the place of the number
that was dialled, so that a contact with two numbers is tried on both before either is tried a third time.

At a silent site nobody calls the premises, nor anybody on a number of the premises (RULES 2, silent sites).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from belfry.domain.call_list import Callee
from belfry.domain.contacts import Contact
from belfry.domain.incident import Incident
from belfry.domain.phone import digits_of
from belfry.domain.plan import Outcome, StepType
from belfry.domain.plan_run import Deed
from belfry.domain.plan_steps import CALLS, ROUNDS, WRONG_WORDS

TWO: Final = 2
"""Different numbers that are called before the police, where a site wants that."""

Called = tuple[str | None, int]
"""A contact, or None for the premises, and the place of his number."""


class Tried(Struct, frozen=True):
    """The calls to one number: how many, and what came of the last."""

    attempts: int = 0
    outcome: Outcome | None = None
    at: datetime | None = None


NEVER: Final = Tried()


class Standing(StrEnum):
    """How far the calling of a list is."""

    CALL = "call"
    """Somebody is to be called now."""
    REACHED = "reached"
    COMING = "coming"
    """Somebody accepted, with a time of arrival."""
    DISPATCH = "dispatch"
    """Duress, or wrong words: help is sent and nobody else is called."""
    SUPERVISOR = "supervisor"
    """Everybody was called in all rounds, or nobody can be called: it goes to the supervisor."""


def tally(deeds: Iterable[Deed]) -> Mapping[Called, Tried]:
    """The calls among some deeds, by whom and which number. A call without a number was to the first one."""
    found: dict[Called, Tried] = {}
    for deed in deeds:
        if deed.do in CALLS and deed.outcome is not None:
            called = (deed.contact if deed.do is StepType.CALL_CONTACT else None, deed.number or 0)
            found[called] = Tried(found.get(called, NEVER).attempts + 1, deed.outcome, deed.at)
    return found


def next_number(contact: Contact, tried: Mapping[Called, Tried], *, but: Collection[str] = frozenset()) -> int | None:
    """Which of his numbers is dialled now: the one that was tried least, in their order; None where he has none.
    `but` are digits of numbers that may not be dialled."""
    able = [n for n, number in enumerate(contact.numbers) if digits_of(number.number) not in but]
    return min(able, key=lambda n: tried.get((contact.id, n), NEVER).attempts, default=None)


def withheld_numbers(premises: Iterable[str], *, silent: bool) -> frozenset[str]:
    """Digits of the numbers that nobody dials now: at a silent site those of the premises, whoever's else they are."""
    return frozenset(digits_of(number) for number in premises) if silent else frozenset()


def standing(callees: Sequence[Callee], deeds: Sequence[Deed], *, arrival: bool) -> Standing:
    """How far a list is called through, from the deeds that belong to it. `arrival`: somebody is wanted who comes."""
    calls = [deed for deed in deeds if deed.do in CALLS]
    outcomes = [deed.outcome for deed in calls]
    if Outcome.DURESS in outcomes or outcomes.count(Outcome.WRONG_WORD) >= WRONG_WORDS:
        return Standing.DISPATCH
    if any(deed.arrives_at is not None for deed in calls):
        return Standing.COMING
    if Outcome.REACHED in outcomes and not arrival:
        return Standing.REACHED
    return Standing.CALL if any(one.next for one in callees) else Standing.SUPERVISOR


def round_at(callees: Sequence[Callee]) -> int:
    """Which round it is, from 1 to ROUNDS; 0 where nobody can be called."""
    tried = [one.attempts for one in callees if one.why is None]
    return min(min(tried) + 1, ROUNDS) if tried else 0


def last_called(deeds: Sequence[Deed]) -> Called | None:
    """Who was called last: whoever repeats calls him again. None where nobody was."""
    calls = [deed for deed in deeds if deed.do in CALLS and deed.outcome is not None]
    if not calls:
        return None
    deed = calls[-1]
    return (deed.contact if deed.do is StepType.CALL_CONTACT else None, deed.number or 0)


# -- two calls before the police --------------------------------------------------------------------------------------

INTRUSION: Final = ("PROP.ALARM", "PROP.TAMPER", "PROP.DOOR", "PROP.JAM")
"""Kinds at which a site may want them; never where somebody asks for help, nor at fire."""
AT_ONCE: Final = frozenset({"PROP.ALARM.INTR.CONF", "PROP.ALARM.SAFE"})
"""A second sign is there already, or silence is kept: nobody waits."""
_SEEN: Final = frozenset({Outcome.PERSON_SEEN, Outcome.BREAK_IN_SEEN, Outcome.VIOLENCE_SEEN})
_HELP: Final = frozenset({Outcome.WRONG_WORD, Outcome.DURESS, *_SEEN})
"""What makes further calls needless: help is sent."""
_SPOKE: Final = {
    StepType.CALL_PREMISES: Outcome.REACHED,
    StepType.CALL_CONTACT: Outcome.REACHED,
    StepType.ASK_WORD: Outcome.RIGHT,
}


class Unverified(StrEnum):
    """Why the police are not told yet."""

    CALLS = "calls"
    REACHED = "reached"


IN_WORDS: Final[Mapping[Unverified, str]] = {
    Unverified.CALLS: "the site wants two different numbers called before the police, or a reason",
    Unverified.REACHED: "somebody of the site was reached: say why the police are told all the same",
}


def wants_two_calls(kind: str) -> bool:
    """Whether two calls before the police are asked for at incidents of a kind, where a site wants them."""
    return kind not in AT_ONCE and any(kind == one or kind.startswith(f"{one}.") for one in INTRUSION)


def unverified(incident: Incident, *, silent: bool = False) -> Unverified | None:
    """Why the police are not told yet at a site that wants two calls first; None: they may be told.

    Two different numbers were called and nobody was reached; or a wrong word, duress, or somebody who was seen there
    makes it needless. `silent`: somebody asks for help at the site, and nothing waits for calls.
    """
    if silent or not wants_two_calls(incident.kind):
        return None
    if any(deed.outcome in _HELP for deed in incident.deeds) or incident.wrong_words >= WRONG_WORDS:
        return None
    if incident.word_at is not None or any(_SPOKE.get(deed.do) is deed.outcome for deed in incident.deeds):
        return Unverified.REACHED
    return Unverified.CALLS if len(tally(incident.deeds)) < TWO else None
