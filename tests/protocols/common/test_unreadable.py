"""The net below every reader."""

import pytest

from belfry.domain.reading import Disposition, Said
from belfry.protocols.common.unreadable import OUR_FAULT, Unreadable, never_raises

SAID = Said(disposition=Disposition.IGNORE)


@pytest.mark.parametrize(
    ("raised", "reason"),
    [
        (Unreadable("no JSON"), "no JSON"),
        (KeyError("secret"), OUR_FAULT),
        (RecursionError("secret"), OUR_FAULT),
        (UnicodeDecodeError("utf-8", b"secret", 0, 1, "secret"), OUR_FAULT),
    ],
)
def test_a_reader_that_fails_is_a_fault_of_its_device_in_words_of_ours(raised: Exception, reason: str) -> None:
    @never_raises
    def read(body: bytes) -> Said:
        raise raised

    assert read(b"") == Said(disposition=Disposition.REJECT, reason=reason)


def test_what_a_reader_says_passes_as_it_is() -> None:
    @never_raises
    def read(body: bytes, hint: str = "") -> Said:
        return SAID

    assert read(b"", hint="x") is SAID
    assert read.__name__ == "read"
