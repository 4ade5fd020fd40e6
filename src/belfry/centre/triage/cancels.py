"""A valid cancel or disarm: intrusion only, in time, one point only, nothing else wrong (RULES 2, cancel)."""

from datetime import datetime, timedelta
from typing import Final

from belfry.centre.triage.case import Case, Decided, wakes
from belfry.domain import condition as live
from belfry.domain.closing import Cause, Disposition
from belfry.domain.correlation import family
from belfry.domain.dispatching import still_bound
from belfry.domain.facts import Closed, Effect, Joined, OnIncident, Received
from belfry.domain.incident import Incident, State
from belfry.domain.signal import Category, SignalState

_CANCELLING: Final = frozenset({SignalState.CANCEL, SignalState.OPEN})


def cancel(case: Case) -> Decided | None:
    """A valid cancel or disarm: intrusion only, in time, one point only, nothing else wrong (RULES 2, cancel)."""
    if not _cancels(case.signal):
        return None
    for incident in case.open_here:
        if family(incident.kind) != "intrusion" or incident.cancelled:
            continue
        if case.signal.area and incident.area and case.signal.area != incident.area:
            continue
        return _cancelled(case, incident)
    return None


def _cancelled(case: Case, incident: Incident) -> Decided:
    after = live.believed_time(case.signal) - _began(incident)
    refused = _why_no_cancel(case, incident, after)
    said = f"cancelled by a user after {after.total_seconds():.0f} s"
    if refused is not None:
        return [case.context(incident, f"{said}, no drop: {refused}", ends=True)]
    facts: list[OnIncident] = [
        Joined(
            incident=incident.id,
            signal=case.brief(),
            effect=Effect.CANCEL,
            state=wakes(incident, ends=True),
            priority=4,
            flags=("cancelled",),
            reasons=(said,),
        )
    ]
    why = _why_closed(case, incident)
    if why is not None:
        facts.append(
            Closed(
                incident=incident.id,
                disposition=Disposition.CANCELLED,
                cause=Cause.USER_MISTAKE,
                seen_upto=incident.signals_seq + 1,
                reasons=(said, why),
            )
        )
    return facts


def _why_closed(case: Case, incident: Incident) -> str | None:
    """Why a valid cancel closes an incident by itself; None: one key of an operator does, or units are there still."""
    if still_bound(incident):
        return None
    if incident.state is State.PENDING:
        return "cancelled before its delay was over"
    if incident.state is State.WAITING and case.account is not None and case.account.cancel_closes:
        return "the account opted in to closing by a valid cancel"
    return None


def _why_no_cancel(case: Case, incident: Incident, after: timedelta) -> str | None:
    here = [one for one in case.open_here if family(one.kind) == "intrusion"]
    # What is wrong at a shared panel is wrong for each whose area it speaks for.
    panels = () if case.via is None else case.draft.of_account(case.via)
    others = {family(one.kind) for one in (*case.open_here, *panels)}
    points = sum(len(one.in_alarm) for one in here)
    checks = (
        (timedelta(0) <= after <= timedelta(seconds=case.books.rules.cancel_s), "not within five minutes of the alarm"),
        (points == 1 and not incident.more_points, f"{points} points were in alarm"),
        (incident.kind != "PROP.ALARM.INTR.CONF", "the alarm is confirmed"),
        (not others & {"PROP.TAMPER", "TECH.TAMPER"}, "tamper at the site"),
        (not live.path_faults(case.condition) and "path" not in others, "a transmission path is lost"),
        (not others & {"panic", "hold-up", "duress"}, "a panic alarm is open"),
        (case.account is not None and not case.account.high_risk, "the account is of high risk"),
    )
    return next((why for holds, why in checks if not holds), None)


def _began(incident: Incident) -> datetime:
    """When the first alarm happened, by the clock that the cancel uses too where the panel has one."""
    first = incident.first
    happened = first.occurred_at
    believed = happened is not None and timedelta(0) <= first.received_at - happened <= live.CLOCK_BELIEVED
    return happened if happened is not None and believed else first.received_at


def _cancels(signal: Received) -> bool:
    if signal.state in _CANCELLING:
        return True
    return signal.subtype == "after_alarm" and signal.category is Category.OPEN_CLOSE
