"""Saving what changed of devices; nothing is forgotten where it fails."""

from collections.abc import Iterable

from belfry.centre.devices.amounts import Amounts
from belfry.centre.devices.kept import Kept
from belfry.ports.device_memory import DeviceMemory


async def save_changed(known: Iterable[Kept], amounts: Amounts, memory: DeviceMemory) -> None:
    """Raises what the store raises."""
    changed = [kept for kept in known if kept.changed]
    days = amounts.take_changed()
    for kept in changed:
        kept.changed = False
    try:
        if changed:
            await memory.save([kept.saved() for kept in changed])
        if days:
            await memory.save_days(days)
    except BaseException:
        for kept in changed:
            kept.changed = True
        amounts.put_back(days)
        raise
