"""Tests over HTTP: who may ask, what is answered, whom a forced word reaches, and a technician's own page."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from belfry.ports.staff import Role
from belfry.web.app import CODE_TRIES
from tests.web.kit import START, Rig
from tests.web.sites_kit import ANNA, SOUTH, contact_of, site, supervisor

WORD, FORCED = "blue heron", "grey heron"
ISO = "%Y-%m-%dT%H:%M:%SZ"


async def furnished(rig: Rig, *, authority: tuple[str, ...] = ("on_test",), role: str = "holder") -> str:
    """A site whose contact has a word and a duress word."""
    editor, mill = supervisor(rig), site(rig)
    anna = await contact_of(editor, mill)
    body = {**ANNA, "id": anna["id"], "authority": list(authority), "role": role}
    version = (await editor.get(f"/accounts/{mill}")).json()["version"]
    assert (await editor.patch(f"/accounts/{mill}", json={"version": version, "contacts": [body]})).status_code == 200
    for name, word in (("word", WORD), ("duress_word", FORCED)):
        answer = await editor.put(f"/accounts/{mill}/words", json={"contact": anna["id"], name: word})
        assert answer.status_code == 200, answer.text
    return mill


async def listed(client: httpx.AsyncClient, state: str = "running") -> list[dict[str, Any]]:
    answer = await client.get("/tests", params={"state": state})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def kinds(rig: Rig) -> list[str]:
    await rig.settled()
    return [incident.kind for incident in rig.board.queue()]


async def done(rig: Rig) -> None:
    """What was decided of everything is folded, too."""
    await rig.settled()
    await rig.settled()


async def put_on(client: httpx.AsyncClient, account: str, **more: object) -> httpx.Response:
    return await client.post("/tests", json={"account_id": account, "minutes": 30, "word": WORD, **more})


async def test_a_contact_with_the_authority_puts_his_site_on_test_by_his_word(rig: Rig) -> None:
    mill = await furnished(rig)
    operator = rig.token(name="olga")
    answer = await put_on(operator, mill, expected=[{"zone": "4"}], ticks=["fire"])
    assert answer.status_code == 201, answer.text
    (test,) = await listed(operator)
    assert test == answer.json()
    assert (test["asked"], test["by"]) == ({"asker": "owner", "proof": "word", "name": "Anna Holder"}, "olga")
    assert (test["stage"], test["ticks"], test["missing"]) == ("running", ["fire"], 1)
    assert test["until"] == (START + timedelta(minutes=30)).strftime(ISO)
    assert test["warning_at"] == (START + timedelta(minutes=20)).strftime(ISO)
    assert test["longest_until"] == (START + timedelta(hours=1)).strftime(ISO)
    now = (await operator.get(f"/accounts/{mill}/tests")).json()
    assert [one["id"] for one in now["tests"]] == [test["id"]]
    rig.wait(minutes=25)
    assert (await listed(operator))[0]["stage"] == "warning"


async def test_a_wrong_word_one_without_the_authority_and_none_at_all_put_nothing_on_test(rig: Rig) -> None:
    mill = await furnished(rig, authority=("cancel",))
    operator = rig.token(name="olga")
    for body, kind in (
        ({"word": "red kite"}, "belfry:word"),
        ({}, "belfry:authority"),
        ({"word": None}, "belfry:word"),
    ):
        answer = await put_on(operator, mill, **body)
        assert (answer.status_code, answer.json()["type"]) == (403, kind)
    assert await listed(operator) == []
    assert await kinds(rig) == []


async def test_a_duress_word_is_answered_alike_does_nothing_and_raises_the_silent_alarm(rig: Rig) -> None:
    mill = await furnished(rig)
    operator = rig.token(name="olga")
    right = (await put_on(operator, mill)).json()
    await operator.post(f"/tests/{right['id']}/end")
    forced = await put_on(operator, mill, word=FORCED)
    assert forced.status_code == 201
    assert {**forced.json(), "id": ""} == {**right, "id": ""}
    assert len(forced.json()["id"]) == len(right["id"])
    assert await listed(operator) == []
    assert len(await listed(operator, "all")) == 1
    assert await kinds(rig) == ["PERS.ALARM.DURESS"]
    (incident,) = rig.board.queue()
    assert (incident.account_id, incident.priority, incident.silent) == (mill, 1, True)
    await rig.alarm(operator, account="7001", code="BA")
    assert sorted(await kinds(rig)) == ["PERS.ALARM.DURESS", "PROP.ALARM.INTR"]


async def test_a_duress_word_to_extend_extends_nothing(rig: Rig) -> None:
    mill = await furnished(rig)
    operator = rig.token(name="olga")
    test = (await put_on(operator, mill)).json()
    answer = await operator.post(f"/tests/{test['id']}/extend", json={"minutes": 50, "word": FORCED})
    assert answer.status_code == 200
    assert answer.json()["until"] == (START + timedelta(minutes=50)).strftime(ISO)
    assert (await listed(operator))[0]["until"] == test["until"]
    assert await kinds(rig) == ["PERS.ALARM.DURESS"]


async def test_the_longest_times_are_the_askers_own(rig: Rig) -> None:
    mill = await furnished(rig)
    operator = rig.token(name="olga")
    assert (await put_on(operator, mill, minutes=61)).json()["field"] == "minutes"
    test = (await put_on(operator, mill, minutes=60)).json()
    rig.wait(minutes=30)
    late = await operator.post(f"/tests/{test['id']}/extend", json={"minutes": 31})
    assert (late.status_code, late.json()["field"]) == (400, "minutes")
    anew = await operator.post(f"/tests/{test['id']}/extend", json={"minutes": 60, "word": WORD})
    assert anew.json()["until"] == (START + timedelta(minutes=90)).strftime(ISO)
    by_supervisor = await supervisor(rig).post(f"/tests/{test['id']}/extend", json={"minutes": 24 * 60})
    assert by_supervisor.json()["asked"]["asker"] == "owner"
    assert by_supervisor.status_code == 200
    mine = await supervisor(rig).post("/tests", json={"account_id": mill, "minutes": 1_000})
    assert mine.json()["asked"] == {"asker": "supervisor", "proof": "role", "name": "sofia"}


async def test_a_contact_who_is_a_technician_has_a_technicians_time(rig: Rig) -> None:
    mill = await furnished(rig, role="technician")
    operator = rig.token(name="olga")
    assert (await put_on(operator, mill, minutes=8 * 60)).json()["asked"]["asker"] == "technician"
    assert (await put_on(operator, mill, minutes=8 * 60 + 1)).status_code == 400


async def test_the_report_at_the_end_names_ticked_and_missing(rig: Rig) -> None:
    mill = await furnished(rig)
    operator = rig.token(name="olga")
    test = (await put_on(operator, mill, expected=[{"zone": "12"}, {"zone": "13"}])).json()
    body = {"account": "7001", "code": "BA", "area": "1", "zone": "12"}
    assert (await operator.post("/signals", json=body)).status_code == 202
    await done(rig)
    (now,) = await listed(operator)
    assert [(one["zone"], one["ticked_at"] is not None) for one in now["expected"]] == [("12", True), ("13", False)]
    assert [(one["zone"], one["code"], one["count"]) for one in now["came"]] == [("12", "BA", 1)]
    (signal,) = (await operator.get("/signals")).json()["items"]
    assert (signal["act"], signal["incident"]) == ("on_test", None)
    ended = (await operator.post(f"/tests/{test['id']}/end")).json()
    assert (ended["stage"], ended["ended_by"], ended["how"]) == ("ended", "olga", "operator")
    assert (ended["ticked"], ended["missing"], ended["still_in_alarm"]) == (1, 1, 1)
    assert await kinds(rig) == ["PROP.ALARM.INTR"]
    again = await operator.post(f"/tests/{test['id']}/end")
    assert (again.status_code, again.json()["type"]) == (409, "belfry:test-over")


async def test_another_tenants_tests_are_nowhere(rig: Rig) -> None:
    mill = await furnished(rig)
    operator = rig.token(name="olga")
    test = (await put_on(operator, mill)).json()["id"]
    other = site(rig, account="8001", name="South", tenant=SOUTH)
    rig.registry.users.add("stan", Role.OPERATOR, "correct horse battery", tenants=frozenset({SOUTH}), by="test")
    stan = await rig.browser("stan")
    assert await listed(stan, "all") == []
    for answer in (
        await stan.get(f"/tests/{test}"),
        await stan.post(f"/tests/{test}/end"),
        await stan.get(f"/accounts/{mill}/tests"),
    ):
        assert answer.status_code == 404
    for path in ("/tests", "/technician-codes"):
        answer = await stan.post(path, json={"account_id": mill, "minutes": 5})
        assert (answer.status_code, answer.json()["field"]) == (400, "account_id")
    assert (await stan.get("/technician-codes", params={"account": mill})).status_code == 400
    await issued(rig, mill)
    assert (await stan.get("/technician-codes")).json()["items"] == []
    assert (await stan.get(f"/accounts/{other}/tests")).status_code == 200


async def test_who_is_not_of_the_room_sees_no_test(rig: Rig) -> None:
    for role in (Role.RESPONDER, Role.INSTALLER, Role.HOLDER, Role.AUDITOR):
        assert (await rig.token(role).get("/tests")).status_code == 403


# -- a technician's code and page -------------------------------------------------------------------------------------


async def issued(rig: Rig, account: str, minutes: int = 120) -> dict[str, Any]:
    answer = await rig.token(name="olga").post("/technician-codes", json={"account_id": account, "minutes": minutes})
    assert answer.status_code == 201, answer.text
    code: dict[str, Any] = answer.json()
    return code


async def signed_in(rig: Rig, code: str) -> httpx.AsyncClient:
    phone = rig.client()
    answer = await phone.post("/technician/session", json={"code": code})
    assert answer.status_code == 200, answer.text
    return phone


async def test_a_technician_puts_the_site_of_his_code_on_test_and_sees_what_comes(rig: Rig) -> None:
    mill = await furnished(rig)
    code = await issued(rig, mill)
    phone = await signed_in(rig, code["code"])
    page = (await phone.get("/technician")).json()
    assert (page["name"], page["test"], page["minutes_most"]) == ("Old mill", None, 120)
    body = {"minutes": 60, "expected": [{"zone": "12"}, {"zone": "13"}]}
    page = (await phone.post("/technician/test", json=body)).json()
    assert page["test"]["missing"] == 2
    operator = rig.token(name="olga")
    (test,) = await listed(operator)
    assert (test["asked"]["proof"], test["by"]) == ("code", "technician")
    await operator.post("/signals", json={"account": "7001", "code": "BA", "area": "1", "zone": "12"})
    await operator.post("/signals", json={"account": "7001", "code": "BR", "area": "1", "zone": "12"})
    await done(rig)
    page = (await phone.get("/technician")).json()
    assert [(one["zone"], one["ticked_at"] is not None) for one in page["test"]["expected"]] == [
        ("12", True),
        ("13", False),
    ]
    page = (await phone.post("/technician/extend", json={"minutes": 90})).json()
    assert page["test"]["until"] == (START + timedelta(minutes=90)).strftime(ISO)
    page = (await phone.post("/technician/expect", json={"expected": [{"zone": "12"}]})).json()
    assert page["test"]["missing"] == 0
    page = (await phone.post("/technician/end")).json()
    assert (page["test"]["stage"], page["test"]["how"]) == ("ended", "technician")
    assert await listed(operator) == []
    assert await kinds(rig) == []


async def test_his_cookie_opens_nothing_else_and_staffs_cookies_not_his_page(rig: Rig) -> None:
    mill = await furnished(rig)
    phone = await signed_in(rig, (await issued(rig, mill))["code"])
    for path in ("/incidents", "/tests", f"/accounts/{mill}", "/centre", "/signals", "/stream"):
        assert (await phone.get(path)).status_code == 401, path
    anna = await rig.browser("anna")
    assert (await anna.get("/technician")).status_code == 401
    away = await phone.post("/technician/end", headers={"Origin": "https://elsewhere.example"})
    assert away.status_code == 403


async def test_a_code_works_once_and_whoever_is_wrong_learns_nothing(rig: Rig) -> None:
    mill = await furnished(rig)
    code = await issued(rig, mill)
    await signed_in(rig, code["code"])
    told = []
    for said in (code["code"], code["forced"], "ZZZZ-ZZZZZZ", "x"):
        answer = await rig.client(source="198.51.100.7").post("/technician/session", json={"code": said})
        assert answer.status_code == 401
        told.append(answer.text)
    assert len(set(told)) == 1


async def test_attempts_are_limited_by_source(rig: Rig) -> None:
    mill = await furnished(rig)
    code = await issued(rig, mill)
    guesser = rig.client(source="198.51.100.8")
    for _ in range(CODE_TRIES):
        assert (await guesser.post("/technician/session", json={"code": "AAAA-AAAAAA"})).status_code == 401
    answer = await guesser.post("/technician/session", json={"code": code["code"]})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    await signed_in(rig, code["code"])


async def test_a_code_that_is_withdrawn_or_over_ends_the_page(rig: Rig) -> None:
    mill = await furnished(rig)
    first, second = await issued(rig, mill), await issued(rig, mill, minutes=10)
    phone, other = await signed_in(rig, first["code"]), await signed_in(rig, second["code"])
    operator = rig.token(name="olga")
    listed_codes = (await operator.get("/technician-codes", params={"account": mill})).json()["items"]
    assert {one["id"] for one in listed_codes} == {first["id"], second["id"]}
    everywhere = (await operator.get("/technician-codes")).json()["items"]
    assert [one["id"] for one in everywhere] == [second["id"], first["id"]], "the next to be over first"
    assert {(one["account"], one["site"]["name"], one["used"]) for one in everywhere} == {("7001", "Old mill", True)}
    assert (await operator.delete(f"/technician-codes/{first['id']}")).status_code == 204
    assert (await phone.get("/technician")).status_code == 401
    assert (await other.get("/technician")).status_code == 200
    rig.wait(minutes=10)
    assert (await other.get("/technician")).status_code == 401
    assert (await operator.delete("/technician-codes/ZZZZ")).status_code == 404


async def test_a_forced_technician_gets_the_same_page_nothing_is_on_test_and_we_know(rig: Rig) -> None:
    mill = await furnished(rig)
    code = await issued(rig, mill)
    phone = await signed_in(rig, code["forced"])
    assert await kinds(rig) == ["PERS.ALARM.DURESS"]
    body = {"minutes": 60, "expected": [{"zone": "12"}]}
    page = (await phone.post("/technician/test", json=body)).json()
    assert (page["test"]["stage"], page["test"]["missing"]) == ("running", 1)
    operator = rig.token(name="olga")
    assert await listed(operator, "all") == []
    await rig.alarm(operator, account="7001", code="BA", zone="12")
    assert "PROP.ALARM.INTR" in await kinds(rig)
    assert (await phone.get("/technician")).json()["test"]["ticked"] == 1
    assert (await phone.post("/technician/extend", json={"minutes": 90})).status_code == 200
    page = (await phone.post("/technician/end")).json()
    assert page["test"]["stage"] == "ended"
    assert await listed(operator, "all") == []


async def test_a_technician_on_the_phone_says_his_code_to_the_operator(rig: Rig) -> None:
    mill = await furnished(rig)
    operator = rig.token(name="olga")
    code = await issued(rig, mill)
    answer = await put_on(operator, mill, word=None, code=code["code"], minutes=400)
    assert answer.status_code == 201, answer.text
    assert answer.json()["asked"]["asker"] == "technician"
    again = await put_on(operator, mill, word=None, code=code["code"])
    assert again.status_code == 403
    other = await issued(rig, "shop")
    assert (await put_on(operator, mill, word=None, code=other["code"])).status_code == 403
    assert len(await listed(operator)) == 1
    forced = await issued(rig, mill)
    assert (await put_on(operator, mill, word=None, code=forced["forced"])).status_code == 201
    assert len(await listed(operator)) == 1
    assert await kinds(rig) == ["PERS.ALARM.DURESS"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scope": {"reach": "only"}}, "scope"),
        ({"scope": {"reach": "only", "zones": ["77"]}}, "scope.zones"),
        ({"scope": {"reach": "site", "hazards": ["fire"]}}, "scope"),
        ({"ticks": ["everything"]}, "ticks[0]"),
        ({"minutes": 0}, "minutes"),
        ({"account_id": "nobody"}, "account_id"),
        ({"code": "ABCD-EFGHJK"}, "code"),
    ],
)
async def test_what_cannot_be_is_refused_by_its_field(rig: Rig, body: dict[str, Any], field: str) -> None:
    mill = await furnished(rig)
    answer = await put_on(rig.token(name="olga"), mill, **body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["field"] == field
    assert await listed(rig.token(name="olga"), "all") == []
