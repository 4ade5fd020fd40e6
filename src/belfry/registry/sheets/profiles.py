"""How another system writes its files: a TOML file that maps its columns, values, dates and times to ours.

A profile is data. Those of the package lie in `registry/profiles`; one's own is handed in as a file. `docs/import.md`
documents every key. What a profile makes of a cell is read like any other cell, so nothing comes in unchecked.
"""

import codecs
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from unicodedata import combining, normalize

import msgspec
from msgspec import Struct

from belfry.domain.contacts import MINUTES_OF_DAY
from belfry.ports.sheets import ProfileName, SheetKind, SheetsRefused
from belfry.registry.columns import nearest_column, yes_no
from belfry.registry.sheets import times
from belfry.registry.sheets.forms import FORMS, OPENING
from belfry.registry.sheets.rows import NotRows, Translate, Translation
from belfry.registry.store import RegistryError

WIDTH_MOST: Final = 32
OPENS, CLOSES = "opens", "closes"
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holidays")
WEEK: Final = tuple(f"{day}_{what}" for day in DAYS for what in (OPENS, CLOSES))
"""Columns that only a profile knows: one time for each day of the week, where others have one column a day."""
TIMES: Final = frozenset({*OPENING, "since", "until", OPENS, CLOSES, *WEEK})
DEGREES: Final = frozenset({"latitude", "longitude"})
DATES: Final = frozenset({"first", "last"})


class ProfileRefused(RegistryError, SheetsRefused):
    """A profile that does not exist or cannot be read; the message names the key."""


class SheetProfile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of one kind of sheet."""

    columns: dict[str, str] = {}
    """Their column to ours; '' leaves one out. Several that become one are joined."""
    values: dict[str, dict[str, str]] = {}
    """Of our column: their value to ours."""
    constants: dict[str, str] = {}
    """Of our column: what every row has, where the file has no such column."""
    zeros: dict[str, int] = {}
    """Of our column: filled up with zeros in front to so many characters, where a spreadsheet took them."""
    join: str = ", "


class Profile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str = ""
    about: str = ""
    encoding: str = ""
    """Empty: UTF-8."""
    separator: str = ""
    """Empty: the one that the first line has most of."""
    decimal: str = "."
    date: str = ""
    """As in strptime, such as %d.%m.%Y; empty: 2026-12-24."""
    time: str = ""
    """As in strptime, such as %I:%M %p; empty: 17:30."""
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    days: dict[str, str] = {}
    """Their names of days to Mon ... Sun, holidays."""
    opens_early_min: int = 60
    opens_late_min: int = 30
    closes_early_min: int = 60
    closes_late_min: int = 30
    """Around a single time of opening or closing."""

    accounts: SheetProfile | None = None
    details: SheetProfile | None = None
    areas: SheetProfile | None = None
    zones: SheetProfile | None = None
    paths: SheetProfile | None = None
    codes: SheetProfile | None = None
    contacts: SheetProfile | None = None
    schedules: SheetProfile | None = None
    agencies: SheetProfile | None = None

    def of(self, kind: SheetKind) -> SheetProfile | None:
        found: SheetProfile | None = getattr(self, kind.value)
        return found

    @property
    def kinds(self) -> Sequence[SheetKind]:
        return [kind for kind in SheetKind if self.of(kind) is not None]


PLAIN: Final = Profile()


# -- reading profiles -------------------------------------------------------------------------------------------------


def parse_profile(text: str, called: str = "profile") -> Profile:
    """Raises ProfileRefused."""
    try:
        profile = msgspec.toml.decode(text, type=Profile)
    except (msgspec.DecodeError, ValueError) as error:
        raise ProfileRefused(f"{called}: {error}") from error
    _check(profile, called)
    return profile


@cache
def built_in(name: str) -> Profile:
    """Return a profile of the package. Raises ProfileRefused."""
    if name not in names():
        raise ProfileRefused(f"there is no profile {name[:40]!r}; there are {', '.join(names())}, or a file *.toml")
    return parse_profile(_folder().joinpath(f"{name}.toml").read_text(encoding="utf-8"), name)


@cache
def names() -> Sequence[str]:
    return sorted(one.name.removesuffix(".toml") for one in _folder().iterdir() if one.name.endswith(".toml"))


def listed() -> Sequence[ProfileName]:
    return [ProfileName(name=name, about=built_in(name).about, kinds=built_in(name).kinds) for name in names()]


def find_profile(name: str) -> Profile:
    """Return a profile by its name, or of a file. Raises ProfileRefused."""
    if not name.endswith(".toml"):
        return built_in(name)
    try:
        return parse_profile(Path(name).read_text(encoding="utf-8"), name)
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileRefused(f"{name} cannot be read: {error}") from error


def _folder() -> Any:
    return files("belfry.registry") / "profiles"


def _check(profile: Profile, called: str) -> None:
    if profile.encoding:
        try:
            codecs.lookup(profile.encoding)
        except LookupError:
            raise ProfileRefused(f"{called}: encoding {profile.encoding[:40]!r} is unknown") from None
    if len(profile.separator) > 1 or len(profile.decimal) != 1:
        raise ProfileRefused(f"{called}: separator and decimal are one character each")
    for kind in profile.kinds:
        one, known = profile.of(kind), columns_of(kind)
        assert one is not None
        for name in (*filter(None, one.columns.values()), *one.values, *one.constants, *one.zeros):
            if name not in known:
                raise ProfileRefused(f"{called}: {kind} has no column {name[:40]!r}{nearest_column(name, known)}")


def columns_of(kind: SheetKind) -> Sequence[str]:
    """Our columns, and those that only profiles know."""
    week = (OPENS, CLOSES, *WEEK) if kind is SheetKind.SCHEDULES else ()
    return (*FORMS[kind].columns, *week)


# -- translating ------------------------------------------------------------------------------------------------------


def same(header: str) -> str:
    """Return what two names of a column share: no case, no accents, no signs."""
    plain = "".join(letter for letter in normalize("NFKD", header) if not combining(letter))
    return " ".join(re.findall(r"[a-z0-9]+", plain.casefold()))


def mapping(profile: Profile, kind: SheetKind, header: Sequence[str]) -> Mapping[str, str | None]:
    """Return our column for each header: None leaves it out; one that the profile does not know is absent."""
    one = profile.of(kind)
    theirs = {} if one is None else {same(name): ours or None for name, ours in one.columns.items()}
    known = columns_of(kind)
    found: dict[str, str | None] = {}
    for name in header:
        if same(name) in theirs:
            found[name] = theirs[same(name)]
        elif name in known:
            found[name] = name
    return found


def translate(
    profile: Profile,
    kind: SheetKind,
    columns: Mapping[str, str | None] | None = None,
    *,
    lenient: bool = False,
) -> Translate:
    """Return how the files of another system are read. `columns` go above the profile; `lenient` leaves unknown ones
    out."""

    def begin(header: Sequence[str]) -> Translation:
        chosen = {**mapping(profile, kind, header), **(columns or {})}
        strangers = [name for name in header if name not in chosen]
        if strangers and not lenient:
            near = nearest_column(strangers[0], columns_of(kind))
            raise NotRows(1, f"unknown column{near}; `--propose` proposes a profile", strangers[0][:40])
        if twice := [name for name in header if chosen.get(name) and header.count(name) > 1]:
            raise NotRows(1, "this column is there twice", twice[0][:40])
        return _Rows(profile, kind, header, chosen).translation()

    return Translate(columns=begin, encoding=profile.encoding or None, separator=profile.separator or None)


class _Rows:
    """Turns the rows of one file into ours."""

    def __init__(
        self, profile: Profile, kind: SheetKind, header: Sequence[str], chosen: Mapping[str, str | None]
    ) -> None:
        self.profile, self.kind = profile, kind
        self.one = profile.of(kind) or SheetProfile()
        self.sources: dict[str, list[int]] = {}
        self.called: dict[str, str] = {}
        for place, name in enumerate(header):
            ours = chosen.get(name)
            if ours:
                self.sources.setdefault(ours, []).append(place)
                self.called.setdefault(ours, name)
        self.values = {
            column: {same(theirs): ours for theirs, ours in some.items()} for column, some in self.one.values.items()
        }
        self.yes = {same(word) for word in profile.yes}
        self.no = {same(word) for word in profile.no}
        self.weekdays = {same(theirs): ours for theirs, ours in profile.days.items()}

    def translation(self) -> Translation:
        plain = [name for name in self.sources if name in FORMS[self.kind].columns]
        constants = [name for name in self.one.constants if name not in self.sources]
        single = self.kind is SheetKind.SCHEDULES and any(name in TIMES - {*OPENING} for name in self.sources)
        windows = ["days", *OPENING] if single and not set(OPENING) & set(plain) else []
        header = [*plain, *constants, *(name for name in windows if name not in plain)]

        def row(cells: Sequence[str]) -> Sequence[Sequence[str]]:
            found = {
                name: self._cell(name, [cells[place] for place in places]) for name, places in self.sources.items()
            }
            found |= {name: self.one.constants[name] for name in constants}
            rows = self._windows(found) if windows else [found]
            return [[each.get(name, "") for name in header] for each in rows]

        return Translation(header, row, self.called)

    def _cell(self, name: str, cells: Sequence[str]) -> str:
        cell = self.one.join.join(filter(None, (one.strip() for one in cells)))
        if not cell:
            return ""
        values = self.values.get(name)
        if values is not None and same(cell) in values:
            return values[same(cell)]
        if name in DEGREES and self.profile.decimal != ".":
            return cell.replace(self.profile.decimal, ".")
        if name in DATES and self.profile.date:
            return self._as(name, cell, self.profile.date, "%Y-%m-%d")
        if name in TIMES and self.profile.time:
            return self._as(name, cell, self.profile.time, "%H:%M")
        if name == "days" and self.weekdays:
            return re.sub(r"[^\W\d_]+", lambda word: self.weekdays.get(same(word[0]), word[0]), cell)
        if name in self.one.zeros:
            return cell.rjust(min(self.one.zeros[name], WIDTH_MOST), "0")
        column = FORMS[self.kind].columns.get(name)
        if column is not None and column.read is yes_no and same(cell) in self.yes | self.no:
            return "yes" if same(cell) in self.yes else "no"
        return cell

    def _as(self, name: str, cell: str, theirs: str, ours: str) -> str:
        try:
            return datetime.strptime(cell, theirs).strftime(ours)  # noqa: DTZ007  # a day or a time of day, no instant
        except ValueError:
            raise NotRows(0, f"{cell[:40]!r} wants the form {theirs}", self.called.get(name, name)) from None

    def _windows(self, row: Mapping[str, str]) -> Sequence[Mapping[str, str]]:
        """A row for each pair of times, days of the same ones together."""
        pairs: dict[tuple[str, str], list[str]] = {}
        for number, day in enumerate(DAYS):
            opens, closes = row.get(f"{day}_{OPENS}", ""), row.get(f"{day}_{CLOSES}", "")
            if opens or closes:
                pairs.setdefault((opens, closes), []).append(times.DAYS[number])
        if row.get(OPENS) or row.get(CLOSES):
            pairs[row.get(OPENS, ""), row.get(CLOSES, "")] = [row.get("days", "") or "daily"]
        if not pairs and not {OPENS, CLOSES} & self.sources.keys():
            return []  # a week without a time: they keep a line for everybody, also for whom nothing is watched
        return [{**row, "days": ",".join(days), **self._around(*pair)} for pair, days in pairs.items()] or [row]

    def _around(self, opens: str, closes: str) -> Mapping[str, str]:
        """The window around a time; a closing before the opening is of the next day."""
        try:
            first, last = times.minutes()(opens), times.minutes()(closes)
        except ValueError as error:
            raise NotRows(0, f"opening {opens[:20]!r}, closing {closes[:20]!r}: {error}") from None
        if last <= first:
            last += MINUTES_OF_DAY
        ours = self.profile
        around = (
            max(first - ours.opens_early_min, 0),
            min(first + ours.opens_late_min, last),
            max(last - ours.closes_early_min, first),
            last + ours.closes_late_min,
        )
        from_first = (around[0], min(around[1], around[2]), max(around[1], around[2]), around[3])
        return dict(zip(OPENING, map(times.minutes_text, from_first), strict=True))
