"""Small incidents for tests: one alarm opens, others join, and each fact has its position and time."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from belfry.domain.commands import Staff
from belfry.domain.facts import Brief, Effect, IncidentState, Joined, OnIncident, Opened, Point
from belfry.domain.folding import fold, opened
from belfry.domain.incident import Incident
from belfry.domain.signal import AccountKey, Category, Method, SignalState, Wire

NOON: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
SCHOOL: Final = AccountKey("panels", None, "4711")

ANNA: Final = Staff("anna", "operator")
BERT: Final = Staff("bert", "operator")


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def a_signal(position: int = 1, *, zone: str = "1", code: str = "BA", at: datetime = NOON) -> Brief:
    return Brief(
        position=position,
        method=Method.EQUIPMENT,
        received_at=at,
        area="1",
        zone=zone,
        wire=Wire.SIA,
        code=code,
        category=Category.INTRUSION,
        subtype="zone",
        state=SignalState.ALARM,
    )


def an_opening(incident: str = "i1", *, priority: int = 2, number: int = 1, **other: Any) -> Opened:
    """Intrusion at the school, waiting at once, unless `other` says something else."""
    fields: dict[str, Any] = {
        "kind": "PROP.ALARM.INTR",
        "signal": a_signal(),
        "account": SCHOOL,
        "group": f"{incident}-group",
        "restore": "wanted",
    }
    return Opened(incident=incident, number=number, priority=priority, **{**fields, **other})


def a_joining(incident: str = "i1", position: int = 2, **other: Any) -> Joined:
    return Joined(incident=incident, **{"signal": a_signal(position, zone="2"), **other})


def a_cancel(incident: str = "i1") -> Joined:
    return a_joining(incident, effect=Effect.CANCEL, priority=4)


def a_restore(*points: Point, incident: str = "i1") -> Joined:
    return a_joining(incident, effect=Effect.RESTORE, restored=points)


def an_incident(*facts: OnIncident, at: datetime = NOON, **opening: Any) -> Incident:
    """An incident, and the facts that followed, each at `at` and at the positions from 2 on."""
    incident = opened(an_opening(**opening), 1)
    for position, fact in enumerate(facts, 2):
        fold(incident, [fact], position, at)
    return incident


def a_pending(seconds: float = 120, **opening: Any) -> Incident:
    return an_incident(state=IncidentState.PENDING, pending_until=after(seconds), **opening)
