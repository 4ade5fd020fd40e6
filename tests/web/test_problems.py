"""Whatever is sent, the answer is problem+json that names what was wrong, and nothing of the inside."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from belfry.ports import Full, Unusable
from belfry.ports.staff import Role
from belfry.web.bodies import BODY_MOST_BYTES
from tests.web.kit import Rig

DEEP = b"[" * 200_000


def is_problem(answer: httpx.Response, status: int) -> bool:
    said = answer.json()
    quiet = not any(word in answer.text for word in ("Traceback", "Error", "litestar", "msgspec", ".py"))
    return (
        answer.status_code == status == said["status"]
        and answer.headers["content-type"] == "application/problem+json"
        and bool(said["title"])
        and quiet
    )


@pytest.mark.parametrize("path", ["/signals", "/calls", "/session", "/incidents/i1/take"])
@pytest.mark.parametrize(
    "body",
    [DEEP, b'{"account":' + DEEP, b'{"account":"\xff"}', b"\xff\xfe", b"{", b"", b"null", b"[]", b'{"a":1}{'],
    ids=["deep", "deep in a field", "no UTF-8", "binary", "cut off", "empty", "null", "list", "two"],
)
async def test_a_body_that_cannot_be_read_gets_a_problem(rig: Rig, path: str, body: bytes) -> None:
    answer = await rig.token().post(path, content=body, headers={"content-type": "application/json"})
    assert is_problem(answer, 400), answer.text


async def test_an_unknown_field_is_named_with_its_path(rig: Rig) -> None:
    body = {"kind": "FIRE.STRUCT", "place": {"text": "mill", "floor": 2}}
    answer = await rig.token().post("/calls", json=body)
    assert is_problem(answer, 400)
    assert (answer.json()["field"], answer.json()["title"]) == ("place.floor", "place.floor: there is no such field")


LONG = "x" * 900_000


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/storms", {"groups": [LONG], "minutes": 60, "reason": "wind"}, "groups[0]"),
        ("/storms", {"groups": [f"power - at `$.{LONG}"], "minutes": 60, "reason": "wind"}, "groups[0]"),
        ("/calls", {"kind": "FIRE.STRUCT", "place": {}, LONG: 1}, f"{LONG[:117]}..."),
        ("/calls", {"kind": "FIRE.STRUCT", "place": {LONG: 1}}, f"place.{LONG[:111]}..."),
    ],
    ids=["a word of no list", "one that speaks as we do", "a field", "a field in a field"],
)
async def test_a_megabyte_that_is_refused_is_not_sent_back(rig: Rig, path: str, body: object, field: str) -> None:
    answer = await rig.token(Role.SUPERVISOR).post(path, json=body)
    assert is_problem(answer, 400)
    assert len(answer.content) < 2_000
    assert answer.json()["field"] == field


async def test_a_missing_field_is_named(rig: Rig) -> None:
    answer = await rig.token().post("/calls", json={"kind": "FIRE.STRUCT"})
    assert (answer.json()["field"], answer.json()["title"]) == ("place", "place: is missing")


async def test_a_value_outside_its_limit_is_repeated_with_the_limit(rig: Rig) -> None:
    answer = await rig.token().post("/signals", json={"account": "2002", "code": "BA", "zone": "no zone!"})
    said = answer.json()
    assert (said["field"], said["value"]) == ("zone", "no zone!")
    assert said["limit"] == "wants 1 to 16 of 0-9, A-Z, a-z, '.', '_' and '-', at least one of them a digit"
    assert said["title"] == f"zone: {said['limit']}"
    far = {"kind": "FIRE.STRUCT", "place": {"position": {"latitude": 91, "longitude": 0}}}
    said = (await rig.token().post("/calls", json=far)).json()
    assert (said["field"], said["value"]) == ("place.position.latitude", "91")


async def test_a_refused_password_is_never_repeated(rig: Rig) -> None:
    answer = await rig.client().post("/session", json={"name": "anna", "password": "x" * 300})
    assert answer.json()["field"] == "password"
    assert "value" not in answer.json()
    assert "xxx" not in answer.text


async def test_a_parameter_outside_its_limit_is_named(rig: Rig) -> None:
    client = rig.token()
    too_many = await client.get("/incidents?limit=1001")
    wrong = await client.get("/incidents?state=lost")
    assert is_problem(too_many, 400)
    assert (too_many.json()["field"], wrong.json()["field"]) == ("limit", "state")


async def test_an_address_that_is_not_there_gets_a_problem_and_no_page(rig: Rig) -> None:
    client = rig.token()
    for path in ("/nothing", "/incidents/", "/incidents/i1/dance", "http://127.0.0.1:8440/api/v2/x"):
        for method in ("GET", "POST", "DELETE"):
            answer = await client.request(method, path)
            if path == "/incidents/" and method == "GET":
                continue  # a slash at the end is the list itself
            assert answer.status_code in (404, 405), (method, path)
            assert is_problem(answer, answer.status_code)
    elsewhere = await client.get("http://127.0.0.1:8440/no/such/page")
    assert is_problem(elsewhere, 404)


async def test_a_method_that_does_not_fit_says_which_do(rig: Rig) -> None:
    answer = await rig.token().put("/session", json={})
    assert is_problem(answer, 405)
    assert "POST" in answer.headers["allow"]


async def test_a_body_past_the_limit_is_refused_before_it_is_read(rig: Rig) -> None:
    client = rig.token()
    large = b" " * (BODY_MOST_BYTES + 1)
    for path in ("/signals", "/calls"):
        answer = await client.post(path, content=large, headers={"content-type": "application/json"})
        assert is_problem(answer, 413)


@pytest.mark.parametrize("path", ["/signals", "/calls"])
async def test_a_body_that_does_not_come_is_waited_for_no_longer(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    async def half() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    monkeypatch.setattr("belfry.web.bodies.BODY_WITHIN_S", 0)
    answer = await rig.token().post(path, content=half(), headers={"content-type": "application/json"})
    assert is_problem(answer, 408)
    assert answer.headers["connection"] == "close"


async def test_a_body_of_another_type_is_refused(rig: Rig) -> None:
    client = rig.token()
    for path in ("/signals", "/calls"):
        answer = await client.post(path, content=b"<x/>", headers={"content-type": "text/xml"})
        assert is_problem(answer, 415)


@pytest.mark.parametrize(
    ("error", "kind"), [(Full("no room"), "belfry:journal-full"), (Unusable("sync failed"), "belfry:journal-closed")]
)
async def test_what_cannot_be_kept_is_never_accepted(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, error: Exception, kind: str
) -> None:
    def refuse(*_: object) -> asyncio.Future[None]:
        refused: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        refused.set_exception(error)
        return refused

    monkeypatch.setattr(rig.journal, "append", refuse)
    answer = await rig.token().post("/signals", json={"account": "2002", "code": "BA"})
    assert is_problem(answer, 503)
    assert answer.json()["type"] == kind
    assert answer.headers["retry-after"] == "5"


async def test_words_that_cannot_be_sealed_are_never_accepted_and_signals_without_them_are(rig: Rig) -> None:
    client = rig.token(name="anna")
    incident = await rig.alarm(client, "BA")
    kept = rig.journal.position
    await rig.keys.close()
    call = {"kind": "FIRE.STRUCT", "place": {"text": "the mill"}, "note": "smoke"}
    for path, body in (("/calls", call), ("/reports", call), (f"/incidents/{incident}/note", {"text": "called"})):
        answer = await client.post(path, json=body)
        assert is_problem(answer, 503), answer.text
        assert (answer.json()["type"], answer.headers["retry-after"]) == ("belfry:keys", "5")
    assert rig.journal.position == kept
    assert (await client.post("/signals", json={"account": "1001", "code": "FA"})).status_code == 202


async def test_a_fault_of_our_own_is_loud_in_the_log_and_quiet_on_the_wire(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("the secret detail")

    monkeypatch.setattr(rig.board, "counts", broken)
    answer = await rig.token().get("/centre")
    assert is_problem(answer, 500)
    assert "secret" not in answer.text
    assert "ZeroDivisionError" in caplog.text


async def test_no_answer_may_be_cached_or_sniffed(rig: Rig) -> None:
    client = rig.token()
    for answer in (await client.get("/incidents"), await client.get("/nothing"), await rig.client().get("/session")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
