"""Signing in, staying in, being kept out, and setting a centre up."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event

from belfry.ports.staff import Role
from belfry.web.attempts import KEYS_MOST, Attempts, source_of
from tests.web.kit import PASSWORD, SETUP_CODE, START, Rig


async def test_a_session_is_told_once_and_lasts_in_a_cookie_that_no_script_reads(rig: Rig) -> None:
    rig.add_user("anna", Role.OPERATOR)
    client = rig.client()
    answer = await client.post("/session", json={"name": "anna", "password": PASSWORD})
    assert answer.status_code == 200
    said = answer.json()
    assert said["user"] == {"name": "anna", "role": "operator"}
    assert said["csrf"]
    assert said["demo"] is False
    assert said["centre"] == {"name": "Test centre"}
    assert said["now"] == "2026-03-14T02:14:00Z"
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("belfry_session=")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie
    again = await client.get("/session")
    assert again.status_code == 200
    assert again.json()["csrf"] == said["csrf"]


async def test_an_unsafe_request_of_a_browser_needs_the_csrf_word(rig: Rig) -> None:
    client = await rig.browser("anna")
    word = client.headers.pop("X-Belfry-CSRF")
    body = {"kind": "FIRE.STRUCT", "place": {"text": "the mill"}}
    without = await client.post("/calls", json=body)
    wrong = await client.post("/calls", json=body, headers={"X-Belfry-CSRF": "x" * len(word)})
    assert (without.status_code, wrong.status_code) == (403, 403)
    assert without.json()["type"] == "belfry:csrf"
    assert (await client.get("/incidents")).status_code == 200
    right = await client.post("/incidents/next", headers={"X-Belfry-CSRF": word})
    assert right.status_code == 204


async def test_what_another_sites_page_sends_is_refused_even_with_cookie_and_word(rig: Rig) -> None:
    client = await rig.browser("anna")
    foreign = await client.post("/incidents/next", headers={"Origin": "https://evil.example"})
    own = await client.post("/incidents/next", headers={"Origin": "http://127.0.0.1:8440"})
    assert (foreign.status_code, own.status_code) == (403, 204)
    sign_in = await client.post(
        "/session", json={"name": "anna", "password": PASSWORD}, headers={"Origin": "https://evil.example"}
    )
    assert sign_in.status_code == 403


async def test_a_signed_out_session_is_over(rig: Rig) -> None:
    client = await rig.browser("anna")
    secret = client.cookies["belfry_session"]
    out = await client.delete("/session")
    assert out.status_code == 204
    stale = rig.client(cookie=f"belfry_session={secret}")
    assert (await stale.get("/session")).status_code == 401


async def test_a_session_ends_with_its_hours(rig: Rig) -> None:
    client = await rig.browser("anna")
    rig.wait(hours=12, seconds=1)
    assert (await client.get("/session")).status_code == 401


async def test_wrong_and_unknown_names_get_the_same_answer(rig: Rig) -> None:
    rig.add_user("anna")
    client = rig.client()
    wrong = await client.post("/session", json={"name": "anna", "password": "not the one"})
    unknown = await client.post("/session", json={"name": "nobody", "password": "not the one"})
    assert (wrong.status_code, wrong.json()) == (401, unknown.json())


async def test_too_many_attempts_under_a_name_have_to_wait_and_a_right_one_does_not_count(rig: Rig) -> None:
    rig.add_user("anna")
    client = rig.client()
    right = {"name": "anna", "password": PASSWORD}
    wrong = {"name": "Anna", "password": "not the one"}
    for _ in range(8):
        assert (await client.post("/session", json=right)).status_code == 200
    for _ in range(5):
        assert (await client.post("/session", json=wrong)).status_code == 401
    refused = await client.post("/session", json=right)
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "60"
    rig.wait(seconds=60)
    assert (await client.post("/session", json=right)).status_code == 200


async def test_a_name_in_wide_letters_is_the_same_name(rig: Rig) -> None:
    rig.add_user("anna")
    client = rig.client()
    spelled = ("anna", "ＡＮＮＡ", "ａnna", "ANNA", "ａｎｎａ", "aｎna")
    codes = [
        (await client.post("/session", json={"name": name, "password": "not the one"})).status_code for name in spelled
    ]
    assert codes == [401] * 5 + [429]


async def test_guesses_from_elsewhere_keep_nobody_out_until_they_come_from_everywhere(rig: Rig) -> None:
    rig.add_user("anna")
    desk = rig.client(source="192.0.2.1")
    right, wrong = ({"name": "anna", "password": word} for word in (PASSWORD, "not the one"))

    async def guess(source: int) -> list[int]:
        client = rig.client(source=f"203.0.113.{source}")
        return [(await client.post("/session", json=wrong)).status_code for _ in range(6)]

    for source in range(9):
        assert await guess(source) == [401] * 5 + [429]
        assert (await desk.post("/session", json=right)).status_code == 200
    assert await guess(9) == [401] * 5 + [429]
    everywhere = await desk.post("/session", json=right)
    assert (everywhere.status_code, everywhere.headers["retry-after"]) == (429, "18")
    rig.wait(minutes=15)
    assert (await desk.post("/session", json=right)).status_code == 200


async def test_on_a_full_disk_nobody_signs_in_and_whoever_is_in_goes_on(rig: Rig) -> None:
    client = await rig.browser("anna")

    @event.listens_for(rig.registry.store.engine, "checkout")
    def full(connection: Any, *_: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # no less than it has, and no page more

    body = {"name": "anna", "password": PASSWORD}
    while (answer := await rig.client().post("/session", json=body)).status_code == 200:
        rig.wait(seconds=1)  # until the last page is full
    said = answer.json()
    assert (answer.status_code, said["type"], answer.headers["retry-after"]) == (503, "belfry:registry", "5")
    assert "sqlite" not in answer.text.lower()
    assert (await client.get("/incidents")).status_code == 200


async def test_one_source_cannot_try_name_after_name(rig: Rig) -> None:
    here, there = rig.client(source="203.0.113.7"), rig.client(source="203.0.113.8")
    codes = [
        (await here.post("/session", json={"name": f"n{n}", "password": "not the one"})).status_code for n in range(31)
    ]
    assert codes == [401] * 30 + [429]
    assert (await there.post("/session", json={"name": "n1", "password": "not the one"})).status_code == 401


def test_the_memory_of_attempts_is_bounded() -> None:
    attempts = Attempts(5, timedelta(minutes=1))
    for number in range(KEYS_MOST + 10):
        attempts.count(f"name {number}", START)
    assert len(attempts) == KEYS_MOST


def test_a_source_is_an_address_or_the_network_of_a_site() -> None:
    assert source_of("2001:db8:1:2:3:4:5:6") == source_of("2001:db8:1:2::9")
    assert source_of("::ffff:192.0.2.1") == source_of("192.0.2.1") == "192.0.2.1"


async def test_a_token_needs_no_csrf_word_and_acts_for_its_name(rig: Rig) -> None:
    client = rig.token(Role.OPERATOR, "robot")
    session = (await client.get("/session")).json()
    assert session["user"] == {"name": "robot", "role": "operator"}
    assert session["csrf"] is None
    assert (await client.post("/incidents/next")).status_code == 204


async def test_a_token_that_is_unknown_or_over_says_so(rig: Rig) -> None:
    unknown = rig.client(authorization="Bearer not-a-token")
    answer = await unknown.get("/session")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    over = rig.token()
    rig.wait(hours=13)
    assert (await over.get("/session")).status_code == 401
    basic = rig.client(authorization="Basic YTpi")
    assert (await basic.get("/session")).status_code == 401


async def test_every_role_is_kept_to_its_own(rig: Rig) -> None:
    paths = {
        Role.OPERATOR: {"/incidents": 200, "/users": 403, "/signals": 200, "/accounts": 200, "/centre": 200},
        Role.RESPONDER: {"/incidents": 200, "/users": 403, "/signals": 403, "/accounts": 403, "/centre": 200},
        Role.INSTALLER: {"/incidents": 403, "/users": 403, "/signals": 403, "/accounts": 200, "/centre": 200},
        Role.AUDITOR: {"/incidents": 403, "/users": 403, "/signals": 200, "/accounts": 403, "/centre": 200},
        Role.ADMINISTRATOR: {"/incidents": 200, "/users": 200, "/signals": 200, "/accounts": 200, "/centre": 200},
    }
    for role, wanted in paths.items():
        client = rig.token(role)
        assert {path: (await client.get(path)).status_code for path in wanted} == wanted, role
    stranger = rig.client()
    assert {(await stranger.get(path)).status_code for path in paths[Role.OPERATOR]} == {401}


async def test_only_an_administrator_lists_the_staff_and_no_secret_is_in_it(rig: Rig) -> None:
    rig.add_user("anna")
    listed = (await rig.token(Role.ADMINISTRATOR).get("/users")).json()
    assert [(user["name"], user["role"], user["disabled"]) for user in listed["items"]] == [("anna", "operator", False)]
    assert set(listed["items"][0]) == {"id", "name", "role", "disabled", "tenants"}


# -- set-up


async def test_the_first_user_is_made_with_the_code_that_the_centre_printed_and_only_once(rig: Rig) -> None:
    client = rig.client()
    assert (await client.get("/setup")).json() == {"needed": True}
    body = {"code": "wrong", "name": "chief", "password": PASSWORD}
    wrong = await client.post("/setup", json=body)
    assert (wrong.status_code, wrong.json()["field"]) == (400, "code")
    made = await client.post("/setup", json={**body, "code": f" {SETUP_CODE.upper()} "})
    assert made.status_code == 201
    assert (await client.get("/setup")).json() == {"needed": False}
    again = await client.post("/setup", json={**body, "code": SETUP_CODE, "name": "second"})
    assert again.status_code == 409
    signed_in = await client.post("/session", json={"name": "chief", "password": PASSWORD})
    assert signed_in.status_code == 200


async def test_a_password_that_is_too_short_names_the_field_and_uses_up_no_code(rig: Rig) -> None:
    client = rig.client()
    short = await client.post("/setup", json={"code": SETUP_CODE, "name": "chief", "password": "short"})
    assert (short.status_code, short.json()["field"]) == (400, "password")
    assert "short" not in short.text.replace("this one has 5", "")
    made = await client.post("/setup", json={"code": SETUP_CODE, "name": "chief", "password": PASSWORD})
    assert made.status_code == 201


async def test_guessing_the_set_up_code_has_to_wait(rig: Rig) -> None:
    client = rig.client()
    body = {"code": "guess", "name": "chief", "password": PASSWORD}
    codes = [(await client.post("/setup", json=body)).status_code for _ in range(6)]
    assert codes == [400] * 5 + [429]


def test_a_clock_that_is_set_back_shuts_nobody_out() -> None:
    attempts, now = Attempts(5, timedelta(minutes=1)), datetime(2026, 3, 14, tzinfo=UTC)
    for _ in range(5):
        attempts.count("anna", now)
    before = now - timedelta(days=1)
    assert attempts.wait("anna", before) <= timedelta()
    for _ in range(5):
        attempts.count("anna", before)
    assert attempts.wait("anna", before) == timedelta(minutes=1), "and it counts on"
