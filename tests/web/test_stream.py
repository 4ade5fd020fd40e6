"""The event stream: nothing missed, nothing repeated, nobody waits for anybody."""

import asyncio
from contextlib import AsyncExitStack, ExitStack
from typing import Any

import httpx
import pytest
from msgspec import structs

from belfry.ports.staff import Role
from belfry.web.event_stream import EventStream
from belfry.web.listeners import STREAMS_OF_ONE
from belfry.web.outlet import Audience, Stream
from belfry.web.stream import PENDING_MOST
from tests.web.kit import Rig
from tests.web.serving import Listener, listening, serving, until


async def test_a_change_is_told_with_its_row_and_position(rig: Rig) -> None:
    client = rig.token()
    async with serving(rig) as console, listening(console, rig) as stream:
        assert stream.response.headers["content-type"] == "text/event-stream"
        assert stream.response.headers["cache-control"] == "no-store"
        first = await stream.greeting()
        assert first.id == "0"
        incident = await rig.alarm(client, "FA", "1001")
        opened = await stream.row()
        assert opened.data is not None
        assert (opened.id, opened.data["id"], opened.data["state"]) == ("2", incident, "waiting")
        assert opened.data["updated"] == opened.id
        listed = (await client.get("/incidents")).json()["items"]
        assert listed == [opened.data]
        await client.post(f"/incidents/{incident}/take", json={"version": 1})
        taken = await stream.row()
        assert taken.data is not None
        assert (taken.id, taken.data["state"], taken.data["version"]) == ("3", "taken", 2)


async def test_whoever_comes_back_gets_what_changed_since_and_nothing_twice(rig: Rig) -> None:
    client = rig.token()
    async with serving(rig) as console:
        async with listening(console, rig) as stream:
            await stream.greeting()
            fire = await rig.alarm(client, "FA", "1001")
            seen = await stream.row()
        intrusion = await rig.alarm(client, "BA")
        await client.post(f"/incidents/{fire}/take", json={"version": 1})
        await rig.settled()
        async with listening(console, rig, after=seen.id) as stream:
            messages = [await stream.next() for _ in range(4)]
            assert messages[0].data is None
            rows = [message.data for message in messages[1:3]]
            assert [row["id"] for row in rows if row] == [intrusion, fire]
            assert [message.event for message in messages[1:]] == ["incident", "incident", "centre"]
            ids = [int(message.id) for message in messages]
            assert ids == sorted(ids)
            assert ids[0] == int(seen.id)
        async with listening(console, rig, after=messages[-1].id) as stream:
            first, second = await stream.next(), await stream.next()
            assert (first.data, second.event) == (None, "centre")


async def test_one_that_was_closed_meanwhile_is_told_as_closed(rig: Rig) -> None:
    client = rig.token(name="anna")
    async with serving(rig) as console:
        incident = await rig.alarm(client, "BA")
        async with listening(console, rig) as stream:
            first = await stream.greeting()
        await client.post(f"/incidents/{incident}/take", json={"version": 1})
        await client.post(f"/incidents/{incident}/close", json={"version": 2, "seen_upto": 1, "disposition": "genuine"})
        await rig.settled()
        async with listening(console, rig, after=first.id) as stream:
            closed = await stream.row()
            assert closed.data is not None
            assert (closed.data["state"], closed.data["site"]) == ("closed", None)


async def test_an_id_that_is_unknown_future_or_too_old_asks_for_a_fresh_start(rig: Rig) -> None:
    client = rig.token()
    await rig.alarm(client, "BA")
    await rig.alarm(client, "FA", "1001")
    async with serving(rig) as console:
        for unknown in ("99", "abc", "-1", "9" * 30):
            async with listening(console, rig, after=unknown) as stream:
                reset = await stream.next()
                assert (reset.event, reset.data, reset.id) == ("reset", {}, "4")
        rig.wait(hours=24)
        async with listening(console, rig, after="1") as stream:
            assert (await stream.next()).event == "reset"
        async with listening(console, rig, after="4") as stream:
            assert (await stream.next()).data is None


async def test_ids_only_grow_and_the_last_row_is_how_it_is(rig: Rig) -> None:
    client = rig.token(name="anna")
    async with serving(rig) as console, listening(console, rig) as stream:
        await stream.greeting()
        incident = await rig.alarm(client, "BA")
        body = {"account": "2002", "code": "BA", "area": "1"}
        flood = [client.post("/signals", json={**body, "zone": str(zone)}) for zone in range(20, 60)]
        await asyncio.gather(*flood, client.post(f"/incidents/{incident}/take", json={"version": 1}))
        await rig.settled()
        await rig.front.hub.stop()
        rows = [message for message in await stream.rest() if message.event == "incident"]
    ids = [int(row.id) for row in rows]
    assert ids == sorted(set(ids))
    now = rig.board.get(incident)
    assert now is not None
    assert rows[-1].data is not None
    assert (rows[-1].data["signals_seq"], rows[-1].data["taken_by"]) == (41, "anna")
    assert int(rows[-1].id) == now.head


async def test_a_row_waits_until_everything_before_it_is_folded(rig: Rig) -> None:
    """A desk folds its own act at once; an earlier entry of somebody else may still be on its way to the board."""
    client = rig.token()
    incident = await rig.alarm(client, "BA")
    stream = a_stream()
    with rig.front.hub.open(stream):
        found = rig.board.get(incident)
        assert found is not None
        found.head = rig.board.position + 5
        for listener in rig.board._listeners:
            listener(found, found.head)
        await asyncio.sleep(0)
        assert stream.behind == 0
        rig.board.position = found.head
        await until(lambda: stream.behind == 1)


async def test_every_console_hears_every_change(rig: Rig) -> None:
    client = rig.token()
    async with serving(rig) as console, listening(console, rig) as one, listening(console, rig, name="bert") as two:
        await one.greeting()
        await two.greeting()
        await rig.alarm(client, "BA")
        first, second = await one.row(), await two.row()
        assert first == second


def a_stream(language: str = "en", *, medical: bool = True, acts: bool = True, name: str = "anna") -> Stream:
    audience = Audience(language, medical, acts)

    async def lasts() -> Audience:
        return audience

    return Stream(audience, name, lasts, None)


async def test_a_console_that_does_not_read_keeps_the_newest_row_of_each_and_holds_up_nobody(rig: Rig) -> None:
    client = rig.token()
    slow, quick = a_stream(), a_stream(name="bert")
    hub = rig.front.hub
    with hub.open(slow), hub.open(quick):
        incident = await rig.alarm(client, "BA")
        reading = quick.chunks()
        assert b'"signals_seq":1' in await anext(reading)
        for zone in range(20, 40):
            await rig.alarm(client, "BA", zone=str(zone))
        assert b'"signals_seq":21' in await anext(reading)
        assert slow.behind == 1
        (told,) = [chunk async for chunk in ending(slow)]
    assert told.count(b"event: incident") == 1
    assert f'"id":"{incident}"'.encode() in told
    assert b'"signals_seq":21' in told


async def ending(stream: Stream) -> Any:
    """What is pending, without waiting for more."""
    chunks = stream.chunks()
    while stream.behind:
        yield await anext(chunks)


async def test_a_console_far_behind_is_told_to_start_anew(rig: Rig) -> None:
    client = rig.token()
    stream = a_stream()
    with rig.front.hub.open(stream):
        incident = await rig.alarm(client, "BA")
        for number in range(PENDING_MOST):
            stream.put(f"i{number}x", b"id: 2\nevent: incident\ndata: {}\n\n")
        await client.post(f"/incidents/{incident}/note", json={"text": "one more"})
        await rig.settled()
        await until(lambda: stream.behind < PENDING_MOST)
        (told,) = [chunk async for chunk in ending(stream)]
    assert told.startswith(b"id: ")
    assert told.count(b"\n\n") == 1
    assert b"event: reset" in told


async def test_the_line_is_proved_alive_and_says_up_to_where_it_has_told(rig: Rig) -> None:
    client = rig.token()
    async with serving(rig) as console, listening(console, rig) as stream:
        await stream.greeting()
        await rig.alarm(client, "BA")
        await client.post("/signals", json={"account": "2002", "code": "RP"})
        await rig.settled()
        await stream.row()
        rig.front.hub.beat()
        beat, centre = await stream.next(), await stream.next()
        assert (beat.data, beat.id) == (None, str(rig.journal.position))
        assert centre.data == {
            "journal": "open",
            "faults": [],
            "position": str(rig.journal.position),
            "lost": 0,
            "not_commissioned": 0,
            "now": "2026-03-14T02:14:00Z",
        }


async def test_the_centres_own_state_is_told_when_it_changes(rig: Rig) -> None:
    async with serving(rig) as console, listening(console, rig) as stream:
        await stream.greeting()
        rig.state = structs.replace(rig.state, journal_open=False, lost=3)
        await rig.front.hub.look()
        told = await stream.next()
        while told.data is None or told.data["journal"] == "open":
            told = await stream.next()
        assert (told.event, told.data["journal"], told.data["lost"]) == ("centre", "closed", 3)


async def test_medical_incidents_are_not_told_outside_the_room(rig: Rig) -> None:
    client = rig.token()
    await rig.on_duty("ida")
    async with serving(rig) as console, listening(console, rig, role=Role.RESPONDER, name="ida") as stream:
        await stream.greeting()
        await rig.alarm(client, "MA", "4004")
        fire = await rig.alarm(client, "FA", "1001")
        row = await stream.row()
        assert row.data is not None
        assert row.data["id"] == fire


async def test_one_that_becomes_medical_vanishes_outside_the_room(rig: Rig) -> None:
    client = rig.token(name="anna")
    body = {"kind": "RES.LIFT", "place": {"text": "here"}}
    kind = next(k.code for k in rig.kinds.all() if k.code.startswith("RES.") and "call" in k.methods)
    medical = next(k.code for k in rig.kinds.all() if k.code.startswith("MED.") and "call" in k.methods)
    assert (await client.post("/calls", json={**body, "kind": kind})).status_code == 202
    await rig.settled()
    (incident,) = rig.board.queue()
    stream = a_stream(medical=False)
    with rig.front.hub.open(stream):
        await client.post(f"/incidents/{incident.id}/take", json={"version": 1})
        answer = await client.post(
            f"/incidents/{incident.id}/reclassify", json={"version": 2, "kind": medical, "reason": "he fell"}
        )
        assert answer.status_code == 200, answer.text
        await rig.settled()
        await asyncio.sleep(0)
        told = b"".join([chunk async for chunk in ending(stream)])
    assert b"event: reset" in told
    assert medical.encode() not in told


async def test_each_stream_speaks_its_own_language(rig: Rig) -> None:
    client = rig.token()
    german, english = a_stream("de"), a_stream("en")
    with rig.front.hub.open(german), rig.front.hub.open(english):
        await rig.alarm(client, "FA", "1001")
        for stream in (german, english):
            told = b"".join([chunk async for chunk in ending(stream)])
            label = rig.kinds.words("FIRE.ALARM.AUTO", stream.audience.language).label
            assert label.encode() in told


async def test_the_centre_knows_whose_last_console_is_gone(rig: Rig) -> None:
    client = rig.token(name="anna")
    incident = await rig.alarm(client, "FA", "1001")
    await client.post(f"/incidents/{incident}/take", json={"version": 1})
    hub = rig.front.hub
    with hub.open(a_stream()):
        with hub.open(a_stream()):
            pass
        rig.wait(seconds=40)
        await rig.deadlines.step(rig.now)
        assert state(rig, incident) == "taken"
    rig.wait(seconds=16)
    await rig.deadlines.step(rig.now)
    assert state(rig, incident) == "waiting"


def state(rig: Rig, incident: str) -> str:
    found = rig.board.get(incident)
    assert found is not None
    return str(found.state)


async def test_signing_out_ends_the_streams_of_that_browser_alone(rig: Rig) -> None:
    anna, bert = await rig.browser("anna"), await rig.browser("bert")
    async with (
        serving(rig) as console,
        httpx.AsyncClient(base_url=console.url, timeout=10) as wire,
        wire.stream("GET", "/api/v1/stream", headers=cookie_of(anna)) as one,
        wire.stream("GET", "/api/v1/stream", headers=cookie_of(bert)) as two,
    ):
        first, second = Listener(one), Listener(two)
        await first.greeting()
        await second.greeting()
        await anna.delete("/session")
        assert await first.rest() == []
        rig.front.hub.beat()
        assert (await second.next()).data is None


async def test_a_session_that_is_over_hears_no_more(rig: Rig) -> None:
    anna = await rig.browser("anna")
    async with (
        serving(rig) as console,
        httpx.AsyncClient(base_url=console.url, timeout=10) as wire,
        wire.stream("GET", "/api/v1/stream", headers=cookie_of(anna)) as answer,
    ):
        stream = Listener(answer)
        await stream.greeting()
        rig.wait(hours=13)
        await rig.front.hub.look()
        assert [message for message in await stream.rest() if message.event == "incident"] == []


def cookie_of(browser: httpx.AsyncClient) -> dict[str, str]:
    return {"Cookie": f"belfry_session={browser.cookies['belfry_session']}"}


async def test_somebody_with_many_streams_ends_their_own_oldest_and_nobody_elses(rig: Rig) -> None:
    async with serving(rig) as console, listening(console, rig, name="bert") as berts, AsyncExitStack() as many:
        await berts.greeting()
        annas = [await many.enter_async_context(listening(console, rig)) for _ in range(STREAMS_OF_ONE + 2)]
        await annas[-1].greeting()
        assert len(rig.front.hub) == STREAMS_OF_ONE + 1
        for ended in annas[:2]:
            await ended.rest()
        incident = await rig.alarm(rig.token(), "FA", "1001")
        for stream in (berts, *annas[2:]):
            row = await stream.row()
            assert row.data is not None
            assert row.data["id"] == incident


async def test_no_number_of_streams_keeps_others_from_theirs(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("belfry.web.listeners.STREAMS_MOST", STREAMS_OF_ONE + 1)
    hub = rig.front.hub
    with ExitStack() as many:
        for _ in range(520):
            many.enter_context(hub.open(a_stream()))
        assert (len(hub), hub.full("anna"), hub.full("bert")) == (STREAMS_OF_ONE, False, False)
        with hub.open(a_stream(name="bert")):
            assert (hub.full("anna"), hub.full("carl")) == (False, True)
            refused = await rig.token(name="carl").get("/stream")
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
    assert len(hub) == 0


async def test_a_stream_that_ends_waits_for_nobody_who_does_not_read(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("belfry.web.event_stream.END_WITHIN_S", 0)
    stuck, never = asyncio.Event(), asyncio.Event()

    async def receive() -> Any:
        await never.wait()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            stuck.set()
            await never.wait()

    stream = a_stream()
    answer: Any = EventStream(rig.front.hub, stream, None).to_asgi_response()
    running = asyncio.create_task(answer({}, receive, send))
    await stuck.wait()
    stream.end()
    await running
    assert len(rig.front.hub) == 0


async def test_a_stream_needs_a_person_of_the_queue(rig: Rig) -> None:
    assert (await rig.client().get("/stream")).status_code == 401
    assert (await rig.token(Role.AUDITOR).get("/stream")).status_code == 403
