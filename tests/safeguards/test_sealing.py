"""A sealed part opens with its own key, as the part that it is, and in no other way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from belfry.domain.facts import Part, Retention, Sealed
from belfry.safeguards.sealing import Damaged, SealError, WrongKey, key_name, seal, unseal

KEY, OTHER_KEY, NONCE = bytes(range(32)), bytes(32), b"n" * 12


def a_note(plaintext: bytes = b"the key is under the mat") -> Sealed:
    return seal(Part.NOTE, Retention.INCIDENT, plaintext, data_key=KEY, nonce=NONCE)


@given(
    part=st.sampled_from(Part),
    retention=st.sampled_from(Retention),
    plaintext=st.binary(max_size=4_000),
    data_key=st.binary(min_size=32, max_size=32),
    nonce=st.binary(min_size=12, max_size=12),
)
def test_what_was_sealed_is_unsealed(
    part: Part, retention: Retention, plaintext: bytes, data_key: bytes, nonce: bytes
) -> None:
    sealed = seal(part, retention, plaintext, data_key=data_key, nonce=nonce)
    assert (sealed.part, sealed.retention, sealed.key) == (part, retention, key_name(data_key))
    assert sealed.box[:12] == nonce
    assert len(sealed.box) == 12 + len(plaintext) + 16
    assert unseal(sealed, data_key) == plaintext


def test_the_words_are_not_in_the_box() -> None:
    assert b"mat" not in a_note().box


def test_another_key_opens_nothing() -> None:
    with pytest.raises(WrongKey):
        unseal(a_note(), OTHER_KEY)
    with pytest.raises(WrongKey, match="31"):
        unseal(a_note(), KEY[:31])


@pytest.mark.parametrize(
    "passed_off",
    [
        replace(a_note(), part=Part.ZONE_TEXT),
        replace(a_note(), retention=Retention.SIGNAL),
        replace(a_note(), box=a_note().box[:-1] + b"\0"),
        replace(a_note(), box=b"m" + a_note().box[1:]),
        replace(a_note(), box=a_note().box[:27]),
        replace(a_note(), box=b""),
    ],
    ids=["as another part", "for another time", "changed", "other nonce", "cut", "empty"],
)
def test_a_box_that_was_changed_or_moved_opens_nothing(passed_off: Sealed) -> None:
    with pytest.raises(Damaged, match=passed_off.part):
        unseal(passed_off, KEY)


def test_no_error_says_a_word_or_a_key() -> None:
    with pytest.raises(SealError) as error:
        unseal(replace(a_note(), part=Part.CALLER), KEY)
    assert "mat" not in str(error.value)
    assert KEY.hex() not in str(error.value)


@pytest.mark.parametrize(("data_key", "nonce"), [(KEY[:16], NONCE), (KEY, NONCE[:11])])
def test_keys_and_nonces_of_another_length_seal_nothing(data_key: bytes, nonce: bytes) -> None:
    with pytest.raises(SealError):
        seal(Part.NOTE, Retention.INCIDENT, b"", data_key=data_key, nonce=nonce)
