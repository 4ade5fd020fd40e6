"""Whom a step of a plan has called, in which order, and who cannot be called now.

The list is the site's own. It is called through in rounds: whoever was tried least comes next, in the list's order.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from msgspec import Struct

from belfry.domain.contacts import CallList, Contact, ContactRole
from belfry.domain.phone import digits_of
from belfry.domain.plan import Step
from belfry.domain.plan_checks import list_of
from belfry.domain.plan_choice import within
from belfry.domain.plan_run import Deed
from belfry.domain.plan_steps import ROUNDS, attempts_of

SILENT: Final = "silent"
"""Why somebody is not called whose numbers are all those of a silent site."""


class Callee(Struct, frozen=True):
    """A contact of a list. `why` says why he cannot be called now: `absent`, `hours`, `no_number`, or `silent` where
    nobody at the site may notice; None: he can."""

    contact: Contact
    why: str | None
    attempts: int
    next: bool = False


def called_list(step: Step, kind: str) -> CallList:
    """The list of a step; where it names none, that of the kind's group."""
    return step.contacts or list_of(kind)


def listed(contacts: Iterable[Contact], which: CallList, roles: Collection[ContactRole] = ()) -> Sequence[Contact]:
    """Those of a list, in its order."""
    found = [one for one in contacts if (not one.lists or which in one.lists) and (not roles or one.role in roles)]
    return sorted(found, key=lambda one: (one.order, one.id))


def why_not(
    contact: Contact, local: datetime, holidays: Collection[date] = (), *, but: Collection[str] = ()
) -> str | None:
    """Why a contact cannot be called at a time of the site's own clock; None: he can. `but` are digits of numbers that
    nobody may dial now: who has no other is not called."""
    if not contact.numbers:
        return "no_number"
    if but and all(digits_of(number.number) in but for number in contact.numbers):
        return SILENT
    if any(absence.since <= local < absence.until for absence in contact.absences):
        return "absent"
    if contact.hours and not within(contact.hours, local, holidays):
        return "hours"
    return None


def calls(
    contacts: Sequence[Contact],
    deeds: Sequence[Deed],
    local: datetime,
    holidays: Collection[date] = (),
    *,
    but: Collection[str] = (),
) -> Sequence[Callee]:
    """The contacts of a list as they stand, with whom to call now; `deeds` are those of the step, `but` as in
    `why_not`."""
    attempts = attempts_of(deeds)
    standing = [Callee(one, why_not(one, local, holidays, but=but), attempts.get(one.id, 0)) for one in contacts]
    first = next_of(standing)
    return [Callee(one.contact, one.why, one.attempts, one is first) for one in standing]


def next_of(standing: Sequence[Callee]) -> Callee | None:
    """Who was tried least, in the order of the list; None where nobody is left to be tried."""
    able = [one for one in standing if one.why is None and one.attempts < ROUNDS]
    return min(able, key=lambda one: one.attempts, default=None)


def able(standing: Iterable[Callee]) -> tuple[str, ...]:
    """Ids of all who can be called now, tried or not."""
    return tuple(one.contact.id for one in standing if one.why is None)


def round_of(standing: Sequence[Callee]) -> int:
    """Which round it is, from 1; 0 where nobody can be called."""
    tried: Mapping[str, int] = {one.contact.id: one.attempts for one in standing if one.why is None}
    return min(min(tried.values()) + 1, ROUNDS) if tried else 0
