"""What may be kept about a site: every rule that holds between its parts, and those of each part.

Pure: what lies outside of the site (who its parent is, which calendars there are) is handed in as `Neighbours`.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from belfry.domain import contacts as people
from belfry.domain import premises
from belfry.domain.account_checks import LANGUAGE, SUPERVISION_S, check_account
from belfry.domain.contacts import MINUTES_OF_DAY, Contact, Number, WeekWindow
from belfry.domain.flaws import Flaw, Flaws
from belfry.domain.premises import PARTS_MOST, SiteParts
from belfry.domain.rule_checks import check_rules
from belfry.domain.schedule_checks import ADDRESS, ADDRESS_WANTS, check_schedules
from belfry.domain.schedules import HOLIDAY
from belfry.domain.site_file import AGENCIES_MOST, LINE_MOST, TEXT_MOST, Agency, SiteDetails, SiteFile

__all__ = ["Flaw", "Neighbours", "check", "check_district", "warnings"]

ORDER_MOST: Final = 999
HOURS_MOST: Final = 64
ABSENCES_MOST: Final = 100
POLYGON_MOST: Final = 1_000
PARENTS_MOST: Final = 8
"""Buildings within a site within a group of sites: no deeper."""
CATEGORIES: Final = (*(f"SP{n}" for n in range(1, 7)), *(f"DP{n}" for n in range(1, 5)))
"""EN 50136."""
PATH_NAME: Final = re.compile(r"[^\x00-\x1f]{1,80}")
NUMBER: Final = re.compile(r"[0-9+*# ().,/;-]+")


class Neighbours(Struct, frozen=True):
    """What the registry knows beside the site. Of accounts: id to tenant, and id to parent."""

    tenants: Mapping[str, str] = {}
    parents: Mapping[str, str | None] = {}
    calendars: frozenset[str] = frozenset()
    below: frozenset[str] = frozenset()
    """Tenants of the accounts that name this one as parent or as part of a site."""


def check(file: SiteFile, beside: Neighbours) -> Sequence[Flaw]:
    """Return every value that cannot be kept; none where all is well."""
    flaws = Flaws()
    check_account(file.account, flaws)
    _check_family(file, beside, flaws)
    _check_details(file.details, flaws)
    _check_parts(file.parts, flaws)
    check_rules(file.parts.codes, flaws)
    check_schedules(file.parts.schedules, beside.calendars, flaws)
    _check_contacts(file.contacts, flaws)
    _check_agencies(file.agencies, flaws)
    return flaws.found


def warnings(file: SiteFile) -> Sequence[Flaw]:
    """Tell what may be kept and is yet worth a look: a contact whom nobody can call, a zone of an area not listed."""
    found = [
        Flaw(f"contacts[{n}].numbers", "none", "a number; without one he can only be met on site")
        for n, contact in enumerate(file.contacts)
        if not contact.numbers
    ]
    if not any(schedule.holidays for schedule in file.parts.schedules):
        wants = "a schedule here that names a calendar; without one nobody knows which days are public holidays"
        found += [
            Flaw(f"contacts[{n}].hours", "public holidays", wants)
            for n, contact in enumerate(file.contacts)
            if any(HOLIDAY in window.days for window in contact.hours)
        ]
    listed = {area.number for area in file.parts.areas}
    found += [
        Flaw(f"zones[{n}].area", repr(zone.area), "one of the areas of this site; panels may send others")
        for n, zone in enumerate(file.parts.zones)
        if zone.area is not None and listed and zone.area not in listed
    ]
    return found


def check_district(agency: Agency) -> Sequence[Flaw]:
    """Return what cannot be kept of an agency of every site inside a polygon."""
    flaws = Flaws()
    _check_agency(agency, "agency", flaws)
    flaws.unless(
        3 <= len(agency.polygon) <= POLYGON_MOST, "agency.polygon", len(agency.polygon), f"3 to {POLYGON_MOST} corners"
    )
    on_earth = all(-90 <= latitude <= 90 and -180 <= longitude <= 180 for latitude, longitude in agency.polygon)
    finite = all(math.isfinite(degree) for corner in agency.polygon for degree in corner)
    flaws.unless(on_earth and finite, "agency.polygon", "", "latitude and longitude in turn, in degrees")
    return flaws.found


def _check_family(file: SiteFile, beside: Neighbours, flaws: Flaws) -> None:
    """Parents and sub-accounts exist, are of the same tenant and make no loop.

    One of another tenant is refused with the same words as one that does not exist: nobody learns of it this way.
    """
    own, tenant = file.account.id, file.account.tenant
    if file.details.parent is not None:
        parent = file.details.parent
        known = beside.tenants.get(parent) == tenant
        flaws.unless(known and parent != own, "details.parent", parent, "another account of the same tenant")
        flaws.unless(
            not _loops(own, parent, beside.parents), "details.parent", parent, "a parent that is no part of it"
        )
        deep = len(_ancestors(parent, beside.parents)) >= PARENTS_MOST
        flaws.unless(not deep, "details.parent", parent, f"at most {PARENTS_MOST} sites one within the other")
    for n, area in enumerate(file.parts.areas):
        if area.sub_account is not None:
            known = beside.tenants.get(area.sub_account) == tenant and area.sub_account != own
            wants = "another account of the same tenant"
            flaws.unless(known, f"areas[{n}].sub_account", area.sub_account, wants)
    others = beside.below - {tenant}
    flaws.unless(not others, "account.tenant", tenant, "that of the sites which are part of it, or which it is part of")


def _ancestors(account_id: str, parents: Mapping[str, str | None]) -> Sequence[str]:
    found: list[str] = []
    at: str | None = account_id
    while at is not None and at not in found:
        found.append(at)
        at = parents.get(at)
    return found


def _loops(own: str, parent: str, parents: Mapping[str, str | None]) -> bool:
    return own != parent and own in _ancestors(parent, parents)


def _check_details(details: SiteDetails, flaws: Flaws) -> None:
    for name in ("notes", "hazards", "access"):
        flaws.text(f"details.{name}", getattr(details, name), TEXT_MOST)
    for name in ("installer", "service_contract"):
        flaws.line(f"details.{name}", getattr(details, name), LINE_MOST)
    _check_numbers(details.premises, "details.premises", flaws)


def _check_parts(parts: SiteParts, flaws: Flaws) -> None:
    for name in ("areas", "zones", "paths", "codes"):
        flaws.at_most(name, len(getattr(parts, name)), PARTS_MOST)
    flaws.once("areas", (area.number for area in parts.areas))
    for n, area in enumerate(parts.areas):
        flaws.pattern(f"areas[{n}].number", area.number, ADDRESS, ADDRESS_WANTS)
        flaws.line(f"areas[{n}].name", area.name, premises.NAME_MOST)
    flaws.once("zones", ((zone.area or "", zone.number) for zone in parts.zones))
    for n, zone in enumerate(parts.zones):
        _check_address(zone.area, zone.number, f"zones[{n}]", "number", flaws)
        flaws.line(f"zones[{n}].name", zone.name, premises.NAME_MOST)
    flaws.once("paths", (path.name for path in parts.paths))
    for n, path in enumerate(parts.paths):
        at = f"paths[{n}]"
        flaws.pattern(f"{at}.name", path.name, PATH_NAME, "1 to 80 characters, such as tcp or panels/tcp")
        flaws.line(f"{at}.label", path.label, premises.NAME_MOST)
        flaws.line(f"{at}.provider", path.provider, LINE_MOST)
        if path.category is not None:
            flaws.unless(
                path.category in CATEGORIES, f"{at}.category", path.category, f"one of {', '.join(CATEGORIES)}"
            )
        if path.interval_s is not None:
            flaws.whole(f"{at}.interval_s", path.interval_s, *SUPERVISION_S, unit="seconds")
    flaws.once("codes", ((rule.wire, rule.code, rule.area or "", rule.zone or "") for rule in parts.codes))
    for n, rule in enumerate(parts.codes):
        _check_address(rule.area, rule.zone, f"codes[{n}]", "zone", flaws)


def _check_address(area: str | None, number: str | None, at: str, name: str, flaws: Flaws) -> None:
    if area is not None:
        flaws.pattern(f"{at}.area", area, ADDRESS, ADDRESS_WANTS)
    if number is not None:
        flaws.pattern(f"{at}.{name}", number, ADDRESS, ADDRESS_WANTS)


def _check_contacts(contacts: Sequence[Contact], flaws: Flaws) -> None:
    flaws.at_most("contacts", len(contacts), people.CONTACTS_MOST)
    for n, contact in enumerate(contacts):
        at = f"contacts[{n}]"
        flaws.whole(f"{at}.order", contact.order, 1, ORDER_MOST)
        flaws.line(f"{at}.name", contact.name, people.NAME_MOST, least=1)
        if contact.language:
            flaws.pattern(f"{at}.language", contact.language, LANGUAGE, "a language such as en or de-CH")
        if contact.panel_user:
            flaws.pattern(f"{at}.panel_user", contact.panel_user, ADDRESS, ADDRESS_WANTS)
        _check_numbers(contact.numbers, f"{at}.numbers", flaws)
        flaws.once(f"{at}.lists", contact.lists)
        flaws.once(f"{at}.authority", contact.authority)
        flaws.at_most(f"{at}.hours", len(contact.hours), HOURS_MOST)
        for m, window in enumerate(contact.hours):
            _check_hours(window, f"{at}.hours[{m}]", flaws)
        flaws.at_most(f"{at}.absences", len(contact.absences), ABSENCES_MOST)
        for m, absence in enumerate(contact.absences):
            zoned = absence.since.tzinfo is not None and absence.until.tzinfo is not None
            flaws.unless(zoned, f"{at}.absences[{m}]", absence.since, "instants with their zone")
            later = zoned and absence.since < absence.until
            flaws.unless(later or not zoned, f"{at}.absences[{m}].until", absence.until, f"later than {absence.since}")


def _check_hours(window: WeekWindow, at: str, flaws: Flaws) -> None:
    days = bool(window.days) and all(0 <= day <= HOLIDAY for day in window.days)
    flaws.unless(days, f"{at}.days", list(window.days), "at least one day, 0 Monday to 6 Sunday, 7 public holidays")
    flaws.once(f"{at}.days", window.days)
    flaws.whole(f"{at}.since", window.since, 0, MINUTES_OF_DAY - 1, "minutes")
    flaws.whole(f"{at}.until", window.until, 0, MINUTES_OF_DAY, "minutes")


def _check_numbers(numbers: Sequence[Number], at: str, flaws: Flaws) -> None:
    flaws.at_most(at, len(numbers), people.NUMBERS_MOST)
    for n, number in enumerate(numbers):
        _check_number(number.number, f"{at}[{n}].number", flaws)
        flaws.line(f"{at}[{n}].label", number.label, premises.NAME_MOST)


def _check_number(number: str, at: str, flaws: Flaws) -> None:
    dialled = NUMBER.fullmatch(number) is not None and len(number) <= people.NUMBER_MOST
    wants = f"a number as it is dialled, 2 to {people.NUMBER_MOST} digits, spaces or + * # ( ) . , / ; -"
    flaws.unless(dialled and sum(letter.isdigit() for letter in number) >= 2, at, number, wants)


def _check_agencies(agencies: Sequence[Agency], flaws: Flaws) -> None:
    flaws.at_most("agencies", len(agencies), AGENCIES_MOST)
    for n, agency in enumerate(agencies):
        _check_agency(agency, f"agencies[{n}]", flaws)
        wants = "none: an agency of every site inside a polygon is kept for all sites"
        flaws.unless(not agency.polygon, f"agencies[{n}].polygon", len(agency.polygon), wants)


def _check_agency(agency: Agency, at: str, flaws: Flaws) -> None:
    flaws.line(f"{at}.name", agency.name, people.NAME_MOST, least=1)
    _check_number(agency.number, f"{at}.number", flaws)
    flaws.line(f"{at}.permit", agency.permit, LINE_MOST)
