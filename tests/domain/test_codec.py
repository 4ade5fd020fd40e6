"""Entries to bytes and back: the same, or an `EntryError` that says what does not fit."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.codec import EntryError, decode, encode
from belfry.domain.facts import ENTRY_MAX_BYTES, Entry, Received
from belfry.domain.signal import Method

AT = datetime(2026, 3, 14, 8, 0, 5, tzinfo=UTC)
FACT = Received(method=Method.EQUIPMENT, receiver="panels", received_at=AT, account="1234", code="BA")
ENTRY = Entry(id=bytes(range(16)), subject="account/panels//1234", at=AT, facts=(FACT,))
GOOD = encode(ENTRY)


def test_what_was_stored_is_read() -> None:
    assert decode(GOOD) == ENTRY


def test_a_field_of_a_later_version_is_passed_over() -> None:
    assert decode(GOOD[:-1] + b',"later":{"of":["some","kind"]}}') == ENTRY


@given(at=st.integers(0, len(GOOD) - 1), new=st.binary(max_size=4), lost=st.integers(0, 4))
def test_changed_bytes_are_an_entry_or_refused(at: int, new: bytes, lost: int) -> None:
    try:
        entry = decode(GOOD[:at] + new + GOOD[at + lost :])
    except EntryError:
        return
    assert decode(encode(entry)) == entry


@given(noise=st.binary(max_size=200))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(EntryError, match="cannot be read"):
        decode(noise)


@pytest.mark.parametrize("tail", [b',"later":' + b"[" * 100_000, b',"later":' + b'{"x":' * 100_000, b',"id":"\xff"}'])
def test_nesting_without_end_and_what_is_no_text_are_refused_too(tail: bytes) -> None:
    with pytest.raises(EntryError, match="cannot be read"):
        decode(GOOD[:-1] + tail)


def test_an_entry_past_the_limit_is_refused_with_its_size() -> None:
    fact = Received(method=Method.EQUIPMENT, receiver="r" * ENTRY_MAX_BYTES, received_at=AT)
    with pytest.raises(EntryError, match=rf"entry of \d+ bytes, at most {ENTRY_MAX_BYTES} are kept"):
        encode(Entry(id=bytes(16), subject="s", at=AT, facts=(fact,)))
