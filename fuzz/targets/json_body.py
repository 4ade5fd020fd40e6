"""JSON bodies: a value of the wanted type, which is written and read back the same, or a refusal that names its field.

The first byte says which body is wanted.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from belfry.web import asks
from belfry.web.asks import CloudEvents
from belfry.web.bodies import Body
from belfry.web.problems import Refused

KINDS: tuple[Any, ...] = (
    *(asks.SignIn, asks.SetUp, asks.SignalBody, asks.ReportBody, asks.CallBody, asks.CloudEvent, CloudEvents),
    *(asks.TakeBody, asks.TakeOverBody, asks.ReleaseBody, asks.HoldBody, asks.NoteBody, asks.ReclassifyBody),
    *(asks.CloseBody, asks.ReopenBody, asks.DecodeBody),
)
BODIES = tuple(Body[Any](kind) for kind in KINDS)

PROBLEM_MOST_BYTES = 2_048

SEEDS = (
    b'{"name":"a","password":"b"}',
    b'{"code":"c","name":"a","password":"b"}',
    b'{"account":"1001","prefix":"1","receiver":"api","code":"BA","area":"1","zone":"3","occurred_at":"2026-03-14T02:14:00Z"}',
    b'{"kind":"K","place":{"site":"s","position":{"latitude":1,"longitude":-1.5e0},"text":"t"},"note":"n"}',
    b'{"kind":"K","place":{"text":"t"},"caller":{"name":"n","number":"1"}}',
    b'{"specversion":"1.0","id":"1","source":"s","type":"t","data":{"account":"1","code":"130"},"time":"2026-03-14T02:14:00+01:00"}',
    b'[{"specversion":"1.0","id":"1","source":"s","type":"t","data":{"account":"1","code":"130"}}]',
    *(b'{"version":1}', b'{"version":1,"reason":"r"}', b'{"version":1,"reason":null}'),
    b'{"version":1,"until":"2026-03-14T02:14:00Z","on":"signal"}',
    *(b'{"text":"t"}', b'{"version":1,"kind":"K","reason":"r"}'),
    b'{"version":1,"disposition":"false_alarm","seen_upto":3}',
    b'{"version":1,"reason":"r"}',
    b'{"frames":["0A41"],"key":"00112233445566778899aabbccddeeff","at":"2026-03-14T02:14:00Z"}',
)
STRANGE = (
    *(b"", b"{", b"null", b"[]", b'"\\ud800"', b'{"version":1e999}', b'{"version":' + b"9" * 400 + b"}"),
    *(b'{"version":-1}', b'{"x":1}', b'{"version":1,"version":2}', b'{"\xff":1}', b"[" * 2_000, b'{"a":' * 2_000),
    *(b'{"text":"\\u0000"}', b'{"name":"' + b"n" * 300 + b'","password":1}', b'{"password":"secret","name":1}'),
)


def seeds() -> Iterable[bytes]:
    for which, seed in enumerate(SEEDS):
        yield bytes([which]) + seed
    for which in range(len(KINDS)):
        for seed in STRANGE:
            yield bytes([which]) + seed


def one_input(data: bytes) -> None:
    which, raw = (data[0], data[1:]) if data else (0, b"")
    body = BODIES[which % len(BODIES)]
    try:
        value = body.of(raw)
    except Refused as error:
        _refusal(error)
    else:
        assert body.of(msgspec.json.encode(value)) == value, "a body is not what was written"


def _refusal(error: Refused) -> None:
    problem = error.problem
    assert problem.status == 400
    assert problem.title
    told = msgspec.json.encode(problem)
    assert len(told) <= PROBLEM_MOST_BYTES, "a refusal as long as what it refuses"
    if problem.type == "belfry:field" and problem.field:
        assert isinstance(problem.field, str)
        assert problem.title.startswith(problem.field), "a refusal that does not name its field"
