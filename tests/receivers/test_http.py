"""The listener for devices over HTTP: who speaks, what is answered when, what is refused before it is read.

Real sockets, real clients, a real journal on the disk. What is refused leaves neither its address nor a word of its
body anywhere.
"""

import asyncio
import gzip
import hmac
import json
import logging
import ssl
from asyncio import Future, StreamReader, StreamWriter, get_running_loop
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import aiohttp
import httpx
import msgspec
import pytest
import uvloop
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

from belfry.domain.device import Device, DeviceWire
from belfry.domain.reading import Disposition, Observed, PointState, Said
from belfry.domain.signal import Receipt
from belfry.domain.site import Account
from belfry.ports import Full
from belfry.receivers import http_signature
from belfry.receivers.http import HttpReceiver, HttpSettings
from belfry.receivers.tls import HANDSHAKES_MOST_EACH
from belfry.testing.devices import HeardDevices, MemoryBook
from tests.receivers.house import NOW, SECRET, DeviceHouse, certificate, device_house

NAME: Final = "webhooks"
SAMPLES: Final = Path(__file__).parents[1] / "samples" / "webhooks"
SAMPLE_OF: Final = {
    DeviceWire.ALERTMANAGER: "alertmanager_v4_firing",
    DeviceWire.GRAFANA: "grafana_firing",
    DeviceWire.CLOUDEVENTS: "cloudevent_structured",
    DeviceWire.SENSORTHINGS: "sensorthings_observation",
    DeviceWire.CHIRPSTACK: "chirpstack_up_smoke",
    DeviceWire.THINGS_STACK: "tts_uplink_leak",
    DeviceWire.SHELLY: "shelly_smoke_notifystatus",
}
MARK: Final = "zqMARKqz"


def sample(wire: DeviceWire) -> bytes:
    return (SAMPLES / f"{SAMPLE_OF[wire]}.json").read_bytes()


class Door:
    def __init__(self, receiver: HttpReceiver, house: DeviceHouse) -> None:
        self.receiver, self.house = receiver, house

    @property
    def url(self) -> str:
        return "http://{}:{}".format(*self.receiver.listening)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url)

    async def post(self, path: str, body: bytes = b"{}", **headers: str) -> httpx.Response:
        async with self.client() as client:
            return await client.post(path, content=body, headers=headers or {"content-type": "application/json"})

    async def raw(self) -> tuple[StreamReader, StreamWriter]:
        return await asyncio.open_connection(*self.receiver.listening)


@asynccontextmanager
async def door(house: DeviceHouse, devices: Any = None, **options: Any) -> AsyncIterator[Door]:
    settings = HttpSettings(listen="127.0.0.1:0", **options)
    receiver = HttpReceiver(
        settings, house.intake, house.accounts, house.clock, bytes, devices=devices or house.devices
    )
    await receiver.start()
    try:
        yield Door(receiver, house)
    finally:
        await receiver.stop()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[DeviceHouse]:
    async with device_house(tmp_path) as opened:
        yield opened


# -- heard and kept ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wire", SAMPLE_OF, ids=str)
async def test_a_message_of_every_wire_is_kept_before_it_is_answered(house: DeviceHouse, wire: DeviceWire) -> None:
    house.register(wire, NAME)
    async with door(house) as here:
        answer = await here.post(f"/d/{SECRET}", sample(wire))
    assert (answer.status_code, answer.content) == (200, b"")
    kept = await house.kept()
    assert kept
    assert {fact.device for fact in kept} == {"d1"}


class SlowDesk(HeardDevices):
    """A desk whose disk takes as long as the test wants."""

    def __init__(self, book: MemoryBook) -> None:
        super().__init__(book)
        self.asked: asyncio.Queue[Future[Receipt | None]] = asyncio.Queue()

    def hear(self, device: Device, said: Said, at: datetime) -> "Future[Receipt | None]":
        answer: Future[Receipt | None] = get_running_loop().create_future()
        self.asked.put_nowait(answer)
        return answer


async def test_nothing_is_answered_before_it_is_kept(house: DeviceHouse) -> None:
    house.register(DeviceWire.ALERTMANAGER, NAME)
    desk = SlowDesk(house.book)
    async with door(house, desk) as here:
        asking = asyncio.create_task(here.post(f"/d/{SECRET}", sample(DeviceWire.ALERTMANAGER)))
        receipt = await desk.asked.get()
        assert not asking.done()
        receipt.set_result(Receipt(1))
        assert (await asking).status_code == 200


async def test_a_stop_answers_what_is_being_kept(house: DeviceHouse) -> None:
    house.register(DeviceWire.ALERTMANAGER, NAME)
    desk = SlowDesk(house.book)
    async with door(house, desk) as here:
        asking = asyncio.create_task(here.post(f"/d/{SECRET}", sample(DeviceWire.ALERTMANAGER)))
        receipt = await desk.asked.get()
        stopping = asyncio.create_task(here.receiver.stop())
        await asyncio.sleep(0)
        receipt.set_result(Receipt(1))
        assert (await asking).status_code == 200
        await stopping
        with pytest.raises(ConnectionRefusedError):
            await here.raw()


async def test_what_could_not_be_kept_is_asked_for_again_and_known_as_the_same(house: DeviceHouse) -> None:
    house.register(DeviceWire.CLOUDEVENTS, NAME)
    async with door(house) as here:
        house.devices.failing = Full("no room")
        first = await here.post(f"/d/{SECRET}", sample(DeviceWire.CLOUDEVENTS))
        assert (first.status_code, first.headers["retry-after"]) == (503, "10")
        assert await house.kept() == []
        house.devices.failing = None
        for _ in range(2):  # the sender tries again, and once more since it missed the answer
            assert (await here.post(f"/d/{SECRET}", sample(DeviceWire.CLOUDEVENTS))).status_code == 200
    assert await house.kept()
    assert len({heard.said.readings[0].once for heard in house.devices.heard}) == 1


async def test_what_describes_people_is_answered_well_and_kept_nowhere(house: DeviceHouse) -> None:
    house.register(DeviceWire.CLOUDEVENTS, NAME)
    event = json.loads(sample(DeviceWire.CLOUDEVENTS)) | {"type": "org.example.people.counted"}
    async with door(house) as here:
        assert (await here.post(f"/d/{SECRET}", json.dumps(event).encode())).status_code == 200
    assert [heard.said.disposition for heard in house.devices.heard] == [Disposition.REFUSE]
    assert await house.kept() == []


async def test_an_unreadable_message_is_a_fault_of_its_device_and_the_sender_is_told(house: DeviceHouse) -> None:
    house.register(DeviceWire.GRAFANA, NAME)
    async with door(house) as here:
        answer = await here.post(f"/d/{SECRET}", b'{"alerts": "' + MARK.encode())
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "no JSON",
        "field": "body",
    }
    assert [heard.said.disposition for heard in house.devices.heard] == [Disposition.REJECT]


# -- clients of the ecosystem -----------------------------------------------------------------------------------------


async def test_the_cloudevents_sdk_is_understood_in_both_modes(house: DeviceHouse) -> None:
    house.register(DeviceWire.CLOUDEVENTS, NAME)
    event = CloudEvent(
        {
            "id": "ü 1",
            "source": "/sites/s1",
            "type": "org.example.alarm.water",
            "specversion": "1.0",
            "time": NOW,
            "datacontenttype": "application/json",
        },
        {"zone": "cellar", "state": "active"},
    )
    async with door(house) as here, here.client() as client:
        for message in (to_structured_event(event), to_binary_event(event)):
            headers = dict(message.headers)
            assert (await client.post(f"/d/{SECRET}", content=message.body, headers=headers)).status_code == 200
    structured, binary = (heard.said.readings[0] for heard in house.devices.heard)
    assert structured == binary
    assert (structured.observed, structured.point, structured.occurred_at) == (Observed.WATER, "cellar", NOW)


async def test_a_cloudevents_sender_may_ask_first_whether_it_is_welcome(house: DeviceHouse) -> None:
    house.register(DeviceWire.CLOUDEVENTS, NAME)
    async with door(house) as here, here.client() as client:
        answer = await client.options(f"/d/{SECRET}", headers={"WebHook-Request-Origin": "sender.example"})
        assert (answer.status_code, answer.headers["webhook-allowed-origin"]) == (200, "*")
        assert (await client.options("/d/unknown", headers={"WebHook-Request-Origin": "x"})).status_code == 404


async def test_aiohttp_in_chunks_and_on_one_connection_is_understood(house: DeviceHouse) -> None:
    house.register(DeviceWire.ALERTMANAGER, NAME)

    async def pieces() -> AsyncIterator[bytes]:
        body = sample(DeviceWire.ALERTMANAGER)
        for at in range(0, len(body), 100):
            yield body[at : at + 100]

    async with door(house) as here, aiohttp.ClientSession() as session:
        for _ in range(3):
            async with session.post(f"{here.url}/d/{SECRET}", data=pieces(), expect100=True) as answer:
                assert answer.status == 200
        assert here.receiver.describe()["connections"] == 1


async def test_a_hook_of_shelly_is_a_bare_get(house: DeviceHouse) -> None:
    house.register(DeviceWire.SHELLY, NAME)
    async with door(house) as here, here.client() as client:
        assert (await client.get(f"/d/{SECRET}?event=flood.alarm&cid=0&ip=192.0.2.1")).status_code == 200
    (reading,) = house.devices.heard[0].said.readings
    assert (reading.observed, reading.point, reading.state) == (Observed.WATER, "flood:0", PointState.ACTIVE)


async def test_chirpstack_says_in_the_address_which_event_it_is(house: DeviceHouse) -> None:
    house.register(DeviceWire.CHIRPSTACK, NAME)
    async with door(house) as here:
        assert (await here.post(f"/d/{SECRET}?event=join", sample(DeviceWire.CHIRPSTACK))).status_code == 200
    assert house.devices.heard[0].said.heartbeat


# -- who speaks -------------------------------------------------------------------------------------------------------


async def test_whoever_is_not_known_gets_the_same_answer(house: DeviceHouse) -> None:
    device = house.register(DeviceWire.ALERTMANAGER, NAME)
    house.register(DeviceWire.ALERTMANAGER, "elsewhere", name="d2", secret="another")
    house.register(DeviceWire.ALERTMANAGER, NAME, name="d3", secret="disabled")
    house.book.put(Device(**{**_fields(house.book.by_id("d3")), "enabled": False}))
    signed = {"x-belfry-signature": "sha256=00"}
    async with door(house) as here, here.client() as client:
        answers = [
            await client.request(method, path, content=b"{}", headers=headers)
            for method, path, headers in (
                ("POST", "/d/wrong", {}),
                ("DELETE", "/d/wrong", {}),
                ("GET", "/", {}),
                ("GET", "/healthz", {}),
                ("POST", f"/d/{SECRET}/more", {}),
                ("POST", "/d/another", {}),
                ("POST", "/d/disabled", {}),
                ("POST", "/d/", {}),
                ("POST", "/d/%F0%9F%94%A5%00", {}),
                ("POST", f"/s/{device.id}", {}),
                ("POST", f"/s/{device.id}", signed),
                ("POST", "/s/unknown", signed),
            )
        ]
    assert {(answer.status_code, answer.content) for answer in answers} == {
        (404, b'{"type":"about:blank","title":"Not Found","status":404}')
    }
    assert house.devices.heard == []
    assert here.receiver.describe()["strangers"] == "many"


def _fields(device: Device | None) -> dict[str, Any]:
    assert device is not None
    return {name: getattr(device, name) for name in device.__struct_fields__}


async def test_a_new_secret_ends_the_old_one(house: DeviceHouse) -> None:
    device = house.register(DeviceWire.ALERTMANAGER, NAME)
    async with door(house) as here:
        house.book.put(device, secret="the-new-one")
        assert (await here.post(f"/d/{SECRET}", sample(DeviceWire.ALERTMANAGER))).status_code == 404
        assert (await here.post("/d/the-new-one", sample(DeviceWire.ALERTMANAGER))).status_code == 200


def signed(key: bytes, body: bytes, *, header: str = "X-Hub-Signature-256", stamp: int | None = None) -> dict[str, str]:
    text = body if stamp is None else b"%d:%b" % (stamp, body)
    digest = hmac.new(key, text, "sha256").hexdigest()
    bare = header == "X-Grafana-Alerting-Signature"
    found = {header: digest if bare else f"sha256={digest}"}
    return found if stamp is None else found | {"X-Belfry-Timestamp": str(stamp)}


@pytest.mark.parametrize("header", ["X-Hub-Signature-256", "X-Belfry-Signature", "X-Grafana-Alerting-Signature"])
@pytest.mark.parametrize("text_key", [False, True])
async def test_a_device_may_sign_what_it_sends_and_be_known_by_that(
    house: DeviceHouse, header: str, text_key: bool
) -> None:
    device = house.register(DeviceWire.ALERTMANAGER, NAME)
    key, body = house.book.signing_key(device), sample(DeviceWire.ALERTMANAGER)
    headers = signed(key.hex().encode() if text_key else key, body, header=header)
    async with door(house) as here:
        for path in (f"/s/{device.id}", f"/d/{SECRET}"):
            assert (await here.post(path, body, **headers)).status_code == 200
            assert (await here.post(path, body + b" ", **headers)).status_code in (401, 404)


async def test_a_device_that_signs_is_never_believed_unsigned_again(house: DeviceHouse) -> None:
    device = house.register(DeviceWire.SHELLY, NAME)
    body = sample(DeviceWire.SHELLY)
    async with door(house) as here, here.client() as client:
        assert (await here.post(f"/d/{SECRET}", body)).status_code == 200
        assert (
            await here.post(f"/d/{SECRET}", body, **signed(house.book.signing_key(device), body))
        ).status_code == 200
        refused = await here.post(f"/d/{SECRET}", body)
        assert (refused.status_code, refused.json()["field"]) == (401, "X-Belfry-Signature")
        assert (await client.get(f"/d/{SECRET}?event=smoke.alarm_off")).status_code == 401
    assert len(house.devices.heard) == 2


async def test_where_all_must_sign_an_unsigned_message_is_refused_from_the_start(house: DeviceHouse) -> None:
    house.register(DeviceWire.GRAFANA, NAME)
    async with door(house, signed_only=True) as here:
        assert (await here.post(f"/d/{SECRET}", sample(DeviceWire.GRAFANA))).status_code == 401
    assert house.devices.heard == []


async def test_a_signature_with_a_time_is_good_for_five_minutes(house: DeviceHouse) -> None:
    device = house.register(DeviceWire.GRAFANA, NAME)
    key, body, now_s = house.book.signing_key(device), sample(DeviceWire.GRAFANA), int(NOW.timestamp())
    async with door(house) as here:
        for ago, status in ((0, 200), (299, 200), (301, 401), (-301, 401)):
            assert (await here.post(f"/d/{SECRET}", body, **signed(key, body, stamp=now_s - ago))).status_code == status
        moved = signed(key, body, stamp=now_s - 301) | {"X-Belfry-Timestamp": str(now_s)}
        assert (await here.post(f"/d/{SECRET}", body, **moved)).status_code == 401


async def test_a_lora_server_speaks_for_the_sensors_of_its_tenant_alone(house: DeviceHouse) -> None:
    house.accounts.put(Account(id="other", account="4004", tenant="somebody else"))
    house.accounts.put(Account(id="next", account="5005"))
    server = house.register(DeviceWire.CHIRPSTACK, NAME, "attic")
    sensor = house.register(DeviceWire.CHIRPSTACK, NAME, "attic", name="d2", secret="b")
    body = sample(DeviceWire.CHIRPSTACK)
    heard = house.devices.heard
    async with door(house) as here:
        for account, speaker in (("home", "d2"), ("next", "d2"), ("other", "d1")):
            house.book.put(msgspec.structs.replace(sensor, address="0000000000000002", account_id=account))
            for path in (f"/d/{SECRET}", f"/d/{SECRET}?event=join"):
                heard.clear()
                assert (await here.post(path, body)).status_code == 200
                assert heard[0].device is server
                assert heard[-1].device.id == speaker
                assert {reading.address for one in heard for reading in one.said.readings} <= {
                    "0000000000000002" if speaker == "d2" else None
                }


# -- limits -----------------------------------------------------------------------------------------------------------


async def test_a_body_over_the_limit_is_refused_by_its_length_and_by_its_size(house: DeviceHouse) -> None:
    house.register(DeviceWire.ALERTMANAGER, NAME)
    big = b"[" + b" " * 5_000

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b" " * 100

    async with door(house, body_most_bytes=4_096) as here, here.client() as client:
        for body in (big, pieces()):
            answer = await client.post(f"/d/{SECRET}", content=body)
            assert (answer.status_code, answer.json()["detail"]) == (413, "a message has at most 4096 bytes")
        assert (await client.post(f"/d/{SECRET}", content=sample(DeviceWire.ALERTMANAGER))).status_code == 200


async def test_bodies_of_all_together_have_a_limit(house: DeviceHouse) -> None:
    house.register(DeviceWire.ALERTMANAGER, NAME)
    async with door(house, bodies_most_bytes=1_024) as here:
        answer = await here.post(f"/d/{SECRET}", sample(DeviceWire.ALERTMANAGER) + b" " * 1_024)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        ({"content-encoding": "gzip", "content-type": "application/json"}, "Content-Encoding"),
        ({"content-encoding": "br"}, "Content-Encoding"),
        ({"content-type": "multipart/form-data; boundary=x"}, "Content-Type"),
        ({"content-type": "image/jpeg"}, "Content-Type"),
    ],
)
async def test_what_is_packed_or_no_json_is_refused_unread(
    house: DeviceHouse, headers: dict[str, str], field: str
) -> None:
    house.register(DeviceWire.ALERTMANAGER, NAME)
    bomb = gzip.compress(bytes(1 << 20))
    async with door(house) as here:
        answer = await here.post(f"/d/{SECRET}", bomb, **headers)
    assert (answer.status_code, answer.json()["field"]) == (415, field)
    assert house.devices.heard == []


@pytest.mark.parametrize("method", ["GET", "DELETE", "PATCH", "OPTIONS"])
async def test_another_method_is_refused_with_those_that_there_are(house: DeviceHouse, method: str) -> None:
    house.register(DeviceWire.ALERTMANAGER, NAME)
    async with door(house) as here, here.client() as client:
        answer = await client.request(method, f"/d/{SECRET}")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, PUT")


async def test_a_wire_that_does_not_come_over_http_is_refused(house: DeviceHouse) -> None:
    house.register(DeviceWire.FRIGATE, NAME)
    async with door(house) as here:
        answer = await here.post(f"/d/{SECRET}")
    assert (answer.status_code, answer.json()["field"]) == (400, "wire")


async def test_whoever_asks_too_often_is_told_to_wait(house: DeviceHouse) -> None:
    async with door(house, requests_per_source_per_s=1) as here, here.client() as client:
        statuses = [(await client.post("/d/x")).status_code for _ in range(20)]
    assert statuses[:2] == [404, 404]
    assert 429 in statuses


async def said_until_closed(reader: StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:
        return b""


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"POST /d/x HT",
        b"POST /d/x HTTP/1.1\r\nhost: a\r\nx-slow: ",
        f"POST /d/{SECRET} HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{{".encode(),
        f"POST /d/{SECRET} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\n".encode(),
        b"POST /d/x HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\nPOST /d/x HTTP/1.1\r\nhost:",
    ],
)
async def test_whoever_drips_is_cut_off(house: DeviceHouse, start: bytes) -> None:
    house.register(DeviceWire.ALERTMANAGER, NAME)
    async with door(house, request_within_s=0.05) as here:
        reader, writer = await here.raw()
        writer.write(start)
        said = await said_until_closed(reader)
        assert said.startswith((b"HTTP/1.1 408", b"HTTP/1.1 404"))
        writer.close()
        assert here.receiver.describe()["connections"] == 0
    assert house.devices.heard == []


async def test_a_head_without_an_end_is_refused(house: DeviceHouse) -> None:
    async with door(house) as here:
        reader, writer = await here.raw()
        writer.write(b"POST /d/x HTTP/1.1\r\n" + b"x-more: " + b"a" * 80_000)
        assert (await said_until_closed(reader)).startswith((b"HTTP/1.1 431", b""))
        writer.close()
        assert (await here.post("/d/x")).status_code == 404


@pytest.mark.parametrize(
    "noise",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"\r\n\r\n\r\n\0",
        b"GET http://[ HTTP/1.1\r\n\r\n",
        b"POST /\xff HTTP/1.1\r\n\r\n",
    ],
)
async def test_noise_is_answered_or_hung_up_on_and_harms_nobody(house: DeviceHouse, noise: bytes) -> None:
    async with door(house) as here:
        reader, writer = await here.raw()
        writer.write(noise)
        writer.write_eof()
        await said_until_closed(reader)
        writer.close()
        assert (await here.post("/d/x")).status_code == 404


async def test_a_source_has_so_many_connections_and_gets_them_back(house: DeviceHouse) -> None:
    async with door(house, max_connections_per_source=3) as here:
        held = [await here.raw() for _ in range(3)]
        async with here.client() as client:
            while here.receiver.describe()["connections"] != 3:  # noqa: ASYNC110 - the loop turns
                await asyncio.sleep(0)
            assert (await client.post("/d/x")).status_code == 503
        for _, writer in held:
            writer.close()
            await writer.wait_closed()
        while here.receiver.describe()["connections"]:  # noqa: ASYNC110 - the loop turns
            await asyncio.sleep(0)
        assert (await here.post("/d/x")).status_code == 404


async def test_a_sender_that_hangs_up_halfway_leaves_nothing(house: DeviceHouse) -> None:
    house.register(DeviceWire.ALERTMANAGER, NAME)
    async with door(house) as here:
        _, writer = await here.raw()
        body = sample(DeviceWire.ALERTMANAGER)
        head = f"POST /d/{SECRET} HTTP/1.1\r\nhost: a\r\ncontent-length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body[:-1])
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        assert (await here.post(f"/d/{SECRET}", body)).status_code == 200
    assert len(house.devices.heard) == 1


# -- TLS --------------------------------------------------------------------------------------------------------------


async def test_over_tls_it_says_the_same(house: DeviceHouse, tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    house.register(DeviceWire.ALERTMANAGER, NAME)
    trusted = ssl.create_default_context(cafile=str(cert))
    async with door(house, tls_cert=cert, tls_key=key) as here:
        url = here.url.replace("http:", "https:")
        async with httpx.AsyncClient(verify=trusted) as client:
            answer = await client.post(f"{url}/d/{SECRET}", content=sample(DeviceWire.ALERTMANAGER))
            assert answer.status_code == 200
        with pytest.raises(httpx.HTTPError):
            await here.post(f"/d/{SECRET}")


async def test_with_an_authority_for_clients_nobody_else_is_let_in(house: DeviceHouse, tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    device_cert, device_key = certificate(tmp_path, "device")
    house.register(DeviceWire.ALERTMANAGER, NAME)
    body = sample(DeviceWire.ALERTMANAGER)
    async with door(house, tls_cert=cert, tls_key=key, tls_client_ca=device_cert) as here:
        url = here.url.replace("http:", "https:")
        known = ssl.create_default_context(cafile=str(cert))
        known.load_cert_chain(device_cert, device_key)
        async with httpx.AsyncClient(verify=known) as client:
            assert (await client.post(f"{url}/d/{SECRET}", content=body)).status_code == 200
        async with httpx.AsyncClient(verify=ssl.create_default_context(cafile=str(cert))) as client:
            with pytest.raises(httpx.HTTPError):
                await client.post(f"{url}/d/{SECRET}", content=body)
    assert len(house.devices.heard) == 1


async def test_a_source_has_so_many_handshakes_and_its_others_have_their_turn_again(
    house: DeviceHouse, tmp_path: Path
) -> None:
    cert, key = certificate(tmp_path)
    house.register(DeviceWire.ALERTMANAGER, NAME)
    trusted = ssl.create_default_context(cafile=str(cert))
    faults: list[dict[str, Any]] = []
    get_running_loop().set_exception_handler(lambda _, said: faults.append(said))
    async with door(house, tls_cert=cert, tls_key=key, handshake_within_s=600) as here:
        held = [await here.raw() for _ in range(HANDSHAKES_MOST_EACH + 3)]
        while here.receiver.describe()["turned_away"] != "some":  # noqa: ASYNC110 - the loop turns
            await asyncio.sleep(0)
        for n, (_, writer) in enumerate(held):
            writer.write(b"GET / HTTP/1.1\r\n\r\n" if n % 3 == 0 else b"\x16\x03\x01")
            writer.close()
        while here.receiver.describe()["connections"]:  # noqa: ASYNC110 - the loop turns
            await asyncio.sleep(0)
        url = here.url.replace("http:", "https:")
        async with httpx.AsyncClient(verify=trusted) as client:
            answer = await client.post(f"{url}/d/{SECRET}", content=sample(DeviceWire.ALERTMANAGER))
        assert answer.status_code == 200
    assert faults == []


@pytest.mark.parametrize("start", [b"", b"\x16\x03\x01", b"no handshake"])
async def test_whoever_never_ends_a_handshake_is_cut_off(house: DeviceHouse, tmp_path: Path, start: bytes) -> None:
    cert, key = certificate(tmp_path)
    async with door(house, tls_cert=cert, tls_key=key, handshake_within_s=0.05) as here:
        reader, writer = await here.raw()
        writer.write(start)
        await said_until_closed(reader)
        writer.close()


def test_under_uvloop_tls_says_the_same(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    trusted = ssl.create_default_context(cafile=str(cert))

    async def story() -> None:
        async with device_house(tmp_path / "stores") as house:
            house.register(DeviceWire.ALERTMANAGER, NAME)
            async with door(house, tls_cert=cert, tls_key=key) as here:
                url = here.url.replace("http:", "https:")
                for _ in range(5):
                    async with httpx.AsyncClient(verify=trusted) as client:
                        for _ in range(2):
                            answer = await client.post(f"{url}/d/{SECRET}", content=sample(DeviceWire.ALERTMANAGER))
                            assert answer.status_code == 200
                _, writer = await here.raw()  # a stop does not wait for its handshake
                await here.receiver.stop()
                writer.close()

    uvloop.run(story())


@pytest.mark.parametrize("setting", ["tls_cert", "tls_key", "tls_client_ca"])
async def test_a_certificate_that_cannot_be_used_stops_the_start_and_is_named(
    house: DeviceHouse, tmp_path: Path, setting: str
) -> None:
    cert, key = certificate(tmp_path)
    files = {"tls_cert": cert, "tls_key": key, "tls_client_ca": cert} | {setting: tmp_path / "none.pem"}
    with pytest.raises(OSError, match=setting):
        async with door(house, **files):
            pass
    (tmp_path / "none.pem").write_text("no certificate")
    with pytest.raises(OSError, match=setting):
        async with door(house, **files):
            pass


async def test_a_port_in_use_is_an_error_with_its_address(house: DeviceHouse) -> None:
    async with door(house) as here:
        address = "{}:{}".format(*here.receiver.listening)
        taken = HttpReceiver(
            HttpSettings(listen=address), house.intake, house.accounts, house.clock, bytes, devices=house.devices
        )
        with pytest.raises(OSError, match=address):
            await taken.start()


async def test_strangers_and_failures_do_not_fill_the_log(
    house: DeviceHouse, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    house.register(DeviceWire.ALERTMANAGER, NAME)
    async with door(house) as here:
        for _ in range(5):
            reader, writer = await here.raw()
            writer.write(b"no request at all\r\n\r\n")
            await said_until_closed(reader)
            writer.close()
        house.devices.failing = Full("no room")
        for _ in range(5):
            assert (await here.post(f"/d/{SECRET}", sample(DeviceWire.ALERTMANAGER))).status_code == 503
    assert [record for record in caplog.records if record.name.startswith("uvicorn")] == []
    out = capsys.readouterr()
    told = out.out + out.err + "".join(record.getMessage() for record in caplog.records)
    assert told.count("was not kept") == 1


# -- nothing leaks ----------------------------------------------------------------------------------------------------


async def test_no_log_and_no_answer_has_a_secret_or_a_word_of_a_message(
    house: DeviceHouse, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    house.register(DeviceWire.ALERTMANAGER, NAME, secret=f"s-{MARK}")
    bodies = [
        b'{"alerts": "%b"' % MARK.encode(),
        b'{"version": "4", "alerts": ["%b"]}' % MARK.encode(),
        b"\xff" + MARK.encode(),
        b"[" * 100_000,
    ]
    answers = b""
    async with door(house) as here:
        for failing in (None, RuntimeError(MARK)):
            house.devices.failing = failing
            for body in bodies:
                for path in (f"/d/s-{MARK}?{MARK}={MARK}", f"/d/{MARK}"):
                    answer = await here.post(path, body, **{"x-mark": MARK, "content-type": "application/json"})
                    answers += answer.content + repr(answer.headers).encode()
        told = repr(here.receiver.describe())
    logged = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpx"))
    out = capsys.readouterr()
    assert MARK not in logged
    assert MARK not in out.out + out.err + told
    assert MARK.encode() not in answers


def test_what_was_signed_with_a_time_is_not_believed_without_it() -> None:
    key, body = bytes(32), b"{}"
    stamp = int(NOW.timestamp())
    headers = {name.lower(): value for name, value in signed(key, body, stamp=stamp).items()}
    assert http_signature.is_right(key, headers, body, NOW)
    del headers["x-belfry-timestamp"]
    assert not http_signature.is_right(key, headers, b"%d:%b" % (stamp, body), NOW)
