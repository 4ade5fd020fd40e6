"""A house with a real journal on the disk for the receivers of devices, and certificates made for one test."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from belfry.centre.intake import Intake
from belfry.centre.replay import Replay
from belfry.centre.seals import Seals
from belfry.domain.device import Device, DevicePoint, DeviceWire
from belfry.domain.facts import Received
from belfry.domain.presets import Rules
from belfry.domain.site import Account
from belfry.journal.sqlite import SqliteJournal
from belfry.keys.memory import MemoryKeyStore
from belfry.ports import Stored
from belfry.registry.book import AccountBook
from belfry.testing.devices import HeardDevices, MemoryBook

NOW: Final = datetime(2026, 3, 2, 15, 16, tzinfo=UTC)
SECRET: Final = "k5xw2zq7m4n3p6r8s9t2v4x6y8"


class DeviceHouse:
    """What a receiver of devices is built with: a real intake over SQLite, a book, a clock that the test moves."""

    def __init__(self, journal: SqliteJournal) -> None:
        self.now = NOW
        self.journal = journal
        self.accounts = AccountBook([Account(id="home", account="3003")])
        keys, chance = MemoryKeyStore(random.Random(3).randbytes), random.Random(1).randbytes
        self.intake = Intake(
            journal=journal,
            accounts=self.accounts,
            seals=Seals(keys, chance, self.clock),
            keys=keys,
            replay=Replay(Rules(), NOW - timedelta(hours=1)),
            on_poll=lambda poll: None,
            is_keyed=lambda key: False,
            clock=self.clock,
            chance=chance,
        )
        self.book = MemoryBook()
        self.devices = HeardDevices(self.book, self.intake)

    def clock(self) -> datetime:
        return self.now

    def register(self, wire: DeviceWire, receiver: str, *points: str, name: str = "d1", secret: str = SECRET) -> Device:
        device = Device(
            id=name,
            account_id="home",
            receiver=receiver,
            wire=wire,
            address=f"at-{name}",
            points=tuple(DevicePoint(point=point, zone=str(n + 1)) for n, point in enumerate(points)),
        )
        self.book.put(device, secret=secret)
        return device

    async def kept(self) -> Sequence[Received]:
        stored = await self.journal.page(0, 1_000)
        return [
            fact for one in stored if isinstance(one, Stored) for fact in one.entry.facts if isinstance(fact, Received)
        ]


@asynccontextmanager
async def device_house(folder: Path) -> AsyncIterator[DeviceHouse]:
    journal = await SqliteJournal.open(folder)
    house = DeviceHouse(journal)
    await house.intake.prepare()
    try:
        yield house
    finally:
        await house.intake.settle()
        await journal.close()


def certificate(folder: Path, name: str = "door") -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signed itself, and its key, both in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / f"{name}.pem", folder / f"{name}.key"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert_file, key_file
