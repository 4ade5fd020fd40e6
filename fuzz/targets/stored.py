"""Bytes from the disk: snapshot, journal entries, instance key, wrapped keys and sealed boxes that something changed.

The first byte says which. A snapshot is left aside or is one; the others are what was stored, or a refusal.
"""

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Final

import msgspec

from belfry.app import snapshot
from belfry.centre.walk import WalkState
from belfry.domain.codec import EntryError, decode, encode
from belfry.domain.facts import Entry, Part, Received, Retention, Sealed
from belfry.domain.signal import Method
from belfry.keys.errors import InstanceKeyError
from belfry.keys.instance import FILE, Wrapping, load_or_make
from belfry.safeguards.sealing import SealError, key_name, seal, unseal
from fuzz.living import Living
from tests.web.kit import Rig

KEY = bytes(range(32))
NOW = datetime(2026, 3, 14, 8, 0, 5, tzinfo=UTC)
POSITION = 1_000
FOLDER = Path(mkdtemp(prefix="belfry-fuzz-"))


def seeds() -> Iterable[bytes]:
    yield b"\x00" + _snapshot()
    yield b"\x05" + b"\x91" * 3_000
    yield b"\x05" + _snapshot()[snapshot.DIGEST_BYTES :]
    yield b"\x05" + _snapshot()[snapshot.DIGEST_BYTES :].replace(b"api", b"a\xffi")
    fact = Received(method=Method.EQUIPMENT, receiver="panels", received_at=NOW, account="1234", code="BA")
    sealed = seal(Part.NOTE, Retention.INCIDENT, b"words", data_key=KEY, nonce=bytes(12))
    for facts in ((fact,), (fact, msgspec.structs.replace(fact, sealed=(sealed,), occurred_at=NOW))):
        yield b"\x01" + encode(Entry(id=bytes(16), subject="account/panels//1234", at=NOW, facts=facts))
    yield b"\x01" + b'{"id":"AA==","subject":"s","at":"2026-03-14T08:00:05Z","facts":[],"x":' + b"[" * 3_000
    yield b"\x01" + b'{"id":"\xff"}'
    yield b"\x02" + KEY
    yield b"\x02" + KEY[:31]
    yield b"\x03" + Wrapping(KEY, lambda n: bytes(n)).wrap(KEY, b"name")
    yield b"\x04" + sealed.box


def close() -> None:
    rmtree(FOLDER, ignore_errors=True)


def one_input(data: bytes) -> None:
    FOLDER.mkdir(exist_ok=True)
    which, stored = (data[0], data[1:]) if data else (0, b"")
    KINDS[which % len(KINDS)](stored)


@cache
def _snapshot() -> bytes:
    FOLDER.mkdir(exist_ok=True)
    centre = Living()
    try:
        return centre.run(_of_a_town)
    finally:
        centre.close()


async def _of_a_town(rig: Rig) -> bytes:
    client = rig.token()
    for code in ("BA", "FA", "BR"):
        await rig.alarm(client, code)
    snapshot.save(FOLDER, rig.walk.state())
    return (FOLDER / snapshot.FILE).read_bytes()


def _load(stored: bytes) -> None:
    """Nothing but what was written is taken."""
    state = _loaded(stored)
    if state is not None:
        assert sha256(stored[snapshot.DIGEST_BYTES :]).digest() == stored[: snapshot.DIGEST_BYTES]


def _redigested(data: bytes) -> None:
    """Bytes that somebody gave a good digest: a state or none."""
    state = _loaded(sha256(data).digest() + data)
    if state is not None:
        assert isinstance(state, WalkState)
        assert state.position <= POSITION


def _loaded(stored: bytes) -> WalkState | None:
    (FOLDER / snapshot.FILE).write_bytes(stored)
    return snapshot.load(FOLDER, POSITION)


def _entry(stored: bytes) -> None:
    try:
        entry = decode(stored)
    except EntryError:
        return
    assert decode(encode(entry)) == entry


def _instance_key(stored: bytes) -> None:
    path = FOLDER / FILE
    path.write_bytes(stored)
    os.chmod(path, 0o600)
    try:
        assert load_or_make(FOLDER, bytes, first_start=False) == stored
    except InstanceKeyError:
        assert len(stored) != len(KEY)
    assert path.read_bytes() == stored, "an instance key was replaced"


def _wrapped(stored: bytes) -> None:
    try:
        key = Wrapping(KEY, bytes).unwrap(stored, b"name")
    except InstanceKeyError:
        return
    assert key == KEY


def _box(stored: bytes) -> None:
    try:
        said = unseal(Sealed(Part.NOTE, Retention.INCIDENT, key_name(KEY), stored), KEY)
    except SealError:
        return
    assert said == b"words"


KINDS: Final = (_load, _entry, _instance_key, _wrapped, _box, _redigested)
