"""For whom a device speaks: itself, or - a gateway, a recorder - also others of its receiver, wire and tenant.

Whoever has a device's secret could else name any address and raise, or end, the alarms of somebody else's detectors.
"""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from belfry.domain.device import Device, DeviceWire, may_speak_for
from belfry.domain.reading import Disposition, Reading, Said
from belfry.ports import Accounts
from belfry.ports.devices import DeviceBook

GATEWAYS: Final = frozenset({DeviceWire.CHIRPSTACK, DeviceWire.THINGS_STACK})
"""Servers that post for a whole application: what they pass on is the sensor's, a sign of life too."""

_PASSED_ON: Final = Said(disposition=Disposition.IGNORE, reason="of another device", heartbeat=True)


def spoken(device: Device, said: Said, book: DeviceBook, accounts: Accounts) -> Sequence[tuple[Device, Said]]:
    """Return who says what of a message that came with the secret of `device`."""

    def other(address: str | None) -> Device | None:
        if address is None or address == device.address:
            return None
        found = book.by_address(device.receiver, address)
        return found if found is not None and may_speak_for(device, found, tenant_of) else None

    def tenant_of(account_id: str) -> str | None:
        account = accounts.by_id(account_id)
        return None if account is None else account.tenant

    def own(reading: Reading) -> Reading:
        return (
            reading if reading.address is None or other(reading.address) is not None else replace(reading, address=None)
        )

    speaker = other(said.address) if device.wire in GATEWAYS else None
    said = replace(said, readings=tuple(own(reading) for reading in said.readings))
    if speaker is None:
        return ((device, said),)
    return (device, _PASSED_ON), (speaker, said)
