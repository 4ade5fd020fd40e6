"""`[[automation]]`: one way to the software, and numbers that can be printed."""

import pytest

from belfry.settings import SettingsError, parse

LINK = '[[automation]]\nname = "brigade"\nagreement = "g1"\n'


def test_a_link_is_called_or_waits_to_be_called() -> None:
    (called,) = parse(LINK + 'address = "192.0.2.30:1025"\n').automation
    assert (called.where(), called.form, called.audience) == (("192.0.2.30", 1025), "surgard", "agency")
    (waits,) = parse(LINK + 'listen = "[::1]:0"\nallow = ["192.0.2.7"]\n').automation
    assert waits.link().where() == ("::1", 0)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", "wants address"),
        ('address = "a:1"\nlisten = "b:1"', "wants address"),
        ('address = "192.0.2.30"', "wants HOST:PORT"),
        ('address = "192.0.2.30:0"', "wants HOST:PORT"),
        ('address = "user@192.0.2.30:10"', "wants HOST:PORT"),
        ('address = "192.0.2.30:10/x"', "wants HOST:PORT"),
        ('address = "192.0.2.30:99999"', "wants HOST:PORT"),
        ('address = "192.0.2.30:10"\nallow = ["192.0.2.7"]', "says who may call"),
        ('listen = "192.0.2.30:10"\nallow = ["software"]', "is no IP address"),
        ('address = "192.0.2.30:10"\nreceiver = "1"', "wants two digits"),
        ('address = "192.0.2.30:10"\nline = "1234"', "wants one to three digits"),
        ('address = "192.0.2.30:10"\naudience = "premises"', "audience"),
        ('address = "192.0.2.30:10"\n' + LINK + 'address = "192.0.2.30:11"', "is used twice"),
    ],
)
def test_what_cannot_be_is_named(words: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        parse(f"{LINK}{words}\n")
