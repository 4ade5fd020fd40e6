"""Web push on the wire: a message that only one browser can read, and a word that says who sends it.

Sources: RFC 8291 (message encryption, content coding aes128gcm of RFC 8188, one record) and RFC 8292 (VAPID). Keys and
salt are arguments, so the examples of the standards can be replayed.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SALT_BYTES: Final = 16
AUTH_BYTES: Final = 16
POINT_BYTES: Final = 65
"""An uncompressed point of P-256."""
RECORD_BYTES: Final = 4_096
PLAIN_MOST_BYTES: Final = 3_993
"""What fits the 4096 bytes that every push service takes (RFC 8030 7.2): less header, padding and tag."""
LAST_RECORD: Final = b"\x02"
VAPID_LASTS: Final = timedelta(hours=12)
"""The standard allows 24 hours (RFC 8292, 2)."""
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256 (FIPS 186-5)."""


class PushKeyError(ValueError):
    """What a browser gave as its keys is none. Says which and what is wanted, never the key."""


def text_of(raw: bytes) -> str:
    """URL-safe base64 without padding, as both standards write everything."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def bytes_of(text: str) -> bytes:
    """The other way. Raises ValueError."""
    if not text.isascii() or not text.replace("-", "").replace("_", "").rstrip("=").isalnum():
        raise ValueError("is no URL-safe base64")
    bare = text.rstrip("=")
    return urlsafe_b64decode(bare + "=" * (-len(bare) % 4))


def private_key(secret: bytes) -> EllipticCurvePrivateKey:
    """A key of P-256 out of 32 secret bytes or more, always the same."""
    return derive_private_key(int.from_bytes(secret, "big") % (ORDER - 1) + 1, SECP256R1())


def point_of(key: EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def check_keys(p256dh: str, auth: str) -> tuple[bytes, bytes]:
    """A browser's public key and its secret, as bytes. Raises PushKeyError."""
    try:
        point = bytes_of(p256dh)
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except ValueError:
        raise PushKeyError("keys.p256dh: wants a point of P-256, 65 bytes in URL-safe base64") from None
    if len(point) != POINT_BYTES:
        raise PushKeyError("keys.p256dh: wants an uncompressed point, 65 bytes")
    try:
        secret = bytes_of(auth)
    except ValueError:
        secret = b""
    if len(secret) != AUTH_BYTES:
        raise PushKeyError("keys.auth: wants 16 bytes in URL-safe base64")
    return point, secret


def encrypt(plain: bytes, point: bytes, auth: bytes, *, key: EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """The body of a push message. `key` is made for this message alone, `salt` are 16 random bytes (RFC 8291, 3.4).
    Raises ValueError for more than PLAIN_MOST_BYTES."""
    if len(plain) > PLAIN_MOST_BYTES:
        raise ValueError(f"a push message of {len(plain)} bytes, at most {PLAIN_MOST_BYTES} are taken")
    theirs = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    ours = point_of(key.public_key())
    shared = key.exchange(ECDH(), theirs)
    secret = _hkdf(auth, shared, b"WebPush: info\x00" + point + ours, 32)
    content = _hkdf(salt, secret, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\x00", 12)
    header = salt + RECORD_BYTES.to_bytes(4, "big") + bytes((len(ours),)) + ours
    return header + AESGCM(content).encrypt(nonce, plain + LAST_RECORD, None)


def decrypt(body: bytes, auth: bytes, *, key: EllipticCurvePrivateKey) -> bytes:
    """What a browser reads; for tests, and for a push service that is played. Raises ValueError or InvalidTag."""
    salt, length = body[:SALT_BYTES], body[20]
    theirs, sealed = body[21 : 21 + length], body[21 + length :]
    shared = key.exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(SECP256R1(), theirs))
    secret = _hkdf(auth, shared, b"WebPush: info\x00" + point_of(key.public_key()) + theirs, 32)
    content = _hkdf(salt, secret, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\x00", 12)
    plain = AESGCM(content).decrypt(nonce, sealed, None).rstrip(b"\x00")
    if plain[-1:] != LAST_RECORD:
        raise ValueError("is not the last record")
    return plain[:-1]


def vapid(origin: str, subject: str, now: datetime, key: EllipticCurvePrivateKey) -> str:
    """The header `Authorization` for a push service of this origin (RFC 8292, 3). `subject`: a mailto: or https:
    address by which its operator reaches ours."""
    claims = {"aud": origin, "exp": int((now + VAPID_LASTS).timestamp()), "sub": subject}
    head = text_of(json.dumps({"typ": "JWT", "alg": "ES256"}, separators=(",", ":")).encode())
    signed = f"{head}.{text_of(json.dumps(claims, separators=(',', ':')).encode())}"
    r, s = decode_dss_signature(key.sign(signed.encode("ascii"), ECDSA(SHA256())))
    token = f"{signed}.{text_of(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
    return f"vapid t={token}, k={text_of(point_of(key.public_key()))}"


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)
