"""A personal part of a fact under a key of its own, so that forgetting the key forgets the part everywhere.

AES-256-GCM; what the part is and how long it may live are authenticated with it, so that a box cannot be passed off as
another part or for another time. The data key's SHA-256 stands beside the box and is its name in the key store.
"""

from functools import cache
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from belfry.domain.facts import Part, Retention, Sealed

DATA_KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16


class SealError(Exception):
    """SealError
    ├── WrongKey     the key is not the one that the part names, or no key at all
    └── Damaged      the box was changed, or belongs to another part or retention class
    """


class WrongKey(SealError): ...


class Damaged(SealError): ...


def key_name(data_key: bytes) -> bytes:
    """The name of a data key, 32 bytes: its SHA-256. Raises WrongKey where it has another length than 32 bytes."""
    if len(data_key) != DATA_KEY_BYTES:
        raise WrongKey(f"a data key has {DATA_KEY_BYTES} bytes, this one {len(data_key)}")
    return sha256(data_key).digest()


def seal(part: Part, retention: Retention, plaintext: bytes, *, data_key: bytes, nonce: bytes) -> Sealed:
    """Seal one part. A data key seals one part only; `nonce` is 12 random bytes all the same."""
    name = key_name(data_key)
    if len(nonce) != NONCE_BYTES:
        raise SealError(f"a nonce has {NONCE_BYTES} bytes, this one {len(nonce)}")
    box = AESGCM(data_key).encrypt(nonce, plaintext, _bound(part, retention))
    return Sealed(part, retention, name, nonce + box)


def unseal(sealed: Sealed, data_key: bytes) -> bytes:
    """Return the plaintext of a part. Raises WrongKey or Damaged."""
    if key_name(data_key) != sealed.key:
        raise WrongKey(f"the {sealed.part} was sealed with another key")
    if len(sealed.box) < NONCE_BYTES + TAG_BYTES:
        raise Damaged(f"the box of the {sealed.part} has {len(sealed.box)} bytes, at least {NONCE_BYTES + TAG_BYTES}")
    nonce, box = sealed.box[:NONCE_BYTES], sealed.box[NONCE_BYTES:]
    try:
        return AESGCM(data_key).decrypt(nonce, box, _bound(sealed.part, sealed.retention))
    except InvalidTag as error:
        raise Damaged(f"the box of the {sealed.part} was changed or belongs elsewhere") from error


@cache
def _bound(part: Part, retention: Retention) -> bytes:
    return b"belfry sealed part\0%b\0%b" % (part.encode(), retention.encode())
