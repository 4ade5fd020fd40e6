"""How long the recommendation for one incident takes among 500 units on duty, as a console asks for it.

The incident is a structure fire, so that the order asks for five units of four kinds; a call gives its position. Units
lie on a grid round it, half of them with a position of their own. No server of roads is asked: that is another
program's time (`travel.within_ms` bounds it). Beside it `/healthz`, asked in turn with it: what an answer costs at all.
"""

import http.client
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final
from urllib.parse import urlsplit

from argon2 import PasswordHasher

from belfry.domain.unit import Service, Station, Unit, UnitEquipment, UnitSkill, UnitType
from belfry.ports.staff import Role
from belfry.registry import Registry, unit_rows
from bench import cells
from bench.floor import figures_of
from bench.measure import Figures, Say, ratio
from bench.rates import OURS
from bench.subjects import CACHE, Running, furnish, serving

NOTHING: Final = "belfry, an answer at all"
HERE: Final = (53.5, 10.0)
STEP: Final = 0.004
ASKED: Final = 200
"""Questions of a round, each between two of the others."""
GOAL_MS: Final = 50


@dataclass(frozen=True)
class Recommend:
    units: int = 500
    name: str = "recommend"

    @property
    def words(self) -> str:
        return f"recommendation for one incident, {self.units} units on duty"

    def measure(self, rounds: int, say: Say) -> Mapping[str, Figures]:
        figures = {OURS: Figures(), NOTHING: Figures()}
        with tempfile.TemporaryDirectory(dir=CACHE, prefix="recommend-") as folder:
            furnish(Path(folder))
            units = man(Path(folder), self.units)
            with serving(Path(folder)) as running:
                asking = _Asking(running)
                for number, unit in enumerate(units):
                    asking.post(f"/api/v1/units/{unit}/crew", {"user": f"crew {number}"})
                    if number % 2:
                        asking.post(f"/api/v1/units/{unit}/position", _where(number))
                place = {"position": {"latitude": HERE[0], "longitude": HERE[1]}}
                asking.post("/api/v1/calls", {"kind": "FIRE.STRUCT", "place": place})
                running.caught_up()
                (incident,) = asking.get("/api/v1/incidents?state=open")["items"]
                path = f"/api/v1/incidents/{incident['id']}/recommendation"
                found = asking.get(path)
                if len(found["items"]) < 5 or found["complete_s"] is None:
                    raise RuntimeError(f"the order is not filled: {found}")
                for _ in range(rounds):
                    took: dict[str, list[float]] = {OURS: [], NOTHING: []}
                    for _ in range(ASKED):
                        took[OURS].append(asking.took(path))
                        took[NOTHING].append(asking.took("/healthz"))
                    for name, seconds in took.items():
                        figures[name].rounds.append(figures_of(seconds))
                        say(f"  {name}: {figures[name].rounds[-1]}")
        return figures

    def lines(self, figures: Mapping[str, Figures]) -> Iterator[Sequence[str]]:
        words, more = self.words, ratio(figures[OURS], figures[NOTHING], "p50_ms")
        for name in (OURS, NOTHING):
            one = figures[name]
            times = cells.times(more) if name == OURS else ""
            goal = f"p99 ≤ {GOAL_MS} ms" if name == OURS else ""
            reached = f"p50 {cells.time_ms(one, 'p50_ms')}, longest {cells.time_ms(one, 'longest_ms')}"
            yield cells.line(words, name, reached, p99=cells.p99(one), ratio=times, goal=goal)
            words = ""


def man(folder: Path, count: int) -> Sequence[str]:
    """Units of the kinds that an order asks for, at stations on a grid, and a member of staff for each; their ids."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    registry = Registry.open(folder / "data", hasher=cheap)
    made: list[str] = []
    try:
        for number in range(count):
            latitude, longitude = _where(number)["latitude"], _where(number)["longitude"]
            station = Station(id="", name=f"Station {number}", latitude=latitude, longitude=longitude)
            kept = unit_rows.put_station(registry.store, station, by="bench")
            made.append(unit_rows.put_unit(registry.store, _unit(number, kept.id), by="bench").id)
            registry.users.add(f"crew {number}", Role.RESPONDER, "a pass-word of the bench", by="bench")
    finally:
        registry.close()
    return made


def _unit(number: int, station: str) -> Unit:
    kinds = (
        (UnitType.ENGINE, Service.FIRE, frozenset({UnitSkill.FIREFIGHTING}), frozenset({UnitEquipment.PUMP})),
        (UnitType.LADDER, Service.FIRE, frozenset({UnitSkill.FIREFIGHTING}), frozenset({UnitEquipment.AERIAL})),
        (UnitType.COMMAND, Service.FIRE, frozenset({UnitSkill.INCIDENT_COMMAND}), frozenset[UnitEquipment]()),
        (UnitType.AMBULANCE, Service.EMS, frozenset({UnitSkill.PARAMEDIC}), frozenset({UnitEquipment.DEFIBRILLATOR})),
        (UnitType.GUARD, Service.GUARD, frozenset({UnitSkill.GUARDING}), frozenset[UnitEquipment]()),
    )
    of_type, service, skills, equipment = kinds[number % len(kinds)]
    return Unit(
        id="",
        call_sign=f"U {number}",
        type=of_type,
        service=service,
        station=station,
        skills=skills,
        equipment=equipment,
    )


def _where(number: int) -> dict[str, float]:
    row, column = divmod(number, 25)
    return {"latitude": HERE[0] + (row - 10) * STEP, "longitude": HERE[1] + (column - 12) * STEP}


class _Asking:
    """One connection with a supervisor's token."""

    def __init__(self, running: Running) -> None:
        self._server = http.client.HTTPConnection(urlsplit(running.url).netloc)
        self._headers = {"Authorization": f"Bearer {running.token}", "Content-Type": "application/json"}

    def get(self, path: str) -> Any:
        return json.loads(self._ask("GET", path, None))

    def post(self, path: str, body: Mapping[str, Any]) -> None:
        self._ask("POST", path, json.dumps(body))

    def took(self, path: str) -> float:
        began = perf_counter()
        self._ask("GET", path, None)
        return perf_counter() - began

    def _ask(self, method: str, path: str, body: str | None) -> bytes:
        self._server.request(method, path, body, self._headers)
        answer = self._server.getresponse()
        said = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path} answered {answer.status}: {said[:200]!r}")
        return said
