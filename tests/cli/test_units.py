"""`belfry import units` and `belfry import shifts`: whole or not at all, and each mistake by its line."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
import typer
from typer.testing import CliRunner, Result

from belfry.cli.units import add_units
from belfry.ports.staff import Role
from belfry.registry import Registry

app: Final = typer.Typer()
add_units(app)
UNITS: Final = (
    "call_sign;type;service;station;station_latitude;station_longitude;skills;crew_least;enabled\n"
    "E 1;engine;fire;North;54.07;-0.21;firefighting first_aid;4;yes\n"
    "G 1;patrol;guard;;;;;;\n"
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "belfry.toml"
    file.write_text("")
    registry = Registry.open(tmp_path / "data")
    registry.users.add("anna", Role.RESPONDER, "a good password", by="test")
    registry.close()
    return file


def run(config: Path, kind: str, text: str, *words: str) -> Result:
    file = config.parent / f"{kind}.csv"
    file.write_text(text)
    return CliRunner().invoke(app, [kind, str(file), "--config", str(config), *words])


def signs(config: Path) -> list[str]:
    registry = Registry.open(config.parent / "data")
    found = [one.call_sign for one in registry.units_door().book.all()]
    registry.close()
    return found


def test_units_come_in_with_their_stations_and_are_changed_by_call_sign(config: Path) -> None:
    assert run(config, "units", UNITS, "--dry-run").stdout == "2 units would be new, 0 changed, 0 as they were\n"
    assert signs(config) == []
    assert run(config, "units", UNITS).stdout == "2 units are new, 0 changed, 0 as they were\n"
    assert run(config, "units", UNITS).stdout == "0 units are new, 0 changed, 2 as they were\n"
    later = "call_sign,type,service,turnout_s\ne-1,engine,fire,90\n"
    assert run(config, "units", later).stdout == "0 units are new, 1 changed, 0 as they were\n"
    registry = Registry.open(config.parent / "data")
    book = registry.units_door().book
    unit, (station,) = book.by_sign("E1"), book.stations()
    registry.close()
    assert unit is not None
    assert (unit.call_sign, unit.turnout_s, unit.crew_least, unit.station) == ("e-1", 90, 4, station.id)
    assert (station.name, station.latitude, station.longitude) == ("North", 54.07, -0.21)


def test_one_bad_cell_keeps_the_whole_file_out_and_names_its_line(config: Path) -> None:
    bad = UNITS + "X_1;spaceship;fire;Nowhere;;;flying;none;perhaps\nE-1;engine;fire;;;;;;\nL 1;ladder;fire;Gone;;;;;\n"
    told = run(config, "units", bad)
    assert told.exit_code == 1
    for line in (
        "line 4: type = 'spaceship': wants one of engine, ladder",
        "line 4: skills = 'flying': wants some of first_aid",
        "line 4: crew_least = 'none': wants a number",
        "line 4: enabled = 'perhaps': wants yes or no",
        "line 5: call_sign = 'E-1': wants to be in the file once",
        "line 6: station = 'Gone': wants the name of a station",
    ):
        assert line in told.stderr
    assert signs(config) == []
    assert "line 1: colour: wants one of" in run(config, "units", "call_sign,type,service,colour\n").stderr
    assert "line 1: service: wants this column" in run(config, "units", "call_sign,type\n").stderr


def test_shifts_come_in_once_and_put_nobody_at_two_places(config: Path) -> None:
    run(config, "units", UNITS)
    day = datetime.now(UTC).replace(hour=6, minute=0, second=0, microsecond=0) + timedelta(days=1)
    till, late = (f"{day + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}" for hours in (8, 16))
    rota = f"unit,user,since,until,on_call\nE1,Anna,{day:%Y-%m-%dT%H:%M:%SZ},{till},no\ng1,anna,{till},{late},yes\n"
    assert run(config, "shifts", rota).stdout == "2 shifts are new, 0 changed, 0 as they were\n"
    assert run(config, "shifts", rota).stdout == "0 shifts are new, 0 changed, 2 as they were\n"
    begins = f"{day:%Y-%m-%dT%H:%M:%SZ}"
    twice = f"unit,user,since,until\nG 1,anna,{begins},{late}\nE 9,anna,{till},{late}\nE1,anna,soon,{till}\n"
    told = run(config, "shifts", twice)
    assert told.exit_code == 1
    assert "line 2: user = 'anna': wants somebody who is at no other place then" in told.stderr
    assert "line 3: unit = 'E 9': wants the call sign of a unit" in told.stderr
    assert "line 4: since = 'soon': wants a time with its zone" in told.stderr
