"""The columns of every sheet beside the account sheet: one row of a table each, and the rules of a whole row.

`account`, with `receiver` and `prefix` where numbers repeat, says whose a row is. `docs/import.md` documents every
column, and a test compares.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec import Struct

from belfry.domain import premises, schedules, site_file
from belfry.domain.account_checks import SUPERVISION_S
from belfry.domain.contacts import NAME_MOST as CONTACT_NAME_MOST
from belfry.domain.contacts import NUMBER_MOST, NUMBERS_MOST, Authority, CallList, Contact, ContactRole
from belfry.domain.premises import Area, CodeRule, Hazard, Technology, TransmissionPath, Zone
from belfry.domain.rule_checks import ACTS, PENDING_MOST_S, PRIORITIES
from belfry.domain.schedule_checks import ADDRESS, ADDRESS_WANTS, EVERY_S, GRACE_MOST_S
from belfry.domain.schedules import Interval, Schedule, ScheduleKind
from belfry.domain.signal import Wire
from belfry.domain.site import Account
from belfry.domain.site_checks import CATEGORIES, NUMBER, ORDER_MOST
from belfry.domain.site_file import Agency, AgencyType, Response, RiskClass, SiteDetails
from belfry.ports.sheets import SheetKind
from belfry.registry import columns as cells
from belfry.registry.columns import Column, Unfit, pattern, text, whole, yes_no
from belfry.registry.sheets import times

Given = Mapping[str, Any]
"""Values of a row by field; a cell that changes nothing is absent."""
Flaws = Iterator[tuple[str, str]]
"""Column and reason."""

NEXT_DAY: Final = 2_880


@dataclass(frozen=True, slots=True)
class Form:
    """How the rows of a kind look. `must` are columns that have to be there and filled."""

    kind: SheetKind
    columns: Mapping[str, Column]
    must: tuple[str, ...]
    check: Callable[[Given], Flaws]
    """Tells what a row as a whole does not hold."""
    defaults: Mapping[str, Any]
    """Of fields, for an empty cell."""
    key: tuple[str, ...] = ()
    """Fields that tell the things of one account apart."""
    repeats: bool = False
    """Several rows of a key are no mistake."""
    warn: Callable[[Given], Flaws] = lambda _: iter(())


def _words(kind: type[Any]) -> Callable[[str], tuple[Any, ...]]:
    one = cells.one_of(kind)

    @lru_cache(maxsize=times.SHARED)
    def read(cell: str) -> tuple[Any, ...]:
        return tuple(one(word) for word in cell.replace(",", " ").replace(";", " ").split())

    return read


def _spaced(values: tuple[Any, ...]) -> str:
    return " ".join(values)


def _defaults(kind: type[Struct]) -> dict[str, Any]:
    return {one.name: one.default for one in msgspec.structs.fields(kind) if one.default is not msgspec.NODEFAULT}


def _no_flaw(_: Given) -> Flaws:
    return iter(())


WHOSE: Final = {
    "account": Column("account", cells.number_of_account),
    "receiver": Column("receiver", cells.receiver_name),
    "prefix": Column("prefix", cells.prefix),
}
_number = pattern(ADDRESS.pattern, ADDRESS_WANTS)
_area = Column("area", _number)
_dialled = pattern(
    rf"(?=(?:\D*\d){{2}}){NUMBER.pattern}", "a number as it is dialled: digits, spaces, + * # ( ) . , / ; -"
)


def _phone(cell: str) -> str:
    if len(cell) > NUMBER_MOST:
        raise Unfit(f"wants at most {NUMBER_MOST} characters")
    return _dialled(cell)


def _phones() -> dict[str, Column]:
    found: dict[str, Column] = {}
    for n in range(1, NUMBERS_MOST + 1):
        found[f"phone_{n}"] = Column(f"phone_{n}", _phone)
        found[f"phone_{n}_label"] = Column(f"phone_{n}_label", text(premises.NAME_MOST))
        found[f"phone_{n}_texts"] = Column(f"phone_{n}_texts", yes_no)
    return found


NO_PHONES: Final[dict[str, Any]] = {name: False if name.endswith("_texts") else "" for name in _phones()}


def _phones_flaws(given: Given) -> Flaws:
    for n in range(1, NUMBERS_MOST + 1):
        if not given.get(f"phone_{n}") and (given.get(f"phone_{n}_label") or given.get(f"phone_{n}_texts")):
            yield f"phone_{n}", "is empty beside a label, or a yes to text messages"


# -- the account's own lines ------------------------------------------------------------------------------------------


def _account_flaws(given: Given) -> Flaws:
    if (given.get("latitude") is None) != (given.get("longitude") is None):
        yield "latitude", "latitude and longitude are given together or not at all"


ACCOUNTS: Final = Form(SheetKind.ACCOUNTS, cells.COLUMNS, ("account",), _account_flaws, _defaults(Account))

DETAILS: Final = Form(
    SheetKind.DETAILS,
    {
        **WHOSE,
        "parent": Column("parent", cells.number_of_account),
        "parent_receiver": Column("parent_receiver", cells.receiver_name),
        "parent_prefix": Column("parent_prefix", cells.prefix),
        "notes": Column("notes", cells.lines(site_file.TEXT_MOST)),
        "hazards": Column("hazards", cells.lines(site_file.TEXT_MOST)),
        "access": Column("access", cells.lines(site_file.TEXT_MOST)),
        "risk": Column("risk", cells.one_of(RiskClass)),
        "installer": Column("installer", text(site_file.LINE_MOST)),
        "service_contract": Column("service_contract", text(site_file.LINE_MOST)),
        "call_back": Column("call_back", yes_no),
        "two_calls": Column("two_calls", yes_no),
        **_phones(),
    },
    ("account",),
    _phones_flaws,
    _defaults(SiteDetails) | NO_PHONES,
)

# -- parts ------------------------------------------------------------------------------------------------------------

AREAS: Final = Form(
    SheetKind.AREAS,
    {
        **WHOSE,
        "area": Column("number", _number),
        "name": Column("name", text(premises.NAME_MOST)),
        "sub_account": Column("sub_account", cells.number_of_account),
        "sub_receiver": Column("sub_receiver", cells.receiver_name),
        "sub_prefix": Column("sub_prefix", cells.prefix),
    },
    ("account", "area"),
    _no_flaw,
    _defaults(Area),
    ("number",),
)

ZONES: Final = Form(
    SheetKind.ZONES,
    {
        **WHOSE,
        "zone": Column("number", _number),
        "area": _area,
        "name": Column("name", text(premises.NAME_MOST)),
        "hazard": Column("hazard", cells.one_of(Hazard)),
        "outdoor": Column("outdoor", yes_no),
    },
    ("account", "zone"),
    _no_flaw,
    _defaults(Zone),
    ("area", "number"),
)

PATHS: Final = Form(
    SheetKind.PATHS,
    {
        **WHOSE,
        "path": Column("name", text(80)),
        "label": Column("label", text(80)),
        "technology": Column("technology", cells.one_of(Technology)),
        "category": Column("category", cells.OneOf(CATEGORIES)),
        "interval_s": Column("interval_s", cells.seconds(*SUPERVISION_S)),
        "alternative": Column("alternative", yes_no),
        "provider": Column("provider", text(site_file.LINE_MOST)),
    },
    ("account", "path"),
    _no_flaw,
    _defaults(TransmissionPath),
    ("name",),
)

CODES: Final = Form(
    SheetKind.CODES,
    {
        **WHOSE,
        "wire": Column("wire", cells.one_of(Wire)),
        "code": Column("code", pattern(r"[0-9A-Z]{2,4}", "SIA letters, or Contact ID with its qualifier")),
        "area": _area,
        "zone": Column("zone", _number),
        "act": Column("act", cells.OneOf(tuple(ACTS))),
        "kind": Column("kind", pattern(r"[A-Z0-9.]{3,40}", "a kind such as FIRE.ALARM.AUTO")),
        "priority": Column("priority", whole(*PRIORITIES)),
        "pending_s": Column("pending_s", cells.seconds(0, PENDING_MOST_S)),
    },
    ("account", "wire", "code"),
    _no_flaw,
    _defaults(CodeRule),
    ("wire", "code", "area", "zone"),
)

# -- people -----------------------------------------------------------------------------------------------------------


def _nobody_to_call(given: Given) -> Flaws:
    if "phone_1" in given and not any(given.get(f"phone_{n}") for n in range(1, NUMBERS_MOST + 1)):
        yield "phone_1", "this contact has no number: he can only be met on site"


CONTACTS: Final = Form(
    SheetKind.CONTACTS,
    {
        **WHOSE,
        "order": Column("order", whole(1, ORDER_MOST)),
        "name": Column("name", text(CONTACT_NAME_MOST)),
        "role": Column("role", cells.one_of(ContactRole)),
        **_phones(),
        "language": Column("language", cells.language),
        "lists": Column("lists", _words(CallList), _spaced),
        "authority": Column("authority", _words(Authority), _spaced),
        "hours": Column("hours", times.hours, times.hours_text),
        "absences": Column("absences", times.absences, times.absences_text),
        "panel_user": Column("panel_user", _number),
    },
    ("account", "name"),
    _phones_flaws,
    _defaults(Contact) | NO_PHONES,
    ("name",),
    repeats=True,
    warn=_nobody_to_call,
)

AGENCIES: Final = Form(
    SheetKind.AGENCIES,
    {
        **WHOSE,
        "type": Column("type", cells.one_of(AgencyType)),
        "name": Column("name", text(CONTACT_NAME_MOST)),
        "number": Column("number", _phone),
        "permit": Column("permit", text(site_file.LINE_MOST)),
        "response": Column("response", cells.one_of(Response)),
    },
    ("account", "type", "name", "number"),
    _no_flaw,
    _defaults(Agency),
    ("type", "name"),
    repeats=True,
)

# -- schedules: a row for each window ----------------------------------------------------------------------------------

OPENING: Final = ("opens_from", "opens_until", "closes_from", "closes_until")


def is_interval(given: Given) -> bool:
    """Whether a row is a window of being heard. A test needs no `every_s`: it is once a day."""
    return given.get("every_s") is not None or (
        given.get("kind") is ScheduleKind.TEST and bool(given.get("days")) and given.get("opens_from") is None
    )


def _window_flaws(given: Given) -> Flaws:
    opening = [name for name in OPENING if given.get(name) is not None]
    every, days = is_interval(given), bool(given.get("days"))
    if opening and len(opening) < len(OPENING):
        yield next(name for name in OPENING if name not in opening), "is empty: a window has all four times"
    elif opening and every:
        yield "every_s", "a row is a window of opening and closing, or one of being heard; here are both"
    elif days and not (opening or every):
        yield "days", "is given beside a window, and only there"
    elif (opening or every) and not days and given.get("first") is None:
        yield "days", "is empty: only a window of an exception may hold on each of its days"
    elif opening and not (
        given["opens_from"] <= given["opens_until"] and given["closes_from"] <= given["closes_until"]
    ):
        yield "opens_until" if given["opens_from"] > given["opens_until"] else "closes_until", "is before its beginning"
    if (given.get("first") is None) != (given.get("last") is None):
        yield "first", "first and last day of an exception are given together"
    elif given.get("first") is not None and given["first"] > given["last"]:
        yield "last", "is before the first day"
    elif given.get("first") is None and given.get("label"):
        yield "label", "is of an exception, which has a first and a last day"


SCHEDULES: Final = Form(
    SheetKind.SCHEDULES,
    {
        **WHOSE,
        "schedule": Column("name", text(premises.NAME_MOST)),
        "copy": Column("copy", whole(1, schedules.SCHEDULES_MOST)),
        "kind": Column("kind", cells.one_of(ScheduleKind)),
        "area": _area,
        "point": Column("point", _number),
        "holidays": Column("holidays", text(60)),
        "days": Column("days", times.days, times.days_text),
        "opens_from": Column("opens_from", times.minutes(), times.minutes_text),
        "opens_until": Column("opens_until", times.minutes(), times.minutes_text),
        "closes_from": Column("closes_from", times.minutes(NEXT_DAY), times.minutes_text),
        "closes_until": Column("closes_until", times.minutes(NEXT_DAY), times.minutes_text),
        "must_open": Column("must_open", yes_no),
        "since": Column("since", times.minutes(), times.minutes_text),
        "until": Column("until", times.minutes(), times.minutes_text),
        "every_s": Column("every_s", cells.seconds(*EVERY_S)),
        "grace_s": Column("grace_s", cells.seconds(0, GRACE_MOST_S)),
        "first": Column("first", times.day),
        "last": Column("last", times.day),
        "label": Column("label", text(premises.NAME_MOST)),
    },
    ("account",),
    _window_flaws,
    _defaults(Schedule)
    | _defaults(Interval)
    | {"must_open": True, "copy": 1, "days": (), "every_s": None, "label": ""},
    ("kind", "area", "point", "name", "copy"),
    repeats=True,
)

FORMS: Final[Mapping[SheetKind, Form]] = {
    form.kind: form for form in (ACCOUNTS, DETAILS, AREAS, ZONES, PATHS, CODES, CONTACTS, SCHEDULES, AGENCIES)
}
