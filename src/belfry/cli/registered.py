"""The devices of a registry, for `belfry decode --config`: whose a message is, and by which table it is judged."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from belfry.cli.talk import registry_of, settings_of
from belfry.domain.device import Device
from belfry.registry import device_rows

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="Judge by the devices of these settings' registry.", exists=True, dir_okay=False),
]
DeviceOption = Annotated[
    str | None, typer.Option("--device", help="With --config: id or address of the device, where the message has none.")
]


class Registered:
    def __init__(self, devices: Sequence[Device], named: Device | None) -> None:
        self._by_address = {device.address: device for device in devices}
        self.named = named

    @classmethod
    def read(cls, config: Path, name: str | None) -> "Registered":
        """Raises typer.BadParameter where no device has the name."""
        with registry_of(settings_of(config)) as registry:
            devices = device_rows.read_devices(registry.store)
        named = next((device for device in devices if name in (device.id, device.address)), None)
        if name is not None and named is None:
            raise typer.BadParameter("no device of the registry has this id or address", param_hint="--device")
        return cls(devices, named)

    def whose(self, address: str | None) -> Device | None:
        """The device of an address; else the one that was named."""
        found = None if address is None else self._by_address.get(address)
        return found or self.named
