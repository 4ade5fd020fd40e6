"""Agreements: what may leave by machine, to whom, why and until when (SCOPE, one door out).

Whatever hands signals to software of others asks here first. Kinds are named by the beginning of their code out of the
closed list, fields out of another closed list, which has no field for words, people or places. Medical and person
kinds go only where that is said in so many words, and no agreement covers every kind.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from belfry.domain.flaws import Flaw, Flaws
from belfry.domain.kinds import Kind
from belfry.domain.signal import Category

LASTS_MOST: Final = timedelta(days=366)
"""Twelve months, a leap year's too."""
PARTNER_MOST: Final = 120
WHY_MOST: Final = 500
KINDS_MOST: Final = 171

MEDICAL_GROUP: Final = "MED"
PERSON_GROUP: Final = "PERS"
ROOM_ONLY: Final = "ADM.UNKNOWN"
"""Alarms of no listed type: they stay in the control room until a person has picked a kind (SCOPE, unknown stays
unknown)."""


class AgreedField(StrEnum):
    """What of a signal may be handed out. Sealed parts - users, texts, places, callers - are no fields."""

    RECEIVED_AT = "received_at"
    ACCOUNT = "account"
    """With its prefix."""
    AREA = "area"
    ZONE = "zone"
    CODE = "code"
    """With category, subtype and state, which are made from it."""
    KIND = "kind"


class Agreement(Struct, frozen=True, kw_only=True):
    """Who is handed which fields of signals of which kinds, why, and from when until when."""

    id: str = ""
    """Ours, given when it is kept."""
    partner: str
    """Who: an organisation, as the public may read it."""
    kinds: tuple[str, ...]
    """Codes of the closed list, or their beginnings: `FIRE`, `FIRE.ALARM`, `TECH.FAULT`."""
    fields: tuple[AgreedField, ...]
    why: str
    begins: datetime
    ends: datetime
    """Exclusive."""
    medical: bool = False
    """Medical kinds may go too, where `kinds` names them."""
    person: bool = False
    """The same of person kinds."""
    tenant: str | None = None
    """Of the sites of one tenant; None: of all."""
    made_by: str = ""
    ended_at: datetime | None = None
    """Somebody ended it before its time."""
    ended_by: str | None = None


def holds(agreement: Agreement, now: datetime) -> bool:
    """Whether anything may leave under it at this moment."""
    over = agreement.ended_at is not None and agreement.ended_at <= now
    return not over and agreement.begins <= now < agreement.ends


def covers(agreement: Agreement, kind: str) -> bool:
    """Whether signals of a kind are meant. What has no kind is covered by no agreement."""
    group = kind.partition(".")[0]
    if (group == MEDICAL_GROUP and not agreement.medical) or (group == PERSON_GROUP and not agreement.person):
        return False
    return any(is_under(kind, beginning) for beginning in agreement.kinds)


def lets_out(agreement: Agreement, kinds: Iterable[str], category: Category | None) -> bool:
    """Whether one signal may leave: each kind that it is or was taken for is agreed, none of them stays in the room,
    and what a panel means by it is of no person and nothing medical, unless that is agreed too."""
    known = list(kinds)
    if category is Category.MEDICAL and not agreement.medical:
        return False
    if category is Category.PANIC and not agreement.person:
        return False
    return bool(known) and all(covers(agreement, kind) and not is_under(kind, ROOM_ONLY) for kind in known)


def is_under(kind: str, beginning: str) -> bool:
    """Whether a kind is `beginning` or one of those below it; `FIRE.ALARM` is no beginning of `FIRE.ALARMS`."""
    return kind == beginning or kind.startswith(f"{beginning}.")


def check(agreement: Agreement, kinds: Iterable[Kind], now: datetime) -> list[Flaw]:
    """Return everything that keeps an agreement from being made."""
    flaws, listed = Flaws(), [kind.code for kind in kinds]
    flaws.line("partner", agreement.partner, PARTNER_MOST, least=1)
    flaws.line("why", agreement.why, WHY_MOST, least=1)
    flaws.unless(bool(agreement.kinds), "kinds", "none", "one at least")
    flaws.at_most("kinds", len(agreement.kinds), KINDS_MOST)
    flaws.once("kinds", agreement.kinds)
    for n, beginning in enumerate(agreement.kinds[:KINDS_MOST]):
        found = any(is_under(code, beginning) for code in listed)
        flaws.unless(found, f"kinds[{n}]", beginning, "a kind of the closed list, or the beginning of some")
        _said(flaws, f"kinds[{n}]", beginning, MEDICAL_GROUP, "medical", said=agreement.medical)
        _said(flaws, f"kinds[{n}]", beginning, PERSON_GROUP, "person", said=agreement.person)
    everything = bool(listed) and all(covers(agreement, code) for code in listed)
    flaws.unless(not everything, "kinds", "every kind", "to leave one kind out at least")
    flaws.unless(bool(agreement.fields), "fields", "none", "one at least")
    flaws.once("fields", agreement.fields)
    _check_time(flaws, agreement, now)
    return flaws.found


def _said(flaws: Flaws, where: str, beginning: str, group: str, flag: str, *, said: bool) -> None:
    flaws.unless(said or not is_under(beginning, group), where, beginning, f"{flag} = true to be meant")


def _check_time(flaws: Flaws, agreement: Agreement, now: datetime) -> None:
    flaws.unless(agreement.begins < agreement.ends, "ends", agreement.ends.isoformat(), "a time after its beginning")
    lasts = agreement.ends - agreement.begins
    flaws.unless(lasts <= LASTS_MOST, "ends", agreement.ends.isoformat(), f"at most {LASTS_MOST.days} days")
    flaws.unless(agreement.ends > now, "ends", agreement.ends.isoformat(), "a time that is not over")
