"""How long from a duty report to the alert at every one of two hundred phones on duty, by stream and by web push.

All of them are of one brigade, each signed on, with a page open and one phone registered. The push service is played on
loopback over TLS and reads each message as a browser would; a real one adds its own time and the mobile net's. Each
report is a building fire at another place. Reports are few: more than ten to one person in five minutes become one.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import uvloop
from argon2 import PasswordHasher

from belfry.domain.unit import Service, Unit, UnitType
from belfry.ports.staff import Role
from belfry.registry import Registry, unit_rows
from belfry.simulator.push_service import HOST, PushService, certificate
from bench import cells
from bench.floor import figures_of
from bench.measure import Figures, Say
from bench.subjects import CACHE, CONFIG, Running, furnish, serving

STREAM: Final = "belfry, by stream"
PUSH: Final = "belfry, by web push"
CREW: Final = 4
REPORTS_MOST: Final = 10
"""As many pushes as one person gets one by one."""
WITHIN_S: Final = 30.0
REST_S: Final = 1.0
GOAL_S: Final = 2
HERE: Final = (53.5, 10.0)


@dataclass(frozen=True)
class Phones:
    phones: int = 200
    name: str = "phones"

    @property
    def words(self) -> str:
        return f"duty report to alert, {self.phones} phones on duty"

    def measure(self, rounds: int, say: Say) -> Mapping[str, Figures]:
        figures = {STREAM: Figures(), PUSH: Figures()}
        with tempfile.TemporaryDirectory(dir=CACHE, prefix="phones-") as made:
            folder = Path(made)
            furnish(folder)
            cert, key = certificate(folder / "tls")
            with (folder / CONFIG).open("a", encoding="utf-8") as file:
                file.write(f'\n[push]\nhosts = ["{HOST}"]\nca_file = "{cert}"\n')
            people = man(folder, self.phones)
            with serving(folder) as running:
                for took in uvloop.run(_all(running, people, cert, key, rounds)):
                    for name, seconds in took.items():
                        figures[name].rounds.append(figures_of(seconds))
                        say(f"  {name}: {figures[name].rounds[-1]}")
        return figures

    def lines(self, figures: Mapping[str, Figures]) -> Iterator[Sequence[str]]:
        words = self.words
        for name in (STREAM, PUSH):
            one = figures[name]
            reached = f"p50 {cells.time_ms(one, 'p50_ms')}, last phone {cells.time_ms(one, 'longest_ms')}"
            yield cells.line(words, name, reached, p99=cells.p99(one), ratio="", goal=f"every phone < {GOAL_S} s")
            words = ""


def man(folder: Path, count: int) -> Sequence[tuple[str, str, str]]:
    """A brigade of so many people: unit, name and bearer token of each."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    registry = Registry.open(folder / "data", hasher=cheap)
    made: list[tuple[str, str, str]] = []
    unit = ""
    try:
        for number in range(count):
            if number % CREW == 0:
                engine = Unit(id="", call_sign=f"E {number}", type=UnitType.ENGINE, service=Service.FIRE)
                unit = unit_rows.put_unit(registry.store, engine, by="bench").id
            name = f"crew {number}"
            registry.users.add(name, Role.RESPONDER, "a pass-word of the bench", by="bench")
            made.append((unit, name, registry.tokens.issue(Role.RESPONDER, name=name, hours=12, by="bench")))
    finally:
        registry.close()
    return made


@dataclass
class _Heard:
    """When each phone was told of the report that is waited for."""

    wanted: int
    began: float = 0.0
    seen: dict[str, dict[str, float]] = field(default_factory=dict)
    all_there: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self) -> None:
        self.seen = {STREAM: {}, PUSH: {}}
        self.all_there.clear()
        self.began = time.perf_counter()

    def hear(self, way: str, name: str) -> None:
        took = time.perf_counter() - self.began
        self.seen.setdefault(way, {}).setdefault(name, took)
        if all(len(self.seen.get(one, ())) == self.wanted for one in (STREAM, PUSH)):
            self.all_there.set()


async def _all(
    running: Running, people: Sequence[tuple[str, str, str]], cert: Path, key: Path, rounds: int
) -> Sequence[Mapping[str, Sequence[float]]]:
    service, heard = PushService(), _Heard(len(people))
    await service.start(cert, key)
    asking = _Asking(running.url)
    for unit, name, token in people:
        phone = service.phone(name.replace(" ", "-"))
        phone.hears = lambda said, name=name: heard.hear(PUSH, name)  # type: ignore[misc]  # bound now
        await asking.post(f"/units/{unit}/crew", {"user": name}, running.token or "")
        await asking.post("/me/push", {"label": "bench", **phone.subscription}, token)
    spoke = [asyncio.Event() for _ in people]
    streams = [
        asyncio.create_task(_listen(running.url, token, name, heard, began, f"127.0.0.{2 + number % 250}"))
        for number, ((_, name, token), began) in enumerate(zip(people, spoke, strict=True))
    ]
    await asyncio.gather(*(one.wait() for one in spoke))
    found: list[Mapping[str, Sequence[float]]] = []
    each = max(1, REPORTS_MOST // rounds)
    try:
        for turn in range(min(rounds, REPORTS_MOST)):
            took: dict[str, list[float]] = {STREAM: [], PUSH: []}
            for number in range(each):
                await asyncio.sleep(REST_S)
                heard.begin()
                place = {"latitude": HERE[0] + (turn * each + number) * 0.1, "longitude": HERE[1]}
                body = {"kind": "FIRE.STRUCT", "place": {"position": place}}
                await asking.post("/reports", body, people[0][2])
                try:
                    async with asyncio.timeout(WITHIN_S):
                        await heard.all_there.wait()
                except TimeoutError:
                    there = {way: len(seen) for way, seen in heard.seen.items()}
                    raise RuntimeError(f"of {len(people)} phones were told within {WITHIN_S:.0f} s: {there}") from None
                for way, seen in heard.seen.items():
                    took[way] += seen.values()
            found.append(took)
    finally:
        for task in streams:
            task.cancel()
        await asyncio.gather(*streams, return_exceptions=True)
        await service.close()
    return found


async def _listen(url: str, token: str, name: str, heard: _Heard, began: asyncio.Event, source: str) -> None:
    """Each from an address of its own, as phones are: one source may hold so many connections alone."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, local_addr=(source, 0))
    head = f"GET {parts.path}/stream HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n\r\n"
    writer.write(head.encode())
    known: set[str] = set()
    if not (await reader.readline()).startswith(b"HTTP/1.1 200"):
        raise RuntimeError("a stream was refused")
    with suppress(asyncio.IncompleteReadError):
        while line := await reader.readline():
            began.set()
            if line == b"event: alert\n":
                said: Any = json.loads((await reader.readline()).removeprefix(b"data: "))
                if said["alert"] not in known:
                    known.add(said["alert"])
                    heard.hear(STREAM, name)


class _Asking:
    """One connection that asks one thing after the other."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._wire: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: Mapping[str, Any], token: str) -> None:
        if self._wire is None:
            self._wire = await asyncio.open_connection(self._parts.hostname, self._parts.port)
        reader, writer = self._wire
        text = json.dumps(body).encode()
        writer.write(
            f"POST {self._parts.path}{path} HTTP/1.1\r\nHost: {self._parts.netloc}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n".encode()
            + text
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        said = await reader.readexactly(int(headers.get("content-length", "0")))
        if int(head[0].split(" ")[1]) >= 300:
            raise RuntimeError(f"POST {path} was answered {head[0]}: {said[:200]!r}")
