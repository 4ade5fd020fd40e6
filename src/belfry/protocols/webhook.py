"""Which wire a body is of that came over HTTP, for `belfry decode webhook`; a running receiver knows its device's.

Each wire has a field that no other one has, so the first that is found decides. What is XML is a warning (CAP).
"""

from collections.abc import Callable, Mapping
from typing import Final

from belfry.domain.reading import Said
from belfry.protocols import alertmanager, cap, chirpstack, cloudevents, sensorthings, shelly, shelly_hook, thingsstack
from belfry.protocols.common import jsons
from belfry.protocols.common.unreadable import never_raises
from belfry.protocols.hint import Hint
from belfry.protocols.telling import OF_MANY, unlisted

Reader = Callable[[bytes, Hint], Said]

BY_FIELD: Final[Mapping[str, Reader]] = {
    "specversion": cloudevents.read,
    "alerts": alertmanager.read,
    "uplink_message": thingsstack.read,
    "end_device_ids": thingsstack.read,
    "deviceInfo": chirpstack.read,
    "Datastream": sensorthings.read,
    "MultiDatastream": sensorthings.read,
    "phenomenonTime": sensorthings.read,
    "method": shelly.read,
}


@never_raises
def read(body: bytes, hint: Hint) -> Said:
    """Read a message of any of them."""
    if "ce-type" in hint.headers:
        return cloudevents.read(body, hint)
    if not body.strip() and "event" in hint.query:
        return shelly_hook.read(body, hint)
    if body.lstrip()[:1] == b"<":
        return cap.read_by_hint(body, hint)
    told = jsons.parse(body, OF_MANY)
    if isinstance(told, list):
        return cloudevents.read(body, hint)
    fields = told if isinstance(told, dict) else {}
    if "topic" in fields and ("payload" in fields or "payload_text" in fields):  # kept with its topic
        return shelly.read(body, hint)
    for field, reader in BY_FIELD.items():
        if field in fields:
            return reader(body, hint)
    return unlisted()
