"""The keys of the settings file, their defaults and limits. `docs/settings.md` documents each; a test compares.

A check that one field alone can fail is its annotation; a check in words is in `__post_init__`, as
`key = value: what is wanted`. Paths are relative to the folder of the settings file. What belongs to one type of
receiver is not known here: that table goes to the plug-in's own `Settings` (`reading.part`).
"""

from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta, Struct

from belfry.domain import chains, facts, kinds, response_order, teams
from belfry.domain.chains import Chain
from belfry.domain.presets import Rules
from belfry.domain.response_order import Order
from belfry.domain.training import RECEIVER as TRAINING
from belfry.settings import alerting, reaching, reporting
from belfry.settings import automation as automations
from belfry.settings import output as outputs
from belfry.settings.alerting import PersonTable, PushTable, QuietTable
from belfry.settings.automation import AutomationTable
from belfry.settings.crewing import RotaTable
from belfry.settings.mapping import MapTable
from belfry.settings.output import OutputTable
from belfry.settings.reaching import NotifierTable, OnCallTable, ShiftTable, TeamTable
from belfry.settings.reporting import ReportTable
from belfry.settings.travelling import TravelTable

Name = Annotated[str, Meta(min_length=1, max_length=60)]
Address = Annotated[str, Meta(min_length=1, max_length=300)]
Days = Annotated[int, Meta(ge=1, le=3_650)]
EntryDays = Annotated[int, Meta(ge=7, le=36_500)]
"""At least a week, so that nothing that may still be reopened, or is still being handled, is touched."""

DATABASES: Final = ("postgresql://", "postgresql+psycopg://")

PORT_MAX: Final = 65_535
PORT_DIGITS: Final = 5
NEVER_DIALS: Final = frozenset({"about", "blob", "data", "file", "filesystem", "javascript", "vbscript"})
"""Schemes that would run or read something in the browser."""
SHOWN: Final = 60
"""Characters of a bad value that its problem repeats."""
RULE_MAX: Final = 315_360_000
FEED_GRACE_LEAST: Final = 12
"""Seconds: nobody finishes the words about one alarm while the next one opens."""
FEED_GRACE_MOST: Final = 60
"""Largest number of a rule: ten years in seconds. Beyond some it cannot be reckoned with times any more."""


def host_port(listen: str) -> tuple[str, int]:
    """Return host and port of `127.0.0.1:8440` or `[::1]:8440`; port 0 lets the system choose. Raises ValueError."""
    host, colon, port = listen.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        host = ""
    is_port = port.isascii() and port.isdigit() and len(port) <= PORT_DIGITS and int(port) <= PORT_MAX
    if not (colon and is_host(host) and is_port):
        shown = listen if len(listen) <= SHOWN else f"{listen[: SHOWN - 3]}..."
        raise ValueError(f"listen = {shown!r}: wants HOST:PORT such as '127.0.0.1:8440', port 0 to {PORT_MAX}")
    return host, int(port)


def is_host(host: str) -> bool:
    """Whether a host's name can be asked for at all: printable, its labels neither empty nor longer than 63."""
    try:
        host.removesuffix(".").encode("idna")
    except UnicodeError:
        return False
    return bool(host) and host.isprintable() and " " not in host


class Console(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[console]`: where operators' browsers knock."""

    listen: str = "127.0.0.1:8440"
    tls_cert: Path | None = None
    """PEM file with the certificate chain; needs `tls_key`."""
    tls_key: Path | None = None
    public_url: str | None = None
    """What browsers type, where a proxy stands in front: `https://alarms.example.org`."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    session_hours: Annotated[int, Meta(ge=1, le=24)] = 12

    def __post_init__(self) -> None:
        host_port(self.listen)
        if (self.tls_cert is None) != (self.tls_key is None):
            missing = "tls_key" if self.tls_key is None else "tls_cert"
            raise ValueError(f"{missing} is missing: certificate and key are set together or not at all")
        if self.public_url is not None:
            _check_url(self.public_url)
        for proxy in self.trusted_proxies:
            try:
                ip_network(proxy)
            except ValueError as error:
                raise ValueError(f"trusted_proxies: {error}") from None


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.port is None or bool(parts.port)
    except ValueError:
        parts, usable = urlsplit(""), False
    usable = usable and is_host(parts.hostname or "")
    if not usable or parts.scheme not in {"http", "https"} or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"public_url = {url!r}: wants http(s)://HOST[:PORT] without a path")


class Dialler(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[dialler]`: what dials for an operator. The console opens it, never the centre."""

    url: str | None = None
    """Address with `{number}` in it: `https://pbx.example.org/call?to={number}`, `sip:{number}@pbx.example.org`."""

    def __post_init__(self) -> None:
        if self.url is not None and not _dials(self.url):
            raise ValueError(f"url = {self.url[:SHOWN]!r}: wants an address such as 'sip:{{number}}@example.org'")


def _dials(url: str) -> bool:
    """Whether an address has a scheme that opens nothing of the console itself, and one place for the number."""
    scheme, colon, rest = url.partition(":")
    plain = scheme.replace("+", "").replace("-", "").replace(".", "")
    usable = bool(colon and rest) and plain.isascii() and plain.isalnum() and scheme.lower() not in NEVER_DIALS
    return usable and url.count("{number}") == 1 and "{number}" in rest and url.isprintable() and " " not in url


class ReceiverTable(Struct, frozen=True, kw_only=True):
    """`[[receiver]]`: the keys that every receiver has. `rest` holds the others for the plug-in to judge."""

    type: Name
    """Entry-point name in the group `belfry.receivers`."""
    name: str = ""
    """Belongs to the identity of an account, so it should never change; empty: the type."""
    listen: str | None = None
    """HOST:PORT; None: the default of the type."""
    rest: Mapping[str, object] = {}

    def __post_init__(self) -> None:
        if self.listen is not None:
            host_port(self.listen)
        if "/" in self.name or len(self.name) > 60:
            raise ValueError(f"name = {self.name!r}: wants at most 60 characters and no '/'")

    @property
    def called(self) -> str:
        return self.name or self.type

    @property
    def table(self) -> Mapping[str, object]:
        """What the plug-in gets: its own keys, its name, and `listen` where it was given."""
        listen = {} if self.listen is None else {"listen": self.listen}
        return {**self.rest, "name": self.called, **listen}

    def beside(self, folder: Path) -> "ReceiverTable":
        """Return the same table; a file that a key names (`tls_cert`, `password_file`) counts from `folder`."""
        rest = {
            key: str(folder / value) if isinstance(value, str) and _names_a_file(key) else value
            for key, value in self.rest.items()
        }
        return msgspec.structs.replace(self, rest=rest)


def _names_a_file(key: str) -> bool:
    return key.startswith("tls_") or key.endswith("_file")


class Retention(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[retention]`: how long the data keys of sealed parts live, by retention class."""

    signal_days: Days = 30
    """User numbers and zone texts of panels (SCOPE, door and user data: 30 days)."""
    incident_days: Days = 365
    """Notes and reasons of incidents."""
    caller_days: Days = 90
    position_days: Days = 3
    picture_days: Annotated[int, Meta(ge=1, le=3)] = 3
    """Pictures from the field; never longer (SCOPE, pictures: 72 h)."""
    rota_days: Annotated[int, Meta(ge=7, le=3_650)] = 90
    """Shifts of the rota, from their end on: a plan of where somebody was to be."""
    person_entry_days: EntryDays = 180
    """Incidents of persons and their signals, whole entries, from the closing on: kinds of MED and PERS."""
    log_entry_days: EntryDays = 365
    """Signals that needed nobody."""
    entry_days: EntryDays = 1_095
    """All other incidents with their signals."""

    def __post_init__(self) -> None:
        if self.person_entry_days > min(self.log_entry_days, self.entry_days):
            raise ValueError(
                f"person_entry_days = {self.person_entry_days}: wants no more than log_entry_days and entry_days, "
                "since what is of a person goes soonest"
            )

    def of(self, kept: facts.Retention) -> timedelta:
        days: int = getattr(self, f"{kept.value}_days")
        return timedelta(days=days)


class Backup(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[backup]`: what `belfry backup` does beside copying."""

    keep_days: Annotated[int, Meta(ge=1, le=365)] = 30
    """Older backups are removed after a new one; what was erased since is in them still."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file. `Settings()` is a centre on this machine without a receiver."""

    name: Name = "Belfry"
    """What the centre is called, on its console."""
    data: Path = Path("data")
    """Folder of the embedded stores."""
    journal: Address = "sqlite"
    """Entry-point name in the group `belfry.journals`, or an address whose scheme is one."""
    database: Address | None = None
    """Address of the registry where it is in PostgreSQL: `postgresql://HOST/DATABASE`. None: a file in `data`."""
    accounts: Path | None = None
    """CSV file that is read into the registry at the start (`docs/accounts.md`)."""
    language: Literal["en", "de", "fr", "es"] = "en"
    time_zone: Annotated[str, Meta(min_length=1, max_length=60)] = "UTC"
    """The centre's own clock, by which shifts and rotas are; sites have their own."""
    console: Console = Console()
    dialler: Dialler = Dialler()
    map: MapTable = MapTable()
    receiver: tuple[ReceiverTable, ...] = ()
    notifier: tuple[NotifierTable, ...] = ()
    on_call: tuple[OnCallTable, ...] = ()
    shift: tuple[ShiftTable, ...] = ()
    operator_group: tuple[TeamTable, ...] = ()
    report: tuple[ReportTable, ...] = ()
    automation: tuple[AutomationTable, ...] = ()
    output: tuple[OutputTable, ...] = ()
    travel: TravelTable = TravelTable()
    rota: RotaTable = RotaTable()
    response: tuple[Order, ...] = ()
    chain: tuple[Chain, ...] = ()
    push: PushTable = PushTable()
    quiet: QuietTable = QuietTable()
    person: tuple[PersonTable, ...] = ()
    rules: Rules = Rules()
    retention: Retention = Retention()
    backup: Backup = Backup()

    def __post_init__(self) -> None:
        if self.database is not None and not self.database.startswith(DATABASES):
            # Not shown: it may hold a password.
            raise ValueError("database: wants an address such as 'postgresql://HOST/DATABASE'")
        names = [receiver.called for receiver in self.receiver]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"receiver.name: {', '.join(sorted(twice))} is used twice, but accounts belong to a name")
        if TRAINING in names:
            raise ValueError(f"receiver.name: {TRAINING} is kept for exercises, which no equipment may say")
        reaching.check(self.notifier, self.on_call, self.shift)
        teams.check([one.team() for one in self.operator_group])
        reporting.check(self.report, self.on_call)
        automations.check(self.automation)
        outputs.check(self.output, self.automation)
        response_order.check(self.response, kinds.load().all())
        chains.check(self.chain, kinds.load())
        alerting.check(self.person, [one.name for one in self.notifier])
        if not self.rules.room_1_s and any(row.level == "room" for row in self.on_call):
            raise ValueError("on_call.level = 'room': wants rules.room_1_s, after which another room is reached")
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"time_zone = {self.time_zone!r}: wants a name such as 'Europe/Berlin'") from None
        for key, value in msgspec.structs.asdict(self.rules).items():
            if not 0 <= value <= RULE_MAX:
                shown = value if abs(value) < 10**20 else "a number of many digits"
                raise ValueError(f"rules.{key} = {shown}: wants a number from 0 to {RULE_MAX}")
        if not FEED_GRACE_LEAST <= self.rules.feed_grace_s <= FEED_GRACE_MOST:
            wants = f"wants {FEED_GRACE_LEAST} to {FEED_GRACE_MOST} seconds"
            raise ValueError(f"rules.feed_grace_s = {self.rules.feed_grace_s}: {wants}")

    @property
    def journal_type(self) -> str:
        """Entry-point name of the journal."""
        return self.journal.partition("://")[0]

    @property
    def journal_address(self) -> str | None:
        """Where the journal is, if not in the folder `data`. May hold a password."""
        return self.journal if "://" in self.journal else None

    @property
    def registry_at(self) -> Path | str:
        """The folder or the address of the registry. May hold a password."""
        return self.data if self.database is None else self.database

    def beside(self, folder: Path) -> "Settings":
        """Return the same settings with every relative path taken from `folder`."""

        def at(path: Path | None) -> Path | None:
            return None if path is None else folder / path

        console = msgspec.structs.replace(
            self.console, tls_cert=at(self.console.tls_cert), tls_key=at(self.console.tls_key)
        )
        return msgspec.structs.replace(
            self,
            data=folder / self.data,
            accounts=at(self.accounts),
            console=console,
            map=self.map.beside(folder),
            push=self.push.beside(folder),
            receiver=tuple(one.beside(folder) for one in self.receiver),
            notifier=tuple(one.beside(folder) for one in self.notifier),
            output=tuple(one.beside(folder) for one in self.output),
        )
