"""What an append must be: 1 to 256 entries, each with an id of its own, none too large."""

from collections.abc import Sequence
from typing import Final

from belfry.domain.codec import EntryError, encode
from belfry.domain.facts import APPEND_MAX_ENTRIES, Entry
from belfry.ports import Refused

ID_BYTES: Final = 16
"""Length of an entry id (domain.facts.Entry)."""

REPEAT_WINDOW: Final = 65_536
"""An append repeated with the same ids within this many entries returns the old positions. A multiple of what one
process has waiting for the disk at any time (WAITING_MAX_ENTRIES), so that no honest repeat comes too late."""

WAITING_MAX_ENTRIES: Final = 65_536
"""Most entries that wait for the disk at once; beyond it an append is answered with `Full` at once."""


def admit(entries: Sequence[Entry]) -> list[bytes]:
    """Return the bytes of each entry as stored. Raises Refused naming the limit and the value."""
    if len(entries) == 1:  # the hot path: nothing to compare the id with
        if len(entries[0].id) != ID_BYTES:
            raise Refused(f"entry id of {len(entries[0].id)} bytes, must be {ID_BYTES}")
    else:
        _admit_several(entries)
    try:
        return [encode(entry) for entry in entries]
    except EntryError as error:
        raise Refused(str(error)) from error


def _admit_several(entries: Sequence[Entry]) -> None:
    if not entries:
        raise Refused("an append of 0 entries, at least 1 is needed")
    if len(entries) > APPEND_MAX_ENTRIES:
        raise Refused(f"an append of {len(entries)} entries, at most {APPEND_MAX_ENTRIES} are kept at once")
    ids = {entry.id for entry in entries}
    if len(ids) < len(entries):
        raise Refused(f"an append of {len(entries)} entries with only {len(ids)} different ids")
    for length in map(len, ids):
        if length != ID_BYTES:
            raise Refused(f"entry id of {length} bytes, must be {ID_BYTES}")


def partly_known(known: int, entries: int) -> Refused:
    """The refusal of an append that repeats some ids and brings others for the first time."""
    return Refused(f"{known} of {entries} entry ids are stored already: a repeat must repeat the whole append")
