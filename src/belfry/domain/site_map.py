"""Zones, areas and code rules of one site, found at once however many it has.

Numbers are found as the panel sends them, and without their leading zeros: one wire says zone `7` where another says
`007`, and both mean the same detector.
"""

from collections.abc import Iterator
from typing import Final

from belfry.domain.premises import NO_PARTS, Area, CodeRule, Hazard, SiteParts, Zone
from belfry.domain.signal import Wire

KEPT_MOST: Final = 16_384
"""Sites whose map is kept; beyond, all are made anew as they speak."""

_Where = tuple[str | None, str | None]


def plain(number: str | None) -> str | None:
    """A number without leading zeros; None where it says nothing (absent, or all zeros as panels write it)."""
    return None if number is None else number.lstrip("0") or None


class SiteMap:
    """Made of the parts of one account; changed by nobody."""

    __slots__ = ("_areas", "_rules", "_zones", "parted", "parts")

    def __init__(self, parts: SiteParts) -> None:
        self.parts = parts
        self.parted = any(area.sub_account is not None for area in parts.areas)
        """Some of its areas belong to other customers."""
        self._areas: dict[str | None, Area] = {}
        self._zones: dict[_Where, Zone] = {}
        self._rules: dict[tuple[Wire, str], dict[_Where, CodeRule]] = {}
        for area in parts.areas:
            self._areas.setdefault(plain(area.number), area)
        for zone in parts.zones:
            self._zones.setdefault((plain(zone.area), plain(zone.number)), zone)
        for rule in parts.codes:
            self._rules.setdefault((rule.wire, rule.code), {}).setdefault((plain(rule.area), plain(rule.zone)), rule)

    def area(self, number: str | None) -> Area | None:
        where = plain(number)
        return None if where is None else self._areas.get(where)

    def zone(self, area: str | None, number: str | None) -> Zone | None:
        """The zone of a number in an area; else the one that is registered for whatever area is named with it."""
        which = plain(number)
        if which is None:
            return None
        where = plain(area)
        return self._zones.get((where, which)) or self._zones.get((None, which)) or self._alone(where, which)

    def _alone(self, area: str | None, number: str) -> Zone | None:
        """Where no area is named, the only zone of this number."""
        if area is not None:
            return None
        found = [zone for (_, one), zone in self._zones.items() if one == number]
        return found[0] if len(found) == 1 else None

    def hazard(self, area: str | None, number: str | None) -> Hazard | None:
        zone = self.zone(area, number)
        return None if zone is None else zone.hazard

    def outdoor(self, area: str | None, number: str | None) -> bool:
        zone = self.zone(area, number)
        return zone is not None and zone.outdoor

    def rule(self, wire: Wire, code: str, *, area: str | None, zone: str | None) -> CodeRule | None:
        """The most exact rule for a code: area and zone, then zone, then area, then neither."""
        rules = self._rules.get((wire, code))
        if rules is None:
            return None
        where, which = plain(area), plain(zone)
        places: tuple[_Where, ...] = ((where, which), (None, which), (where, None), (None, None))
        return next((rules[place] for place in places if place in rules), None)

    def sub_account(self, area: str | None, zone: str | None) -> str | None:
        """The account id of the other customer to whom an area belongs; a zone tells its area where none is named."""
        if not self.parted:
            return None
        if plain(area) is None:
            known = self.zone(None, zone)
            area = None if known is None else known.area
        part = self.area(area)
        return None if part is None else part.sub_account

    def sub_accounts(self) -> Iterator[str]:
        return (area.sub_account for area in self.parts.areas if area.sub_account is not None)


class SiteMaps:
    """Remembers the map of each account as long as its parts are the same ones."""

    def __init__(self) -> None:
        self._kept: dict[str, SiteMap] = {}

    def of(self, account_id: str, parts: SiteParts) -> SiteMap | None:
        """None where an account has no parts."""
        if parts is NO_PARTS:
            return None
        known = self._kept.get(account_id)
        if known is None or known.parts is not parts:
            if len(self._kept) >= KEPT_MOST:
                self._kept.clear()
            known = self._kept[account_id] = SiteMap(parts)
        return known
