"""A marker in every place of every sample, through every door of devices, into a real centre with its logs wide open:
afterwards it is in no byte of the disk, in no line of the log, and in nothing that anybody can ask for.

What a registered device is called, and where it is, is the site's own and may be kept; here it is never the marker.
"""

import asyncio
import gzip
import io
import json
import logging
import smtplib
import tempfile
import zlib
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from enum import StrEnum
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final

import pytest
import structlog
from aiohttp import web
from msgspec import structs

from belfry.centre.devices.listening import EVENTS_MOST
from belfry.domain.agreement import AgreedField, Agreement
from belfry.domain.reading import Disposition, Observed, PointState, Reading, Said
from belfry.ports.staff import Role
from belfry.protocols.dc09.reply import envelope
from belfry.protocols.hint import Hint
from belfry.protocols.readers import READERS
from belfry.protocols.surgard import END
from belfry.receivers.cap import CapReceiver
from belfry.receivers.mqtt import MqttReceiver
from belfry.registry import Registry, agreement_rows
from belfry.settings import AutomationTable, OutputTable, ReceiverTable, Settings
from belfry.simulator.software import Software
from tests.canary import FORMS, MARK, forms_in, forms_on_disk, in_every_line, in_every_place
from tests.notify.far_end import FarEnd
from tests.receivers.brokers import QUICK, Amqtt, somebody
from tests.receivers.camera import camera, part
from tests.receivers.onvif_camera import OnvifCamera, onvif_camera
from tests.receivers.test_cap import Authority
from tests.stories.kit import START, Desk, Town, open_town, until
from tests.stories.test_cameras import QUICK as FETCHING
from tests.stories.test_cameras import put_up
from tests.stories.test_devices import fit
from tests.stories.test_keeping import archived, close

SAMPLES: Final = Path(__file__).parents[1] / "samples"
HOOKS: Final = {
    "alertmanager": "alertmanager_v4_firing",
    "grafana": "grafana_firing",
    "cloudevents": "cloudevent_structured",
    "sensorthings": "sensorthings_observation",
    "chirpstack": "chirpstack_up_smoke",
    "thingsstack": "tts_uplink_leak",
    "shelly": "shelly_smoke_notifystatus",
}
OWN: Final = {"type": "leak", "who": {"name": "Ann"}, "at": "2026-03-14T02:14:00Z", "level": 4, "room": ["cellar"]}
RULE: Final = {
    "tests": [{"path": "type", "values": ["leak"]}],
    "observed": "water",
    "point": "leak",
    "time": {"path": "at", "form": "rfc3339"},
}
ALL: Final = {"point": "*", "zone": "12", "switches": ["motion", "sound", "line", "baggage", "fall"]}
OTHERS: Final = frozenset({"amqtt", "transitions", "passlib"})
"""Loggers of the broker that runs in this process, which is none of ours."""
QUIET: Final = logging.getLogger("tests.publisher")
WITHIN_S: Final = 20.0
PUSHED: Final = "k5xw2zq7m4n3p6r8s9t2v4x6y8"
MAILS_A_CONNECTION: Final = 80
PATIENT: Final[Mapping[str, object]] = {"max_unreadable": 10_000, "away_after_s": 10_000}


class Log:
    """Everything that anything logs, at any level: structlog's lines and those of every library."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def text(self) -> bytes:
        return self.stream.getvalue().encode("utf-8", "backslashreplace")


@pytest.fixture
def everything_logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    log, before, root = Log(), structlog.get_config(), logging.getLogger()
    handler, level = logging.StreamHandler(log.stream), root.level
    handler.addFilter(lambda record: record.name.partition(".")[0] not in OTHERS)
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=structlog.PrintLoggerFactory(log.stream),
        cache_logger_on_first_use=False,
    )
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    QUIET.propagate = False
    yield log
    root.removeHandler(handler)
    root.setLevel(level)
    structlog.configure(**before)


def with_doors(broker: int, feed: str, secret: Path) -> Callable[[Settings], Settings]:
    prefixes = {name: [name] for name in ("frigate", "zigbee2mqtt", "shelly")} | {
        "homeassistant": ["home"],
        "esphome": ["boiler-node"],
    }
    tables = (
        ReceiverTable(
            type="http", name="webhooks", listen="127.0.0.1:0", rest={"requests_per_source_per_s": 1_000_000}
        ),
        ReceiverTable(type="smtp", name="mail", listen="127.0.0.1:0", rest={"connections_per_source_per_s": 1_000_000}),
        ReceiverTable(type="mqtt", rest={**QUICK, "broker": f"mqtt://127.0.0.1:{broker}", **prefixes}),
        ReceiverTable(type="isapi", name="cameras", rest={**FETCHING}),
        ReceiverTable(type="onvif", name="onvif", rest={**FETCHING, "pull_s": 0.05}),
        ReceiverTable(type="cap", name="warnings", rest={"urls": [feed]}),
        ReceiverTable(
            type="cap",
            name="pushed",
            listen="127.0.0.1:0",
            rest={"secret_file": str(secret), "requests_per_source_per_s": 1_000_000},
        ),
        ReceiverTable(type="surgard", name="lines", listen="127.0.0.1:0", rest=PATIENT),
        ReceiverTable(type="surgard", name="frames", listen="127.0.0.1:0", rest={**PATIENT, "form": "dc07"}),
    )
    return lambda settings: structs.replace(settings, receiver=(*settings.receiver, *tables))


def with_output(settings: Settings, software: Software, far: FarEnd) -> Settings:
    """A link to software, and one to a siren, that are agreed all that may be: every field of the kinds that machines
    raise."""
    wanted = Agreement(
        partner="City fire brigade",
        kinds=("FIRE", "ENV", "TECH", "PROP", "RES", "TRF", "MED", "PERS"),
        fields=tuple(AgreedField),
        why="They come",
        begins=START,
        ends=START + timedelta(days=30),
        medical=True,
        person=True,
    )
    settings.data.mkdir(mode=0o700, exist_ok=True)
    registry = Registry.open(settings.registry_at, clock=lambda: START)
    try:
        agreement = agreement_rows.make(registry.store, wanted, by="test")
    finally:
        registry.close()
    table = AutomationTable(name="brigade", address=software.address, agreement=agreement.id)
    key = settings.data / "siren.key"
    key.write_text("k" * 32)
    siren = OutputTable(
        name="siren", type="webhook", address=far.url, secret_file=key, private=True, agreement=agreement.id
    )
    return structs.replace(settings, automation=(table,), output=(siren,))


@asynccontextmanager
async def a_broker() -> AsyncIterator[Amqtt]:
    one = Amqtt()
    await one.start()
    try:
        yield one
    finally:
        await one.stop()


@asynccontextmanager
async def a_siren() -> AsyncIterator[FarEnd]:
    one = FarEnd()
    await one.listen()
    try:
        yield one
    finally:
        await one.close()


@asynccontextmanager
async def some_software() -> AsyncIterator[Software]:
    one = Software()
    await one.listen()
    try:
        yield one
    finally:
        await one.close()


@asynccontextmanager
async def an_authority() -> AsyncIterator[Authority]:
    made, app = Authority(), web.Application()
    app.router.add_get("/{path:.*}", made.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.port = runner.addresses[0][1]
    try:
        yield made
    finally:
        await runner.cleanup()


def port_of(town: Town, name: str) -> int:
    return next(one.listening[1] for one in town.centre.receivers if one.name == name)


def described(town: Town, name: str) -> Mapping[str, Any]:
    return next(one.describe() for one in town.centre.receivers if one.name == name)


# -- the doors


def bodies(wire: str) -> Iterator[tuple[bytes, str]]:
    """Every sample of a wire over HTTP with its type of body."""
    if wire in HOOKS:
        yield (SAMPLES / f"webhooks/{HOOKS[wire]}.json").read_bytes(), "application/json"
    elif wire == "mapping":
        yield json.dumps(OWN).encode(), "application/json"
    elif wire == "cap":
        yield (SAMPLES / "cap/ok-storm.xml").read_bytes(), "application/cap+xml"
        yield (SAMPLES / "cap/signed-ok.xml").read_bytes(), "application/cap+xml"
    else:
        for path in sorted((SAMPLES / wire).iterdir()):
            content = path.read_bytes()
            if path.suffix == ".eml":
                head, _, content = content.replace(b"\r\n", b"\n").partition(b"\n\n")
                kind = head.lower().partition(b"content-type:")[2].split(b"\n")[0].strip().decode()
                yield content.replace(b"\n", b"\r\n"), kind
            elif path.suffix != ".md":
                yield content, "application/json" if path.suffix == ".json" else "application/xml"


def post_all(port: int, own: str, wire: str) -> tuple[int, bytes]:
    """Post every sample with the marker in every place of it to somebody's own address; return how many, and what was
    answered."""
    said, count, connection = b"", 0, HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)

    def ask(method: str, path: str, body: bytes, media: str, **headers: str) -> None:
        nonlocal said, count
        try:
            connection.request(method, path, body, {"content-type": media, **headers})
            answer = connection.getresponse()
            said += b"%a %b" % (answer.getheaders(), answer.read())
        except (OSError, HTTPException):
            connection.close()
        count += 1

    marked = {"x-" + MARK: MARK, "user-agent": MARK, "x-forwarded-for": MARK, "ce-" + MARK: MARK, "ce-type": MARK}
    for body, media in bodies(wire):
        ask("POST", f"{own}?{MARK}={MARK}", body, media, **marked)
        ask("POST", f"{own}/{MARK}", body, media)
        ask("POST", own, body, f"{media}; name={MARK}")
        ask("POST", own, body, media, **{"x-belfry-signature": MARK, "content-encoding": MARK})
        for changed in in_every_place(body):
            ask("POST", own, changed, media)
    for path in (f"/d/{MARK}", f"/s/{MARK}", f"/{MARK}", f"{own}?event={MARK}&cid={MARK}"):
        ask("GET", path, b"", MARK)
    connection.close()
    return count, said


def mail_all(port: int, recipient: str) -> int:
    """Send every mail with the marker in every line, and in whatever else is said on the way."""
    count, client = 0, smtplib.SMTP("127.0.0.1", port, local_hostname=MARK, timeout=WITHIN_S)
    for path in sorted((SAMPLES / "smtp").glob("*.eml")):
        for body in in_every_line(path.read_bytes()):
            if count % MAILS_A_CONNECTION == MAILS_A_CONNECTION - 1:
                client.quit()
                client.connect("127.0.0.1", port)
                client.docmd(MARK)
                client.docmd("AUTH", f"PLAIN {b64encode(MARK.encode()).decode()}")
                client.docmd("VRFY", MARK)
            with suppress(smtplib.SMTPRecipientsRefused):
                client.sendmail(MARK, [f"{MARK}@x.example"], body)
            client.sendmail(f"{MARK}@x.example", [f"{recipient}@{MARK}.example"], body)
            count += 1
    client.close()
    return count


def published() -> Iterator[tuple[str, str, bytes, bool]]:
    """Wire, topic, body and retain flag of every sample over MQTT."""
    for wire in ("frigate", "zigbee2mqtt", "homeassistant", "shelly"):
        for path in sorted((SAMPLES / wire).glob("*.json")):
            wrapped = json.loads(path.read_bytes())
            body = wrapped.get("payload_text", wrapped.get("payload"))
            raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            topic = wrapped["topic"].replace("shelly-smoke", "shelly/shelly-smoke")
            yield "esphome" if topic.startswith("boiler") else wire, topic, raw, wrapped["retain"]


async def publish_all(port: int) -> int:
    count = 0
    async with somebody(port, logger=QUIET) as client:
        for _, topic, body, retain in published():
            levels = topic.split("/")
            for n in range(len(levels)):
                for level in (MARK, levels[n] + MARK):
                    await client.publish("/".join([*levels[:n], level, *levels[n + 1 :]]), body, qos=1)
                    count += 1
            await client.publish(f"{topic}/{MARK}", body, qos=1, retain=retain)
            for changed in (body, MARK.encode(), *in_every_place(body)):
                await client.publish(topic, changed, qos=1, retain=retain)
                count += 1
        await client.publish("zigbee2mqtt/last", b'{"smoke": false}', qos=1)
    return count


async def hear_of_all(town: Town, port: int) -> int:
    """Every language that comes over MQTT: its devices are those of the samples; returns how many messages."""
    known = {("zigbee2mqtt", "zigbee2mqtt/last")}
    for wire, topic, body, retain in published():
        said = READERS[wire](body, Hint(topic=topic, retain=retain))
        known |= {(wire, one) for one in (said.address, *(each.address for each in said.readings)) if one}
    ids = {address: await fit(town, "shop", wire, ALL, receiver="mqtt", address=address) for wire, address in known}
    receiver = next(one for one in town.centre.receivers if isinstance(one, MqttReceiver))
    await receiver.connected()
    count = await publish_all(port)
    await until(lambda: town.centre.device_desk.now(ids["zigbee2mqtt/last"].id).heard_at is not None)
    return count


class Marked(OnvifCamera):
    """One that puts the marker into the headers of its answers too."""

    async def _answer(self, request: web.Request) -> web.Response:
        answer = await super()._answer(request)
        answer.headers[f"X-{MARK}"] = MARK
        return answer


async def visit_all(town: Town) -> int:
    """A stream of ISAPI and the pulls of ONVIF, until all of it is heard."""
    async with camera() as one, onvif_camera(Marked()) as two:
        await put_up(town, one, "isapi", ALL, address="a/stream")
        await put_up(town, two, "onvif", ALL, address="a/pull")
        streams = [part(b"", kind=MARK.encode()), part(MARK.encode(), kind=b"image/jpeg; name=" + MARK.encode())]
        before, heard = described(town, "cameras")["messages"], 0
        for path in sorted((SAMPLES / "isapi").iterdir()):
            if path.suffix in (".xml", ".json"):
                kind = f"application/{path.suffix[1:]}; name={MARK}".encode()
                marked = [part(body, kind=kind) for body in in_every_place(path.read_bytes())]
                streams += marked
                heard += len(marked)
        one.say(*streams, part((SAMPLES / "isapi/videoloss_heartbeat.xml").read_bytes()))
        await until(lambda: described(town, "cameras")["messages"] >= before + heard)
        before = described(town, "onvif")["messages"]
        pulls = [
            body for path in (SAMPLES / "onvif").glob("*.xml") for body in list(in_every_place(path.read_bytes()))[::4]
        ]
        two.say(*pulls)
        await until(lambda: described(town, "onvif")["messages"] >= before + len(pulls))
    return heard + len(pulls)


def said_by_receivers(account: str) -> Iterator[bytes]:
    """Every form of line of an old alarm receiver, but for the one place that a panel's own text may stand in."""
    number = account.encode()
    yield b"5011 18" + number + b"E13001004"
    yield b"S011[#" + number + b"|Nri1BA01]"
    yield b"S011[#" + number + b"|Nri1/id7/OP]"
    yield b"3011    " + number.rjust(6, b"0") + b"BA04"
    yield b"1011      " + number + b" A  04"
    yield b"8011" + number + b" 5155 5555 7"
    yield b"0011[#0000|NYT00]"
    yield b"4011" + b"0" * 10
    yield b"U011 something of a maker's own"


def frames_by_receivers(account: str) -> Iterator[bytes]:
    number = account.encode()
    yield b'"ADM-CID"0001R01L1[#' + number + b"|1130 01 004]"
    yield b'"SIA-DCS"0002R01L1[#' + number + b"|Nri1/BA01]_02:14:00,03-14-2026"
    yield b'"NULL"0003R01L1[]'
    yield b'"OWN-WORD"0004R01L1[#' + number + b"|x]"


def marked_anywhere(line: bytes) -> Iterator[bytes]:
    """The marker before, within and behind it, and instead of what stands there."""
    mark = MARK.encode()
    for n in range(len(line) + 1):
        yield line[:n] + mark + line[n:]
        yield line[:n] + mark + line[n + len(mark) :]


async def say_all(port: int, lines: Iterator[bytes], form: Callable[[bytes], bytes]) -> bytes:
    """Say all of it over one connection; return what was answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for line in lines:
        for said in (*marked_anywhere(line), line):
            writer.write(form(said))
    writer.write_eof()
    answered = await reader.read()
    writer.close()
    return answered


def publish_warnings(authority: Authority) -> int:
    """A feed of warnings with the marker in every place, the last one without."""
    storm = (SAMPLES / "cap/ok-storm.xml").read_bytes()
    pages = [*in_every_place(storm)][:190]
    for n, page in enumerate((*pages, storm.replace(b"<identifier>", b"<identifier>last-"))):
        authority.pages[f"/{n:03}/{MARK}"] = page
    entries = "".join(
        f'<entry><title>{MARK}</title><{MARK}>{MARK}</{MARK}><link href="{path}"/></entry>' for path in authority.pages
    )
    authority.pages["/feed"] = f"<feed>{entries}</feed>".encode()
    return len(pages)


# -- what anybody can ask for


async def everything_told(town: Town, desk: Desk) -> bytes:
    """Every list of the API, every incident, the metrics, and the journal as it is read."""
    told = [json.dumps(await desk.signals())]
    paths = (await desk.get("/openapi.json"))["paths"]
    for path, methods in paths.items():
        if "get" in methods and "{" not in path and not path.endswith(("/stream", "/events", "/feed", "/listen")):
            with suppress(asyncio.TimeoutError):
                async with asyncio.timeout(2):
                    told.append((await desk.client.get(path.removeprefix("/api/v1"))).text)
    told += [json.dumps(await desk.detail(row["id"])) for row in await desk.incidents()]
    told.append((await desk.client.get(f"{town.url}metrics")).text)
    told.append(json.dumps([dict(one.describe()) for one in town.centre.receivers], default=str))
    told.append(repr(await town.centre._stores.journal.page(0, 100_000)))
    return "\n".join(told).encode()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where everything goes, temporary files too."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "secret").write_text(PUSHED)
    return tmp_path


async def test_no_marker_in_any_place_of_any_sample_is_kept_logged_or_told(
    folder: Path, everything_logged: Log
) -> None:
    counts: dict[str, int] = {}
    async with a_broker() as broker, an_authority() as authority, some_software() as software, a_siren() as far:
        counts["cap"] = publish_warnings(authority)
        doors = with_doors(broker.port, authority.url("/feed"), folder / "secret")
        async with open_town(folder, change=lambda settings: with_output(doors(settings), software, far)) as town:
            desk = await town.operator("anna", Role.SUPERVISOR)
            listening = town.centre.device_desk.listen()
            await town.say("shop", "CL", "001")  # armed: people count, once a minute
            installer = await town.program(Role.ADMINISTRATOR, "installer")
            answer = await installer.client.put("/mappings/own", json={"mapping": {"name": "own", "rules": [RULE]}})
            assert answer.status_code == 200, answer.text
            answered = b""
            for wire in (*HOOKS, "isapi", "onvif", "mapping"):
                more = {"mapping": "own"} if wire == "mapping" else {}
                device = await fit(town, "shop", wire, ALL, address=f"a/{wire}", **more)
                counts[wire], said = await asyncio.to_thread(post_all, port_of(town, "webhooks"), device._path, wire)
                answered += said
            counts["pushed"], said = await asyncio.to_thread(post_all, port_of(town, "pushed"), f"/d/{PUSHED}", "cap")
            answered += said
            camera_ = await fit(town, "shop", "smtp", ALL, receiver="mail")
            secret = (await installer.post(f"/devices/{camera_.id}/secret")).json()["recipient"]
            counts["smtp"] = await asyncio.to_thread(mail_all, port_of(town, "mail"), secret.partition("@")[0])
            counts["mqtt"] = await hear_of_all(town, broker.port)
            counts["visits"] = await visit_all(town)
            for name, lines, form in (
                ("lines", said_by_receivers, lambda body: body + END),
                ("frames", frames_by_receivers, envelope),
            ):
                answered += await say_all(port_of(town, name), lines(town.player.role("shop")), form)
                counts[name] = described(town, name)["lines"]
            feeds = next(one for one in town.centre.receivers if isinstance(one, CapReceiver))
            await until(lambda: len(feeds._known) == counts["cap"] + 1)
            await town.settled()
            await town.centre.device_desk.save()

            head = town.centre._stores.journal.position
            await until(lambda: min(link.position for link in town.centre.automation.now()) >= head)
            assert software.taken
            assert not forms_in(software.bytes)
            assert {one.said["state"] for one in far.taken} == {"opened"}
            assert not forms_in(b"".join(one.body for one in far.heard))
            assert not forms_in(answered)
            events = listening.take()
            assert len(events) == EVENTS_MOST
            assert not forms_in(repr([(one.dropped, one.reason) for one in events]).encode())
            raised = {(one["category"], one["subtype"]) for one in await desk.signals() if one["device"]}
            assert raised >= {("fire", "detector"), ("water", "leak"), ("panic", "button")}
            await close(desk, (await desk.incidents("open"))[-1])
            await town.settled()
            await archived(desk, 1)
            assert not forms_in(await everything_told(town, desk))
            assert forms_on_disk(folder) == {}
    assert forms_on_disk(folder) == {}, "after the last snapshot"
    assert not forms_in(everything_logged.text())
    assert b"a public warning was not taken" in everything_logged.text(), "logs are not wide open"
    assert min(counts.values()) > 10, counts


# -- a planted leak


class Leak(StrEnum):
    MARK = MARK.lower()  # in other letters intake would take it for no quirk of ours


LEAKS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "plain": lambda mark: mark.swapcase(),
    "reversed": lambda mark: mark[::-1],
    "base64": lambda mark: b64encode(b"x" + mark + b"yz"),
    "hex": lambda mark: mark.hex().upper().encode(),
    "utf-16-le": lambda mark: mark.decode().encode("utf-16-le"),
    "utf-16-be": lambda mark: mark.decode().encode("utf-16-be"),
    "packed": lambda mark: b"before" + gzip.compress(b"a word: " + mark),
    "packed twice": lambda mark: zlib.compress(b"x" + b64encode(gzip.compress(mark)) + gzip.compress(b"-" + mark)),
}


async def test_a_reader_that_leaks_is_found_in_every_form(
    folder: Path, everything_logged: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    how = ""

    def leaky(body: bytes, hint: Hint) -> Said:
        mark = json.loads(body)["result"].encode()
        if how == "signal":
            reading = Reading(observed=Observed.SMOKE, point="p", state=PointState.ACTIVE, quality=(Leak.MARK,))  # type: ignore[arg-type]  # that is the leak
            return Said(disposition=Disposition.ACCEPT, readings=(reading,))
        if how == "log":
            structlog.get_logger().debug("read", body=mark.decode())
        elif how == "library":
            logging.getLogger("some.library").debug("read %s", mark.decode())
        else:
            with tempfile.NamedTemporaryFile(delete=False) as file:
                file.write(LEAKS[how](mark))
        return Said(disposition=Disposition.IGNORE)

    monkeypatch.setitem(READERS, "sensorthings", leaky)
    async with an_authority() as authority, a_broker() as broker:
        change = with_doors(broker.port, authority.url("/feed"), folder / "secret")
        async with open_town(folder, change=change) as town:
            desk = await town.operator("anna")
            sensor = await fit(town, "shop", "sensorthings", ALL)
            assert not forms_in(everything_logged.text())
            for how in LEAKS:
                assert forms_on_disk(folder) == {}
                assert await sensor.say(json.dumps({"result": MARK}).encode()) == 200
                (forms,) = forms_on_disk(folder).values()
                assert forms == {how.partition(" ")[0]}
                for file in (folder / "temporary").iterdir():
                    file.unlink()
            for how in ("log", "library"):  # noqa: B007 - the reader looks at it
                everything_logged.stream.truncate(everything_logged.stream.seek(0))
                assert await sensor.say(json.dumps({"result": MARK}).encode()) == 200
                assert forms_in(everything_logged.text()) == {"plain"}
            how = "signal"
            assert await sensor.say(json.dumps({"result": MARK}).encode()) == 200
            assert forms_in(await everything_told(town, desk)) == {"plain"}
            assert {one for forms in forms_on_disk(folder).values() for one in forms} == {"plain"}
            assert set(FORMS) < {one.partition(" ")[0] for one in LEAKS}


@pytest.mark.parametrize("offset", range(3))
def test_a_word_in_base64_is_found_wherever_it_begins(offset: int) -> None:
    assert forms_in(b64encode(bytes(range(offset)) + MARK.encode() + b"more")) == {"base64"}
