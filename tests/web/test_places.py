"""Where an open incident without a site is: in every row for those who may act, and nowhere else, however the key
store fares."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec import structs

from belfry.keys.errors import KeysUnusable
from belfry.keys.memory import MemoryKeyStore
from belfry.ports.staff import Role
from belfry.web.outlet import Audience, Stream
from tests.web.kit import Rig, centre
from tests.web.serving import listening, serving, until

MILL = "behind the old mill"
FIRE = {"kind": "FIRE.STRUCT", "place": {"text": MILL}}


class MoodyKeys(MemoryKeyStore):
    """A key store that fails or waits when it is told to."""

    failing = False

    def __init__(self) -> None:
        super().__init__(lambda n: b"\1" * n)
        self.gate = asyncio.Event()
        self.gate.set()

    async def get(self, names: Sequence[bytes]) -> Mapping[bytes, bytes]:
        await self.gate.wait()
        if self.failing:
            raise KeysUnusable("the disk is gone")
        return await super().get(names)


@pytest.fixture
def keys() -> MoodyKeys:
    return MoodyKeys()


@pytest.fixture
async def moody(tmp_path: Path, keys: MoodyKeys) -> AsyncIterator[Rig]:
    async with centre(tmp_path, keys=keys) as opened:
        yield opened


async def call(rig: Rig, body: Mapping[str, object] = FIRE, path: str = "/calls") -> str:
    """Let somebody call; returns the incident."""
    answer = await rig.token(name="carla").post(path, json=body)
    assert answer.status_code == 202, answer.text
    await rig.settled()
    return max(rig.board.queue(), key=lambda incident: incident.number).id


async def rows(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get("/incidents")).json()["items"]
    return items


async def places(client: httpx.AsyncClient) -> list[str | None]:
    return [row["place"] for row in await rows(client)]


def a_stream() -> Stream:
    audience = Audience("en", medical=True, acts=True)

    async def lasts() -> Audience:
        return audience

    return Stream(audience, "anna", lasts, None)


async def taken(stream: Stream) -> bytes:
    """What is pending now."""
    chunks, told = stream.chunks(), b""
    while stream.behind:
        told += await anext(chunks)
    return told


async def test_list_stream_and_detail_say_where_a_caller_is(rig: Rig) -> None:
    client = rig.token()
    async with serving(rig) as console, listening(console, rig) as stream:
        await stream.greeting()
        incident = await call(rig)
        told = await stream.row()
        listed = await rows(client)
        assert listed == [told.data]
        assert (listed[0]["place"], listed[0]["site"]) == (MILL, None)
        assert (await client.get(f"/incidents/{incident}")).json()["place"] == MILL


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ({"position": {"latitude": 52.5, "longitude": -13.4}}, "52.50000, -13.40000"),
        ({"position": {"latitude": 52.5, "longitude": 13.4}, "text": MILL}, MILL),
        ({"site": "school", "text": "attic"}, None),
        ({"site": "school"}, None),
    ],
)
async def test_words_come_before_a_position_and_a_site_before_both(
    rig: Rig, place: dict[str, object], shown: str | None
) -> None:
    await call(rig, {"kind": "FIRE.STRUCT", "place": place}, "/reports")
    (row,) = await rows(rig.token())
    assert row["place"] == shown
    assert (row["site"] is None) == ("site" not in place)


async def test_who_may_not_act_is_told_no_place(rig: Rig) -> None:
    responder = rig.token(Role.RESPONDER, name="ida")
    await rig.on_duty("ida")
    async with serving(rig) as console, listening(console, rig, role=Role.RESPONDER, name="ida") as stream:
        await stream.greeting()
        incident = await call(rig)
        told = await stream.row()
        assert told.data is not None
        assert told.data["place"] is None
        assert await places(responder) == [None]
        assert (await responder.get(f"/incidents/{incident}")).json()["place"] is None
        assert await places(rig.token()) == [MILL]


async def test_the_place_of_a_closed_incident_is_in_no_row_and_no_memory(rig: Rig) -> None:
    client = rig.token(name="anna")
    incident = await call(rig)
    assert await places(client) == [MILL]
    await client.post(f"/incidents/{incident}/take", json={"version": 1})
    body = {"version": 2, "seen_upto": 1, "disposition": "test", "reason": "out"}
    closed = await client.post(f"/incidents/{incident}/close", json=body)
    assert closed.status_code == 200, closed.text
    assert closed.json()["place"] is None
    assert closed.json()["place_text"] == MILL
    await rig.settled()
    assert await places(client) == [None]
    assert len(rig.front.places) == 0


async def test_a_row_waits_for_its_place_and_no_later_row_or_id_overtakes_it(
    moody: Rig, keys: MoodyKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = a_stream()
    monkeypatch.setattr("belfry.web.stream.ROW_WITHIN_S", 30.0)  # the machine that runs this may be slow
    with moody.front.hub.open(stream):
        keys.gate.clear()
        await call(moody)
        await moody.alarm(moody.token(), "BA")
        moody.front.hub.beat()
        assert b"event: incident" not in await taken(stream)
        late = a_stream()
        with moody.front.hub.open(late):
            await moody.front.hub.greet(late, None)
            keys.gate.set()
            await until(lambda: stream.behind >= 2)
            for told in (await taken(stream), await taken(late)):
                ids = [int(line[4:]) for line in told.splitlines() if line.startswith(b"id: ")]
                assert ids == sorted(ids)
                assert ids[-2:] == [2, 4]
                assert told.index(MILL.encode()) < told.index(b"PROP.ALARM.INTR")


async def test_a_failing_key_store_costs_rows_their_place_and_not_their_time(
    moody: Rig, keys: MoodyKeys, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = a_stream()
    hub, client = moody.front.hub, moody.token()
    with hub.open(stream):
        keys.failing = True
        incident = await call(moody)
        await until(lambda: stream.behind > 0)
        assert b'"place":null' in await taken(stream)
        await moody.alarm(client, "BA")  # nobody asks the store again so soon
        await asyncio.sleep(0)
        assert b"PROP.ALARM.INTR" in await taken(stream)
        assert await places(client) == [None, None]
        detail = (await client.get(f"/incidents/{incident}")).json()
        assert (detail["place"], detail["place_text"], detail["unreadable"]) == (None, None, True)
        assert [line["type"] for line in detail["timeline"]] == ["opened"]

        keys.failing = False
        monkeypatch.setattr(moody.front.places, "_not_before_s", None)  # some seconds later
        await hub.look()
        again = await taken(stream)
        assert again.count(b"event: incident") == 1
        assert MILL.encode() in again
        assert b"id: 4\n" in again  # ids only grow, whatever the row is about
        await hub.look()
        assert b"event: incident" not in await taken(stream)
    assert (await client.get(f"/incidents/{incident}")).json()["unreadable"] is False
    assert MILL not in caplog.text


async def test_nobody_waits_long_for_a_key_store_that_does_not_answer_and_a_late_answer_counts(
    moody: Rig, keys: MoodyKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("belfry.web.stream.ROW_WITHIN_S", 0)
    monkeypatch.setattr("belfry.web.incidents.LIST_WITHIN_S", 0)
    stream, hub, client = a_stream(), moody.front.hub, moody.token()
    with hub.open(stream):
        keys.gate.clear()
        await call(moody)
        await until(lambda: stream.behind > 0)
        assert b'"place":null' in await taken(stream)
        assert await places(client) == [None]
        await hub.look()
        assert b"event: incident" not in await taken(stream)
        keys.gate.set()
        await until(lambda: not moody.front.places.troubled)
        await hub.look()
        assert MILL.encode() in await taken(stream)
    assert await places(client) == [MILL]


async def test_a_list_that_lacks_a_place_is_made_good_by_the_stream(moody: Rig, keys: MoodyKeys) -> None:
    await call(moody)
    stream, hub = a_stream(), moody.front.hub
    with hub.open(stream):
        keys.failing = True
        assert await places(moody.token()) == [None]
        keys.failing = False
        moody.front.places._not_before_s = None  # some seconds later
        await hub.look()
        assert MILL.encode() in await taken(stream)


async def test_whoever_comes_back_is_told_the_place(rig: Rig) -> None:
    await call(rig)
    await rig.alarm(rig.token(), "BA")
    stream = a_stream()
    with rig.front.hub.open(stream):
        await rig.front.hub.greet(stream, "1")
        assert MILL.encode() in await taken(stream)


async def test_an_erased_place_is_forgotten_here_too(rig: Rig) -> None:
    client = rig.token()
    await call(rig)
    assert await places(client) == [MILL]
    await rig.keys.expire(rig.now + timedelta(days=31))
    rig.wait(hours=1, seconds=1)
    assert await places(client) == [None]


async def test_a_box_that_was_damaged_takes_no_other_place_with_it(rig: Rig) -> None:
    client = rig.token()
    first, second = await call(rig), await call(rig, {"kind": "FIRE.STRUCT", "place": {"text": "pier 4"}})
    damaged = rig.board.get(first)
    assert damaged is not None
    (sealed,) = damaged.first.sealed
    damaged.first = structs.replace(damaged.first, sealed=(structs.replace(sealed, box=bytes(40)),))
    damaged.newest = (damaged.first,)
    told = {row["id"]: row["place"] for row in await rows(client)}
    assert told == {first: None, second: "pier 4"}
    detail = await client.get(f"/incidents/{first}")
    assert (detail.status_code, detail.json()["unreadable"]) == (200, True)


async def test_only_so_many_places_are_remembered(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("belfry.web.places.PLACES_MOST", 2)
    for place in ("pier 1", "pier 2", "pier 3"):
        await call(rig, {"kind": "FIRE.STRUCT", "place": {"text": place}})
    await rig.token().get("/incidents")
    assert len(rig.front.places) == 2
