"""ChirpStack v4 over HTTP: one integration speaks for all devices of an application.

The point is the tag `zone` of the device, else its name; the device's own address its EUI. Of an uplink the decoded
object is read; where there is none no codec is set up, and what it says nobody knows. Gateways, radio and place of a
device are dropped.
Source: chirpstack_api integration.proto (UplinkEvent, StatusEvent), EQUIPMENT 5.
"""

from typing import Final

from msgspec.structs import replace

from belfry.domain.reading import POINT_MOST, Observed, PointState, Reading, Said
from belfry.protocols import lora
from belfry.protocols.common import jsons
from belfry.protocols.common.booleans import boolean
from belfry.protocols.common.fields import LEAF, Allow, Dropped, Kept, leaf, objects, strip
from belfry.protocols.common.times import instant
from belfry.protocols.common.unreadable import Unreadable, never_raises
from belfry.protocols.common.values import name, number
from belfry.protocols.common.words import once
from belfry.protocols.hint import Hint
from belfry.protocols.telling import accepted, active, ignored, refused, unlisted

_EVENT: Final[Allow] = {
    "deduplicationId": LEAF,
    "time": LEAF,
    "deviceInfo": {"deviceName": LEAF, "devEui": LEAF, "tags": {"zone": LEAF}},
    "fCnt": LEAF,
    "fPort": LEAF,
    "batteryLevel": LEAF,
    "batteryLevelUnavailable": LEAF,
    "externalPowerSource": LEAF,
    "margin": LEAF,
}
HEARD: Final = frozenset({"join", "ack", "txack"})
UNHEARD: Final = frozenset({"log", "location", "integration"})
PART_MOST: Final = 20
"""Characters that a part of a point may add to its device's name."""


@never_raises
def read(body: bytes, hint: Hint) -> Said:
    """Read one event; `?event=` says which, else its fields do."""
    told, dropped = jsons.parse_object(body), Dropped()
    decoded = told.pop("object", None)
    kept = strip(told, _EVENT, dropped)
    info: Kept = next(iter(objects(kept, "deviceInfo")), {})
    address = name(leaf(info, "devEui"))
    match hint.query.get("event") or _event(told):
        case "up":
            return _uplink(kept, decoded, hint, dropped)
        case "status":
            return _status(kept, hint, dropped)
        case event if event in HEARD:
            return ignored("no message of the device itself", heartbeat=True, address=address)
        case event if event in UNHEARD:
            return ignored("of no concern", address=address)
        case _:
            return unlisted(dropped.names(), address=address)


def _event(told: dict[str, object]) -> str:
    if "fPort" in told or "data" in told or "fCnt" in told:
        return "up"
    if "batteryLevel" in told or "batteryLevelUnavailable" in told or "margin" in told:
        return "status"
    return "join" if "devAddr" in told else ""


def _uplink(kept: Kept, decoded: object, hint: Hint, dropped: Dropped) -> Said:
    point, address = _speaker(kept)
    if not isinstance(decoded, dict):
        if leaf(kept, "fPort") is None:
            return ignored("nothing but a sign of life", dropped.names(), heartbeat=True, address=address)
        return unlisted(dropped.names(), reason="unlisted type: no codec is set up", address=address)
    if lora.is_refused(decoded):
        return refused(address)
    at, doubts = instant(leaf(kept, "time"), now=hint.now)
    own = leaf(kept, "deduplicationId")
    mark = None if own is None else once(own)
    readings = [
        replace(
            reading,
            occurred_at=at,
            quality=(*reading.quality, *doubts),
            address=address,
        )
        for reading in lora.readings(decoded, point, dropped, "object", mark=mark)
    ]
    return accepted(readings, dropped.names(), address=address)


def _status(kept: Kept, hint: Hint, dropped: Dropped) -> Said:
    point, address = _speaker(kept)
    at, doubts = instant(leaf(kept, "time"), now=hint.now)
    readings = []
    level = number(leaf(kept, "batteryLevel"))
    external = boolean(leaf(kept, "externalPowerSource"))
    # 255, -1 and `unavailable` stand for a level that nobody knows; so does what is on the mains.
    if level is not None and 0 <= level <= 100 and not boolean(leaf(kept, "batteryLevelUnavailable")) and not external:
        readings.append(
            Reading(
                observed=Observed.VALUE,
                point=f"{point}/battery",
                state=PointState.UNKNOWN,
                value=level,
                unit="%",
                occurred_at=at,
                quality=doubts,
                address=address,
            )
        )
        readings.append(
            Reading(
                observed=Observed.BATTERY,
                point=f"{point}/battery-low",
                state=active(level < LOW_PERCENT),
                occurred_at=at,
                quality=doubts,
                address=address,
            )
        )
    if not readings:
        return ignored("a state without a level", dropped.names(), heartbeat=True, address=address)
    return accepted(readings, dropped.names(), address=address)


LOW_PERCENT: Final = 10.0
"""A LoRa battery holds for years; at a tenth some weeks are left."""


def _speaker(kept: Kept) -> tuple[str, str | None]:
    """The point of the device's own, and its address. Raises Unreadable where neither is told."""
    info: Kept = next(iter(objects(kept, "deviceInfo")), {})
    tags: Kept = next(iter(objects(info, "tags")), {})
    address = name(leaf(info, "devEui"))
    point = name(leaf(tags, "zone")) or name(leaf(info, "deviceName")) or address
    if point is None:
        raise Unreadable("an event of no device")
    return point[: POINT_MOST - PART_MOST], address
