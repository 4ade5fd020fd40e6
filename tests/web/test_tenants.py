"""Whoever is of one tenant learns nothing of another's sites: asked of every operation that the API describes.

A new operation fails here until it is written down what it may tell whom. `SEEN` says what to ask and what an unlimited
user then sees of the southern site; `REFUSED` what a northern user is refused as if it did not exist; `FREE` why an
operation says nothing of any site; `OWN` names the test below that is about it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from belfry.archive import SqlArchive
from belfry.centre.schedules.lists import DueNext, Overdue
from belfry.centre.supervision import OutageNow, Silent, Slow, Uncommissioned
from belfry.domain.facts import Entry, notice_subject
from belfry.domain.notice_facts import NoticeAsked
from belfry.domain.premises import SiteParts
from belfry.domain.reach import Audience, Channel
from belfry.domain.reading import Disposition, Said
from belfry.domain.schedules import Schedule
from belfry.domain.signal import AccountKey
from belfry.domain.site_file import SiteChange
from belfry.domain.unit import Service, Station, Unit, UnitType
from belfry.ports.archive import ClosedIncident, Folded
from belfry.ports.staff import Role
from belfry.web.house import Silence
from belfry.web.openapi import document
from belfry.web.tenants import ALONE_AFTER
from tests.web.kit import BASE, PASSWORD, START, Rig, centre
from tests.web.serving import Listener, Message, serving
from tests.web.sites_kit import ANNA, NORTH, SOUTH, change, follow, site

PREFIX: Final = "/api/v1"
MARK: Final = "Hidden"
"""Stands in the name of everything southern that has a name."""


@dataclass
class Town:
    """A centre with a site of each tenant, an alarm at each, and one of an account that nobody knows."""

    rig: Rig
    north: str
    south: str
    incidents: dict[str, str]
    northern: dict[str, str]
    """Ids in the north, by what a path calls them; and so in the south."""
    southern: dict[str, str]
    all: httpx.AsyncClient
    mine: httpx.AsyncClient
    """Of the north alone, and a supervisor there."""

    def traces(self) -> list[str]:
        """What must stand in no answer to a northern user."""
        return [self.south, MARK, "7700", "+49 99 7700", f'"{self.incidents["south"]}"']


async def user(rig: Rig, name: str, role: Role, *tenants: str) -> httpx.AsyncClient:
    rig.registry.users.add(name, role, PASSWORD, by="test", tenants=tenants or None)
    return await rig.browser(name)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    now: list[Silence] = [Silence()]
    async with centre(tmp_path, silence=lambda _: now[0]) as rig:
        everything = await user(rig, "alma", Role.ADMINISTRATOR)
        mine = await user(rig, "nora", Role.ADMINISTRATOR, NORTH)
        north = site(rig, account="7100", name="Open mill", tenant=NORTH)
        south = site(rig, account="7700", name=f"{MARK} villa", address=f"{MARK} road", tenant=SOUTH)
        await change(everything, south, contacts=[{**ANNA, "name": MARK, "numbers": [{"number": "+49 99 7700"}]}])
        incidents = {"north": await rig.alarm(everything, "BA", "7100")}
        incidents["south"] = await rig.alarm(everything, "BA", "7700")
        incidents["unknown"] = await rig.alarm(everything, "BA", "9999")
        for one in (north, south):
            rig.book.put_parts(one, SiteParts(schedules=(Schedule(id="s", name="Hours"),)))
        lost = [Silent(one, "tcp", START, START, None, None) for one in (north, south)]
        unheard = [
            Uncommissioned("panels", None, number, which, name, None)
            for number, which, name in (("7100", north, "Open mill"), ("7700", south, f"{MARK} villa"))
        ]
        slow = [Slow(one, "tcp", ALONE_AFTER, ALONE_AFTER) for one in (north, south)]
        now[0] = Silence(
            lost=lost,
            lost_count=2,
            not_commissioned=[*unheard, Uncommissioned("panels", None, "9998", None, "", START)],
            not_commissioned_count=3,
            slow=slow,
            slow_count=2,
            outages=[OutageNow("receiver/panels", START, 2, 2)],
            outage_count=1,
            overdue=[
                Overdue(one, AccountKey("api", None, "1"), "s", "Hours", None, None, "closing", START, None)
                for one in (north, south)
            ],
            overdue_count=2,
            due_next=[DueNext(one, "s", "Hours", None, "close", START, False) for one in (north, south)],
            scheduled_count=2,
        )
        rig.front.tenants.look(present=True)  # somebody of all tenants is on duty
        northern, southern = [
            await things(rig, {"account_id": one, "incident_id": incidents[where]})
            for where, one in (("north", north), ("south", south))
        ]
        yield Town(rig, north, south, incidents, northern, southern, everything, mine)


async def things(rig: Rig, known: dict[str, str]) -> dict[str, str]:
    """A test of the water detectors and a technician's code of a site; returns all ids that are known of it."""
    supervisor = rig.token(Role.SUPERVISOR)
    scope = {"reach": "only", "hazards": ["water"]}
    test = await supervisor.post("/tests", json={"account_id": known["account_id"], "minutes": 30, "scope": scope})
    assert test.status_code == 201, test.text
    code = await supervisor.post("/technician-codes", json={"account_id": known["account_id"], "minutes": 30})
    assert code.status_code == 201, code.text
    return {**known, "test_id": test.json()["id"], "code_id": code.json()["id"]}


Path_ = Callable[[Town], str]
Body = Callable[[Town], Any]

SEEN: Final[Mapping[str, Path_]] = {
    "GET /incidents": lambda town: "/incidents",
    "GET /accounts": lambda town: "/accounts?limit=1000",
    "GET /signals": lambda town: "/signals",
    "GET /supervision": lambda town: "/supervision",
    "GET /users": lambda town: "/users",
    "GET /tests": lambda town: "/tests?state=all",
    "GET /exports/{kind}": lambda town: "/exports/accounts",
}
"""Lists: whoever is of all tenants sees the southern site there, a northern user does not."""

ALSO_SEEN: Final[Mapping[str, Path_]] = {
    "search by name": lambda town: f"/accounts?search={MARK}",
    "search by number": lambda town: "/accounts?search=7700",
    "search by telephone": lambda town: "/accounts?search=0997700",
    "account by number": lambda town: "/accounts?account=7700",
    "incidents of a kind": lambda town: "/incidents?kind=PROP&state=open",
    "signals of a number": lambda town: "/signals?account=7700",
    "tests of a site": lambda town: f"/tests?account={town.south}",
    "signals of a site": lambda town: f"/signals?account={town.south}",
}

_VERSION: Final = {"version": 1}
_ACTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "take": _VERSION,
    "takeover": {**_VERSION, "reason": "because"},
    "release": _VERSION,
    "hold": {**_VERSION, "on": "signal"},
    "note": {"text": "Mine"},
    "reclassify": {**_VERSION, "kind": "FIRE.ALARM.AUTO", "reason": "because"},
    "close": {**_VERSION, "seen_upto": 1, "disposition": "false_alarm"},
    "reopen": {**_VERSION, "reason": "because"},
    "do": {**_VERSION, "do": "look", "outcome": "nothing_seen"},
    "skip": {**_VERSION, "step": "premises", "reason": "because"},
    "arrived": _VERSION,
    "undo": {**_VERSION, "step": "premises"},
    "unmerge": _VERSION,
    "score": {**_VERSION, "level": 2, "reason": "because"},
}
_INCIDENT: Final = "/incidents/{incident_id}"
_SITE: Final = "/accounts/{account_id}"
_TEST: Final = "/tests/{test_id}"
_WORD: Final = {"word": "Sunflower"}

REFUSED: Final[Mapping[str, Any]] = {
    f"GET {_SITE}/warnings": None,
    f"GET {_INCIDENT}": None,
    f"GET {_INCIDENT}/timeline": None,
    f"GET {_INCIDENT}/plan": None,
    f"GET {_INCIDENT}/calls": None,
    f"GET {_INCIDENT}/recommendation": None,
    f"GET {_INCIDENT}/accounting": None,
    f"POST {_INCIDENT}/accounting/start": None,
    f"POST {_INCIDENT}/accounting/call": {},
    f"POST {_INCIDENT}/accounting/answer": {},
    f"POST {_INCIDENT}/accounting/end": None,
    f"GET {_INCIDENT}/pictures": None,
    f"POST {_INCIDENT}/pictures": None,
    f"POST {_INCIDENT}/pictures/{{picture_id}}/look": {"purpose": "handling"},
    f"GET {_SITE}/looks": None,
    f"GET {_SITE}/floor-plans": None,
    f"POST {_SITE}/floor-plans": "?label=x",
    f"PUT {_SITE}/floor-plans/{{plan_id}}": {"label": "x", "corners": None, "version": 1},
    f"DELETE {_SITE}/floor-plans/{{plan_id}}": "?version=1",
    f"GET {_SITE}/floor-plans/{{plan_id}}/picture": None,
    f"GET {_INCIDENT}/floor-plans": None,
    f"GET {_INCIDENT}/floor-plans/{{plan_id}}/picture": None,
    f"GET {_INCIDENT}/record": None,
    f"GET {_INCIDENT}/record.pdf": None,
    **{f"POST {_INCIDENT}/{act}": body for act, body in _ACTS.items()},
    f"GET {_SITE}": None,
    f"GET {_SITE}/changes": None,
    f"PATCH {_SITE}": {"version": 1, "account": {"name": "Mine"}},
    f"PUT {_SITE}/words": {"contact": "c", **_WORD},
    f"POST {_SITE}/words/check": _WORD,
    f"POST {_SITE}/access-code": {"incident": "i1"},
    f"GET {_SITE}/tests": None,
    f"GET {_SITE}/record": None,
    f"POST {_SITE}/schedule/extend": {"minutes": 30},
    "POST /tests": {"account_id": "{account_id}", "minutes": 30},
    f"GET {_TEST}": None,
    f"POST {_TEST}/extend": {"minutes": 45},
    f"POST {_TEST}/expect": {"expected": []},
    f"POST {_TEST}/end": None,
    "GET /technician-codes": "?account={account_id}",
    "POST /technician-codes": {"account_id": "{account_id}", "minutes": 30},
    "DELETE /technician-codes/{code_id}": None,
}
"""Asked of the southern site, or of something there: answered to the byte as of one that does not exist. A text goes
behind the path, everything else is a body."""

FREE: Final[Mapping[str, str]] = {
    "GET /session": "who is signed in",
    "POST /session": "signing in",
    "DELETE /session": "signing out",
    "GET /setup": "whether there is a user",
    "POST /setup": "the first user",
    "GET /kinds": "the closed list",
    "GET /unit-statuses": "the closed list",
    "GET /map": "the ground is of no tenant, and what stands on it comes from other lists",
    "GET /map/style.json": "the ground",
    "GET /map/tiles/{name}": "the ground",
    "GET /calendars": "public holidays are of no tenant",
    "GET /districts": "agencies of districts are of no tenant",
    "DELETE /calendars/{name}": "refused to who is of some tenants (test_regions)",
    "PUT /calendars/{name}": "refused to who is of some tenants (test_regions)",
    "PUT /districts": "refused to who is of some tenants (test_regions)",
    "GET /imports": "columns and profiles of the program",
    "POST /decode": "keeps nothing and looks nothing up",
    "POST /me/distress": "oneself",
    "GET /me/check": "oneself",
    "POST /me/check": "oneself; the site that is named is one of his (tests/stories/test_field)",
    "POST /me/check/confirm": "oneself",
    "POST /me/check/end": "oneself",
    "GET /reports/{signal}": "one's own reports alone",
    "POST /reports/{signal}/withdraw": "one's own reports alone",
    "POST /reports/{signal}/pictures": "one's own reports alone",
    "GET /fleet": "those of his tenants, and reads the whole centre's (test_unit_admin)",
    "GET /fleet/{row_id}/changes": "those of his tenants, and reads the whole centre's (test_unit_admin)",
    "POST /units": "those of his tenants, and reads the whole centre's (test_unit_admin)",
    "PUT /units/{unit_id}": "those of his tenants, and reads the whole centre's (test_unit_admin)",
    "DELETE /units/{unit_id}": "those of his tenants, and reads the whole centre's (test_unit_admin)",
    "POST /stations": "those of his tenants, and reads the whole centre's (test_unit_admin)",
    "PUT /stations/{station_id}": "those of his tenants, and reads the whole centre's (test_unit_admin)",
    "DELETE /stations/{station_id}": "those of his tenants, and reads the whole centre's (test_unit_admin)",
    "GET /shifts": "those of his tenants, and reads the whole centre's (test_unit_admin)",
    "POST /shifts": "those of his tenants, and reads the whole centre's (test_unit_admin)",
    "PUT /shifts/{shift_id}": "those of his tenants, and reads the whole centre's (test_unit_admin)",
    "DELETE /shifts/{shift_id}": "those of his tenants, and reads the whole centre's (test_unit_admin)",
    "POST /shifts/{shift_id}/offer": "those of his tenants, and reads the whole centre's (test_unit_admin)",
    "POST /shifts/{shift_id}/answer": "those of his tenants, and reads the whole centre's (test_unit_admin)",
    "POST /shifts/{shift_id}/agree": "those of his tenants, and reads the whole centre's (test_unit_admin)",
    "GET /calls": "one's own, and those at sites of one's tenants (stories/test_call_taking)",
    "GET /calls/questions": "what is asked, for everybody",
    "POST /calls/begin": "oneself",
    "GET /calls/{call_id}": "one's own, and those at sites of one's tenants (stories/test_call_taking)",
    "GET /calls/{call_id}/offers": "incidents that one may see (stories/test_call_taking)",
    "GET /offers": "incidents that one may see (stories/test_call_taking)",
    "PATCH /calls/{call_id}": "one's own calls alone, at sites that one may know of",
    "POST /calls/{call_id}/location": "one's own calls alone",
    "POST /calls/{call_id}/join": "one's own calls alone, to incidents that one may see",
    "POST /calls/{call_id}/end": "one's own calls alone",
    "GET /warnings": "public, and names no site",
    "GET /agreements": "those of all tenants, or of his (test_agreements)",
    "POST /agreements": "refused to who is of some tenants (test_agreements)",
    "POST /agreements/{agreement_id}/end": "refused to who is of some tenants (test_agreements)",
    "GET /mappings": "a mapping names points and no site",
    "GET /mappings/schema": "what a mapping is, for everybody",
    "POST /mappings/try": "keeps nothing and looks nothing up",
    "PUT /mappings/{name}": "refused to who is of some tenants (test_devices)",
    "DELETE /mappings/{name}": "refused to who is of some tenants (test_devices)",
    "GET /plans/schema": "what a plan is, for everybody",
    "GET /incidents/record/schema": "what a record is, for everybody",
    "POST /plans/check": "keeps nothing and looks nothing up",
    "POST /technician/session": "a technician's code is of one site",
    "DELETE /technician/session": "the same",
    "GET /handover": "refused to who is of some tenants",
    "POST /handover": "the same",
    "GET /handovers": "the same",
    "GET /handover/waiting": "the same",
    "GET /handover/{sheet_id}": "the same",
    "POST /handover/{sheet_id}/sign": "the same",
    "GET /training": "who practises, on no site at all",
    "POST /training": "the same",
    "POST /training/{exercise_id}/end": "the same",
    "POST /storms": "refused to who is of some tenants (test_storms)",
    "POST /storms/{storm_id}/renew": "the same",
    "POST /storms/{storm_id}/end": "the same",
    "POST /storms/{storm_id}/review": "the same",
    "GET /desk": "what one says of oneself",
    "GET /me/duty": "one's own unit, and the units of one's tenants (stories/test_phone)",
    "GET /me/push": "one's own phones",
    "POST /me/push": "the same",
    "DELETE /me/push/{phone_id}": "the same",
    "POST /me/push/{phone_id}/test": "the same",
    "POST /push/delivered": "whoever has the word of one notice, and learns nothing",
    "GET /me/alerts": "what one was told of oneself (stories/test_alerts)",
    "POST /me/alerts/{alert}": "the same",
    "POST /desk/ready": "the same",
    "POST /desk/pause": "the same",
    "POST /desk/by-hand": "the same",
    "GET /incidents/bulk/{act_id}": "one's own acts alone",
    "GET /technician": "his session is of that site",
    "POST /technician/test": "the same",
    "POST /technician/extend": "the same",
    "POST /technician/expect": "the same",
    "POST /technician/end": "the same",
}

OWN: Final[Mapping[str, str]] = {
    "GET /stream": "test_the_stream_tells_each_tenant_its_own_and_encodes_once_for_those_alike",
    "POST /incidents/next": "test_the_next_one_is_never_another_tenants",
    "POST /signals": "test_nobody_speaks_for_an_account_of_another_tenant",
    "POST /reports": "test_a_report_or_a_call_names_no_site_of_another_tenant",
    "POST /calls": "test_a_report_or_a_call_names_no_site_of_another_tenant",
    "POST /imports": "test_a_sheet_neither_finds_nor_changes_a_site_of_another_tenant",
    "POST /imports/{import_id}/apply": "test_a_sheet_neither_finds_nor_changes_a_site_of_another_tenant",
    "POST /accounts": "test_no_site_is_given_to_another_tenant_or_to_none",
    "GET /archive/incidents": "test_what_is_over_is_told_to_its_own_tenant",
    "GET /archive/signals": "test_what_is_over_is_told_to_its_own_tenant",
    "GET /reports/response": "test_what_is_over_is_told_to_its_own_tenant",
    "GET /reports/load": "test_what_is_over_is_told_to_its_own_tenant",
    "GET /staffing": "test_what_is_over_is_told_to_its_own_tenant",
    "GET /reports/accounts": "test_what_is_over_is_told_to_its_own_tenant",
    "GET /reports/{which}/file": "test_what_is_over_is_told_to_its_own_tenant",
    "GET /notices": "test_who_was_reached_is_told_to_its_own_tenant",
    "GET /centre": "test_numbers_count_what_one_may_see",
    f"POST {_INCIDENT}/merge": "test_nothing_is_merged_with_what_is_another_tenants",
    f"POST {_INCIDENT}/assign": "test_nothing_is_assigned_to_or_from_another_tenant",
    "GET /storms": "test_what_a_storm_held_back_is_told_to_its_own_tenant",
    "GET /storms/{storm_id}": "test_what_a_storm_held_back_is_told_to_its_own_tenant",
    "POST /devices/listen": "test_nobody_listens_to_others_devices_nor_by_others_ids",
    "GET /devices/listen/{listening_id}": "test_nobody_listens_to_others_devices_nor_by_others_ids",
    "DELETE /devices/listen/{listening_id}": "test_nobody_listens_to_others_devices_nor_by_others_ids",
    "GET /devices": "test_a_device_of_another_tenant_does_not_exist_and_is_changed_by_nobody_else",
    "POST /devices": "test_a_device_of_another_tenant_does_not_exist_and_is_changed_by_nobody_else",
    "GET /devices/{device_id}": "test_a_device_of_another_tenant_does_not_exist_and_is_changed_by_nobody_else",
    "PUT /devices/{device_id}": "test_a_device_of_another_tenant_does_not_exist_and_is_changed_by_nobody_else",
    "DELETE /devices/{device_id}": "test_a_device_of_another_tenant_does_not_exist_and_is_changed_by_nobody_else",
    "GET /devices/{device_id}/days": "test_a_device_of_another_tenant_does_not_exist_and_is_changed_by_nobody_else",
    "POST /devices/{device_id}/secret": "test_a_device_of_another_tenant_does_not_exist_and_is_changed_by_nobody_else",
    "PUT /devices/{device_id}/login": "test_a_device_of_another_tenant_does_not_exist_and_is_changed_by_nobody_else",
    "POST /devices/{device_id}/prove": "test_a_device_of_another_tenant_does_not_exist_and_is_changed_by_nobody_else",
    "GET /plans": "test_a_plan_of_another_tenant_does_not_exist_and_is_changed_by_nobody_else",
    "POST /plans": "test_a_plan_of_another_tenant_does_not_exist_and_is_changed_by_nobody_else",
    "GET /plans/{plan_id}": "test_a_plan_of_another_tenant_does_not_exist_and_is_changed_by_nobody_else",
    "PUT /plans/{plan_id}": "test_a_plan_of_another_tenant_does_not_exist_and_is_changed_by_nobody_else",
    "DELETE /plans/{plan_id}": "test_a_plan_of_another_tenant_does_not_exist_and_is_changed_by_nobody_else",
    "GET /plans/{plan_id}/versions": "test_a_plan_of_another_tenant_does_not_exist_and_is_changed_by_nobody_else",
    "POST /plans/dry-run": "test_what_was_skipped_and_what_would_be_asked_for_is_told_to_its_own_tenant",
    "GET /plans/skipped": "test_what_was_skipped_and_what_would_be_asked_for_is_told_to_its_own_tenant",
    "GET /runaways": "test_what_repeats_itself_is_told_to_its_own_tenant",
    "GET /follow-ups": "test_what_is_owed_after_closing_is_told_to_its_own_tenant",
    "GET /floor": "test_the_room_shows_each_tenant_its_own_work_and_people",
    "GET /wall": "test_the_wall_shows_each_tenant_its_own_work",
    "GET /places": "test_places_name_the_sites_of_ones_tenant",
    "GET /cover": "test_cover_is_of_the_units_and_stations_of_ones_tenant",
    "GET /units": "test_units_are_told_to_their_own_tenant_and_no_other",
    "GET /units/{unit_id}": "test_units_are_told_to_their_own_tenant_and_no_other",
    "POST /units/{unit_id}/crew": "test_units_are_told_to_their_own_tenant_and_no_other",
    "POST /units/{unit_id}/crew/leave": "test_units_are_told_to_their_own_tenant_and_no_other",
    "POST /units/{unit_id}/status": "test_units_are_told_to_their_own_tenant_and_no_other",
    "POST /units/{unit_id}/position": "test_units_are_told_to_their_own_tenant_and_no_other",
    "POST /units/{unit_id}/distress/end": "test_units_are_told_to_their_own_tenant_and_no_other",
    "POST /incidents/{incident_id}/crew/site": "test_units_are_told_to_their_own_tenant_and_no_other",
    "POST /incidents/{incident_id}/crew/note": "test_units_are_told_to_their_own_tenant_and_no_other",
    "GET /incidents/{incident_id}/alerts": "test_units_are_told_to_their_own_tenant_and_no_other",
    "GET /incidents/{incident_id}/units": "test_units_are_told_to_their_own_tenant_and_no_other",
    "POST /incidents/{incident_id}/units": "test_units_are_told_to_their_own_tenant_and_no_other",
    "POST /incidents/{incident_id}/units/{unit_id}/release": "test_units_are_told_to_their_own_tenant_and_no_other",
    "POST /incidents/{incident_id}/level": "test_units_are_told_to_their_own_tenant_and_no_other",
    "GET /abilities": "test_what_people_are_trained_for_is_told_to_their_own_tenant",
    "PUT /abilities/{name}": "test_what_people_are_trained_for_is_told_to_their_own_tenant",
    "POST /incidents/bulk": "test_an_act_on_many_touches_nothing_of_another_tenant",
    f"POST {_SITE}/confirm": "test_a_holder_sees_and_confirms_the_sites_that_are_linked_to_him_and_no_other",
}


def operations() -> list[str]:
    paths = document()["paths"]
    return [
        f"{method.upper()} {path.removeprefix(PREFIX)}"
        for path, item in paths.items()
        for method in item
        if method in {"get", "post", "put", "patch", "delete"}
    ]


@pytest.mark.parametrize("operation", operations())
def test_of_every_operation_it_is_decided_what_it_tells_another_tenant(operation: str) -> None:
    decided = [table for table in (SEEN, REFUSED, FREE, OWN) if operation in table]
    assert len(decided) == 1, f"{operation}: decide for tenants, and write it into one table of {__file__}"


def test_no_decision_is_about_an_operation_that_is_gone() -> None:
    decided = {*SEEN, *REFUSED, *FREE, *OWN}
    assert decided <= set(operations())
    assert {name for name in OWN.values() if name not in globals()} == set()


# -- working together -------------------------------------------------------------------------------------------------


async def test_units_are_told_to_their_own_tenant_and_no_other(town: Town) -> None:
    made = {}
    for where, tenant in (("south", SOUTH), ("north", NORTH)):
        unit = Unit(id="", call_sign=f"{where} 1", type=UnitType.PATROL, service=Service.GUARD, tenant=tenant)
        made[where] = (await town.rig.units.put_unit(unit, by="test")).id
        signed = await town.all.post(f"/units/{made[where]}/crew", json={})
        assert signed.status_code == (200 if where == "south" else 409), signed.text
    assert (await town.mine.post(f"/units/{made['north']}/crew", json={})).status_code == 200
    sent = await town.all.post(f"/incidents/{town.incidents['south']}/units", json={"unit": made["south"]})
    assert sent.status_code == 200, sent.text
    assert [one["id"] for one in (await town.mine.get("/units")).json()["items"]] == [made["north"]]
    theirs, there = f"/units/{made['south']}", f"/incidents/{town.incidents['south']}/units"
    for answer in (
        await town.mine.get(theirs),
        await town.mine.post(f"{theirs}/crew", json={}),
        await town.mine.post(f"{theirs}/crew/leave", json={"user": "alma"}),
        await town.mine.post(f"{theirs}/status", json={"status": "en_route"}),
        await town.mine.post(f"{theirs}/position", json={"latitude": 52.0, "longitude": 13.0}),
        await town.mine.post(f"{theirs}/distress/end", json={"reason": "well"}),
        await town.mine.get(there),
        await town.mine.get(f"/incidents/{town.incidents['south']}/alerts"),
        await town.mine.post(f"/incidents/{town.incidents['south']}/crew/site"),
        await town.mine.post(
            f"/incidents/{town.incidents['south']}/crew/note", json={"text": "x"}, headers={"Idempotency-Key": "1"}
        ),
        await town.mine.post(there, json={"unit": made["north"]}),
        await town.mine.post(f"/incidents/{town.incidents['south']}/level", json={"level": 2}),
        await town.mine.post(f"{there}/{made['south']}/release", json={}),
        await town.mine.post(f"/incidents/{town.incidents['north']}/units", json={"unit": made["south"]}),
    ):
        assert answer.status_code == 404, answer.text


async def test_places_name_the_sites_of_ones_tenant(town: Town) -> None:
    for where, one in (("north", town.north), ("south", town.south)):
        at = {"latitude": 50.1, "longitude": 8.6}
        await change(town.all, one, account={**at, "address": f"Harbour road, {where}"})
    whole, mine = [(await one.get("/places?q=harbour road")).json()["items"] for one in (town.all, town.mine)]
    assert {one["site"] for one in whole} == {town.north, town.south}
    assert {one["site"] for one in mine} == {town.north}


async def test_cover_is_of_the_units_and_stations_of_ones_tenant(town: Town) -> None:
    for n, (where, tenant) in enumerate((("south", SOUTH), ("north", NORTH))):
        base = Station(id="", name=where, latitude=50.1 + n, longitude=8.6, tenant=tenant)
        station = await town.rig.units.put_station(base, by="test")
        unit = Unit(
            id="", call_sign=f"{where} 1", type=UnitType.ENGINE, service=Service.FIRE, tenant=tenant, station=station.id
        )
        made = await town.rig.units.put_unit(unit, by="test")
        own = town.mine if where == "north" else town.all
        assert (await own.post(f"/units/{made.id}/crew", json={})).status_code == 200
    whole, mine = [(await one.get("/cover")).json() for one in (town.all, town.mine)]
    assert {cell["unit"] for cell in whole["cells"]} - {None} == {"south 1", "north 1"}
    assert {cell["unit"] for cell in mine["cells"]} - {None} == {"north 1"}
    assert min(cell["latitude"] for cell in mine["cells"]) > 50.9, "no cell lies round the other's station"


async def test_the_room_shows_each_tenant_its_own_work_and_people(town: Town) -> None:
    for where in ("north", "south"):
        done = await town.all.post(f"/incidents/{town.incidents[where]}/take", json={"version": 1})
        assert done.status_code == 200, done.text
    whole = (await town.all.get("/floor")).json()
    mine = await town.mine.get("/floor")
    assert MARK not in mine.text
    assert {one["id"] for person in whole["people"] for one in person["holds"]} >= {town.incidents["south"]}
    assert {one["id"] for person in mine.json()["people"] for one in person["holds"]} == {town.incidents["north"]}
    assert f'"{town.incidents["south"]}"' not in mine.text


async def test_the_wall_shows_each_tenant_its_own_work(town: Town) -> None:
    whole, mine = await town.all.get("/wall"), await town.mine.get("/wall")
    shown = {one["id"] for one in mine.json()["rows"]}
    assert {one["id"] for one in whole.json()["rows"]} >= set(town.incidents.values())
    assert town.incidents["north"] in shown
    assert town.incidents["south"] not in shown
    assert not [trace for trace in town.traces() if trace in mine.text]


async def test_what_people_are_trained_for_is_told_to_their_own_tenant(town: Town) -> None:
    await user(town.rig, "sven", Role.OPERATOR, SOUTH)
    names = {one["name"] for one in (await town.mine.get("/abilities")).json()["items"]}
    assert names == {"nora"}
    body = {"skills": ["fire"], "speaks": []}
    assert (await town.mine.put("/abilities/sven", json=body)).status_code == 404
    assert (await town.mine.put("/abilities/nora", json=body)).status_code == 200


async def test_an_act_on_many_touches_nothing_of_another_tenant(town: Town) -> None:
    body = {"id": "an-act-of-nora", "act": "close", "filter": {}, "disposition": "test"}
    shown = (await town.mine.post("/incidents/bulk", json={**body, "preview": True})).json()
    act = {"upto": shown["upto"], "expect_count": shown["matched"], "reason": "all was a test"}
    done = await town.mine.post("/incidents/bulk", json={**body, **act})
    assert done.status_code == 200, done.text
    assert f'"{town.incidents["south"]}"' not in done.text
    south = (await town.all.get(f"/incidents/{town.incidents['south']}")).json()
    assert south["state"] == "waiting"
    assert (await town.all.get("/incidents/bulk/an-act-of-nora")).status_code == 404


# -- lists and searches -----------------------------------------------------------------------------------------------


async def test_a_list_holds_nothing_of_another_tenant(town: Town) -> None:
    await user(town.rig, MARK, Role.OPERATOR, SOUTH)
    for asked, where in {**SEEN, **ALSO_SEEN}.items():
        whole, mine = await town.all.get(where(town)), await town.mine.get(where(town))
        assert (whole.status_code, mine.status_code) == (200, 200), (asked, mine.text)
        assert any(trace in whole.text for trace in town.traces()), (asked, "or this proves nothing")
        assert not [trace for trace in town.traces() if trace in mine.text], asked


async def test_a_list_holds_all_that_is_of_ones_own_tenant(town: Town) -> None:
    for asked, where in SEEN.items():
        if asked != "GET /users":
            own = (await town.mine.get(where(town))).text
            assert town.north in own or "7100" in own, asked
    silent = (await town.mine.get("/supervision")).json()
    counted = {"lost": 1, "not_commissioned": 1, "slow": 1, "outages": 0, "overdue": 1, "scheduled": 1}
    assert silent["totals"] == counted
    assert [one["account_id"] for one in silent["due_next"]] == [town.north]
    assert [one["name"] for one in (await town.mine.get("/users")).json()["items"]] == ["nora"]


async def test_pages_of_a_list_go_on_over_what_is_not_shown(town: Town) -> None:
    for n in range(6):
        await town.rig.alarm(town.all, "BA", "7700", area=str(n + 2))
        await town.rig.alarm(town.all, "BA", "7100", area=str(n + 2))
    for path in ("/incidents?limit=2", "/signals?limit=2"):
        seen: list[str] = []
        after = ""
        while True:
            page = (await town.mine.get(path + after)).json()
            seen += [one.get("account_id") for one in page["items"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        assert seen == [town.north] * 7, path


async def test_the_cursor_of_a_list_counts_nothing_of_another_tenant(town: Town) -> None:
    for n in range(3):
        site(town.rig, account=f"711{n}", tenant=SOUTH)
        site(town.rig, account=f"712{n}", tenant=NORTH)
    seen: list[str] = []
    cursors: list[str] = []
    after = ""
    while True:
        page = (await town.mine.get(f"/accounts?limit=1{after}")).json()
        seen += [one["tenant"] for one in page["items"]]
        if page["next"] is None:
            break
        cursors.append(page["next"])
        after = f"&after={page['next']}"
    assert set(seen) == {NORTH}
    assert cursors == [str(n) for n in range(1, len(seen))]


async def test_a_small_tenant_reads_a_large_journal_in_bounded_steps(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("belfry.web.signals.PASSED_MOST", 3)
    for n in range(8):
        await town.rig.alarm(town.all, "BA", "7700", area=str(n + 2))
    last = await town.rig.alarm(town.all, "FA", "7100", area="99")
    found: list[str | None] = []
    requests, after = 0, ""
    while True:
        page = (await town.mine.get(f"/signals{after}")).json()
        requests += 1
        found += [one["incident"] for one in page["items"]]
        if page["next"] is None:
            break
        after = f"?after={page['next']}"
    assert found == [town.incidents["north"], last]
    assert requests > 1


# -- one thing --------------------------------------------------------------------------------------------------------


def about(operation: str, ids: Mapping[str, str]) -> dict[str, Any]:
    """The request of an operation about these things."""

    def named(text: str) -> str:
        for name, found in ids.items():
            text = text.replace(f"{{{name}}}", found)
        return text

    method, _, path = operation.partition(" ")
    sent = REFUSED[operation]
    if isinstance(sent, str):
        return {"method": method, "url": named(path + sent)}
    return {"method": method, "url": named(path), "json": None if sent is None else json.loads(named(json.dumps(sent)))}


NOWHERE: Final = {"account_id": "anothing", "incident_id": "i999999", "test_id": "nothing", "code_id": "none"}


async def test_another_tenants_is_refused_to_the_byte_as_what_is_not_there(town: Town) -> None:
    before = town.rig.journal.position
    for operation in REFUSED:
        theirs = await town.mine.request(**about(operation, town.southern))
        nothing = await town.mine.request(**about(operation, NOWHERE))
        assert theirs.status_code in (400, 404), (operation, theirs.text)
        echoed = theirs.text.replace(town.south, NOWHERE["account_id"])  # a field that is refused says what was sent
        assert (echoed, theirs.status_code) == (nothing.text, nothing.status_code), operation
    assert town.rig.journal.position == before, "and nothing was written"


async def test_what_is_refused_of_another_tenant_is_not_refused_so_of_ones_own(town: Town) -> None:
    for operation in REFUSED:
        nothing = await town.mine.request(**about(operation, NOWHERE))
        for client, ids in ((town.mine, town.northern), (town.all, town.southern)):
            allowed = await client.request(**about(operation, ids))
            assert allowed.content != nothing.content, operation


async def test_a_word_is_not_asked_about_an_incident_of_another_tenant(town: Town) -> None:
    body = {**_WORD, "incident": town.incidents["south"]}
    answer = await town.mine.post(f"/accounts/{town.north}/words/check", json=body)
    assert (answer.status_code, answer.json()["type"]) == (404, "belfry:incident")


async def test_the_next_one_is_never_another_tenants(town: Town) -> None:
    await town.rig.alarm(town.all, "FA", "7700")
    taken = await town.mine.post("/incidents/next")
    assert taken.json()["incident"]["id"] == town.incidents["north"]
    assert (await town.mine.post("/incidents/next")).status_code == 204


async def test_nobody_speaks_for_an_account_of_another_tenant(town: Town) -> None:
    said = {"code": "BA", "area": "1", "zone": "12"}
    before = town.rig.journal.position
    answers = [await town.mine.post("/signals", json={**said, "account": number}) for number in ("7700", "5555")]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json() == {**answers[1].json(), "value": "7700"}, "an unknown number is refused alike"
    batch = [
        {"specversion": "1.0", "id": str(n), "source": "s", "type": "t", "data": {**said, "account": number}}
        for n, number in enumerate(("7100", "7700"))
    ]
    headers = {"Content-Type": "application/cloudevents-batch+json"}
    assert (await town.mine.post("/signals", json=batch, headers=headers)).status_code == 400
    assert town.rig.journal.position == before
    assert (await town.mine.post("/signals", json={**said, "account": "7100"})).status_code == 202


async def test_a_report_or_a_call_names_no_site_of_another_tenant(town: Town) -> None:
    for path in ("/reports", "/calls"):
        body = {"kind": "FIRE.STRUCT", "place": {"site": town.south}}
        theirs = await town.mine.post(path, json=body)
        nothing = await town.mine.post(path, json={**body, "place": {"site": "nothing"}})
        assert (theirs.status_code, theirs.json()["field"]) == (400, "place.site")
        assert theirs.json() == {**nothing.json(), "value": town.south}
        own = await town.mine.post(path, json={**body, "place": {"site": town.north}})
        assert own.status_code == 202, own.text


async def test_a_sheet_neither_finds_nor_changes_a_site_of_another_tenant(town: Town) -> None:
    """More of it in test_sheets."""
    answer = await town.mine.post("/imports?kind=zones", content=b"account,zone\n7700,1\n")
    assert [one["reason"] for one in answer.json()["problems"]] == ["there is no account '7700'"]
    answer = await town.all.post("/imports?kind=zones", content=b"account,zone\n7700,1\n")
    assert answer.json()["added"] == 1
    assert (await town.mine.post(f"/imports/{answer.json()['id']}/apply")).status_code == 404


async def test_no_site_is_given_to_another_tenant_or_to_none(town: Town) -> None:
    for tenant in (SOUTH, ""):
        moved = await change(town.mine, town.north, account={"tenant": tenant})
        assert (moved.status_code, moved.json()["field"]) == (400, "account.tenant")
        made = await town.mine.post("/accounts", json={"account": {"account": "7101", "tenant": tenant}})
        assert (made.status_code, made.json()["field"]) == (400, "account.tenant")
    unsaid = await town.mine.post("/accounts", json={"account": {"account": "7101"}})
    assert (unsaid.status_code, unsaid.json()["field"]) == (400, "account.tenant")
    made = await town.mine.post("/accounts", json={"account": {"account": "7101", "tenant": NORTH}})
    assert made.status_code == 201
    called = await change(town.all, town.north, account={"tenant": town.south})
    assert (called.status_code, called.json()["field"]) == (400, "account.tenant"), "the southern holder would see it"
    for named in ({"details": {"parent": town.south}}, {"areas": [{"number": "1", "sub_account": town.south}]}):
        nothing = str(named).replace(town.south, "anothing")
        theirs = await change(town.mine, town.north, **named)
        assert theirs.status_code == 400
        assert MARK not in theirs.text
        assert "anothing" in nothing


async def test_who_edits_a_site_that_has_gone_to_another_tenant_is_shown_nothing_of_it(town: Town) -> None:
    """As between his looking at it and his change: memory knows of the move some seconds after the registry."""
    seen = (await town.mine.get(f"/accounts/{town.north}")).json()
    file = town.rig.registry.site(town.north)
    assert file is not None
    moved = SiteChange(account={"tenant": SOUTH, "name": MARK})
    town.rig.registry.edit(town.north, moved, version=file.version, by="test")
    refused = await town.mine.patch(f"/accounts/{town.north}", json={"version": seen["version"], "contacts": []})
    assert refused.status_code == 404, refused.text
    assert MARK not in refused.text


async def test_nothing_is_assigned_to_or_from_another_tenant(town: Town) -> None:
    rig, unknown = town.rig, town.incidents["unknown"]
    body = {"version": 1, "account_id": town.north}
    for incident in (town.incidents["south"], unknown):
        assert (await town.mine.post(f"/incidents/{incident}/assign", json=body)).status_code == 404
    rig.wait(seconds=16)
    rig.front.tenants.look(present=False)
    theirs = await town.mine.post(f"/incidents/{unknown}/assign", json={**body, "account_id": town.south})
    nothing = await town.mine.post(f"/incidents/{unknown}/assign", json={**body, "account_id": "anothing"})
    assert (theirs.status_code, theirs.json()["field"]) == (400, "account_id")
    assert theirs.json() == {**nothing.json(), "value": town.south}


async def test_nothing_is_merged_with_what_is_another_tenants(town: Town) -> None:
    north, south = town.incidents["north"], town.incidents["south"]
    assert (await town.mine.post(f"/incidents/{north}/take", json={"version": 1})).status_code == 200
    before = town.rig.journal.position
    out = await town.mine.post(f"/incidents/{south}/merge", json={"version": 1, "into": north})
    into = await town.mine.post(f"/incidents/{north}/merge", json={"version": 2, "into": south})
    nothing = await town.mine.post(f"/incidents/{north}/merge", json={"version": 2, "into": "i999999"})
    assert out.status_code == 404
    assert (into.status_code, into.text.replace(south, "i999999")) == (nothing.status_code, nothing.text)
    assert town.rig.journal.position == before


async def test_what_is_owed_after_closing_is_told_to_its_own_tenant(town: Town) -> None:
    closed = []
    for number in ("7100", "7700"):
        fire = await town.rig.alarm(town.all, "FA", number)
        await town.all.post(f"/incidents/{fire}/take", json={"version": 1})
        closing = {"version": 2, "seen_upto": 1, "disposition": "test", "reason": "The panel is off"}
        answer = await town.all.post(f"/incidents/{fire}/close", json=closing)
        assert answer.status_code == 200, answer.text
        closed.append(fire)
    told = [[one["id"] for one in (await who.get("/follow-ups")).json()["items"]] for who in (town.all, town.mine)]
    assert told == [closed, closed[:1]]


async def test_what_a_storm_held_back_is_told_to_its_own_tenant(town: Town) -> None:
    begun = await town.all.post("/storms", json={"groups": ["environment"], "minutes": 30, "reason": "Flood"})
    assert begun.status_code == 201, begun.text
    for account in ("7700", "7100", "7700"):
        await town.rig.alarm(town.all, "WA", account, zone="003")
    one = f"/storms/{begun.json()['id']}"
    whole, mine = (await town.all.get(one)).json(), await town.mine.get(one)
    assert (whole["held"], whole["signals"]) == (2, 3)
    assert (mine.json()["held"], mine.json()["signals"], mine.json()["in_trouble"]) == (1, 1, 1)
    assert not [trace for trace in town.traces() if trace in mine.text]
    assert [item["account_id"] for item in mine.json()["items"]] == [town.north]
    assert (await town.mine.get("/storms")).json()["items"][0]["held"] == 1


async def test_what_repeats_itself_is_told_to_its_own_tenant(town: Town) -> None:
    for _ in range(8):
        for account in ("7700", "7100"):
            await town.rig.alarm(town.all, "WA", account, zone="003")
    whole, mine = (await town.all.get("/runaways")).json(), await town.mine.get("/runaways")
    assert {one["account_id"] for one in whole["items"]} == {town.north, town.south}
    assert [one["account_id"] for one in mine.json()["items"]] == [town.north]
    assert not [trace for trace in town.traces() if trace in mine.text]


async def test_numbers_count_what_one_may_see(town: Town) -> None:
    whole, mine = (await town.all.get("/centre")).json(), (await town.mine.get("/centre")).json()
    assert whole["counts"]["by_state"]["waiting"] == 3
    assert mine["counts"]["by_state"] == {"pending": 0, "waiting": 1, "taken": 0, "held": 0}
    assert mine["counts"]["by_priority"]["2"] == 1
    assert (mine["lost"], mine["not_commissioned"]) == (1, 1)


async def test_what_else_is_open_at_an_account_is_told_with_it(town: Town) -> None:
    await town.rig.alarm(town.all, "FA", "7100")
    detail = (await town.mine.get(f"/incidents/{town.incidents['north']}")).json()
    assert len(detail["siblings"]) == 1


# -- what is nobody's -------------------------------------------------------------------------------------------------


async def listed(client: httpx.AsyncClient) -> set[str]:
    return {one["id"] for one in (await client.get("/incidents")).json()["items"]}


async def test_what_is_nobodys_is_seen_by_all_tenants_alone_while_one_of_them_is_there(town: Town) -> None:
    rig, unknown = town.rig, town.incidents["unknown"]
    assert unknown in await listed(town.all)
    assert unknown not in await listed(town.mine)
    assert (await town.mine.get(f"/incidents/{unknown}")).status_code == 404
    rig.wait(seconds=ALONE_AFTER.total_seconds())
    assert rig.front.tenants.look(present=False) is False, "a page that is loaded again changes nothing"
    rig.wait(seconds=1)
    assert rig.front.tenants.look(present=False) is True
    assert await listed(town.mine) == {town.incidents["north"], unknown}, "an alarm that nobody sees is worse"
    responder = await user(rig, "rita", Role.RESPONDER, NORTH)
    await rig.on_duty("rita", tenant=NORTH)
    fires = {
        where: await rig.alarm(town.all, "FA", account) for where, account in (("north", "7100"), ("none", "9999"))
    }
    assert await listed(responder) == {fires["north"]}, "but to the control room alone"
    taken = await town.mine.post(f"/incidents/{unknown}/take", json={"version": 1})
    assert taken.status_code == 200
    rig.front.tenants.look(present=True)
    assert unknown in await listed(town.mine), "whoever has it keeps it"
    assert (await town.mine.post(f"/incidents/{unknown}/release", json={"version": 2})).status_code == 200
    assert unknown not in await listed(town.mine)


async def test_a_site_without_a_tenant_is_nobodys_as_well(town: Town) -> None:
    bare = site(town.rig, account="7300", name="Bare", tenant="")
    incident = await town.rig.alarm(town.all, "BA", "7300")
    assert incident not in await listed(town.mine)
    assert (await town.mine.get(f"/accounts/{bare}")).status_code == 404
    town.rig.wait(seconds=16)
    town.rig.front.tenants.look(present=False)
    assert incident in await listed(town.mine)
    assert (await town.mine.get(f"/accounts/{bare}")).status_code == 200, "who handles it may read its card"
    assert bare not in (await town.mine.get("/accounts?limit=1000")).text


async def test_a_site_without_a_tenant_is_nobodys_to_keep_up_or_to_take_over(town: Town) -> None:
    bare = site(town.rig, account="7300", name="Bare", tenant="")
    town.rig.wait(seconds=16)
    town.rig.front.tenants.look(present=False)
    shown = (await town.mine.get(f"/accounts/{bare}")).json()
    assert shown["may_edit"] == []
    grabbed = await change(town.mine, bare, account={"tenant": NORTH})
    assert (grabbed.status_code, grabbed.json()["type"]) == (403, "belfry:role")
    word = await town.mine.put(f"/accounts/{bare}/words", json={"access_code": "1234"})
    assert (word.status_code, word.json()["type"]) == (403, "belfry:role")
    assert (await change(town.all, bare, account={"tenant": NORTH})).status_code == 200


# -- the stream -------------------------------------------------------------------------------------------------------


async def listen(town: Town, client: httpx.AsyncClient, url: str, told: list[Message]) -> None:
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in client.cookies.items())}
    async with (
        httpx.AsyncClient(base_url=url, timeout=10) as browser,
        browser.stream("GET", f"{PREFIX}/stream", headers=headers) as response,
    ):
        assert response.status_code == 200
        listener = Listener(response)
        while True:
            told.append(await listener.next())


async def until_told(told: list[Message], holds: Callable[[list[Message]], bool]) -> None:
    while not holds(told):  # noqa: ASYNC110 - no time passes here
        await asyncio.sleep(0)


def rows(told: list[Message]) -> set[str]:
    return {message.data["id"] for message in told if message.event == "incident" and message.data is not None}


async def test_the_stream_tells_each_tenant_its_own_and_encodes_once_for_those_alike(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = town.rig
    second = await user(rig, "nils", Role.OPERATOR, NORTH)
    southern = await user(rig, "sven", Role.OPERATOR, SOUTH)
    everybody = {"all": town.all, "north": town.mine, "north too": second, "south": southern}
    told: dict[str, list[Message]] = {name: [] for name in everybody}
    async with serving(rig) as console:
        listening = [
            asyncio.create_task(listen(town, client, console.url, told[name])) for name, client in everybody.items()
        ]
        for name in everybody:
            await until_told(told[name], lambda said: any(one.event == "centre" for one in said))
        hub, encoded = rig.front.hub, list[str]()
        rows_of = hub._row

        def counting(incident: Any, audience: Any, position: int) -> bytes:
            encoded.append(incident.id)
            return rows_of(incident, audience, position)

        monkeypatch.setattr(hub, "_row", counting)
        north = await rig.alarm(town.all, "FA", "7100")
        south = await rig.alarm(town.all, "FA", "7700")
        unknown = await rig.alarm(town.all, "FA", "9997")
        await until_told(told["all"], lambda said: rows(said) >= {north, south, unknown})
        for name, mine in (("north", north), ("north too", north), ("south", south)):
            await until_told(told[name], lambda said, mine=mine: mine in rows(said))  # type: ignore[misc]
        assert rows(told["north"]) == rows(told["north too"]) == {north}
        assert rows(told["south"]) == {south}
        assert encoded.count(north) == 2, "once for all tenants, once for both of the north"
        pulse = next(one.data for one in told["north"] if one.event == "centre")
        assert pulse is not None
        assert (pulse["lost"], pulse["not_commissioned"]) == (1, 1)
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)


async def test_what_no_console_may_be_shown_is_counted_as_unseen(town: Town) -> None:
    told: list[Message] = []
    hub = town.rig.front.hub
    assert hub.unseen() == 3, "nobody listens"
    async with serving(town.rig) as console:
        listening = [asyncio.create_task(listen(town, town.mine, console.url, told))]
        await until_told(told, lambda said: any(one.event == "centre" for one in said))
        assert hub.unseen() == 2, "the southern one, and nobody's as long as it is guarded"
        listening.append(asyncio.create_task(listen(town, town.all, console.url, told)))
        await until_told(told, lambda said: sum(one.event == "centre" for one in said) >= 2)
        assert hub.unseen() == 0
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)


async def test_whoever_sees_more_or_less_than_a_moment_ago_loads_the_queue_anew(town: Town) -> None:
    rig = town.rig
    told: list[Message] = []

    def resets() -> int:
        return sum(message.event == "reset" for message in told)

    async with serving(rig) as console:
        listening = asyncio.create_task(listen(town, town.mine, console.url, told))
        await until_told(told, lambda said: any(one.event == "centre" for one in said))
        rig.wait(seconds=16)
        await rig.front.hub.look()
        await until_told(told, lambda _: resets() == 1)  # nobody of all tenants is there any more
        rig.book.put(rig.registry.edit(town.north, _to(SOUTH), version=1, by="test").account)
        rig.front.hub._moves = lambda: rig.book.moves
        await rig.front.hub.look()
        await until_told(told, lambda _: resets() == 2)  # its site went to another tenant
        assert town.incidents["north"] not in await listed(town.mine)
        rig.registry.users.set_tenants("nora", [SOUTH], by="test")
        await rig.house.sessions.refresh(rig.now)  # type: ignore[attr-defined]  # the registry's own door has it
        await rig.front.hub.look()
        await until_told(told, lambda _: resets() == 3)  # and so did she
        assert {town.incidents["north"], town.incidents["south"]} <= await listed(town.mine)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


def _to(tenant: str) -> Any:
    return SiteChange(account={"tenant": tenant})


# -- holders ----------------------------------------------------------------------------------------------------------


async def test_a_holder_sees_and_confirms_the_sites_that_are_linked_to_him_and_no_other(town: Town) -> None:
    rig = town.rig
    holder = await user(rig, "hans", Role.HOLDER, town.south)
    own = (await holder.get("/accounts")).json()["items"]
    assert [one["id"] for one in own] == [town.south]
    found = (await holder.get("/accounts?search=villa")).json()["items"]
    assert [one["id"] for one in found] == [town.south]
    assert (await holder.get("/accounts?search=mill")).json()["items"] == []
    assert (await holder.get(f"/accounts/{town.north}")).status_code == 404
    shown = (await holder.get(f"/accounts/{town.south}")).json()
    assert shown["contacts"][0]["name"] == MARK
    assert shown["incidents"] == [], "an alarm there may be a silent one"
    assert (shown["confirmed_at"], shown["may_edit"]) == (None, [])
    old = await holder.post(f"/accounts/{town.south}/confirm", json={"version": shown["version"] - 1})
    assert (old.status_code, old.json()["type"]) == (409, "belfry:changed"), "he confirms what he has read"
    said = await holder.post(f"/accounts/{town.south}/confirm", json={"version": shown["version"]})
    assert (said.json()["confirmed_at"], said.json()["confirmed_by"]) == ("2026-03-14T02:14:00Z", "hans")
    other = await holder.post(f"/accounts/{town.north}/confirm", json={"version": 1})
    assert (other.status_code, other.json()["type"]) == (404, "belfry:site")
    for path in ("/incidents", "/signals", "/supervision", "/users", "/stream"):
        assert (await holder.get(path)).status_code == 403, path
    for role in (Role.SUPERVISOR, Role.INSTALLER, Role.OPERATOR):
        client = rig.token(role)
        assert (await client.post(f"/accounts/{town.south}/confirm", json={"version": 1})).status_code == 403, role


async def test_a_holder_who_is_linked_to_nothing_sees_nothing(town: Town) -> None:
    holder = await user(town.rig, "hanna", Role.HOLDER)
    assert (await holder.get("/accounts")).json()["items"] == []
    assert (await holder.get("/accounts?search=mill")).json()["items"] == []
    assert (await holder.get(f"/accounts/{town.north}")).status_code == 404


async def test_an_installer_reads_whole_the_sites_that_he_is_linked_to_alone(town: Town) -> None:
    linked = await user(town.rig, "ines", Role.INSTALLER, NORTH)
    anybody = await user(town.rig, "igor", Role.INSTALLER)
    assert (await linked.get(f"/accounts/{town.north}")).status_code == 200
    assert (await linked.get(f"/accounts/{town.south}")).status_code == 404
    assert len((await anybody.get("/accounts?limit=1000")).json()["items"]) > 2
    for path in ("", "/changes", "/record"):
        assert (await anybody.get(f"/accounts/{town.north}{path}")).status_code == 404


async def test_an_installer_who_is_linked_to_none_does_not_learn_whose_a_telephone_number_is(town: Town) -> None:
    linked = await user(town.rig, "ines", Role.INSTALLER, NORTH)
    anybody = await user(town.rig, "igor", Role.INSTALLER)
    number = "+49 30 5550199"
    contacts = [{"order": 1, "name": "Anna", "numbers": [{"number": number}]}]
    assert (await change(town.mine, town.north, contacts=contacts)).status_code == 200
    found = [(await one.get("/accounts", params={"search": number})).json()["items"] for one in (linked, anybody)]
    assert ([one["id"] for one in found[0]], found[1]) == ([town.north], [])


async def test_numbers_of_another_tenant_are_not_proposed_for_an_unknown_one(town: Town) -> None:
    """`7701` is near to the southern `7700`."""
    rig = town.rig
    unknown = await rig.alarm(town.all, "BA", "7701")
    assert "near: 7700" in (await town.all.get(f"/incidents/{unknown}")).text
    rig.wait(seconds=16)
    rig.front.tenants.look(present=False)
    told = [await town.mine.get(f"/incidents/{unknown}{more}") for more in ("", "/timeline", "/record")]
    assert [answer.status_code for answer in told] == [200, 200, 200]
    assert not [answer for answer in told if "7700" in answer.text]


async def test_a_token_of_one_tenant_reaches_no_further(town: Town) -> None:
    secret = town.rig.registry.tokens.issue(Role.SUPERVISOR, tenant=NORTH, hours=1, by="test")
    program = town.rig.client(base=BASE, authorization=f"Bearer {secret}")
    assert await listed(program) == {town.incidents["north"]}
    assert (await program.get(f"/accounts/{town.south}")).status_code == 404


async def test_what_is_over_is_told_to_its_own_tenant(tmp_path: Path) -> None:
    archive = SqlArchive.open(tmp_path / "archive")
    async with centre(tmp_path, archive=archive) as rig:
        everything, mine = (
            await user(rig, "alma", Role.ADMINISTRATOR),
            await user(rig, "nora", Role.ADMINISTRATOR, NORTH),
        )
        north = site(rig, account="7100", name="Open mill", tenant=NORTH)
        south = site(rig, account="7700", name="Villa", tenant=SOUTH)
        over = {key: over_at(key, which) for key, which in (("z", north), ("s", south), ("u", None))}
        await archive.fold(
            Folded(upto=1, incidents=dict(over), heard={("2026-03-14", one): 2 for one in (north, south)})
        )
        whole = (await everything.get("/archive/incidents")).json()["items"]
        assert {one["id"] for one in whole} == {"z", "s", "u"}
        assert [one["id"] for one in (await mine.get("/archive/incidents")).json()["items"]] == ["z"]
        first = (await mine.get("/archive/incidents?limit=1")).json()
        assert ([one["id"] for one in first["items"]], first["next"] is None) == (["z"], False)
        rest = (await mine.get("/archive/incidents", params={"after": first["next"]})).json()
        assert rest == {"items": [], "next": None}
        days = [{"day": "2026-03-14", "signals": 2}]
        assert (await mine.get(f"/archive/signals?account={north}")).json()["items"] == days
        for other in (south, "nobody"):
            assert (await mine.get(f"/archive/signals?account={other}")).status_code == 404
            assert (await mine.get(f"/archive/incidents?account={other}")).status_code == 404
        of_it = (await everything.get(f"/archive/incidents?account={south}")).json()["items"]
        assert [one["id"] for one in of_it] == ["s"]
        assert (await mine.get("/archive/incidents?after=yesterday")).status_code == 400
        month = {"from": "2026-03-01T00:00:00Z", "until": "2026-04-01T00:00:00Z"}
        reports = [(await one.get("/reports/response", params=month)).json() for one in (everything, mine)]
        assert [report["groups"][-1]["incidents"] for report in reports] == [3, 1]
        loads = [(await one.get("/reports/load", params=month)).json() for one in (everything, mine)]
        assert [report["incidents"] for report in loads] == [3, 1]
        rooms = [(await one.get("/staffing")).json()["handled"] for one in (everything, mine)]
        assert rooms == [3, 1]
        sites = [(await one.get("/reports/accounts", params=month)).json()["items"] for one in (everything, mine)]
        assert [{one["account_id"] for one in items} >= {south} for items in sites] == [True, False]
        for which in ("load", "accounts", "response"):
            files = [(await one.get(f"/reports/{which}/file", params=month)).text for one in (everything, mine)]
            assert files[0] != files[1], which
            assert "Villa" not in files[1], which
    await archive.close()


async def test_who_was_reached_is_told_to_its_own_tenant(town: Town) -> None:
    for position, key in enumerate(("north", "south"), 1):
        incident = town.incidents[key]
        asked = NoticeAsked(
            notice=f"{position}-0",
            audience=Audience.ROOM,
            channel=Channel.PUSH,
            to=f"{key} phone",
            why="take",
            incident=incident,
            level="supervisor",
        )
        entry = Entry(id=bytes([position]) * 16, subject=notice_subject(asked.notice), at=town.rig.now, facts=(asked,))
        await town.rig.journal.append([entry])
    await town.rig.settled()
    told = [[one["to"] for one in (await who.get("/notices")).json()["items"]] for who in (town.all, town.mine)]
    assert told == [["south phone", "north phone"], ["north phone"]]


def over_at(key: str, account_id: str | None) -> ClosedIncident:
    return ClosedIncident(
        id=key,
        number=1,
        kind="PROP.ALARM.INTR",
        priority=2,
        method="equipment",
        account_id=account_id,
        life=False,
        silent=False,
        opened_at=START,
        due_at=None,
        first_taken_at=START,
        first_act_at=None,
        closed_at=START,
        signals=1,
        acts=1,
        disposition="false_alarm",
        cause=None,
        by_rule=False,
    )


async def test_the_same_number_at_two_tenants_is_two_accounts(town: Town) -> None:
    """An account whose panel number another tenant has too: each has a receiver or prefix of its own, or it is refused:
    who says more of a number than its tenant does would be given its alarms."""
    rig = town.rig
    wanted = {"account": "7700", "prefix": "A1", "name": "Namesake", "tenant": NORTH}
    refused = await town.mine.post("/accounts", json={"account": wanted})
    assert (refused.status_code, refused.json()["type"]) == (409, "belfry:taken")
    assert MARK not in refused.text
    assert (await change(town.all, town.south, account={"prefix": "B2"})).status_code == 200
    follow(rig)
    mine = site(rig, account="7700", prefix="A1", name="Namesake", tenant=NORTH)
    incident = await rig.alarm(town.all, "BA", "7700", prefix="A1")
    follow(rig)
    assert incident in await listed(town.mine)
    found = (await town.mine.get("/signals?account=7700")).json()["items"]
    assert {one["account_id"] for one in found} == {mine}


def a_device_at(account_id: str, name: str) -> dict[str, Any]:
    points = [{"point": "smoke", "zone": "7"}]
    where = {"account_id": account_id, "receiver": "panels", "wire": "zigbee2mqtt", "address": f"z/{name}"}
    return {**where, "name": name, "points": points}


async def test_a_device_of_another_tenant_does_not_exist_and_is_changed_by_nobody_else(town: Town) -> None:
    theirs = (await town.all.post("/devices", json=a_device_at(town.south, MARK))).json()
    own = await town.mine.post("/devices", json=a_device_at(town.north, "hall"))
    assert own.status_code == 201, own.text
    assert [one["id"] for one in (await town.mine.get("/devices")).json()["items"]] == [own.json()["id"]]
    where, moved = f"/devices/{theirs['id']}", {**a_device_at(town.south, MARK), "version": 1}
    for answer in (
        await town.mine.get(where),
        await town.mine.get(f"{where}/days"),
        await town.mine.put(where, json=moved),
        await town.mine.delete(f"{where}?version=1"),
        await town.mine.post(f"{where}/secret", json={}),
        await town.mine.put(f"{where}/login", json={"user": "a"}),
        await town.mine.post(f"{where}/prove", json={"point": "smoke"}),
    ):
        assert (answer.status_code, MARK in answer.text) == (404, False)
    for answer in (
        await town.mine.post("/devices", json=a_device_at(town.south, "yard")),
        await town.mine.put(f"/devices/{own.json()['id']}", json=moved),
    ):
        assert (answer.status_code, answer.json()["field"]) == (400, "account_id")


async def test_nobody_listens_to_others_devices_nor_by_others_ids(town: Town) -> None:
    theirs = (await town.all.post("/devices", json=a_device_at(town.south, MARK))).json()["id"]
    assert (await town.mine.post("/devices/listen", json={"device_id": theirs})).status_code == 404
    others = (await town.all.post("/devices/listen", json={"receiver": "panels"})).json()["id"]
    assert (await town.mine.get(f"/devices/listen/{others}")).status_code == 404
    assert (await town.mine.delete(f"/devices/listen/{others}")).status_code == 404
    mine = (await town.mine.post("/devices/listen", json={"receiver": "panels"})).json()["id"]
    desk, device = town.rig.device_desk, town.rig.devices.book.by_id(theirs)
    assert device is not None
    said = Said(disposition=Disposition.REJECT, reason=MARK)
    await desk.hear(device, said, town.rig.now)
    desk.stranger("panels", device.wire, said, town.rig.now)
    heard = await town.mine.get(f"/devices/listen/{mine}")
    assert (heard.json()["items"], MARK in heard.text) == ([], False)
    told = (await town.all.get(f"/devices/listen/{others}")).json()["items"]
    assert [one["device_id"] for one in told] == [theirs, None]


def a_plan_of(level: str, of: str, name: str = "Theirs") -> dict[str, Any]:
    steps = [{"id": "premises", "do": "call_premises", "text": f"Call {name}", "demanded": True}]
    when = {"kinds": ["=PROP.ALARM.INTR"]}
    plan = {"id": f"{level}-{of}".lower(), "name": name, "level": level, "of": of, "when": when, "steps": steps}
    return {"plan": plan}


async def test_a_plan_of_another_tenant_does_not_exist_and_is_changed_by_nobody_else(town: Town) -> None:
    theirs, own = a_plan_of("tenant", SOUTH, MARK), a_plan_of("tenant", NORTH)
    site, house = a_plan_of("account", town.south, MARK), a_plan_of("type", "office")
    for plan in (theirs, own, site, house):
        answer = await town.all.post("/plans", json=plan)
        assert answer.status_code == 201, answer.text
    told = await town.mine.get("/plans")
    assert [one["id"] for one in told.json()["items"]] == sorted([own["plan"]["id"], house["plan"]["id"]])
    for plan in (theirs, site):
        where = f"/plans/{plan['plan']['id']}"
        for answer in (
            await town.mine.get(where),
            await town.mine.get(f"{where}/versions"),
            await town.mine.put(where, json=plan),
            await town.mine.delete(f"{where}?version=1"),
        ):
            assert (answer.status_code, MARK in answer.text) == (404, False)
    changed = {"plan": {**own["plan"], "name": "Ours"}}
    assert (await town.mine.put(f"/plans/{own['plan']['id']}", json=changed)).status_code == 200
    for plan in (house, a_plan_of("centre", ""), a_plan_of("tenant", SOUTH), a_plan_of("account", town.south)):
        assert (await town.mine.post("/plans", json=plan)).status_code == 403
    assert (await town.mine.delete(f"/plans/{house['plan']['id']}?version=1")).status_code == 403


async def test_what_was_skipped_and_what_would_be_asked_for_is_told_to_its_own_tenant(town: Town) -> None:
    assert (await town.all.post("/plans", json=a_plan_of("centre", "", "Any"))).status_code == 201
    for where in ("north", "south"):
        one = f"/incidents/{town.incidents[where]}"
        assert (await town.all.post(f"{one}/take", json={"version": 1})).status_code == 200
        skipping = {"version": 2, "step": "premises", "reason": f"of the {where}"}
        assert (await town.all.post(f"{one}/skip", json=skipping)).status_code == 200
    whole = (await town.all.get("/plans/skipped")).json()["items"]
    assert [one["reason"] for one in whole] == ["of the south", "of the north"]
    mine = await town.mine.get("/plans/skipped")
    assert [one["reason"] for one in mine.json()["items"]] == ["of the north"]
    assert [mark for mark in town.traces() if mark in mine.text] == []
    hidden = await town.mine.post("/plans/dry-run", json={"incident": town.incidents["south"]})
    assert hidden.status_code == 404
    site = await town.mine.post("/plans/dry-run", json={"kind": "PROP.ALARM.INTR", "account_id": town.south})
    assert (site.status_code, site.json()["field"]) == (400, "account_id")
