"""Sheets of units and shifts into the registry: all of a file or nothing, each mistake told by its line and column."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
from msgspec import Struct, structs
from sqlalchemy import Connection, select

from belfry.domain.flaws import Flaw, shown
from belfry.domain.unit import Shift, Station, Unit
from belfry.domain.unit_checks import folded
from belfry.ports.units import UnitUnfit
from belfry.registry.sheets.rows import NotRows, rows_of
from belfry.registry.shift_rows import keep, read_rota
from belfry.registry.store import Store
from belfry.registry.unit_rows import keep_station, keep_unit
from belfry.registry.unit_tables import STATION, UNIT
from belfry.sql import writing

T = TypeVar("T", bound=Struct)
Row = Mapping[str, str]

ROWS_MOST: Final = 20_000
FLAWS_MOST: Final = 100
"""Told one by one."""
WANTED: Final[Mapping[str, tuple[str, ...]]] = {
    "units": ("call_sign", "type", "service"),
    "shifts": ("unit", "user", "since", "until"),
}
KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "units": frozenset(Unit.__struct_fields__) - {"id", "version"} | {"station_latitude", "station_longitude"},
    "shifts": frozenset({*WANTED["shifts"], "on_call"}),
}
_SETS: Final = frozenset({"skills", "equipment"})
_FLAGS: Final = frozenset({"enabled", "on_call"})
_YES_NO: Final = {"yes": True, "no": False}


class LineFlaw(NamedTuple):
    """What keeps a file out: `line` as in the file, the header being 1."""

    line: int
    flaw: Flaw

    def __str__(self) -> str:
        return f"line {self.line}: {self.flaw}"


class SheetUnfit(ValueError):
    """Nothing of the file was kept; the first hundred mistakes."""

    def __init__(self, flaws: Sequence[LineFlaw]) -> None:
        super().__init__(f"{len(flaws)} mistakes")
        self.flaws = tuple(flaws[:FLAWS_MOST])


class Brought(NamedTuple):
    added: int
    changed: int
    same: int


class _OnlyTried(Exception):
    pass


def bring(store: Store, kind: str, raw: bytes, *, by: str, dry_run: bool = False) -> Brought:
    """Bring in a sheet of `units` or `shifts`. Raises SheetUnfit."""
    rows = _read(kind, raw)
    flaws: list[LineFlaw] = []
    counts = {"added": 0, "changed": 0, "same": 0}
    write = _unit if kind == "units" else _shift
    try:
        with writing(store.engine) as connection:
            seen: set[str] = set()
            for line, row in rows:
                try:
                    counts[write(connection, store, row, seen, by)] += 1
                except UnitUnfit as error:
                    flaws += [LineFlaw(line, one) for one in error.flaws]
            if flaws or dry_run:
                raise _OnlyTried
    except _OnlyTried:
        if flaws:
            raise SheetUnfit(flaws) from None
    return Brought(**counts)


def _read(kind: str, raw: bytes) -> Sequence[tuple[int, Row]]:
    try:
        sheet = rows_of(raw)
        header = [name.strip() for name in sheet.header]
        flaws = [Flaw(name, "", "this column") for name in WANTED[kind] if name not in header]
        listed = ", ".join(sorted(KNOWN[kind]))
        flaws += [Flaw(name, "", f"one of {listed}") for name in header if name not in KNOWN[kind]]
        if flaws:
            raise SheetUnfit([LineFlaw(sheet.header_row, one) for one in flaws])
        found: list[tuple[int, Row]] = []
        for line, cells in sheet:
            if len(cells) != len(header) or len(found) >= ROWS_MOST:
                wants = f"{len(header)} cells" if len(cells) != len(header) else f"at most {ROWS_MOST} rows"
                raise SheetUnfit([LineFlaw(line, Flaw("row", f"{len(cells)} cells", wants))])
            found.append((line, dict(zip(header, (cell.strip() for cell in cells), strict=True))))
        return found
    except NotRows as error:
        raise SheetUnfit([LineFlaw(error.row, Flaw(error.column or "row", "", error.reason))]) from None


def _unit(connection: Connection, store: Store, row: Row, seen: set[str], by: str) -> str:
    sign = folded(row["call_sign"])
    if sign in seen:
        raise UnitUnfit([Flaw("call_sign", shown(row["call_sign"]), "to be in the file once")])
    seen.add(sign)
    body = connection.execute(select(UNIT.c.body).where(UNIT.c.sign == sign)).scalar()
    before = None if body is None else msgspec.json.decode(body, type=Unit)
    known = {} if before is None else structs.asdict(before)
    told = {
        name: cell for name, cell in row.items() if name not in ("station", "station_latitude", "station_longitude")
    }
    wanted = _converted({"id": "", **known}, told, Unit)
    if "station" in row:
        station = _station(connection, store, row, wanted.tenant, by) if row["station"] else None
        wanted = structs.replace(wanted, station=station)
    kept = keep_unit(connection, store, wanted, by=by)
    return "added" if before is None else "same" if kept == before else "changed"


def _station(connection: Connection, store: Store, row: Row, tenant: str, by: str) -> str:
    """The id of a station by its name, which is made where none has it and the row says where it is."""
    name = row["station"]
    every = connection.execute(select(STATION.c.body)).scalars()
    stations = [msgspec.json.decode(body, type=Station) for body in every]
    found = next((one for one in stations if one.name.casefold() == name.casefold()), None)
    if found is not None:
        return found.id
    if not row.get("station_latitude") or not row.get("station_longitude"):
        wants = "the name of a station, or station_latitude and station_longitude to make one"
        raise UnitUnfit([Flaw("station", shown(name), wants)])
    at = {"latitude": row["station_latitude"], "longitude": row["station_longitude"]}
    made = _converted({"id": "", "name": name, "tenant": tenant}, at, Station)
    return keep_station(connection, store, made, by=by).id


def _shift(connection: Connection, store: Store, row: Row, seen: set[str], by: str) -> str:
    body = connection.execute(select(UNIT.c.body).where(UNIT.c.sign == folded(row["unit"]))).scalar()
    if body is None:
        raise UnitUnfit([Flaw("unit", shown(row["unit"]), "the call sign of a unit")])
    unit = msgspec.json.decode(body, type=Unit)
    wanted = _converted({"id": ""}, {**row, "unit": unit.id}, Shift)
    if wanted.since.tzinfo is not None and wanted.until.tzinfo is not None and wanted.since < wanted.until:
        for one in read_rota(store, wanted.since, wanted.until, unit=unit.id):
            if (one.user.casefold(), one.since, one.until) == (wanted.user.casefold(), wanted.since, wanted.until):
                return "same"
    keep(connection, store, wanted, by=by)
    return "added"


def _converted(values: dict[str, Any], told: Row, kind: type[T]) -> T:
    """Values with the cells of a row in their places; an empty cell is the default. Raises UnitUnfit by column."""
    types = {field.name: field.type for field in structs.fields(kind)}
    flaws: list[Flaw] = []
    for name, cell in told.items():
        if not cell:
            values.pop(name, None)
            continue
        try:
            values[name] = _cell(name, cell, types[name])
        except (msgspec.ValidationError, KeyError):
            flaws.append(Flaw(name, shown(cell), _wants(name, types[name])))
    missing = [name for name in structs.fields(kind) if name.required and name.name not in values]
    flaws += [Flaw(one.name, "", "a value") for one in missing if one.name not in {flaw.field for flaw in flaws}]
    if flaws:
        raise UnitUnfit(flaws)
    return kind(**values)


def _cell(name: str, cell: str, kind: Any) -> Any:
    if name in _FLAGS:
        return _YES_NO[cell.casefold()]
    if name in _SETS:
        return msgspec.convert(cell.split(), kind)
    return msgspec.convert(cell, kind, strict=False)


def _wants(name: str, kind: Any) -> str:
    if name in _FLAGS:
        return "yes or no"
    listed = kind.__args__[0] if name in _SETS else kind
    if hasattr(listed, "__members__"):
        return f"{'some' if name in _SETS else 'one'} of {', '.join(str(one) for one in listed)}"
    return "a time with its zone, such as 2026-03-01T06:00:00Z" if name in ("since", "until") else "a number"
