"""`belfry serve` and `belfry demo` as child processes, and the API as a program with a token sees it."""

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx

from belfry.ports.staff import Role
from belfry.registry import Registry
from faults import forked
from faults.forked import Forked
from tests.browser.dc09 import Panel
from tests.web.test_server import certificate

PASSWORD: Final = "correct horse battery"
OPERATORS: Final = ("anna", "boris")

ACCOUNTS: Final = """\
account,name,address,latitude,longitude,time_zone,type
1001,Linden School,Mill Lane 1,51.5010,-0.1240,Europe/London,school
2002,Corner Shop Averill,High Street 2,51.5021,-0.1252,Europe/London,shop
3003,Savings Bank,Market 3,51.5032,-0.1263,Europe/London,bank_or_valuables
4004,Hotel Meridian,Quay Street 4,51.5043,-0.1274,Europe/London,hotel
5005,Parcel Depot North,Ring Road 5,51.5054,-0.1285,Europe/London,warehouse
"""

SETTINGS: Final = """\
name = "Harbour control"
data = "data"
accounts = "accounts.csv"

[console]
listen = "127.0.0.1:0"

[[receiver]]
type = "dc09"
name = "panels"
listen = "127.0.0.1:0"
"""

STARTS_WITHIN_S: Final = 60
ENDS_WITHIN_S: Final = 30
Rows = list[dict[str, Any]]
NOBODY: Final[Mapping[str, Role]] = {}

_UNKNOWN: Final = ssl.create_default_context()
"""The certificates of these centres are made for one test each."""
_UNKNOWN.check_hostname = False
_UNKNOWN.verify_mode = ssl.CERT_NONE


@dataclass
class House:
    """A running centre."""

    url: str
    api: "Api"
    panels: tuple[str, int]

    def panel(self, account: str) -> Panel:
        return Panel(self.panels, account)


@dataclass
class Api:
    """The interface as any program with a token has it."""

    client: httpx.AsyncClient

    async def get(self, path: str, **query: str) -> Any:
        answer = await self.client.get(f"/api/v1{path}", params=query)
        answer.raise_for_status()
        return answer.json()

    async def post(self, path: str, body: Mapping[str, object] | None = None) -> Any:
        answer = await self.client.post(f"/api/v1{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    async def open(self) -> Rows:
        """The open queue in the centre's own order."""
        items: Rows = (await self.get("/incidents", state="open", limit="1000"))["items"]
        return items

    async def incident(self, incident: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.get(f"/incidents/{incident}")
        return found

    async def leave_out(self, incident: str) -> None:
        """Skip whatever the plan of an incident demands: for what is about something else."""
        while owed := (plan := await self.get(f"/incidents/{incident}/plan"))["owed"]:
            body = {"version": plan["version"], "step": owed[0], "reason": "Not told here"}
            await self.post(f"/incidents/{incident}/skip", body)

    async def wait_rows(self, count: int) -> Rows:
        """The open queue once it has so many rows: kept is answered before it is settled."""
        async with asyncio.timeout(ENDS_WITHIN_S):
            while len(rows := await self.open()) < count:  # noqa: ASYNC110 - another process settles it
                await asyncio.sleep(0.05)
        return rows

    async def wait_leads(self, *counts: int) -> None:
        """So many lead so many others: whoever leads hears of what was merged an entry later."""
        async with asyncio.timeout(ENDS_WITHIN_S):
            while sorted([row["leads"] for row in await self.open()]) != sorted(counts):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.05)

    async def wait_open(self, account: str) -> dict[str, Any]:
        """The one open incident of an account, as soon as it is there."""
        async with asyncio.timeout(ENDS_WITHIN_S):
            while not (found := [row for row in await self.open() if row["account"] == account]):
                pass
        assert len(found) == 1, found
        return found[0]


@asynccontextmanager
async def api(url: str, token: str) -> AsyncIterator[Api]:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=20, verify=_UNKNOWN) as client:
        yield Api(client)


def furnish(
    folder: Path,
    *,
    operators: Sequence[str] = OPERATORS,
    staff: Mapping[str, Role] = NOBODY,
    more: str = "",
    secure: bool = False,
) -> tuple[Path, str]:
    """Write settings, sites and people into a folder; returns the settings file and a supervisor's token.

    `staff` are further people by name, `more` is appended to the settings, `secure` lets the console speak TLS.
    Everybody's password is PASSWORD.
    """
    config = folder / "belfry.toml"
    settings = SETTINGS
    if secure:
        cert, key = certificate(folder)
        settings = settings.replace("[console]", f'[console]\ntls_cert = "{cert}"\ntls_key = "{key}"', 1)
    config.write_text(settings + more, encoding="utf-8")
    (folder / "accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    people = {**dict.fromkeys(operators, Role.OPERATOR), **staff}
    template, token = _registry_of(tuple(people.items()))
    shutil.copytree(template.name, folder / "data")
    return config, token


@cache
def _registry_of(people: tuple[tuple[str, Role], ...]) -> tuple["TemporaryDirectory[str]", str]:
    """A registry with these people, made once and copied from then on: a password costs a tenth of a second."""
    folder = TemporaryDirectory(prefix="belfry-people-")
    registry = Registry.open(Path(folder.name))
    for name, role in people:
        registry.users.add(name, role, PASSWORD, by="test")
    token = registry.tokens.issue(Role.SUPERVISOR, name="program", hours=12, by="test")
    registry.close()
    return folder, token


@asynccontextmanager
async def running(*words: str) -> AsyncIterator[Forked]:
    """A `belfry` command until the end of the block; it must end well when it is told to."""
    child = await forked.start(words, complains=2)
    try:
        yield child
    finally:
        if child.returncode is None:
            child.terminate()
        async with asyncio.timeout(ENDS_WITHIN_S):
            await child.communicate()
    assert child.returncode == 0, f"belfry {words[0]} ended with {child.returncode}"


async def line(child: Forked) -> str:
    """The next line that a command prints."""
    async with asyncio.timeout(STARTS_WITHIN_S):
        said = await child.stdout.readline()
    assert said, "it ended without a word; see its log above"
    return said.decode().strip()


@asynccontextmanager
async def serving(
    folder: Path,
    *,
    operators: Sequence[str] = OPERATORS,
    staff: Mapping[str, Role] = NOBODY,
    more: str = "",
    secure: bool = False,
) -> AsyncIterator[House]:
    """`belfry serve` with five sites, two operators and further `staff`; `more` are further settings. `secure`: over
    HTTPS, with a certificate that no browser knows."""
    config, token = furnish(folder, operators=operators, staff=staff, more=more, secure=secure)
    async with served(config, token) as house:
        yield house


@asynccontextmanager
async def served(config: Path, token: str) -> AsyncIterator[House]:
    """`belfry serve` in a folder that was furnished."""
    async with running("serve", "--config", str(config)) as child:
        url = (await line(child)).removeprefix("console: ")
        async with api(url, token) as program:
            centre = await program.get("/centre")
            host, _, port = centre["receivers"][0]["listen"].rpartition(":")
            yield House(url, program, (host, int(port)))
