"""Entries to bytes and back. JSON, so that an auditor reads an entry with any tool; unknown future fields are ignored
by the reader, a newer `schema` is refused by the journal that holds it."""

import msgspec

from belfry.domain.facts import ENTRY_MAX_BYTES, Entry


class EntryError(ValueError):
    """An entry that cannot be stored or read; the message names the limit and the value."""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Entry)


def encode(entry: Entry) -> bytes:
    """Return the bytes as stored and hashed. Raises EntryError above ENTRY_MAX_BYTES."""
    stored = _encoder.encode(entry)
    if len(stored) > ENTRY_MAX_BYTES:
        raise EntryError(f"entry of {len(stored)} bytes, at most {ENTRY_MAX_BYTES} are kept")
    return stored


def decode(stored: bytes) -> Entry:
    """Return the entry of `stored`. Raises EntryError naming what does not fit."""
    try:
        return _decoder.decode(stored)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise EntryError(f"stored entry cannot be read: {error}") from error
