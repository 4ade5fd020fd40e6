"""A frame tag is the first half of an HMAC; vector of RFC 4231, test case 2."""

import hmac

from hypothesis import given
from hypothesis import strategies as st

from belfry.safeguards.tags import frame_tag


def test_a_tag_is_the_beginning_of_the_hmac() -> None:
    assert frame_tag(b"Jefe", b"what do ya want for nothing?").hex() == "5bdcc146bf60754e6a042426"


@given(st.binary(max_size=200), st.binary(max_size=300))
def test_every_tag_is_the_beginning_of_its_hmac(key: bytes, material: bytes) -> None:
    assert frame_tag(key, material) == hmac.digest(key, material, "sha256")[:12]


def test_another_day_gives_another_tag() -> None:
    assert frame_tag(b"monday" * 6, b"frame") != frame_tag(b"sunday" * 6, b"frame")
