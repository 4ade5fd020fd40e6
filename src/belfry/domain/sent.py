"""The units and alerts of one incident, as its facts tell them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct, structs

from belfry.domain.dispatch_facts import AlertAnswered, Alerted, Answer, Roll, RollCall, UnitSent, UnitTold
from belfry.domain.unit import Service, UnitStatus

ALERTS_MOST: Final = 50
"""Alerts that an incident remembers, the newest; the journal has them all."""


class SentUnit(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A unit at an incident. `times`: when each status was first said, ours."""

    assignment: str
    unit: str
    call_sign: str
    status: UnitStatus
    sent_at: datetime
    role: str | None = None
    eta_at: datetime | None = None
    times: Mapping[str, datetime] = {}
    needs_more: bool = False
    left_at: datetime | None = None
    by: str = ""
    service: Service | None = None


class Alert(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    alert: str
    at: datetime
    to: tuple[str, ...]
    assignment: str | None = None
    needs: int = 0
    answers: Mapping[str, Answer] = {}
    """By name; what was said last."""
    reach: str = ""
    kind: str = ""
    units: tuple[str, ...] = ()
    chain: str | None = None
    quiet: bool = False
    rounds: int = 1
    """How often people were called."""
    round_at: datetime | None = None
    """When the last round was."""

    @property
    def accepted(self) -> int:
        return sum(1 for answer in self.answers.values() if answer is Answer.ACCEPTED)


class Accounting(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """Personnel accountability: since when it runs, when it was called last, who answered since."""

    started_at: datetime
    called_at: datetime | None = None
    noticed_at: datetime | None = None
    answered: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    ended_at: datetime | None = None


def sent(units: tuple[SentUnit, ...], fact: UnitSent, at: datetime) -> tuple[SentUnit, ...]:
    known = tuple(one for one in units if one.assignment != fact.assignment)
    return (
        *known,
        SentUnit(
            assignment=fact.assignment,
            unit=fact.unit,
            call_sign=fact.call_sign,
            status=UnitStatus.OFFERED,
            sent_at=at,
            role=fact.role,
            eta_at=_eta(fact.eta_s, at),
            times={UnitStatus.OFFERED: at},
            by=fact.by,
            service=fact.service,
        ),
    )


def told(units: tuple[SentUnit, ...], fact: UnitTold, at: datetime) -> tuple[SentUnit, ...]:
    return tuple(_told(one, fact, at) if one.assignment == fact.assignment else one for one in units)


def _told(unit: SentUnit, fact: UnitTold, at: datetime) -> SentUnit:
    times = dict(unit.times)
    times.setdefault(fact.status, at)
    return structs.replace(
        unit,
        status=fact.status,
        times=times,
        eta_at=_eta(fact.eta_s, at) or unit.eta_at,
        needs_more=unit.needs_more or fact.needs_more,
        left_at=at if fact.left else None,
    )


def alerted(alerts: tuple[Alert, ...], fact: Alerted, at: datetime) -> tuple[Alert, ...]:
    others = tuple(one for one in alerts if one.alert != fact.alert)[1 - ALERTS_MOST :]
    was = next((one for one in alerts if one.alert == fact.alert), None)
    if was is None:
        return (
            *others,
            Alert(
                alert=fact.alert,
                at=at,
                to=fact.to,
                assignment=fact.assignment,
                needs=fact.needs,
                reach=fact.reach,
                kind=fact.kind,
                units=fact.units,
                chain=fact.chain,
                quiet=fact.quiet,
                round_at=at,
            ),
        )
    further = structs.replace(
        was,
        to=tuple(dict.fromkeys((*was.to, *fact.to))),
        units=tuple(dict.fromkeys((*was.units, *fact.units))),
        needs=fact.needs,
        rounds=was.rounds + (fact.rounds if fact.again else 0),
        round_at=at,
    )
    return (*others, further)


def answered(alerts: tuple[Alert, ...], fact: AlertAnswered) -> tuple[Alert, ...]:
    """A read that comes late takes no answer back."""
    return tuple(_answered(one, fact) if one.alert == fact.alert else one for one in alerts)


def _answered(alert: Alert, fact: AlertAnswered) -> Alert:
    if fact.answer is Answer.READ and fact.by in alert.answers:
        return alert
    return structs.replace(alert, answers={**alert.answers, fact.by: fact.answer})


def accounted(now: Accounting | None, fact: RollCall, at: datetime) -> Accounting | None:
    if fact.what is Roll.STARTED or now is None:
        return Accounting(started_at=at) if fact.what is Roll.STARTED else now
    match fact.what:
        case Roll.NOTICE:
            return structs.replace(now, noticed_at=at)
        case Roll.CALLED:
            return structs.replace(now, called_at=at, answered=(), silent=())
        case Roll.ANSWERED if fact.unit is not None:
            silent = tuple(one for one in now.silent if one != fact.unit)
            return structs.replace(now, answered=(*now.answered, fact.unit), silent=silent)
        case Roll.SILENT if fact.unit is not None:
            return structs.replace(now, silent=(*now.silent, fact.unit))
        case Roll.ENDED:
            return structs.replace(now, ended_at=at)
        case _:
            return now


def here(units: Iterable[SentUnit]) -> tuple[SentUnit, ...]:
    """Those that were sent and have not left."""
    return tuple(one for one in units if one.left_at is None)


def _eta(seconds: int | None, at: datetime) -> datetime | None:
    return None if seconds is None else at + timedelta(seconds=seconds)
