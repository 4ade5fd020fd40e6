"""Personnel accountability on scene (RULES 4, PAR): when a roll call is due, who is to answer it, and who is silent.

It runs from the first unit on scene of a structure fire, a hazardous material or a confined space, or from when
somebody starts it, until somebody says "under control". A silent unit is a question to the room, never a mayday.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

from belfry.domain.dispatch_facts import Roll, RollCall
from belfry.domain.incident import Incident
from belfry.domain.presets import Rules, span
from belfry.domain.sent import Accounting, SentUnit, here
from belfry.domain.unit import UnitStatus

ACCOUNTED: Final = ("FIRE.STRUCT", "ENV.HAZMAT", "ENV.BIO", "ENV.RADIATION", "ENV.REFRIGERANT", "RES.CONFINED")
"""Kinds, and those below them."""
_THERE: Final = frozenset({UnitStatus.ON_SCENE, UnitStatus.PATIENT_CONTACT, UnitStatus.DISTRESS})


class Why(StrEnum):
    """Why everybody is called."""

    TIME = "time"
    MAYDAY = "mayday"
    COLLAPSE = "collapse"
    EVACUATION = "evacuation"
    STRATEGY = "strategy"
    """Another strategy: from inside to outside, or the other way."""
    ASKED = "asked"


def is_accounted(kind: str) -> bool:
    """Whether it starts by itself at incidents of a kind."""
    return any(kind == one or kind.startswith(f"{one}.") for one in ACCOUNTED)


def on_scene(incident: Incident) -> tuple[SentUnit, ...]:
    """The units that are to answer."""
    return tuple(one for one in here(incident.units) if one.status in _THERE)


def runs(accounting: Accounting | None) -> bool:
    return accounting is not None and accounting.ended_at is None


def called(incident: Incident) -> tuple[SentUnit, ...]:
    """Who is to answer the last call: who was there when it went out, and is still."""
    par = incident.accounting
    if par is None or par.called_at is None or par.ended_at is not None:
        return ()
    return tuple(one for one in on_scene(incident) if _since(one) <= par.called_at)


def unanswered(incident: Incident) -> tuple[SentUnit, ...]:
    answered = () if incident.accounting is None else incident.accounting.answered
    return tuple(one for one in called(incident) if one.unit not in answered)


def notice_at(par: Accounting, rules: Rules) -> datetime:
    return _begin(par) + span(rules.par_notice_s)


def call_at(par: Accounting, rules: Rules) -> datetime:
    return _begin(par) + span(rules.par_call_s)


def due(incident: Incident, now: datetime, rules: Rules) -> tuple[RollCall, ...]:
    """What is to be written down of an incident's accounting now."""
    if not incident.open or incident.trainee is not None or incident.merged_into is not None:
        return ()
    par, there = incident.accounting, on_scene(incident)
    distress = _distress_since(there)
    mayday = distress is not None and (par is None or distress > (par.ended_at or par.called_at or par.started_at))
    if par is None or par.ended_at is not None:
        starts = mayday or (par is None and bool(there) and is_accounted(incident.kind))
        facts = [_fact(incident, Roll.STARTED)] if starts else []
        return (*facts, _fact(incident, Roll.CALLED, Why.MAYDAY)) if mayday else tuple(facts)
    if mayday:
        return (_fact(incident, Roll.CALLED, Why.MAYDAY),)
    if there and now >= call_at(par, rules):
        return (_fact(incident, Roll.CALLED, Why.TIME),)
    silent = tuple(_silent(incident, par, now, rules))
    if now >= notice_at(par, rules) and (par.noticed_at is None or par.noticed_at < _begin(par)):
        return (_fact(incident, Roll.NOTICE), *silent)
    return silent


def _silent(incident: Incident, par: Accounting, now: datetime, rules: Rules) -> Iterable[RollCall]:
    if par.called_at is None or now < par.called_at + span(rules.par_silent_s):
        return ()
    return (
        RollCall(incident=incident.id, what=Roll.SILENT, unit=one.unit)
        for one in unanswered(incident)
        if one.unit not in par.silent
    )


def _begin(par: Accounting) -> datetime:
    return par.called_at or par.started_at


def _since(unit: SentUnit) -> datetime:
    """Since when it is there; who is in distress without having said that it arrived, since then."""
    return min((at for status, at in unit.times.items() if status in _THERE), default=unit.sent_at)


def _distress_since(there: Iterable[SentUnit]) -> datetime | None:
    """When the last of those that are in distress fell into it."""
    found = [one.times[UnitStatus.DISTRESS] for one in there if one.status is UnitStatus.DISTRESS]
    return max(found, default=None)


def _fact(incident: Incident, what: Roll, why: Why | None = None) -> RollCall:
    return RollCall(incident=incident.id, what=what, reasons=() if why is None else (str(why),))
