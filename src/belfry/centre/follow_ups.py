"""What a closed incident still owes: the restore that it was closed without (RULES 2, restores).

Its time is a deadline like any other (`centre.deadlines`). What is overdue is said through the same door as every other
signal, under a name of its own: said twice, by a centre that was killed in between, it is raised once.
"""

from datetime import datetime
from typing import Final

from belfry.domain.incident import Incident
from belfry.domain.signal import Arrival, Category, Method, Signal, SignalState
from belfry.domain.verdict import RESTORE_OVERDUE

RECEIVER: Final = "centre"


def overdue(incident: Incident, now: datetime) -> Arrival:
    """What is said of an incident whose restore has not come in time. `follow_up_at` must be set."""
    at, key = incident.follow_up_at, incident.account
    assert at is not None
    signal = Signal(
        method=Method.SYSTEM,
        receiver=RECEIVER if key is None else key.receiver,
        prefix=None if key is None else key.prefix,
        account=None if key is None else key.account,
        site=incident.account_id,
        received_at=now,
        occurred_at=at,
        category=Category.OTHER,
        subtype="follow_up",
        state=SignalState.STATUS,
        kind=RESTORE_OVERDUE,
        part=incident.id,
        count=incident.number,
    )
    return Arrival(signals=(signal,), identity=f"idem follow-up {incident.id} {at.isoformat()}".encode())
