"""Any HTTP request, signed in or not: an answer that is meant, never a 5xx, and every refusal as problem+json.

An input reads like a request, with who is asking before the method: `operator POST /api/v1/incidents/next`. `{newest}`
in an address is the newest incident, `{version}` and `{seen}` in a body are what it is at, and what follows `after=~`
is put into the form of a cursor.
"""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from typing import Final

from belfry.ports.staff import Role
from belfry.web.problems import PROBLEM_JSON
from fuzz.asgi import ask
from fuzz.living import Living, settled
from tests.web.kit import BASE, Rig

API: Final = b"/api/v1"
ANSWER_MOST_BYTES: Final = 4_000_000
_LINE: Final = re.compile(rb"([a-z]*) ?([A-Z]{1,12}) ([\x21-\x7e]*)(?: HTTP/1.1)?")
_CURSOR: Final = re.compile(rb"after=~([^&]*)")
_NAME: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

_tokens: dict[str, bytes] = {}
_cookie: list[tuple[bytes, bytes]] = []


def seeds() -> Iterable[bytes]:
    yield b"nobody GET /"
    yield b"nobody GET /../../etc/passwd"
    yield b"nobody GET /%00%ff/%2e%2e//x"
    yield b"nobody GET /api/v1/nothing\nAccept-Language: de;q=0.9,fr;q=x,es;q=nan"
    yield b"nobody GET /metrics"
    yield b"nobody GET /readyz"
    yield b"nobody OPTIONS /api/v1/incidents"
    yield b"nobody TRACE /api/v1/incidents"
    yield b"nobody GET /api/v1/incidents\nAuthorization: Bearer \xff\xfe"
    yield b'nobody GET /api/v1/incidents\nCookie: belfry_session="\\777\\"; belfry_session=a; =;;'
    yield b'nobody POST /api/v1/session\nOrigin: http://[::1\n\n{"name":"a","password":"b"}'
    yield b'nobody POST /api/v1/setup\n\n{"code":"4f2a-99c1","name":"a","password":"correct horse battery"}'
    yield b"browser GET /api/v1/session\nAccept-Language: es"
    yield b'browser POST /api/v1/signals\n\n{"account":"2002","code":"FA","zone":"3"}'
    for path in ("incidents?state=open&state=closed&mine=true&kind=FIRE&limit=2", "signals?after=1&limit=3", "users"):
        yield f"administrator GET /api/v1/{path}".encode()
    for path in ("signals?account=2002&receiver=api&prefix=0", "accounts?quirks=true&after=1&limit=1&account=1001"):
        yield f"operator GET /api/v1/{path}".encode()
    for path in ("centre", "kinds", "supervision", "supervision?limit=1&after=MQ", "openapi.json", "session"):
        yield f"operator GET /api/v1/{path}".encode()
    for cursor in (
        '["o",1,3,"2026-03-14T02:14:00Z",1]',
        '["c","2026-03-14T02:14:00Z",1]',
        '["o",1,3,"2026-03-14T02:14:00",1]',
    ):
        yield f"operator GET /api/v1/incidents?after=~{cursor}".encode()
    for last in ("3", "-1", "0x", "99999999999999999999", "\u0663"):
        yield f"operator GET /api/v1/stream\nLast-Event-ID: {last}".encode()
    yield b"operator GET /api/v1/incidents/{newest}"
    yield b"operator GET /api/v1/incidents/{newest}/timeline?before=9&limit=2"
    yield b"operator POST /api/v1/incidents/next"
    acts = {
        "take": '{"version":{version}}',
        "takeover": '{"version":{version},"reason":"mine"}',
        "release": '{"version":{version},"reason":"later"}',
        "hold": '{"version":{version},"until":"2026-03-14T03:14:00+01:00","on":"signal","reason":"waits"}',
        "note": '{"text":"a word"}',
        "reclassify": '{"version":{version},"kind":"FIRE.ALARM.AUTO","reason":"smoke"}',
        "close": '{"version":{version},"disposition":"false_alarm","cause":"animal","seen_upto":{seen},"reason":"r"}',
        "reopen": '{"version":{version},"reason":"again"}',
    }
    for act, body in acts.items():
        yield f"operator POST /api/v1/incidents/{{newest}}/{act}\n\n{body}".encode()
    plain = '{"account":"1001","code":"BA","area":"1","zone":"12"}'
    yield f"service POST /api/v1/signals\nIdempotency-Key: k\n\n{plain}".encode()
    yield f"service POST /api/v1/signals\nce-specversion: 1.0\nce-id: 1\nce-source: s\nce-type: t\n\n{plain}".encode()
    signal = '{"account":"1001","code":"3130","area":"1","zone":"12","occurred_at":"0001-01-01T00:00:00Z"}'
    yield f"service POST /api/v1/signals\nIdempotency-Key: k\n\n{signal}".encode()
    yield f"service POST /api/v1/signals\nce-specversion: 1.0\nce-id: 1\nce-source: s\nce-type: t\n\n{signal}".encode()
    event = f'{{"specversion":"1.0","id":"1","source":"s","type":"t","data":{signal}}}'
    yield f"service POST /api/v1/signals\nContent-Type: application/cloudevents+json\n\n{event}".encode()
    yield f"service POST /api/v1/signals\nContent-Type: application/cloudevents-batch+json\n\n[{event}]".encode()
    place = '{"site":"school","position":{"latitude":52.1,"longitude":13.2},"text":"at the gate"}'
    yield f'operator POST /api/v1/reports\n\n{{"kind":"FIRE.BATTERY","place":{place},"note":"n"}}'.encode()
    yield (
        f'operator POST /api/v1/calls\n\n{{"kind":"MED.ALARM.FALL","place":{place},"note":"n",'
        f'"caller":{{"name":"a","number":"1"}}}}'
    ).encode()
    yield b'operator POST /api/v1/decode\n\n{"frames":["0A41"],"key":"' + b"00" * 16 + b'","at":"2026-03-14T02:14:00Z"}'
    yield b"operator POST /api/v1/decode\n\n" + b"[" * 3_000
    yield b'operator POST /api/v1/calls\n\n{"kind":"\\ud800","place":{"text":"\xff"}}'


def one_input(data: bytes) -> None:
    _centre.run(lambda rig: _ask(rig, data))


def _ready(rig: Rig) -> None:
    _cookie.clear()
    for role in (Role.OPERATOR, Role.ADMINISTRATOR, Role.RESPONDER):
        _tokens[role.value] = rig.registry.tokens.issue(role, name=role.value, hours=12, by="fuzz").encode()
    _tokens["service"] = rig.registry.tokens.issue(Role.OPERATOR, name="program", hours=12, by="fuzz").encode()


_centre = Living(_ready)
close = _centre.close


async def _ask(rig: Rig, data: bytes) -> None:
    if not _cookie:
        client = await rig.browser("anna")
        _cookie.append((b"x-belfry-csrf", client.headers["X-Belfry-CSRF"].encode()))
        _cookie.append((b"cookie", f"belfry_session={client.cookies['belfry_session']}".encode()))
        for code in ("BA", "FA"):
            await rig.alarm(client, code)
    head, _, body = data.partition(b"\n\n")
    first, *lines = head.split(b"\n")
    asked = _LINE.fullmatch(first.strip())
    if asked is None:
        return
    who, method, address = asked.groups()
    newest = max((*rig.board.queue(), *rig.board.closed()), key=lambda one: one.number)
    address = _CURSOR.sub(lambda found: b"after=" + urlsafe_b64encode(found[1]).rstrip(b"="), address)
    address = address.replace(b"{newest}", newest.id.encode())
    body = body.replace(b"{version}", b"%d" % newest.version).replace(b"{seen}", b"%d" % newest.signals_seq)
    headers = [(b"host", BASE.removeprefix("http://").encode())]
    for line in lines:
        name, _, value = line.partition(b":")
        value = value.strip(b" \t\r")
        if _NAME.fullmatch(name) and not set(value) & {0, 10, 13}:
            headers.append((name.lower(), value))
    if who == b"browser":
        headers += _cookie
    elif who.decode() in _tokens:
        headers.append((b"authorization", b"Bearer " + _tokens[who.decode()]))
    answer = await ask(rig.app, method.decode(), address, headers, body, pieces=1 + len(body) % 3)
    assert answer.status < 500, f"{answer.status} {answer.body!r}"
    assert answer.status >= 200
    assert len(answer.body) <= ANSWER_MOST_BYTES
    if answer.status >= 400 and method != b"HEAD":
        assert answer.media_type.decode() == PROBLEM_JSON, f"{answer.status} {answer.headers}"
        told = json.loads(answer.body)
        assert told["status"] == answer.status
        assert told["title"]
        assert len(answer.body) < 16_384 or "incident" in told
    assert b"Traceback" not in answer.body
    await settled(rig)
