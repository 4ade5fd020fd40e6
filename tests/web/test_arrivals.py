"""The three ways in: durable before 202, once however often it is sent, and nothing kept that must not be."""

import asyncio
import itertools
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from belfry.domain.facts import Entry, Received
from belfry.domain.signal import Method, Wire
from belfry.ports import Full, Stored
from belfry.ports.staff import Role
from belfry.web.repeats import IDENTITIES_MOST, Known, Said
from tests.web.kit import START, Rig, fields

BURGLARY = {"account": "2002", "code": "BA", "area": "1", "zone": "12"}


async def received(rig: Rig) -> list[Received]:
    stored = await rig.journal.page(0, 1_000)
    entries: list[Entry] = [one.entry for one in stored if isinstance(one, Stored)]
    return [fact for entry in entries for fact in entry.facts if isinstance(fact, Received)]


async def test_a_signal_is_on_the_disk_before_it_is_accepted(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    append, held = rig.journal.append, asyncio.Event()
    appended = asyncio.Event()

    def slow(*words: Any) -> asyncio.Future[Any]:
        async def store() -> Any:
            appended.set()
            await held.wait()
            return await append(*words)

        return asyncio.ensure_future(store())

    monkeypatch.setattr(rig.journal, "append", slow)
    asking = asyncio.create_task(rig.token().post("/signals", json=BURGLARY))
    await appended.wait()
    assert not asking.done()
    held.set()
    answer = await asking
    assert answer.status_code == 202
    assert answer.json() == {"position": "1", "signal": "1"}


async def test_a_signal_becomes_an_incident_of_its_site(rig: Rig) -> None:
    client = rig.token()
    body = {**BURGLARY, "occurred_at": "2026-03-14T03:13:58+01:00"}
    assert (await client.post("/signals", json=body)).status_code == 202
    await rig.settled()
    (row,) = (await client.get("/incidents")).json()["items"]
    assert (row["kind"], row["account"], row["account_id"], row["zone"]) == ("PROP.ALARM.INTR", "2002", "shop", "12")
    assert row["site"]["name"] == "Shop"
    assert row["method"] == "equipment"
    assert row["signals"][0]["occurred_at"] == "2026-03-14T02:13:58Z"
    assert (row["signals"][0]["code"], row["signals"][0]["category"]) == ("BA", "intrusion")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("110", (Wire.CID, "1110", False)),
        ("1110", (Wire.CID, "1110", False)),
        ("3110", (Wire.CID, "3110", False)),
        ("6110", (Wire.CID, "1110", True)),
        ("FA", (Wire.SIA, "FA", False)),
        ("999", (Wire.CID, "1999", False)),
    ],
)
async def test_a_code_is_sia_letters_or_contact_id_with_or_without_its_qualifier(
    rig: Rig, said: str, kept: tuple[Wire, str, bool]
) -> None:
    answer = await rig.token().post("/signals", json={"account": "1001", "code": said})
    assert answer.status_code == 202
    (fact,) = await received(rig)
    assert (fact.wire, fact.code, fact.previous) == kept


async def test_a_meaning_may_be_said_instead_of_a_code_and_unlisted_words_are_not_kept(rig: Rig) -> None:
    client = rig.token()
    fire = {"account": "1001", "category": "fire", "subtype": "detector", "state": "alarm"}
    assert (await client.post("/signals", json=fire)).status_code == 202
    assert (await client.post("/signals", json={**fire, "subtype": "mr smith"})).status_code == 202
    await rig.settled()
    assert [fact.subtype for fact in await received(rig)] == ["detector", "unlisted"]
    kinds = {incident.kind for incident in rig.board.queue()}
    assert "FIRE.ALARM.AUTO" in kinds


@pytest.mark.parametrize("field", ["device", "point", "site", "kind", "path", "user", "text"])
async def test_a_program_speaks_for_no_device_and_says_no_more_than_a_panel(rig: Rig, field: str) -> None:
    answer = await rig.token().post("/signals", json={"account": "1001", "code": "FA", field: "1"})
    assert (answer.status_code, field in answer.text) == (400, True)
    assert await received(rig) == []


async def test_what_says_neither_or_both_is_refused(rig: Rig) -> None:
    client = rig.token()
    neither = await client.post("/signals", json={"account": "1001"})
    both = await client.post("/signals", json={"account": "1001", "code": "FA", "state": "alarm"})
    assert (neither.status_code, neither.json()["field"]) == (400, "code")
    assert (both.status_code, both.json()["field"]) == (400, "category")
    assert await received(rig) == []


@pytest.mark.parametrize("field", ["account", "area", "zone", "prefix"])
@pytest.mark.parametrize("word", ["Smith", "", "a b1", "1" * 17, "12\n", "flat-b", "1/2", "Zoë1"])
async def test_an_address_is_no_place_for_words(rig: Rig, field: str, word: str) -> None:
    """A signal has no free text (SCOPE), so none may come in as a number."""
    client = rig.token()
    refused = await client.post("/signals", json={**BURGLARY, field: word})
    said = refused.json()
    assert (refused.status_code, said["field"], said["value"]) == (400, field, word)
    assert "digit" in said["limit"]
    event = {"specversion": "1.0", "id": "e1", "source": "/gateway", "type": "t", "data": {**BURGLARY, field: word}}
    refused = await client.post("/signals", json=event, headers={"content-type": "application/cloudevents+json"})
    assert (refused.status_code, refused.json()["field"]) == (400, f"data.{field}")
    assert await received(rig) == []


@pytest.mark.parametrize(
    "address",
    [{"account": "0012"}, {"account": "A-17.b_2"}, {"area": "B"}, {"area": "03"}, {"zone": "Z9"}, {"prefix": "a1"}],
)
async def test_what_looks_like_an_address_is_taken(rig: Rig, address: dict[str, str]) -> None:
    answer = await rig.token().post("/signals", json={**BURGLARY, **address})
    assert answer.status_code == 202, answer.text


async def test_a_code_is_a_code_and_nothing_behind_it(rig: Rig) -> None:
    for code in ("BA\n", "ba", "BAA", "2130", "13"):
        refused = await rig.token().post("/signals", json={**BURGLARY, "code": code})
        assert (refused.status_code, refused.json()["field"]) == (400, "code")
        assert "Contact ID" in refused.json()["limit"]


async def test_a_receiver_is_the_api_or_one_of_the_settings(rig: Rig) -> None:
    client = rig.token()
    for receiver in ("api", "panels"):
        assert (await client.post("/signals", json={**BURGLARY, "receiver": receiver})).status_code == 202
    refused = await client.post("/signals", json={**BURGLARY, "receiver": "Mr Smith"})
    said = refused.json()
    assert (refused.status_code, said["field"], said["value"]) == (400, "receiver", "Mr Smith")
    assert said["limit"] == "one of api, panels"
    assert [fact.receiver for fact in await received(rig)] == ["api", "panels"]


async def test_the_number_of_a_user_is_sealed_and_that_of_a_door_is_dropped(rig: Rig) -> None:
    client = rig.token()
    await client.post("/signals", json={"account": "2002", "code": "401", "zone": "7"})
    await client.post("/signals", json={"account": "2002", "code": "DG", "zone": "9"})
    opening, door = await received(rig)
    assert (opening.zone, [str(part.part) for part in opening.sealed]) == (None, ["user"])
    assert (door.zone, door.sealed) == (None, ())


async def test_an_idempotency_key_gives_the_same_answer_and_raises_once(rig: Rig) -> None:
    client = rig.token(name="one")
    key = {"Idempotency-Key": "press-1"}
    first = await client.post("/signals", json=BURGLARY, headers=key)
    again = await client.post("/signals", json=BURGLARY, headers=key)
    other_user = await rig.token(name="two").post("/signals", json=BURGLARY, headers=key)
    assert first.json() == again.json() != other_user.json()
    assert len(await received(rig)) == 2
    call = {"kind": "FIRE.STRUCT", "place": {"text": "the mill"}}
    answers = [await client.post("/calls", json=call, headers={"Idempotency-Key": "call-1"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(await received(rig)) == 3


async def test_two_of_the_same_at_once_are_one(rig: Rig) -> None:
    client = rig.token()
    key = {"Idempotency-Key": "twice"}
    answers = await asyncio.gather(*(client.post("/signals", json=BURGLARY, headers=key) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.text for answer in answers}) == 1
    assert len(await received(rig)) == 1


async def test_a_key_used_for_something_else_drops_no_alarm(rig: Rig) -> None:
    client = rig.token(name="one")
    key = {"Idempotency-Key": "k1"}
    first = await client.post("/signals", json=BURGLARY, headers=key)
    other = await client.post("/signals", json={**BURGLARY, "account": "1001"}, headers=key)
    said = other.json()
    assert (other.status_code, said["type"], said["field"]) == (409, "belfry:repeat", "Idempotency-Key")
    assert (await client.post("/signals", json=BURGLARY, headers=key)).json() == first.json()
    call = {"kind": "FIRE.STRUCT", "place": {"text": "the mill"}}
    for path in ("/calls", "/reports"):
        answer = await client.post(path, json=call, headers=key)
        assert (answer.status_code, answer.json() == first.json()) == (202, False)
        assert (await client.post(path, json={**call, "note": "smoke"}, headers=key)).status_code == 409
    assert [str(fact.method) for fact in await received(rig)] == ["equipment", "call", "duty"]
    rig.wait(hours=24, seconds=1)
    client = rig.token(name="one")
    assert (await client.post("/signals", json={**BURGLARY, "account": "1001"}, headers=key)).status_code == 202


async def test_a_key_whose_signal_could_not_be_kept_is_free_again(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    client = rig.token(name="one")
    key = {"Idempotency-Key": "k1"}

    def full(*_: object) -> asyncio.Future[None]:
        refused: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        refused.set_exception(Full("no room"))
        return refused

    with monkeypatch.context() as patched:
        patched.setattr(rig.journal, "append", full)
        assert (await client.post("/signals", json=BURGLARY, headers=key)).status_code == 503
    assert (await client.post("/signals", json={**BURGLARY, "zone": "13"}, headers=key)).status_code == 202


def test_the_memory_of_what_was_said_is_bounded_and_forgets_the_oldest() -> None:
    said = Said(timedelta(days=1))
    for number in range(IDENTITIES_MOST + 10):
        assert said.note(b"%d" % number, b"one", START) is Known.NEW
    assert len(said) == IDENTITIES_MOST
    assert said.note(b"0", b"another", START) is Known.NEW
    assert said.note(b"500", b"another", START) is Known.OTHER


async def test_a_key_without_limit_is_refused(rig: Rig) -> None:
    answer = await rig.token().post("/signals", json=BURGLARY, headers={"Idempotency-Key": "k" * 201})
    assert (answer.status_code, answer.json()["field"]) == (400, "Idempotency-Key")


# -- CloudEvents

EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "e1",
    "source": "/gateway/4",
    "type": "alarm",
    "time": "2026-03-14T02:13:00Z",
    "traceparent": "an extension, which is ignored",
    "data": BURGLARY,
}


async def test_a_structured_cloud_event_is_known_by_source_and_id(rig: Rig) -> None:
    client = rig.token()
    headers = {"content-type": "application/cloudevents+json; charset=utf-8"}
    first = await client.post("/signals", json=EVENT, headers=headers)
    again = await client.post("/signals", json=EVENT, headers=headers)
    assert first.status_code == 202
    assert first.json() == again.json()
    (fact,) = await received(rig)
    assert (fact.code, fact.zone) == ("BA", "12")
    assert fact.occurred_at is not None
    assert fact.occurred_at.minute == 13


async def test_a_binary_cloud_event_is_the_same_one(rig: Rig) -> None:
    client = rig.token()
    structured = await client.post("/signals", json=EVENT, headers={"content-type": "application/cloudevents+json"})
    headers = {"ce-specversion": "1.0", "ce-id": "e1", "ce-source": "/gateway/4", "ce-type": "alarm"}
    binary = await client.post("/signals", json=BURGLARY, headers=headers)
    assert binary.json() == structured.json()
    lame = await client.post("/signals", json=BURGLARY, headers={"ce-specversion": "1.0", "ce-id": "e2"})
    assert (lame.status_code, lame.json()["field"]) == (400, "ce-source")


async def test_an_event_of_a_batch_is_known_alone_and_in_any_order(rig: Rig) -> None:
    client = rig.token()
    batch = {"content-type": "application/cloudevents-batch+json"}
    e1, e2, e3 = EVENT, {**EVENT, "id": "e2", "data": {**BURGLARY, "zone": "13"}}, {**EVENT, "id": "e3"}
    first = await client.post("/signals", json=[e1, e2], headers=batch)
    assert first.json() == {"position": "1", "signal": "1"}
    alone = await client.post("/signals", json=e1, headers={"content-type": "application/cloudevents+json"})
    turned = await client.post("/signals", json=[e2, e1, e1], headers=batch)
    assert (alone.json()["position"], turned.json()["position"]) == ("1", "2")
    partly = await client.post("/signals", json=[e1, e3], headers={**batch, "Idempotency-Key": "counts for nothing"})
    assert (partly.status_code, partly.json()["position"]) == (202, "1")
    assert [fact.zone for fact in await received(rig)] == ["12", "13", "12"]


async def test_a_batch_is_judged_as_a_whole_before_anything_of_it_is_kept(rig: Rig) -> None:
    client = rig.token()
    headers = {"content-type": "application/cloudevents-batch+json"}
    bad = [{**EVENT, "id": "e3"}, {**EVENT, "id": "e4", "data": {**BURGLARY, "code": "nonsense"}}]
    refused = await client.post("/signals", json=bad, headers=headers)
    assert (refused.status_code, refused.json()["field"]) == (400, "[1].data.code")
    changed = {**EVENT, "data": {**BURGLARY, "zone": "14"}}
    refused = await client.post("/signals", json=[EVENT, changed], headers=headers)
    assert (refused.status_code, refused.json()["field"]) == (409, "[1].id")
    assert await received(rig) == []
    assert (await client.post("/signals", json=[changed], headers=headers)).status_code == 202


async def test_what_a_full_disk_kept_of_a_batch_is_not_kept_twice(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    client = rig.token()
    headers = {"content-type": "application/cloudevents-batch+json"}
    batch = [EVENT, {**EVENT, "id": "e2", "data": {**BURGLARY, "zone": "13"}}]
    append, asked = rig.journal.append, itertools.count()

    def sometimes(entries: Sequence[Entry], *words: Any) -> asyncio.Future[Any]:
        """No room for the second, neither beside the first nor alone, until it is sent again."""
        second = any(isinstance(fact, Received) and fact.zone == "13" for one in entries for fact in one.facts)
        if not second or next(asked) >= 2:
            return append(entries, *words)
        refused: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        refused.set_exception(Full("no room"))
        return refused

    monkeypatch.setattr(rig.journal, "append", sometimes)
    assert (await client.post("/signals", json=batch, headers=headers)).status_code == 503
    assert (await client.post("/signals", json=batch, headers=headers)).json()["position"] == "1"
    assert [fact.zone for fact in await received(rig)] == ["12", "13"]


async def test_no_source_and_id_make_up_those_of_another_event(rig: Rig) -> None:
    client = rig.token()
    headers = {"content-type": "application/cloudevents+json"}
    one = await client.post("/signals", json={**EVENT, "source": "a\0b", "id": "c"}, headers=headers)
    two = await client.post("/signals", json={**EVENT, "source": "a", "id": "b\0c"}, headers=headers)
    assert (one.status_code, two.status_code) == (202, 202)
    assert one.json() != two.json()


@pytest.mark.parametrize(
    "time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z", "1899-12-31T23:59:59Z"]
)
async def test_a_time_that_cannot_be_reckoned_with_is_refused_by_its_field(rig: Rig, time: str) -> None:
    client = rig.token()
    event = {"content-type": "application/cloudevents+json"}
    binary = {"ce-specversion": "1.0", "ce-id": "e1", "ce-source": "/g", "ce-type": "t", "ce-time": time}
    late = {**BURGLARY, "occurred_at": time}
    answers = [
        await client.post("/signals", json=late),
        await client.post("/signals", json=BURGLARY, headers=binary),
        await client.post("/signals", json={**EVENT, "time": time}, headers=event),
        await client.post("/signals", json={**EVENT, "data": late}, headers=event),
        await client.post(
            "/signals",
            json=[EVENT, {**EVENT, "id": "e2", "time": time}],
            headers={"content-type": "application/cloudevents-batch+json"},
        ),
        await client.post("/decode", json={"frames": ["0a"], "at": time}),
    ]
    assert [answer.status_code for answer in answers] == [400] * 6
    assert fields(answers) == ["occurred_at", "ce-time", "time", "data.occurred_at", "[1].time", "at"]
    assert {answer.json()["value"] for answer in answers} == {time}
    assert await received(rig) == []
    incident = await rig.alarm(client)
    taken = (await client.post(f"/incidents/{incident}/take", json={"version": 1})).json()
    held = await client.post(f"/incidents/{incident}/hold", json={"version": taken["version"], "until": time})
    assert (held.status_code, held.json()["field"], held.json()["value"]) == (400, "until", time)


# -- people


async def test_a_report_carries_who_reported_and_seals_the_words(rig: Rig) -> None:
    client = await rig.browser("ida", Role.RESPONDER)
    body = {"kind": "FIRE.STRUCT", "place": {"site": "school", "text": "attic"}, "note": "smoke under the roof"}
    answer = await client.post("/reports", json=body)
    assert answer.status_code == 202, answer.text
    await rig.settled()
    (fact,) = await received(rig)
    assert (fact.method, fact.by, fact.kind, fact.account_id) == (Method.DUTY, "ida", "FIRE.STRUCT", "school")
    assert sorted(str(part.part) for part in fact.sealed) == ["note", "place"]
    stored = [one.entry for one in await rig.journal.page(0, 10) if isinstance(one, Stored)]
    assert "smoke" not in repr(stored)
    (incident,) = rig.board.queue()
    told = (await rig.token().get(f"/incidents/{incident.id}")).json()
    assert (told["place_text"], told["timeline"][0]["text"]) == ("attic", "smoke under the roof")


async def test_a_call_carries_its_caller_for_those_who_handle_it(rig: Rig) -> None:
    client = rig.token(name="carla")
    body = {
        "kind": "FIRE.STRUCT",
        "place": {"position": {"latitude": 52.5, "longitude": 13.4}},
        "caller": {"name": "Jo", "number": "030 123"},
    }
    answer = await client.post("/calls", json=body)
    assert answer.status_code == 202, answer.text
    await rig.settled()
    listed = (await client.get("/incidents")).text
    assert "Jo" not in listed
    (incident,) = rig.board.queue()
    told = (await client.get(f"/incidents/{incident.id}")).json()
    assert told["caller"] == "Jo\n030 123"
    assert told["place_text"] == "52.500000,13.400000"


async def test_a_kind_is_raised_only_in_the_ways_that_the_list_allows(rig: Rig) -> None:
    client = rig.token()
    place = {"text": "here"}
    unknown = await client.post("/calls", json={"kind": "PROTEST", "place": place})
    equipment_only = next(k.code for k in rig.kinds.all() if Method.CALL not in k.methods)
    wrong_way = await client.post("/calls", json={"kind": equipment_only, "place": place})
    not_by_duty = next(k.code for k in rig.kinds.all() if Method.DUTY not in k.methods)
    not_duty = await client.post("/reports", json={"kind": not_by_duty, "place": place})
    assert [(a.status_code, a.json()["field"]) for a in (unknown, wrong_way, not_duty)] == [(400, "kind")] * 3
    assert await received(rig) == []


async def test_a_place_is_needed_and_a_site_must_be_known(rig: Rig) -> None:
    client = rig.token()
    nowhere = await client.post("/calls", json={"kind": "FIRE.STRUCT", "place": {"text": "  "}})
    unknown = await client.post("/calls", json={"kind": "FIRE.STRUCT", "place": {"site": "atlantis"}})
    assert (nowhere.json()["field"], unknown.json()["field"]) == ("place", "place.site")


async def test_a_caller_cannot_say_who_reports(rig: Rig) -> None:
    body = {"kind": "FIRE.STRUCT", "place": {"text": "here"}, "by": "somebody else"}
    answer = await rig.token().post("/reports", json=body)
    assert (answer.status_code, answer.json()["field"]) == (400, "by")


async def test_only_those_who_may_send_do(rig: Rig) -> None:
    assert (await rig.client().post("/signals", json=BURGLARY)).status_code == 401
    for role in (Role.RESPONDER, Role.AUDITOR, Role.HOLDER, Role.OVERSEER):
        assert (await rig.token(role).post("/signals", json=BURGLARY)).status_code == 403
    browser = await rig.browser("anna")
    del browser.headers["X-Belfry-CSRF"]
    assert (await browser.post("/signals", json=BURGLARY)).status_code == 403
    assert await received(rig) == []
