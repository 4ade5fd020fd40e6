"""What the centre tells of its work: honest where there is nothing, never by person, and sent once for each span."""

import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from belfry.app import centre
from belfry.ports.staff import Role
from belfry.settings import NotifierTable, OnCallTable, ReportTable, Settings, TeamTable
from tests.notify.post_office import PostOffice, post_office
from tests.stories.kit import Desk, Town, open_town, until, until_told

MARCH = {"from": "2026-03-01T00:00:00Z", "until": "2026-04-01T00:00:00Z"}
BEFORE = {"from": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"}


async def closed(town: Town, desk: Desk, role: str, code: str, zone: str, **words: Any) -> None:
    await town.say(role, code, zone)
    (row,) = await desk.incidents("open")
    town.clock.wait(seconds=20)
    await desk.act(row["id"], "take")
    await desk.skip_all(row["id"])
    await desk.act(row["id"], "close", seen_upto=1, **{"disposition": "false_alarm", "cause": "animal", **words})
    await archived(desk, row["id"])


async def archived(desk: Desk, incident: str) -> None:
    async def there() -> bool:
        return incident in [one["id"] for one in (await desk.get("/archive/incidents"))["items"]]

    await until_told(there)


# -- looked at


async def test_load_sites_and_response_say_the_same_of_the_same_incidents(town: Town) -> None:
    anna = await town.operator("anna")
    await closed(town, anna, "shop", "1134", "001")
    await closed(town, anna, "shop", "1134", "001", disposition="genuine", cause="break_in")
    load = await anna.get("/reports/load", **MARCH)
    assert (load["incidents"], load["hours"][2], sum(load["hours"]), load["busiest"]) == (2, 2, 2, 2)
    assert [(one["key"], one["incidents"]) for one in load["groups"]] == [("PROP", 2)]
    assert (load["places"], load["elsewhere"]) == ([], 2)  # fewer than ten are nowhere
    sites = await anna.get("/reports/accounts", **MARCH)
    (shop,) = [one for one in sites["items"] if one["incidents"]]
    assert (shop["account"], shop["incidents"], shop["false"], shop["rate"]) == ("2002", 2, 1, 0.5)
    assert shop["taken_p90"] == 20
    assert shop["signals"] >= 2
    response = await anna.get("/reports/response", by="shift", **MARCH)
    assert [(group["key"], group["incidents"]) for group in response["groups"]] == [("night", 2), ("", 2)]


async def test_a_month_without_a_single_incident_says_so(town: Town) -> None:
    anna = await town.operator("anna")
    load = await anna.get("/reports/load", **BEFORE)
    assert (load["incidents"], load["busiest"], set(load["hours"]), load["groups"]) == (0, None, {0}, [])
    sites = await anna.get("/reports/accounts", **BEFORE)
    assert (sites["items"], sites["whole"]["rate"], sites["whole"]["taken_p90"]) == ([], None, None)
    for which in ("load", "accounts", "response"):
        for form in ("csv", "pdf"):
            answer = await anna.client.get(f"/reports/{which}/file", params={**BEFORE, "form": form})
            assert answer.status_code == 200, answer.text
            assert len(answer.content) > 20


async def test_a_file_for_a_spreadsheet_has_a_line_for_each_site(town: Town) -> None:
    anna = await town.operator("anna")
    await closed(town, anna, "shop", "1134", "001")
    answer = await anna.client.get("/reports/accounts/file", params={**MARCH, "form": "csv"})
    assert answer.headers["content-disposition"] == 'attachment; filename="accounts-2026-03-01.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][1:5] == ["Site", "Signals", "Incidents", "Genuine"]
    (shop,) = [row for row in rows if row[0] == "2002"]
    assert shop[3:7] == ["1", "0", "1", "1.0"]
    assert rows[-1][1] == "All"
    paper = await anna.client.get("/reports/accounts/file", params={**MARCH, "form": "pdf"})
    assert paper.content.startswith(b"%PDF-")


async def test_nobody_learns_of_another_tenant_nor_an_auditor_of_what_is_medical(town: Town) -> None:
    anna = await town.operator("anna")
    await closed(town, anna, "shop", "1134", "001")
    other = await town.operator("olga", Role.AUDITOR, "elsewhere")
    for path, nothing in (("load", "incidents"), ("accounts", "items")):
        report = await other.get(f"/reports/{path}", **MARCH)
        assert not report[nothing], path
    assert (await other.get("/reports/accounts", **MARCH))["whole"]["signals"] == 0
    auditor = await town.program(Role.AUDITOR, name="auditor")
    assert (await auditor.get("/reports/load", **MARCH))["incidents"] == 1
    responder = await town.program(Role.RESPONDER, name="responder")
    assert (await responder.client.get("/reports/load", params=MARCH)).status_code == 403


async def test_no_report_names_who_acted(town: Town) -> None:
    anna = await town.operator("anna")
    await closed(town, anna, "shop", "1134", "001")
    for path in ("/reports/load", "/reports/accounts", "/reports/response"):
        assert "anna" not in httpx.Response(200, json=await anna.get(path, **MARCH)).text


async def test_the_response_of_a_group_of_operators_is_told_from_ten_incidents_on_and_never_of_one(
    tmp_path: Path,
) -> None:
    def grouped(settings: Settings) -> Settings:
        members = ("anna", "boris", "chloe", "dora", "emil")
        return msgspec.structs.replace(settings, operator_group=(TeamTable(name="Night room", members=members),))

    async with open_town(tmp_path, change=grouped) as town:
        anna, zoe = await town.operator("anna"), await town.operator("zoe")
        for _ in range(9):
            await closed(town, anna, "shop", "1134", "001")
            town.clock.wait(minutes=40)  # no runaway
        await closed(town, zoe, "shop", "1134", "001")
        few = await anna.get("/reports/response", by="team", **MARCH)
        assert [(one["key"], one["incidents"]) for one in few["groups"]] == [("-", 10), ("", 10)]
        assert few["groups"][0]["label"] == "In no group, or in one with fewer than ten incidents"
        await closed(town, anna, "shop", "1134", "001")
        enough = await anna.get("/reports/response", by="team", **MARCH)
        assert [(one["key"], one["incidents"]) for one in enough["groups"]] == [("Night room", 10), ("-", 1), ("", 11)]
        answer = await anna.client.get("/reports/response/file", params={**MARCH, "form": "csv", "by": "team"})
        assert "Night room" in answer.content.decode("utf-8-sig")
        assert "anna" not in answer.content.decode("utf-8-sig")


# -- sent


@asynccontextmanager
async def posted(folder: Path, office: PostOffice, *reports: ReportTable) -> AsyncIterator[Town]:
    """A town whose manager gets reports by e-mail, and nothing else."""
    (folder / "mail").write_text(office.url, encoding="utf-8")

    def change(settings: Settings) -> Settings:
        mail = NotifierTable(type="apprise", name="mail", rest={"url_file": str(folder / "mail")})
        manager = OnCallTable(name="The manager", level="report", notifier="mail")
        return msgspec.structs.replace(settings, notifier=(mail,), on_call=(manager,), report=reports)

    async with open_town(folder, change=change) as town:
        yield town


@pytest.fixture(autouse=True)
def reports_are_looked_for_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(centre, "REPORTS_LOOK", centre.REPORTS_LOOK / 800)


async def test_a_report_is_sent_once_for_each_span_also_after_a_restart(tmp_path: Path) -> None:
    daily = ReportTable(name="daily", which="accounts", to="The manager", every="day", at="06:00")
    async with post_office() as office, posted(tmp_path, office, daily) as town:
        anna = await town.operator("anna")
        await until(lambda: len(office.letters) == 1)  # of the twelfth, since it was due before the centre began
        assert "2026-03-12" in str(office.letters[0]["subject"])
        await closed(town, anna, "shop", "1134", "001")
        town.clock.wait(hours=3)
        await town.restart()
        anna = await town.operator("anna")
        assert len(office.letters) == 1
        town.clock.wait(hours=24 + 1)
        await until(lambda: len(office.letters) == 2)
        anna = await town.operator("anna")
        letter = office.letters[1]
        assert "2026-03-14" in str(letter["subject"])
        files = {part.get_filename(): part for part in letter.iter_attachments()}
        assert set(files) == {"daily-2026-03-14.pdf", "daily-2026-03-14.csv"}
        assert files["daily-2026-03-14.pdf"].get_content().startswith(b"%PDF-")
        text = files["daily-2026-03-14.csv"].get_payload(decode=True)
        assert isinstance(text, bytes)
        assert b"2002" in text

        async def both_are_sent() -> bool:
            items = (await anna.get("/notices"))["items"]
            reports = [one for one in items if one["why"] == "report"]
            return sorted((one["id"], one["stage"]) for one in reports) == [
                ("report.daily.2026-03-12", "sent"),
                ("report.daily.2026-03-14", "sent"),
            ]

        await until_told(both_are_sent)


async def test_a_mail_server_that_refuses_is_tried_again_and_gets_it_once(tmp_path: Path) -> None:
    monthly = ReportTable(name="monthly", which="load", to="The manager")
    async with post_office() as office:
        office.refuses = ["451 not now"]
        async with posted(tmp_path, office, monthly) as town:
            anna = await town.operator("anna")

            async def failed() -> bool:
                return [one["stage"] for one in (await anna.get("/notices"))["items"]] == ["failed"]

            await until_told(failed)
            town.clock.wait(seconds=30)
            await until(lambda: len(office.letters) == 1)
            (letter,) = office.letters
            assert "2026-02" in str(letter["subject"])
            body = letter.get_body(("plain", "html"))
            assert body is not None
            assert "Nothing was closed in this span" in body.get_content()
            assert "those of persons are not in it" in body.get_content()  # its notifier says no `persons`
            town.clock.wait(hours=1)
            await until_told(sent_to(anna))
            assert len(office.letters) == 1


def sent_to(desk: Desk) -> Any:
    async def sent() -> bool:
        return [one["stage"] for one in (await desk.get("/notices"))["items"]] == ["sent"]

    return sent
