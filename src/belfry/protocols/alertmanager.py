"""Alertmanager's webhook, version 4, and Grafana's, which has its shape and calls itself version 1.

Every alert of a message has a state of its own, which counts rather than that of the group; one that ends in the year 1
has not ended. Labels and annotations are free text: of them the label that names a point is read, and the alert's
name for its words; neither is kept. Which label names points is registered with them: a row `room=cellar` matches the
label `room`, any other row the label `zone`.
Source: prometheus.io, Alerting, Webhook receiver; grafana.com, Webhook notifier; EQUIPMENT 5.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from belfry.domain.reading import POINT_MOST, Observed, PointState, Quality, Reading, Said
from belfry.protocols.common import jsons
from belfry.protocols.common.fields import LEAF, Allow, Dropped, Kept, leaf, strip
from belfry.protocols.common.times import Told, instant
from belfry.protocols.common.unreadable import Unreadable, never_raises
from belfry.protocols.common.values import name, whole
from belfry.protocols.common.words import is_of_people, once, words
from belfry.protocols.hint import Hint
from belfry.protocols.telling import OF_MANY, TOO_MANY, UNREADABLE, accepted, ignored, refused

VERSIONS: Final = frozenset({"4", "1"})
ZONE: Final = "zone"
ALERT: Final = "alertname"
STATES: Final[Mapping[str, PointState]] = {
    "firing": PointState.ACTIVE,
    "alerting": PointState.ACTIVE,
    "resolved": PointState.INACTIVE,
    "ok": PointState.INACTIVE,
}
HEARTBEATS: Final = frozenset({("watchdog",), ("dead", "mans", "switch"), ("info", "inhibitor")})
"""Alerts that always fire, so that their absence is noticed: our supervision does that."""

BY_WORD: Final[Mapping[str, Observed]] = {
    "smoke": Observed.SMOKE,
    "fire": Observed.FIRE,
    "water": Observed.WATER,
    "leak": Observed.WATER,
    "leakage": Observed.WATER,
    "flood": Observed.WATER,
    "flooding": Observed.WATER,
    "temperature": Observed.ENVIRONMENT,
    "humidity": Observed.ENVIRONMENT,
    "cold": Observed.ENVIRONMENT,
    "heat": Observed.ENVIRONMENT,
    "hot": Observed.ENVIRONMENT,
    "freezer": Observed.ENVIRONMENT,
    "fridge": Observed.ENVIRONMENT,
    "frost": Observed.ENVIRONMENT,
    "cooling": Observed.ENVIRONMENT,
    "ups": Observed.POWER,
    "mains": Observed.POWER,
    "power": Observed.POWER,
    "battery": Observed.BATTERY,
    "disk": Observed.STORAGE,
    "raid": Observed.STORAGE,
}
"""What an alert of this name watches, where the point's row does not say it; the first word that is listed counts."""

_SOFTWARE: Final = frozenset(
    {"memory", "goroutine", "connection", "connections", "descriptor", "heap", "thread", "pod"}
)
"""Beside one of these a leak is no water, and a flood none either."""

_ALERT: Final[Allow] = {
    "status": LEAF,
    "labels": {ZONE: LEAF, ALERT: LEAF},
    "startsAt": LEAF,
    "endsAt": LEAF,
    "fingerprint": LEAF,
}
_MESSAGE: Final[Allow] = {"status": LEAF, "version": LEAF, "truncatedAlerts": LEAF, "groupKey": LEAF}


@never_raises
def read(body: bytes, hint: Hint) -> Said:
    """Read one notification."""
    told = jsons.parse_object(body, OF_MANY)
    alerts = told.pop("alerts", None)
    dropped = Dropped()
    message = strip(told, _MESSAGE, dropped)
    if str(leaf(message, "version")) not in VERSIONS:
        raise Unreadable("a version other than 4 or 1")
    if not isinstance(alerts, list):
        raise Unreadable("no list of alerts")
    if alerts and all(_is_refused(alert) for alert in alerts):
        return refused()
    readings = [reading for alert in alerts for reading in _alert(alert, message, hint, dropped)]
    if (whole(leaf(message, "truncatedAlerts")) or 0) > 0:
        readings.append(TOO_MANY)
    in_part = any(map(_is_refused, alerts))
    if not readings:
        said = ignored("nothing but what always fires", dropped.names(), heartbeat=True)
        return replace(said, refused_in_part=in_part)
    return replace(accepted(readings, dropped.names()), refused_in_part=in_part)


def _alert(alert: object, message: Kept, hint: Hint, dropped: Dropped) -> Iterator[Reading]:
    """Yield the reading of one alert; none where it is refused, or one of those that always fire."""
    if _is_refused(alert):
        dropped.add("alerts")
        return
    if not isinstance(alert, dict):
        yield UNREADABLE
        return
    kept = strip(alert, _allowed(hint), dropped, ("alerts",))
    labels = _labels(kept)
    named = words(labels.get(ALERT, ""))
    if named in HEARTBEATS:
        return
    state, quality = _state(kept, message)
    at, doubts = _time(kept, state, hint.now)
    begins = leaf(kept, "startsAt") if state is PointState.ACTIVE else None
    mark = once(leaf(kept, "fingerprint") or sorted(labels.items()))
    yield Reading(
        observed=_observed(named),
        point=_point(labels, hint),
        state=state,
        occurred_at=at,
        quality=(*quality, *doubts),
        once=None if begins is None else once(mark, begins),
        part=mark,
    )


def _is_refused(alert: object) -> bool:
    labels = alert.get("labels") if isinstance(alert, dict) else None
    called = labels.get(ALERT) if isinstance(labels, dict) else None
    return isinstance(called, str) and is_of_people(called)


def _allowed(hint: Hint) -> Allow:
    """The list with the labels that the device's table names."""
    own: dict[str, Allow | None] = {row.point.partition("=")[0]: LEAF for row in hint.points or () if "=" in row.point}
    return {**_ALERT, "labels": {ZONE: LEAF, ALERT: LEAF, **own}} if own else _ALERT


def _labels(kept: Kept) -> Mapping[str, str]:
    found = kept.get("labels")
    labels = found[0] if isinstance(found, list) and found else {}
    return {key: str(value) for key, value in labels.items() if isinstance(value, str | int)}


def _point(labels: Mapping[str, str], hint: Hint) -> str:
    """The point that a label names: by a row `label=value`, else by the label `zone`, else by the alert's name."""
    for row in hint.points or ():
        label, sign, value = row.point.partition("=")
        if sign and labels.get(label) == value:
            return row.point
    return name(labels.get(ZONE)) or name(labels.get(ALERT, "")[:POINT_MOST]) or "alert"


def _observed(named: tuple[str, ...]) -> Observed:
    if not _SOFTWARE.isdisjoint(named):
        return Observed.IT
    return next((BY_WORD[word] for word in named if word in BY_WORD), Observed.IT)


def _state(kept: Kept, message: Kept) -> tuple[PointState, tuple[Quality, ...]]:
    """The alert's own status; without one its end tells, then that of its group, then nobody."""
    for said in (leaf(kept, "status"), leaf(message, "status")):
        state = STATES.get(said.strip().lower()) if isinstance(said, str) else None
        if state is not None:
            return state, ()
    return PointState.ACTIVE, (Quality.STATE_MISSING,)


def _time(kept: Kept, state: PointState, now: datetime | None) -> Told:
    """When it began, or when it ended. The year 1 is no time but says `not yet`."""
    value = leaf(kept, "endsAt" if state is PointState.INACTIVE else "startsAt")
    if isinstance(value, str) and value.startswith("0001-"):
        return None, ()
    return instant(value, now=now)
