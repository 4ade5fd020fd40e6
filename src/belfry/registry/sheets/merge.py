"""What a site has after the rows of a sheet: things of the same key are changed, new ones come behind, the rest stays.

A field without a column stays as it is. Pure: no store, no clock, no ids.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

import msgspec
from msgspec import Struct

from belfry.domain.contacts import NUMBERS_MOST, Contact, Number
from belfry.domain.premises import Area, CodeRule, TransmissionPath, Zone
from belfry.domain.schedules import Interval, OpeningWindow, Schedule, ScheduleException
from belfry.domain.site_file import Agency, SiteDetails
from belfry.ports.sheets import SheetKind
from belfry.registry.sheets.forms import FORMS, Given, is_interval

Key = tuple[Any, ...]


class Merged(Struct, frozen=True):
    """A collection after its rows."""

    after: tuple[Any, ...]
    counts: Counter[str]
    """Of rows: added, changed, unchanged; of things: removed, which is of `replace` alone."""
    places: tuple[int, ...] = ()
    """Of each row: which of `after` it made."""


def merged(kind: SheetKind, present: Sequence[Any], rows: Sequence[Given], *, replace: bool = False) -> Merged:
    """Return a collection of one account after the rows that a sheet has of it."""
    if kind is SheetKind.SCHEDULES:
        return _schedules(present, rows, replace=replace)
    make = _contact if kind is SheetKind.CONTACTS else _maker(_SHAPES[kind])
    fields, defaults = FORMS[kind].key, FORMS[kind].defaults
    before = _numbered(present, lambda one: tuple(getattr(one, field) for field in fields))
    named = _numbered(rows, lambda row: tuple(row.get(field, defaults.get(field)) for field in fields))
    after: dict[Key, Any] = {} if replace else dict(before)
    counts = Counter[str](removed=0 if not replace else len(before.keys() - named.keys()))
    for key, row in named.items():
        was = before.get(key)
        after[key] = make(was, row, after.values())
        counts[_did(was, after[key])] += 1
    at = {key: place for place, key in enumerate(after)}
    places = tuple(at[key] for key in named)
    return Merged(tuple(after.values()), counts, places)


def _did(was: Any, now: Any) -> str:
    return "added" if was is None else "unchanged" if was == now else "changed"


def details_after(before: SiteDetails, row: Given, parent: str | None) -> SiteDetails:
    """Return the details of a site after its row; `parent` is the id of the account that the row names."""
    fields = {name: value for name, value in row.items() if name in _DETAILS}
    if "parent" in row:
        fields["parent"] = parent
    if (numbers := _numbers(row)) is not None:
        fields["premises"] = numbers
    return msgspec.structs.replace(before, **fields)


_DETAILS: Final = frozenset(one.name for one in msgspec.structs.fields(SiteDetails)) - {"parent", "premises"}
_SHAPES: Final[Mapping[SheetKind, type[Struct]]] = {
    SheetKind.AREAS: Area,
    SheetKind.ZONES: Zone,
    SheetKind.PATHS: TransmissionPath,
    SheetKind.CODES: CodeRule,
    SheetKind.AGENCIES: Agency,
}


def _numbered(things: Iterable[Any], key_of: Callable[[Any], Key]) -> dict[Key, Any]:
    """Return things by their key; of several of one key the second has number 2, and so on."""
    found: dict[Key, Any] = {}
    for one in things:
        key, number = key_of(one), 1
        while (*key, number) in found:
            number += 1
        found[(*key, number)] = one
    return found


@cache
def _maker(shape: type[Struct]) -> Callable[[Any, Given, Iterable[Any]], Any]:
    fields = frozenset(one.name for one in msgspec.structs.fields(shape))

    def make(was: Any, row: Given, _: Iterable[Any]) -> Any:
        values = {name: value for name, value in row.items() if name in fields}
        return shape(**values) if was is None else msgspec.structs.replace(was, **values)

    return make


# -- contacts ---------------------------------------------------------------------------------------------------------

_CONTACT: Final = frozenset(one.name for one in msgspec.structs.fields(Contact)) - {"numbers", "order"}


def _contact(was: Contact | None, row: Given, others: Iterable[Contact]) -> Contact:
    """A contact without an order comes behind those that are there."""
    values = {name: value for name, value in row.items() if name in _CONTACT}
    if (numbers := _numbers(row)) is not None:
        values["numbers"] = numbers
    if row.get("order") is not None:
        values["order"] = row["order"]
    if was is not None:
        return msgspec.structs.replace(was, **values)
    values.setdefault("order", max((one.order for one in others), default=0) + 1)
    return Contact(**values)


def _numbers(row: Given) -> tuple[Number, ...] | None:
    """The numbers of a row; None where the sheet has no column for one."""
    if not any(f"phone_{n}" in row for n in range(1, NUMBERS_MOST + 1)):
        return None
    return tuple(
        Number(number, row.get(f"phone_{n}_label", ""), row.get(f"phone_{n}_texts", False))
        for n in range(1, NUMBERS_MOST + 1)
        if (number := row.get(f"phone_{n}"))
    )


# -- schedules: several rows make one ---------------------------------------------------------------------------------


def _schedules(present: Sequence[Schedule], rows: Sequence[Given], *, replace: bool) -> Merged:
    """A schedule that the rows name is what they say, as a whole."""
    fields, defaults = FORMS[SheetKind.SCHEDULES].key[:-1], FORMS[SheetKind.SCHEDULES].defaults
    before = _numbered(present, lambda one: tuple(getattr(one, field) for field in fields))
    groups: dict[Key, list[Given]] = {}
    keys = [(*(row.get(field, defaults.get(field)) for field in fields), row.get("copy", 1)) for row in rows]
    for key, row in zip(keys, rows, strict=True):
        groups.setdefault(key, []).append(row)
    after: dict[Key, Any] = {} if replace else dict(before)
    counts = Counter[str](removed=0 if not replace else len(before.keys() - groups.keys()))
    for key, group in groups.items():
        was = before.get(key)
        after[key] = _schedule(was, dict(zip(fields, key, strict=False)), group)
        counts[_did(was, after[key])] += len(group)
    at = {key: place for place, key in enumerate(after)}
    places = tuple(at[key] for key in keys)
    return Merged(tuple(after.values()), counts, places)


def _schedule(was: Schedule | None, named: dict[str, Any], rows: Sequence[Given]) -> Schedule:
    openings: list[OpeningWindow] = []
    intervals: list[Interval] = []
    exceptions: dict[Key, tuple[list[OpeningWindow], list[Interval]]] = {}
    for row in rows:
        into = (openings, intervals)
        if row.get("first") is not None:
            into = exceptions.setdefault((row["first"], row["last"], row.get("label", "")), ([], []))
        if row.get("opens_from") is not None:
            into[0].append(_opening(row))
        elif is_interval(row):
            into[1].append(_interval(row))
    holidays = rows[0].get("holidays", "" if was is None else was.holidays)
    return Schedule(
        id="" if was is None else was.id,
        holidays=holidays,
        openings=tuple(openings),
        intervals=tuple(intervals),
        exceptions=tuple(
            ScheduleException(first=first, last=last, label=label, openings=tuple(some), intervals=tuple(others))
            for (first, last, label), (some, others) in exceptions.items()
        ),
        **named,
    )


def _opening(row: Given) -> OpeningWindow:
    return OpeningWindow(
        days=row.get("days", ()),
        opens_from=row["opens_from"],
        opens_until=row["opens_until"],
        closes_from=row["closes_from"],
        closes_until=row["closes_until"],
        must_open=row.get("must_open", True),
    )


def _interval(row: Given) -> Interval:
    given = {name: row[name] for name in ("since", "until", "every_s", "grace_s") if row.get(name) is not None}
    return Interval(days=row.get("days", ()), **given)
