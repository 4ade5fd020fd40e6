"""Reports over HTTP and as files: what leaves by machine holds nothing of persons unless its way may carry it."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from belfry.archive import SqlArchive
from belfry.ports.archive import ClosedIncident, Folded
from belfry.ports.staff import Role
from belfry.web.outlet import Audience
from belfry.web.report_files import as_csv, as_pdf
from belfry.web.report_making import Asked, accounts_report, load_report, response_of
from belfry.web.report_views import AccountsReport, SiteLine
from tests.web.kit import START, Rig, centre

MONTH: Final = {"from": "2026-03-01T00:00:00Z", "until": "2026-04-01T00:00:00Z"}
SINCE, UNTIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)


def over(number: int, kind: str, **more: Any) -> ClosedIncident:
    fields: dict[str, Any] = {
        "id": f"i{number}",
        "number": number,
        "kind": kind,
        "priority": 1,
        "method": "equipment",
        "account_id": "school",
        "life": False,
        "silent": False,
        "opened_at": START,
        "due_at": START,
        "first_taken_at": START + timedelta(seconds=20),
        "first_act_at": None,
        "closed_at": START + timedelta(minutes=10),
        "signals": 1,
        "acts": 2,
        "disposition": "false_alarm",
        "cause": "cooking",
        "by_rule": False,
    }
    return ClosedIncident(**{**fields, **more})


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    archive = SqlArchive.open(tmp_path)
    kinds = ["FIRE.ALARM.AUTO", *["MED.ALARM.CARE"] * 12, "PERS.ALARM.HOLDUP"]
    await archive.fold(Folded(upto=100, incidents={f"i{n}": over(n, kind) for n, kind in enumerate(kinds)}))
    async with centre(tmp_path, archive=archive) as opened:
        yield opened
    await archive.close()


async def test_what_leaves_by_machine_holds_nothing_medical_or_of_a_person(rig: Rig) -> None:
    everybody = Audience("en", medical=True, acts=False)
    for persons, count in ((True, 14), (False, 1)):
        asked = Asked(everybody, SINCE, UNTIL, persons)
        assert (await load_report(rig.front, asked, "en")).incidents == count
        assert (await accounts_report(rig.front, asked, 10)).whole.incidents == count
        assert (await response_of(rig.front, asked, "kind", "en")).groups[-1].incidents == count


async def test_medical_incidents_are_at_no_place_however_many_there_are(rig: Rig) -> None:
    load = (await rig.token(Role.SUPERVISOR).get("/reports/load", params=MONTH)).json()
    assert (load["medical"], load["places"], load["elsewhere"]) == (12, [], 2)


async def test_an_auditor_is_told_nothing_of_what_is_medical(rig: Rig) -> None:
    load = (await rig.token(Role.AUDITOR).get("/reports/load", params=MONTH)).json()
    assert (load["incidents"], load["medical"]) == (2, 0)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2026-03-01T00:00:00Z", "until": "2026-03-01T00:00:00Z"}, "until"),
        ({"from": "2026-03-01T00:00:00", "until": "2026-04-01T00:00:00Z"}, "from"),
        ({"from": "2001-03-01T00:00:00Z", "until": "2026-04-01T00:00:00Z"}, "until"),
    ],
)
async def test_a_span_that_is_none_is_named(rig: Rig, query: dict[str, str], field: str) -> None:
    answer = await rig.token(Role.SUPERVISOR).get("/reports/load", params=query)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


async def test_a_report_of_another_name_is_none(rig: Rig) -> None:
    answer = await rig.token(Role.SUPERVISOR).get("/reports/operators/file", params=MONTH)
    assert answer.status_code in (400, 404)


def sites(name: str) -> AccountsReport:
    numbers: dict[str, Any] = {"signals": 1, "incidents": 1, "alarms": 1, "genuine": 0, "false": 1, "rate": 1.0}
    numbers |= {"taken_p50": None, "taken_p90": None}
    line = SiteLine(account_id="a", account="1001", name=name, **numbers)
    return AccountsReport(since=SINCE, until=UNTIL, whole=line, items=[line], more=0, left_out=0)


@pytest.mark.parametrize("name", ["=1+1", "+44 20", "-2", "@home", "\tx", "＝1+1"])
def test_a_name_is_no_formula_of_a_spreadsheet(name: str) -> None:
    assert '"Shop;=1+1"' in as_csv(sites("Shop;=1+1"), "en").decode("utf-8-sig"), "nor behind a semicolon"
    rows = list(csv.reader(io.StringIO(as_csv(sites(name), "en").decode("utf-8-sig"))))
    assert rows[1][1] == f"'{name}"


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "xx"])
def test_a_report_is_printed_in_each_language_whatever_a_site_is_called(language: str) -> None:
    report = sites("Bäckerei Ñandú à l’Œuvre → Ελλάδα 株式会社 " + "long " * 80)
    paper = as_pdf(report, language, centre="Harbour", zone=UTC, made_at=START, without_persons=True)
    assert paper.startswith(b"%PDF-")
