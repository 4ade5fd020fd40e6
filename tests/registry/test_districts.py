"""Who is dialled for a site, and public holidays."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.polygon import box, holds
from belfry.domain.schedules import Calendar
from belfry.domain.site_file import Agency, AgencyType, Response, SiteChange
from belfry.registry import Registry, Unfit

SQUARE = ((47.0, 8.0), (47.0, 9.0), (48.0, 9.0), (48.0, 8.0))
WITH_A_BAY = ((47.0, 8.0), (47.0, 9.0), (48.0, 9.0), (48.0, 8.6), (47.2, 8.6), (47.2, 8.4), (48.0, 8.4), (48.0, 8.0))


def an_agency(name: str, **what: object) -> Agency:
    return Agency(**{"type": AgencyType.BRIGADE, "name": name, "number": "118", **what})  # type: ignore[arg-type]


def dialled(registry: Registry, account_id: str) -> list[str]:
    file = registry.site(account_id)
    assert file is not None
    return [agency.name for agency in registry.agencies_for(file.account)]


def test_its_own_come_first_then_those_of_its_district_and_none_that_withdrew(registry: Registry) -> None:
    where = {"latitude": 47.5, "longitude": 8.5}
    own = (an_agency("own"), an_agency("gone", response=Response.WITHDRAWN))
    site = registry.add({"account": "1", **where}, by="anna", change=SiteChange(agencies=own)).account.id
    far = registry.add({"account": "2", "latitude": 46.5, "longitude": 8.5}, by="anna").account.id
    nowhere = registry.add({"account": "3"}, by="anna").account.id
    registry.put_districts(
        [
            an_agency("town", polygon=SQUARE),
            an_agency("bay", polygon=WITH_A_BAY),
            an_agency("left", polygon=SQUARE, response=Response.WITHDRAWN),
        ],
        by="anna",
    )
    assert dialled(registry, site) == ["own", "town"]
    assert dialled(registry, far) == dialled(registry, nowhere) == []


def test_districts_are_replaced_as_a_whole_and_each_change_is_told(registry: Registry) -> None:
    first = registry.put_districts([an_agency("a", polygon=SQUARE), an_agency("b", polygon=SQUARE)], by="anna")
    renamed = Agency(id=first[1].id, type=AgencyType.BRIGADE, name="B", number="118", polygon=SQUARE)
    assert registry.put_districts([renamed], by="bert") == [renamed] == registry.districts()
    told = [(change.row, change.fields) for change in registry.changes(0) if change.by == "bert"]
    assert told == [(first[0].id, ("removed",)), (renamed.id, ("name",))]
    with pytest.raises(Unfit) as refused:
        registry.put_districts([renamed, renamed, an_agency("c"), msgspec.structs.replace(renamed, id="gx")], by="carl")
    assert [flaw.field for flaw in refused.value.flaws] == ["agencies[1]", "agencies[2].polygon", "agencies[3].id"]
    assert registry.districts() == [renamed]


def test_another_order_of_dialling_is_a_change_that_is_told(registry: Registry) -> None:
    first = registry.put_districts([an_agency(name, polygon=SQUARE) for name in "abc"], by="anna")
    registry.put_districts([first[2], first[0]], by="bert")
    told = {change.row: change.fields for change in registry.changes(0) if change.by == "bert"}
    assert told == {first[1].id: ("removed",), first[0].id: ("position",), first[2].id: ("position",)}


def test_a_calendar_is_kept_under_its_name(registry: Registry) -> None:
    days = (date(2026, 12, 25), date(2026, 1, 1))
    registry.put_calendar(Calendar(name="zurich", days=days), by="anna")
    registry.put_calendar(Calendar(name="zurich", days=days), by="anna")
    assert registry.calendars() == [Calendar(name="zurich", days=(date(2026, 1, 1), date(2026, 12, 25)))]
    registry.put_calendar(Calendar(name="zurich", days=days[:1]), by="bert")
    assert [(change.by, change.row, change.fields) for change in registry.changes(0)] == [
        ("anna", "zurich", ("added",)),
        ("bert", "zurich", ("days",)),
    ]
    with pytest.raises(Unfit, match="wants 1 to 60 letters"):
        registry.put_calendar(Calendar(name="a b", days=()), by="anna")


@given(st.floats(46, 49), st.floats(7, 10))
def test_what_a_polygon_holds_lies_in_its_box_and_not_in_its_bay(latitude: float, longitude: float) -> None:
    south, north, west, east = box(WITH_A_BAY)
    inside = holds(WITH_A_BAY, latitude, longitude)
    assert inside <= (south <= latitude <= north and west <= longitude <= east)
    if 47.2 < latitude < 48 and 8.4 < longitude < 8.6:
        assert not inside
    elif south < latitude < north and (west < longitude < 8.4 or 8.6 < longitude < east):
        assert inside
