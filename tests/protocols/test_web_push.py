"""Web push as the standards show it: the example of RFC 8291, and a VAPID word that its key verifies."""

import json
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey, derive_private_key
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from belfry.protocols.web_push import (
    PLAIN_MOST_BYTES,
    PushKeyError,
    bytes_of,
    check_keys,
    decrypt,
    encrypt,
    point_of,
    private_key,
    text_of,
    vapid,
)

# RFC 8291, Appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
AS_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
UA_PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
UA_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6"
    "cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_standard_gives_its_bytes_and_its_words() -> None:
    point, auth = check_keys(UA_PUBLIC, AUTH)
    ours = derive_private_key(int.from_bytes(bytes_of(AS_PRIVATE), "big"), SECP256R1())
    theirs = derive_private_key(int.from_bytes(bytes_of(UA_PRIVATE), "big"), SECP256R1())
    assert text_of(encrypt(PLAIN, point, auth, key=ours, salt=bytes_of(SALT))) == BODY
    assert decrypt(bytes_of(BODY), auth, key=theirs) == PLAIN


@given(plain=st.binary(max_size=300), secret=st.binary(min_size=32, max_size=40))
def test_what_was_written_for_a_phone_is_read_there_and_nowhere_else(plain: bytes, secret: bytes) -> None:
    phone, other = private_key(secret), private_key(secret + b"x")
    body = encrypt(plain, point_of(phone.public_key()), bytes(16), key=private_key(b"m" * 32), salt=bytes(16))
    assert decrypt(body, bytes(16), key=phone) == plain
    with pytest.raises(InvalidTag):
        decrypt(body, bytes(16), key=other)


def test_what_does_not_fit_is_refused() -> None:
    point = point_of(private_key(b"p" * 32).public_key())
    body = encrypt(bytes(PLAIN_MOST_BYTES), point, bytes(16), key=private_key(b"m" * 32), salt=bytes(16))
    assert len(body) <= 4_096
    with pytest.raises(ValueError, match="at most 3993"):
        encrypt(bytes(PLAIN_MOST_BYTES + 1), point, bytes(16), key=private_key(b"m" * 32), salt=bytes(16))


@pytest.mark.parametrize(
    ("p256dh", "auth", "wants"),
    [
        ("", AUTH, "p256dh"),
        ("####", AUTH, "p256dh"),
        (text_of(b"\x04" + bytes(64)), AUTH, "p256dh"),
        (UA_PUBLIC[:-4], AUTH, "p256dh"),
        (UA_PUBLIC, "", "auth"),
        (UA_PUBLIC, "AAAA", "auth"),
        (UA_PUBLIC, "ä" * 22, "auth"),
    ],
)
def test_keys_that_are_none_are_refused_by_name(p256dh: str, auth: str, wants: str) -> None:
    with pytest.raises(PushKeyError, match=f"keys.{wants}"):
        check_keys(p256dh, auth)


def test_a_vapid_word_says_who_sends_to_whom_until_when_and_its_key_verifies_it() -> None:
    key = private_key(b"v" * 32)
    now = datetime(2026, 3, 14, 2, 14, tzinfo=UTC)
    said = vapid("https://push.example.org", "https://alarms.example.org", now, key)
    token, _, public = said.removeprefix("vapid t=").partition(", k=")
    head, claims, signature = token.split(".")
    assert json.loads(bytes_of(head)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(bytes_of(claims)) == {
        "aud": "https://push.example.org",
        "exp": int(now.timestamp()) + 43_200,
        "sub": "https://alarms.example.org",
    }
    raw = bytes_of(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    EllipticCurvePublicKey.from_encoded_point(SECP256R1(), bytes_of(public)).verify(
        der, f"{head}.{claims}".encode(), ECDSA(SHA256())
    )
