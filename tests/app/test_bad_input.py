"""What comes in that should not, against `belfry serve` with real stores: a defined answer, in words where a person
reads it, never a trace back, and the panel beside it is served as before. `docs/hostile-bytes.md` is the table of it.
"""

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
import requests

from belfry.ports.staff import Role
from belfry.protocols.dc09 import build_frame
from belfry.simulator.town import CAST
from belfry.web.crowd import ASIDE_MOST_BYTES
from fuzz.api import ANSWER_WITHIN_S, Centre, serving
from tests.app.child import SETTINGS, belfry, furnish

SCHOOL_KEY: Final = bytes.fromhex(next(site.key for site in CAST if site.role == "school"))
POLL: Final = build_frame("NULL", seq=1, account="2002")
ALARM: Final = build_frame("ADM-CID", seq=2, account="2002", data="#2002|1134 01 001")
TLS_HELLO: Final = bytes.fromhex("16030100c8010000c40303") + Random(1).randbytes(190)


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """A running centre; at its end its log must hold no trace back, and no line for each stranger."""
    with serving(tmp_path_factory.mktemp("bad") / "centre") as running:
        yield running


@pytest.fixture(scope="module")
def panels(centre: Centre) -> tuple[str, int]:
    told = centre.ask(Role.OPERATOR, "GET", "/api/v1/centre").json()
    host, _, port = told["receivers"][0]["listen"].rpartition(":")
    return host, int(port)


# -- the port of the panels -------------------------------------------------------------------------------------------


def said_to(panels: tuple[str, int], *sent: bytes) -> bytes:
    """Send, say that this was all, and return everything that was answered until the centre hung up."""
    with socket.create_connection(panels, ANSWER_WITHIN_S) as line:
        answer = bytearray()
        with suppress(OSError):  # shown the door
            for data in sent:
                line.sendall(data)
            line.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while chunk := line.recv(65_536):
                answer += chunk
        return bytes(answer)


def now(**late: float) -> datetime:
    return datetime.now(UTC) - timedelta(**late)


SILENCE: Final[dict[str, bytes]] = {
    "noise": Random(2).randbytes(4_000).replace(b"\n", b""),
    "noise with line feeds": b"\n".join(Random(n).randbytes(40) for n in range(10)),
    "http": b"GET /api/v1/incidents HTTP/1.1\r\nHost: centre\r\nContent-Length: 0\r\n\r\n",
    "a TLS hello": TLS_HELLO,
    "half a frame": ALARM[:20],
    "a wrong CRC": ALARM.replace(ALARM[1:5], b"0000"),
    "a wrong length": ALARM.replace(b"0027", b"0028", 1),
    "a frame without its account": build_frame("ADM-CID", seq=2, account="", data="#2002|1134 01 001"),
    "line feeds": b"\n" * 3_000,
    "NUL": b"\0" * 3_000,
}


@pytest.mark.parametrize("name", SILENCE)
def test_what_is_no_frame_gets_silence_and_the_frame_behind_it_its_answer(panels: tuple[str, int], name: str) -> None:
    answer = said_to(panels, SILENCE[name], POLL)
    assert answer.count(b"\r") == 1, answer
    assert b'"ACK"0001L0#2002[]' in answer


@pytest.mark.parametrize(
    "endless",
    [b"\n" + b"A" * 1_000_000, b"A" * 1_000_000, b"\n00000000\r" * 100_000, TLS_HELLO * 5_000],
    ids=["1 MB without a CR", "1 MB of letters", "1 MB of faults", "1 MB of TLS"],
)
def test_whoever_goes_on_with_it_is_shown_the_door_and_others_are_served(
    panels: tuple[str, int], endless: bytes
) -> None:
    assert said_to(panels, endless, POLL) == b""
    assert b'"ACK"0001L0#2002[]' in said_to(panels, POLL)


def test_a_wrong_key_and_a_wrong_time_get_a_nak_with_our_time_and_no_key_at_all_a_duh(
    panels: tuple[str, int], centre: Centre
) -> None:
    def school(**how: Any) -> bytes:
        return said_to(panels, build_frame("ADM-CID", seq=3, account="1001", data="#1001|1110 01 007", **how))

    assert b'"NAK"0000R0L0A0[]_' in school(at=now(), key=b"k" * 16)
    assert b'"NAK"0000R0L0A0[]_' in school(at=now(hours=2), key=SCHOOL_KEY)
    assert b'"NAK"0000R0L0A0[]_' in school(at=now(seconds=-90), key=SCHOOL_KEY)
    assert b'"DUH"0003L0#1001[]' in school()
    stranger = build_frame("ADM-CID", seq=3, account="2002", data="#2002|1110 01 007", at=now(), key=b"k" * 16)
    assert b'"DUH"0003L0#2002[]' in said_to(panels, stranger)
    signals = centre.ask(Role.OPERATOR, "GET", "/api/v1/signals?account=1001&limit=1000").json()["items"]
    assert "007" not in [one["zone"] for one in signals]
    assert b'"*ACK"0003L0#1001[' in school(at=now(), key=SCHOOL_KEY)


def test_a_datagram_of_noise_gets_silence_and_the_next_one_its_answer(panels: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(ANSWER_WITHIN_S)
        for noise in (*SILENCE.values(), b"", b"\n" * 60_000):
            line.sendto(noise, panels)
        line.sendto(POLL, panels)
        assert b'"ACK"0001L0#2002[]' in line.recv(2_000)


# -- HTTP -------------------------------------------------------------------------------------------------------------

CALL: Final = '{"kind":"FIRE.BATTERY","place":{"text":"mill"}}'

BODIES: Final[dict[str, tuple[str, bytes, int, str | None, str]]] = {
    # what it is: path, body, status, field, words of the title
    "no JSON": ("/calls", b"{", 400, None, "The body is no JSON"),
    "no UTF-8": ("/calls", b'{"kind":"\xff"}', 400, None, "The body is no JSON"),
    "empty": ("/calls", b"", 400, None, "The body is missing"),
    "too deep": ("/calls", b"[" * 200_000, 400, None, ""),
    "too deep in a field": ("/calls", b'{"note":' + b"[" * 200_000, 400, None, ""),
    "too large": ("/calls", b" " * 1_048_577, 413, None, "Too large"),
    "another type": ("/calls", b"[]", 400, "", "Expected object, got array"),
    "a wrong type": ("/calls", CALL.replace('"mill"', "7").encode(), 400, "place.text", "Expected str"),
    "an unknown field": ("/calls", CALL.replace("{", '{"colour":1,', 1).encode(), 400, "colour", "no such field"),
    "an unknown field within": ("/calls", CALL.replace('"text"', '"txt"').encode(), 400, "place.txt", "no such field"),
    "a missing field": ("/calls", b'{"kind":"FIRE.BATTERY"}', 400, "place", "is missing"),
    "a kind of no list": ("/calls", CALL.replace("BATTERY", "PARADE").encode(), 400, "kind", "closed list"),
    "a value past its limit": (
        "/calls",
        CALL.replace("mill", "m" * 201).encode(),
        400,
        "place.text",
        "Expected str of length <= 200",
    ),
    "a number for ever": ("/incidents/i1/take", b'{"version":' + b"9" * 5_000 + b"}", 400, None, ""),
    "a number past its limit": ("/incidents/i1/take", b'{"version":-1}', 400, "version", "Expected int >= 0"),
    "a word in an address": ("/signals", b'{"account":"Peter","code":"BA"}', 400, "account", "at least one of them"),
    "a time without a zone": (
        "/signals",
        b'{"account":"2002","code":"BA","occurred_at":"2026-03-14T08:00:00"}',
        400,
        "occurred_at",
        "timezone",
    ),
    "no hexadecimal": ("/decode", b'{"frames":["0G"]}', 400, "frames[0]", "pairs of hexadecimal digits"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body_is_refused_with_its_field_and_limit(centre: Centre, name: str) -> None:
    path, body, status, field, words = BODIES[name]
    headers = {"Authorization": f"Bearer {centre.tokens[Role.OPERATOR]}", "Content-Type": "application/json"}
    answer = requests.post(f"{centre.url}/api/v1{path}", data=body, headers=headers, timeout=ANSWER_WITHIN_S)
    said = answer.json()
    assert (answer.status_code, said["status"]) == (status, status), said
    assert answer.headers["content-type"] == "application/problem+json"
    assert said.get("field") == field or field is None, said
    assert words in said["title"], said
    assert len(answer.content) < 1_000
    assert not any(word in answer.text for word in ("Traceback", "msgspec", "litestar", ".py"))


CHUNKED: Final = b"POST /api/v1/calls HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        TLS_HELLO,
        ALARM,
        b"GET / HTTP/9.9\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /api/v1/centre HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
        b"GET /%zz%00 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /api/v1/calls HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        CHUNKED + b"zz\r\n",
    ],
    ids=["TLS", "DC-09", "version", "HTTP/2", "proxy", "websocket", "escapes", "length", "chunks"],
)
def test_what_is_no_request_gets_a_refusal_or_is_hung_up_on(centre: Centre, raw: bytes) -> None:
    host, _, port = centre.url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), ANSWER_WITHIN_S) as line:
        answer = b""
        with suppress(ConnectionError):
            line.sendall(raw)
            line.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while chunk := line.recv(65_536):
                answer += chunk
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer[:200]
    assert b"Traceback" not in answer
    assert requests.get(f"{centre.url}/healthz", timeout=ANSWER_WITHIN_S).text == "ok\n"


@pytest.mark.parametrize(
    ("begun", "endless"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: ", b"x"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n", b"x: y\r\n"),
        (b"GET /", b"a"),
        (CHUNKED + b"2\r\n{}\r\n0\r\n", b"x: y\r\n"),
        (CHUNKED + b"1;", b"x"),
    ],
    ids=["header", "headers", "address", "trailers", "extension"],
)
def test_a_head_without_end_is_refused_while_it_comes(centre: Centre, begun: bytes, endless: bytes) -> None:
    host, _, port = centre.url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), ANSWER_WITHIN_S) as line:
        line.sendall(begun + endless * (ASIDE_MOST_BYTES // len(endless) + 1))  # and no end
        answer = b""
        while chunk := line.recv(65_536):
            answer += chunk
    assert b"HTTP/1.1 431 " in answer or answer.startswith(b"HTTP/1.1 400 "), answer[:200]


def test_a_large_body_in_small_chunks_is_no_head(centre: Centre) -> None:
    def chunks() -> Iterator[bytes]:
        yield CALL.encode()
        yield from (b" " * 100 for _ in range(9_000))

    answer = centre.ask(Role.AUDITOR, "POST", "/api/v1/decode", data=chunks())
    assert answer.status_code == 415 or "field" in answer.json(), answer.text
    assert answer.status_code != 431


# -- the start --------------------------------------------------------------------------------------------------------


async def why_not(config: Path) -> str:
    """Start it, see it refuse, and return its sentence."""
    ended = await belfry("serve", "--config", config)
    assert (ended.code, ended.said) == (1, "")
    assert "Traceback" not in ended.complained
    return ended.complained[ended.complained.index("belfry: ") :]


@pytest.mark.parametrize("door", ["console", "panels"])
async def test_a_port_in_use_is_told_with_who_wanted_it(tmp_path: Path, door: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        first, second = SETTINGS.split("[[receiver]]")
        settings = {
            "console": f"{first.replace('127.0.0.1:0', address)}[[receiver]]{second}",
            "panels": f"{first}[[receiver]]{second.replace('127.0.0.1:0', address)}",
        }
        said = await why_not(furnish(tmp_path, settings=settings[door]))
    assert address in said
    assert ("receiver panels cannot listen" if door == "panels" else "the console cannot listen") in said
    assert "address already in use" in said.lower()


async def test_a_data_folder_of_a_newer_version_is_told_and_left_alone(tmp_path: Path) -> None:
    """`test_start.py` has the other stores."""
    with serving(tmp_path / "centre"):
        pass
    file = tmp_path / "centre" / "data" / "journal.sqlite3"
    with closing(sqlite3.connect(file)) as database:
        database.execute("update meta set value = 99 where name = 'schema'")
        database.commit()
    before = file.read_bytes()
    said = await why_not(tmp_path / "centre" / "belfry.toml")
    assert "newer" in said, said
    assert str(file.parent) in said
    assert file.read_bytes() == before
