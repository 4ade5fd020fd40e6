"""SensorThings 1.1: an Observation of a Datastream, which is a number; what it means is a rule of the site.

The point is the id of the Datastream. A truth (`result: true`) is an input.
Source: OGC 18-088, SensorThings API 1.1, clause 8 (Observation); EQUIPMENT 5.
"""

import re
from typing import Final

from belfry.domain.reading import Observed, PointState, Reading, Said
from belfry.protocols.common import jsons
from belfry.protocols.common.fields import LEAF, Allow, Dropped, Kept, leaf, objects, strip
from belfry.protocols.common.times import instant
from belfry.protocols.common.unreadable import Unreadable, never_raises
from belfry.protocols.common.values import name, number
from belfry.protocols.hint import Hint
from belfry.protocols.telling import accepted, active, unlisted

_OBSERVATION: Final[Allow] = {
    "result": LEAF,
    "phenomenonTime": LEAF,
    "resultTime": LEAF,
    "Datastream": {"@iot.id": LEAF},
    "Datastream@iot.navigationLink": LEAF,
}
_NAMED: Final = re.compile(r"Datastreams\(['\"]?([^()'\"]{1,80})['\"]?\)")
TIME_MOST: Final = 100


@never_raises
def read(body: bytes, hint: Hint) -> Said:
    """Read one Observation. Which Datastream it is of says the message, its topic, or `?datastream=`."""
    told, dropped = jsons.parse_object(body), Dropped()
    kept = strip(told, _OBSERVATION, dropped)
    if "result" not in kept:
        if "MultiDatastream" in told or "result" in told:
            return unlisted(dropped.names(), reason="unlisted type: a result of several values")
        raise Unreadable("an observation without a result")
    point = _point(kept, hint)
    if point is None:
        raise Unreadable("an observation of no datastream")
    said = leaf(kept, "phenomenonTime")
    time = said if isinstance(said, str) else leaf(kept, "resultTime")
    at, quality = instant(_end(time), now=hint.now)
    result = leaf(kept, "result")
    if isinstance(result, bool):
        reading = Reading(observed=Observed.INPUT, point=point, state=active(result), occurred_at=at, quality=quality)
        return accepted([reading], dropped.names())
    value = number(result)
    if value is None:
        raise Unreadable("a result that is no number")
    reading = Reading(
        observed=Observed.VALUE,
        point=point,
        state=PointState.UNKNOWN,
        occurred_at=at,
        value=value,
        quality=quality,
    )
    return accepted([reading], dropped.names())


def _point(kept: Kept, hint: Hint) -> str | None:
    for stream in objects(kept, "Datastream"):
        if (own := name(leaf(stream, "@iot.id"))) is not None:
            return own
    link = leaf(kept, "Datastream@iot.navigationLink")
    for place in (link if isinstance(link, str) else "", hint.topic):
        if (found := _NAMED.search(place[:400])) is not None:
            return name(found[1])
    return name(hint.query.get("datastream", ""))


def _end(value: object) -> object:
    """The end of an interval (`2026-03-02T10:00:00Z/2026-03-02T10:05:00Z`), or the instant itself."""
    return value.rpartition("/")[2] if isinstance(value, str) and len(value) <= TIME_MOST else value
