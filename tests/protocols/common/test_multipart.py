"""Multipart in any pieces: whole or endless, with right and wrong lengths, within bounds of memory."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.protocols.common.multipart import ENDLESS, MultipartLimits, Part, Splitter, boundary_of, media_type, split
from belfry.protocols.common.unreadable import Unreadable
from belfry.protocols.isapi.message import is_whole

XML = b"<EventNotificationAlert><a>%d</a></EventNotificationAlert>"


def part(body: bytes, length: int | None = None, kind: bytes = b"application/xml") -> bytes:
    head = b"" if length is None else b"Content-Length: %d\r\n" % length
    return b"--boundary\r\nContent-Type: " + kind + b"\r\n" + head + b"\r\n" + body + b"\r\n"


def fed(wire: bytes, cuts: list[int]) -> list[Part]:
    splitter = Splitter("boundary", ENDLESS, whole=is_whole)
    pieces = [wire[a:b] for a, b in zip([0, *cuts], [*cuts, len(wire)], strict=True)]
    return [*(one for piece in pieces for one in splitter.feed(piece)), *splitter.close()]


STREAM = b"".join(
    [
        b"preamble\r\n",
        part(XML % 1, len(XML % 1)),
        part(XML % 2),
        part(b"\xff\xd8--boundar\r\n-- " * 20, 300, b"image/jpeg"),
        part(XML % 3, 5),
        part(XML % 4, 500),
        part(b'{"a": {"b": 1}}', 9, b"application/json"),
        part(b'{"a": 1}', 8, b"application/json"),
        part(b""),
        b"--boundary\r\n\r\n" + XML % 5 + b"--boundary--\r\n",
    ]
)
BODIES = [XML % 1, XML % 2, b"", XML % 3, XML % 4, b'{"a": {"b": 1}}', b'{"a": 1}', b"", XML % 5]


@given(st.data())
def test_parts_do_not_depend_on_how_the_network_cuts_them(data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, len(STREAM) - 1), max_size=40)))
    parts = fed(STREAM, cuts)
    assert [one.body for one in parts] == BODIES
    assert [one.kept for one in parts].count(False) == 1


def test_byte_by_byte_it_is_the_same() -> None:
    assert [one.body for one in fed(STREAM, list(range(1, len(STREAM))))] == BODIES


def test_an_alarm_does_not_wait_for_the_boundary_behind_it() -> None:
    for length in (None, len(XML % 1), 5, 500):
        splitter = Splitter("boundary", ENDLESS, whole=is_whole)
        assert [one.body for one in splitter.feed(part(XML % 1, length).rstrip())] == [XML % 1]
        assert splitter.feed(b"\r\n") == []
        assert [one.body for one in splitter.feed(part(XML % 2, length).rstrip())] == [XML % 2]
    splitter = Splitter("boundary", ENDLESS, whole=is_whole)
    assert [one.body for one in splitter.feed(part(b'{"a": 1}', 8).rstrip())] == [b'{"a": 1}']


def test_a_wrong_length_waits_for_its_boundary() -> None:
    splitter = Splitter("boundary", ENDLESS, whole=is_whole)
    assert splitter.feed(part(b'{"a": {"b": 1}, "c": {}}', 15)) == []
    assert [one.body for one in splitter.feed(b"--boundary\r\n")] == [b'{"a": {"b": 1}, "c": {}}']


@pytest.mark.parametrize(
    ("declared", "used"),
    [
        ("boundary", b"--boundary"),
        ("--boundary", b"--boundary"),
        ("--boundary", b"----boundary"),
        ("MIME_boundary", b"--MIME_boundary"),
    ],
)
def test_boundaries_with_and_without_their_dashes(declared: str, used: bytes) -> None:
    body = used + b"\nA: b\n\nx\n" + used + b"--"
    assert [(one.body, one.headers["a"]) for one in split(body, f"multipart/mixed; boundary={declared}")] == [
        (b"x", "b")
    ]


def test_a_boundary_that_nobody_declared_is_read_from_the_first_line() -> None:
    assert [one.body for one in split(b"\r\n--b\r\n\r\nx\r\n--b--")] == [b"x"]
    with pytest.raises(Unreadable, match=r"^multipart without a boundary$"):
        split(b"x")


def test_a_body_that_ends_too_soon_gives_what_came() -> None:
    assert [one.body for one in split(b"--b\r\n\r\n<a/>\r\n--b\r\nX: y\r\n\r\n<b")] == [b"<a/>", b"<b"]
    assert [one.body for one in split(b"--b\r\n\r\n<a/>\r\n--b")] == [b"<a/>"]


@pytest.mark.parametrize(
    ("wire", "reason"),
    [
        (b"x" * 70_000, "multipart without its boundary"),
        (b"--b\r\n" + b"x" * 200, "multipart headers of more than 100 bytes"),
        (b"--b\r\n" + b"X: y\r\n" * 200 + b"\r\n", "multipart headers of more than 100 bytes"),
        (b"--b\r\n\r\n" + b"x" * 2_000, "multipart with a part of more than 1000 bytes"),
        (b"--b\r\nContent-Type: image/png\r\n\r\n" + b"x" * 6_000, "multipart with a part of more than 5000 bytes"),
        (b"--b\r\n\r\nx\r\n" * 6, "multipart of more than 5 parts"),
    ],
)
def test_beyond_a_limit_it_is_unreadable(wire: bytes, reason: str) -> None:
    for size in (1, 64, len(wire)):
        splitter = Splitter("b", MultipartLimits(header_bytes=100, part_bytes=1_000, dropped_bytes=5_000, parts=5))
        pieces = [wire[at : at + size] for at in range(0, len(wire), size)]
        with pytest.raises(Unreadable, match=f"^{reason}$"):
            all(splitter.feed(piece) is not None for piece in pieces)


def test_an_endless_picture_is_held_nowhere() -> None:
    splitter = Splitter("b", ENDLESS)
    splitter.feed(b"--b\r\nContent-Type: image/jpeg\r\n\r\n")
    for _ in range(1_000):
        splitter.feed(b"\xff" * 10_000)
        assert len(splitter._buffer) < 100
    assert splitter.feed(b"\r\n--b--") == [Part({"content-type": "image/jpeg"}, b"", kept=False)]
    assert splitter.over
    assert splitter.feed(b"more") == []


@pytest.mark.parametrize("sign", [b"-", b" ", b"\n", b">", b"--b", b"\r\n--b  "])
def test_a_million_of_the_same_sign_is_no_work(sign: bytes) -> None:
    splitter = Splitter("b", MultipartLimits(part_bytes=2 << 20))
    with suppress(Unreadable):
        splitter.feed(b"--b\r\n\r\nx" + sign * (1_000_000 // len(sign)))


def test_types_and_boundaries_as_they_are_declared() -> None:
    assert boundary_of('multipart/x-mixed-replace; Boundary="a b"; x=y') == "a b"
    assert boundary_of("multipart/mixed;boundary=abc;charset=x") == "abc"
    assert boundary_of("multipart/mixed") is None
    assert media_type(" Application/XML ; charset=utf-8") == "application/xml"


@given(st.binary(max_size=300) | st.text(alphabet="-b\r\n:x>}", max_size=80).map(str.encode))
def test_any_bytes_are_parts_or_unreadable(body: bytes) -> None:
    try:
        parts = split(b"--b\r\n" + body, "multipart/mixed; boundary=b")
    except Unreadable:
        return
    assert sum(len(one.body) for one in parts) <= len(body) + 5


def test_a_part_does_not_print_what_it_holds() -> None:
    assert "secret" not in repr(Part({"secret": "secret"}, b"secret"))
