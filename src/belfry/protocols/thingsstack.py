"""The Things Stack v3 over HTTP: one webhook speaks for all devices of an application.

The point is the id of the device, its address the same. Of an uplink the decoded payload is read. The server leaves out
fields that are zero, false or empty (protobuf): an absent `f_port` is 0, an absent `f_cnt` the first; what is absent in
the decoded payload is nothing, since no codec says that it would be false.
Source: thethingsindustries.com, The Things Stack, Data Formats; EQUIPMENT 5.
"""

from typing import Final

from msgspec.structs import replace

from belfry.domain.reading import POINT_MOST, Observed, PointState, Reading, Said
from belfry.protocols import lora
from belfry.protocols.common import jsons
from belfry.protocols.common.fields import LEAF, Allow, Dropped, Kept, leaf, objects, strip
from belfry.protocols.common.times import instant
from belfry.protocols.common.unreadable import Unreadable, never_raises
from belfry.protocols.common.values import name, number
from belfry.protocols.common.words import once
from belfry.protocols.hint import Hint
from belfry.protocols.telling import accepted, ignored, refused, unlisted

_MESSAGE: Final[Allow] = {
    "end_device_ids": {"device_id": LEAF, "dev_eui": LEAF},
    "received_at": LEAF,
}
_UPLINK: Final[Allow] = {
    "session_key_id": LEAF,
    "f_port": LEAF,
    "f_cnt": LEAF,
    "received_at": LEAF,
    "last_battery_percentage": {"value": LEAF},
}
UPLINK: Final = "uplink_message"
HEARD: Final = ("join_accept", "downlink_ack", "uplink_normalized")
UNHEARD: Final = ("downlink_sent", "downlink_queued", "downlink_failed", "downlink_nack", "downlink_queue_invalidated")
PLACES: Final = ("location_solved", "service_data")
PART_MOST: Final = 20
"""Characters that a part of a point may add to its device's id."""


@never_raises
def read(body: bytes, hint: Hint) -> Said:
    """Read one message of the application's webhook."""
    told, dropped = jsons.parse_object(body), Dropped()
    uplink = told.pop(UPLINK, None)
    kept = strip({key: value for key, value in told.items() if key not in HEARD}, _MESSAGE, dropped)
    ids: Kept = next(iter(objects(kept, "end_device_ids")), {})
    point = name(leaf(ids, "device_id")) or name(leaf(ids, "dev_eui"))
    if point is None:
        raise Unreadable("a message of no device")
    point = point[: POINT_MOST - PART_MOST]
    if isinstance(uplink, dict):
        return _uplink(uplink, kept, point, hint, dropped)
    if any(kind in told for kind in HEARD):
        return ignored("no message of the device itself", heartbeat=True, address=point)
    if any(kind in told for kind in (*UNHEARD, *PLACES)):
        return ignored("of no concern", address=point)
    return unlisted(dropped.names(), address=point)


def _uplink(uplink: dict[str, object], message: Kept, point: str, hint: Hint, dropped: Dropped) -> Said:
    decoded = uplink.pop("decoded_payload", None)
    kept = strip(uplink, _UPLINK, dropped, (UPLINK,))
    if not isinstance(decoded, dict):
        if number(leaf(kept, "f_port")) in (None, 0):  # commands of the radio alone
            return ignored("nothing but a sign of life", dropped.names(), heartbeat=True, address=point)
        return unlisted(dropped.names(), reason="unlisted type: no codec is set up", address=point)
    if lora.is_refused(decoded):
        return refused(point)
    at, doubts = instant(leaf(kept, "received_at") or leaf(message, "received_at"), now=hint.now)
    session, count = leaf(kept, "session_key_id"), leaf(kept, "f_cnt") or 0
    mark = None if session is None and at is None else once(session, count, at)
    found = list(lora.readings(decoded, point, dropped, UPLINK, "decoded_payload", mark=mark))
    level = next((number(leaf(one, "value")) for one in objects(kept, "last_battery_percentage")), None)
    if level is not None and not any(reading.point == f"{point}/battery" for reading in found):
        found.append(
            Reading(observed=Observed.VALUE, point=f"{point}/battery", state=PointState.UNKNOWN, value=level, unit="%")
        )
    return accepted(
        [
            replace(
                reading,
                occurred_at=at,
                quality=(*reading.quality, *doubts),
                address=point,
            )
            for reading in found
        ],
        dropped.names(),
        address=point,
    )
