"""Units and the rota as two processes keep them: a file beside a running centre, a restart, what is written down."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from belfry.app import upkeep
from belfry.domain.facts import REGISTRY_SUBJECT, Changed
from belfry.domain.unit import Service, Unit, UnitType
from belfry.ports import Journal, Stored
from belfry.ports.staff import Role
from belfry.registry import Registry
from belfry.registry.unit_sheet import bring
from tests.stories.kit import open_town, until, until_told


@pytest.fixture(autouse=True)
def the_registry_is_looked_at_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "REGISTRY_LOOK", upkeep.REGISTRY_LOOK / 80)


UNITS = b"call_sign,type,service,station,station_latitude,station_longitude\nE 1,engine,fire,North,54.07,-0.21\n"


async def written(journal: Journal) -> Sequence[tuple[str, str, tuple[str, ...]]]:
    stored = await journal.read(REGISTRY_SUBJECT)
    facts = [fact for one in stored if isinstance(one, Stored) for fact in one.entry.facts if isinstance(fact, Changed)]
    return [(one.table, one.by, one.fields) for one in facts if one.table in ("unit", "station", "shift")]


async def test_a_file_beside_the_running_centre_is_known_at_once_and_after_a_restart(tmp_path: Path) -> None:
    async with open_town(tmp_path, count=16) as town:
        head = await town.operator("head", Role.SUPERVISOR)
        beside = Registry.open(tmp_path / "data", clock=town.clock)
        bring(beside.store, "units", UNITS, by="command line")
        await until(lambda: town.centre.units.book.by_sign("e1") is not None)
        (unit,) = (await head.get("/fleet"))["units"]
        since = town.clock()
        shift = {
            "unit": unit["id"],
            "user": "head",
            "since": since.isoformat(),
            "until": (since + timedelta(hours=8)).isoformat(),
        }
        answer = await head.client.post("/shifts", json=shift)
        assert answer.status_code == 201, answer.text
        twice = f"unit,user,since,until\nE1,head,{shift['since']},{shift['until']}\n".encode()
        assert bring(beside.store, "shifts", twice, by="command line").same == 1
        (running,) = town.centre.units.book.shifts(since)
        beside.store.engine.dispose()
        beside = Registry.open(tmp_path / "data", clock=town.clock)
        door = beside.units_door()
        await door.remove_shift(running.id, running.version, by="sam")
        beside.close()
        await until(lambda: not town.centre.units.book.shifts(since))

        await town.restart()
        assert [one.call_sign for one in town.centre.units.book.all()] == ["E 1"]
        assert [one.name for one in town.centre.units.book.stations()] == ["North"]
        assert town.centre.units.book.shifts(since) == []
        head = await town.operator("head")
        assert (await head.get("/shifts"))["items"] == []
        journal = town.centre._stores.journal

        async def all_is_written() -> bool:
            return len(await written(journal)) == 4

        await until_told(all_is_written)
        assert await written(journal) == [
            ("station", "command line", ("added",)),
            ("unit", "command line", ("added",)),
            ("shift", "head", ("added",)),
            ("shift", "sam", ("removed",)),
        ]


async def test_who_was_to_be_where_is_erased_after_its_time(tmp_path: Path) -> None:
    async with open_town(tmp_path, count=16) as town:
        head = await town.operator("head", Role.SUPERVISOR)
        made = Unit(id="", call_sign="E 1", type=UnitType.ENGINE, service=Service.FIRE)
        unit = (await town.centre.units.put_unit(made, by="head")).id
        since, lasts = town.clock(), timedelta(hours=8)
        for begins in (since, since + timedelta(days=3)):
            ends = begins + lasts
            shift = {"unit": unit, "user": "head", "since": begins.isoformat(), "until": ends.isoformat()}
            answer = await head.client.post("/shifts", json=shift)
            assert answer.status_code == 201, answer.text
        town.clock.now += timedelta(days=91)
        await town.centre.upkeep._erase()
        span = since, since + timedelta(days=30)
        (left,) = await town.centre.units.rota(*span)
        assert left.since == since + timedelta(days=3)
        town.clock.now += timedelta(days=3)
        await town.centre.upkeep._erase()
        assert await town.centre.units.rota(*span) == []
