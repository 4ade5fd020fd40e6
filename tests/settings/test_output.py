"""`[[output]]`: encrypted unless it stays in a private network, and no secret in the settings."""

from pathlib import Path

import pytest

from belfry.settings import SettingsError, load, parse

HOOK = '[[output]]\nname = "siren"\ntype = "webhook"\nagreement = "g1"\n'
TOPIC = '[[output]]\nname = "pager"\ntype = "mqtt"\nagreement = "g1"\n'
KEY = 'secret_env = "KEY"\n'


def test_an_output_has_an_address_and_where_its_secret_is() -> None:
    one, two = parse(
        f'{HOOK}{KEY}address = "https://hooks.example/a?b=c"\n{TOPIC}address = "mqtts://b.example"\ntopic = "x/siren"\n'
    ).output
    assert (one.host_port(), one.is_tls, one.channel, one.audience) == (
        ("hooks.example", 443), True, "siren", "agency",
    )  # fmt: skip
    assert (two.host_port(), two.topic) == (("b.example", 8_883), "x/siren")
    (near,) = parse(f'{HOOK}{KEY}private = true\naddress = "http://192.0.2.7:8080"\n').output
    assert (near.host_port(), near.is_tls) == (("192.0.2.7", 8_080), False)


def test_its_files_count_from_the_folder_of_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "belfry.toml"
    file.write_text(f'{HOOK}secret_file = "siren.key"\naddress = "https://hooks.example/"\n')
    assert load(file).output[0].secret_file == tmp_path / "siren.key"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (HOOK + KEY, "address"),
        (HOOK + 'address = "https://a.example/"', "wants secret_env or secret_file"),
        (HOOK + KEY + 'secret_file = "k"\naddress = "https://a.example/"', "one of the two"),
        (HOOK + KEY + 'address = "http://a.example/"', "wants private = true"),
        (HOOK + KEY + 'address = "https://u:hidden@a.example/"', "without user"),
        (HOOK + KEY + 'address = "https://a.example:99999/"', "wants https://HOST"),
        (HOOK + KEY + 'address = "https://a.example/\\r\\nx: y"', "wants https://HOST"),
        (HOOK + KEY + 'address = "file:///etc/passwd"', "wants https://HOST"),
        (HOOK + KEY + 'address = "https://a.example/"\ntopic = "x"', "are of type mqtt"),
        (HOOK + KEY + 'address = "https://a.example/"\nchannel = "sms"', "channel"),
        (TOPIC + 'address = "mqtts://a.example"', "wants a topic"),
        (TOPIC + 'address = "mqtts://a.example"\ntopic = "a/#"', "wants a topic"),
        (TOPIC + KEY + 'address = "mqtts://a.example"\ntopic = "a"', "wants user"),
        (TOPIC + 'address = "mqtts://a.example/x"\ntopic = "a"', "without a path"),
        (TOPIC + 'address = "mqtt://a.example"\ntopic = "a"', "wants private = true"),
        ((HOOK + KEY + 'address = "https://a.example/"\n') * 2, "is used twice"),
        (
            HOOK + KEY + 'address = "https://a.example/"\n'
            '[[automation]]\nname = "siren"\nagreement = "g1"\naddress = "a:1"\n',
            "is used twice",
        ),
    ],
)
def test_what_cannot_be_is_named(words: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told) as refused:
        parse(f"{words}\n")
    assert "hidden" not in str(refused.value)
