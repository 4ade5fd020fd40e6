"""A receiver in a process of its own that keeps nothing, so that it can be killed while a message waits for the disk.

python -m tests.receivers.mqtt_crash PORT TOPIC FOLDER
"""

import asyncio
import sys
from pathlib import Path

import structlog

from belfry.domain.device import DeviceWire
from tests.receivers.brokers import Desk, device, receiving, settings
from tests.receivers.house import device_house


async def main(port: int, topic: str, folder: Path) -> None:
    async with device_house(folder) as house:
        house.book.put(device(DeviceWire.ZIGBEE2MQTT, topic))
        desk = Desk(house)
        desk.held = []
        async with receiving(house, desk, settings(port)):
            print("connected", flush=True)
            await desk.hears(1)
            print("heard", flush=True)
            await asyncio.Event().wait()


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # standard output is the test's
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
