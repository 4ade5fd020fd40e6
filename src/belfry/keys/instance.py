"""The instance key: 32 random bytes in a file that only the program's own user may read.

Every key in the store is wrapped under it, so the store alone opens nothing. Where the file is lost, so is every sealed
part; that is why it is made only where there is no store yet, and never replaced.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from belfry.keys.errors import InstanceKeyError
from belfry.keys.shapes import KEY_BYTES
from belfry.ports import Chance

FILE: Final = "instance.key"
NONCE_BYTES: Final = 12


def load_or_make(folder: Path, chance: Chance, *, first_start: bool) -> bytes:
    """Return the instance key of a folder; make it where this is the first start. Raises InstanceKeyError."""
    path = folder / FILE
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        if not first_start:
            raise InstanceKeyError(f"{path} is missing: without it no key of the store can be opened") from None
        return _make(path, chance)
    with os.fdopen(descriptor, "rb") as file:
        mode = os.fstat(file.fileno()).st_mode & 0o777
        if mode & 0o077:
            raise InstanceKeyError(f"{path} has mode {mode:04o}, others may read it: chmod 600 it")
        key = file.read(KEY_BYTES + 1)
    if len(key) != KEY_BYTES:
        raise InstanceKeyError(f"{path} has not {KEY_BYTES} bytes")
    return key


def _make(path: Path, chance: Chance) -> bytes:
    """Write the key beside its place and move it there, so that a crash leaves a whole key or none."""
    key = chance(KEY_BYTES)
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return key


class Wrapping:
    """Keys under the instance key: AES-256-GCM, 12 bytes nonce before it, bound to the name that the key is kept under.

    Random nonces are safe for 2^32 keys of one instance.
    """

    def __init__(self, instance_key: bytes, chance: Chance) -> None:
        self._cipher, self._chance, self._root = AESGCM(instance_key), chance, instance_key

    def derive(self, purpose: str) -> bytes:
        """Return a key of 32 bytes that this instance uses for one purpose, the same after every start (RFC 5869)."""
        info = f"belfry {purpose}".encode()
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self._root)

    def wrap(self, key: bytes, name: bytes) -> bytes:
        return self.wrap_all([(key, name)])[0]

    def wrap_all(self, keys: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """Wrap keys, each with its name, in their order, with one draw of chance for all nonces."""
        chance = self._chance(NONCE_BYTES * len(keys))
        nonces = (chance[start : start + NONCE_BYTES] for start in range(0, len(chance), NONCE_BYTES))
        return [nonce + self._cipher.encrypt(nonce, key, name) for nonce, (key, name) in zip(nonces, keys, strict=True)]

    def unwrap(self, wrapped: bytes, name: bytes) -> bytes:
        """Raises InstanceKeyError where it was wrapped under another instance key, or changed."""
        try:
            return self._cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], name)
        except (InvalidTag, ValueError) as error:
            raise InstanceKeyError("a key of the store does not open under this instance key") from error
