"""What is measured: the rows of the table, each with its contestants and the goal that it is held against."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from bench.measure import Contestant
from bench.subjects import ACCOUNTS, KEY_TEXT, Running, limit, ours, peer

OURS: Final = "belfry"
LIMIT: Final = "limit"
PEER: Final = "pysiaalarm"

TEXT: Final = "Back door, storeroom"


@dataclass(frozen=True)
class Row:
    name: str
    words: str
    contestants: Sequence[Contestant]
    goals: Sequence[tuple[str, float]]
    """The least ratio of ours to a contestant."""
    note: str = ""


def dc09(running: Running, messages: int, offset: int, *, extra: Sequence[str] = ()) -> Sequence[str]:
    return [
        *("-m", "bench.dc09_blast", "127.0.0.1", str(running.port), "--connections", str(ACCOUNTS)),
        *("--messages", str(messages), "--offset", str(offset), *extra),
    ]


def posts(running: Running, messages: int, offset: int, *, connections: int) -> Sequence[str]:
    token = () if running.token is None else ("--token", running.token)
    return [
        *("-m", "bench.http_blast", f"{running.url}/signals", "--connections", str(connections)),
        *("--requests", str(messages), "--offset", str(offset), *token),
    ]


def panels(
    name: str,
    subject: Callable[[Path], AbstractContextManager[Running]],
    messages: int,
    *extra: str,
) -> Contestant:
    return Contestant(
        name,
        subject,
        partial(dc09, extra=extra),
        messages,
        ACCOUNTS,
        is_ours=name == OURS,
        checks_answers=name != PEER,
    )


def programs(
    name: str, subject: Callable[[Path], AbstractContextManager[Running]], connections: int, messages: int
) -> Contestant:
    load = partial(posts, connections=connections)
    return Contestant(name, subject, load, messages, connections, is_ours=name == OURS)


limit_dc09: Final = partial(limit, program="limit_dc09")
limit_http: Final = partial(limit, program="limit_http")
AES: Final = ("--key", KEY_TEXT.encode().hex())

ROWS: Final[Sequence[Row]] = (
    Row(
        "plain",
        "durable DC-09 signals, 50 connections, one in flight",
        (
            panels(OURS, ours, 400),
            panels(LIMIT, limit_dc09, 1_200),
            panels(PEER, peer, 200),
        ),
        ((LIMIT, 0.40), (PEER, 2.5)),
    ),
    Row(
        "window",
        "the same, 10 in flight",
        (panels(OURS, ours, 500, "--window", "10"), panels(LIMIT, limit_dc09, 2_500, "--window", "10")),
        ((LIMIT, 0.45),),
    ),
    Row(
        "aes",
        "the same as the first, AES-128",
        (panels(OURS, partial(ours, keyed=True), 300, *AES), panels(PEER, partial(peer, keyed=True), 80, *AES)),
        ((PEER, 4.0),),
    ),
    Row(
        "sealed",
        "the same as the first, with a sealed part in each, beside ours without",
        (panels(OURS, ours, 300, "--text", TEXT), panels("belfry, nothing sealed", ours, 400)),
        (("belfry, nothing sealed", 0.7),),
    ),
    Row(
        "post-8",
        "durable `POST /signals`, 8 connections",
        (programs(OURS, ours, 8, 600), programs(LIMIT, limit_http, 8, 800)),
        ((LIMIT, 0.8),),
    ),
    Row(
        "post-50",
        "durable `POST /signals`, 50 connections",
        (programs(OURS, ours, 50, 120), programs(LIMIT, limit_http, 50, 160)),
        ((LIMIT, 0.8),),
    ),
)
