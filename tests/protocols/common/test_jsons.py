"""JSON from strangers: read within limits, and no word of it in an error."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.protocols.common.jsons import JsonLimits, parse, parse_object
from belfry.protocols.common.unreadable import Unreadable


def test_a_mark_of_the_encoding_is_no_fault() -> None:
    assert parse(b'\xef\xbb\xbf{"a": [1, "2", null]}') == {"a": [1, "2", None]}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"[" * 200_000 + b"]" * 200_000, "JSON nested deeper than 32"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "JSON nested deeper than 32"),
        (b"[" + b"1," * 30_000 + b"1]", "JSON of more than 20000 items"),
        (b'"' + b"a" * (1 << 20) + b'"', "JSON of more than 1048576 bytes"),
        (b'{"secret": ', "no JSON"),
        (b'{"secret": tru}', "no JSON"),
        (b'"\xff\xfe"', "no JSON"),
        ("{}".encode("utf-16"), "no JSON"),
        (b"", "no JSON"),
        (b"NaN", "no JSON"),
    ],
)
def test_beyond_a_limit_it_is_unreadable_and_not_quoted(body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=f"^{reason}$") as raised:
        parse(body)
    assert raised.value.__context__ is None or raised.value.__suppress_context__


def test_the_depth_of_a_limit_itself_is_read() -> None:
    assert parse(b"[[1]]", JsonLimits(depth=2)) == [[1]]
    with pytest.raises(Unreadable, match="deeper than 2"):
        parse(b"[[[1]]]", JsonLimits(depth=2))


def test_only_an_object_is_an_object() -> None:
    assert parse_object(b"{}") == {}
    with pytest.raises(Unreadable, match="but no object"):
        parse_object(b"[]")


@given(st.binary(max_size=200) | st.text(alphabet='[]{}",:1e+-.\\u ', max_size=60).map(str.encode))
def test_any_bytes_are_a_value_or_unreadable(body: bytes) -> None:
    with suppress(Unreadable):
        parse(body)
