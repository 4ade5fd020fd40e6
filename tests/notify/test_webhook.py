"""Where a webhook leads, what its answers mean, and what its signature is made of."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from belfry.notify.webhook import WAIT_MOST_S, signature, wait_of
from belfry.notify.whither import Unfit, context, may_reach, secret
from belfry.ports.output import OutputSettings
from belfry.receivers import http_signature

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("address", "public", "meant"),
    [
        ("93.184.216.34", True, True),
        ("2606:2800:220:1::1", True, True),
        ("192.168.1.9", False, True),
        ("10.0.0.1", False, True),
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("fd00::1", False, True),
        ("::ffff:10.0.0.1", False, True),
        ("::ffff:93.184.216.34", True, True),
        ("64:ff9b::a00:1", False, True),  # 10.0.0.1 behind NAT64
        ("2002:a00:1::1", False, True),  # and behind 6to4
        ("169.254.169.254", False, False),  # where clouds tell their keys
        ("::ffff:169.254.169.254", False, False),
        ("fe80::1%eth0", False, False),
        ("224.0.0.1", False, False),
        ("ff02::1", False, False),
        ("0.0.0.0", False, False),
        ("::", False, False),
    ],
)
def test_only_addresses_that_are_meant_are_reached(address: str, public: bool, meant: bool) -> None:
    assert may_reach(address, private=False) is public
    assert may_reach(address, private=True) is meant
    assert may_reach(address, private=True, only_private=True) is (meant and not public)


def test_what_is_sent_in_the_clear_leaves_no_private_network() -> None:
    assert not may_reach("93.184.216.34", private=True, only_private=True)


@pytest.mark.parametrize(
    ("asked", "waits_s"),
    [
        (None, 0.0),
        ("7", 7.0),
        ("99999", WAIT_MOST_S),
        ("-5", 0.0),
        ("soon", 0.0),
        ("²", 0.0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("Sun, 01 Mar 2099 11:00:00 GMT", WAIT_MOST_S),
    ],
)
def test_who_asks_to_wait_is_heard_within_reason(asked: str | None, waits_s: float) -> None:
    assert wait_of(asked, NOW) == waits_s


def test_the_signature_is_the_one_that_our_own_receiver_takes() -> None:
    key, body, stamp = b"k" * 32, b'{"id":"1"}', str(int(NOW.timestamp()))
    headers = {"x-belfry-timestamp": stamp, "x-belfry-signature": f"sha256={signature(key, stamp, body)}"}
    assert http_signature.is_right(key, headers, body, NOW)
    assert not http_signature.is_right(key, headers, body, NOW + timedelta(minutes=6))
    assert not http_signature.is_right(key, headers, body + b" ", NOW)


def test_a_key_is_had_from_where_it_is_and_never_told(tmp_path: Path) -> None:
    file = tmp_path / "key"
    settings = OutputSettings(name="siren", type="webhook", address="https://a.example/", secret_file=file)
    with pytest.raises(Unfit, match="cannot be read"):
        secret(settings, {})
    file.write_text("short\n")
    with pytest.raises(Unfit, match="wants 16 characters") as refused:
        secret(settings, {})
    assert "short" not in str(refused.value)
    file.write_text("k" * 32 + "\nmore\n")
    assert secret(settings, {}) == "k" * 32
    named = OutputSettings(name="siren", type="webhook", address="https://a.example/", secret_env="SIREN")
    assert secret(named, {"SIREN": " " + "e" * 16}) == "e" * 16
    with pytest.raises(Unfit, match="the variable SIREN"):
        secret(named, {})


async def test_certificates_are_always_asked_for(tmp_path: Path) -> None:
    made = context(OutputSettings(name="s", type="mqtt", address="mqtts://a.example", topic="siren"))
    assert made is not None
    assert (made.check_hostname, made.verify_mode.name) == (True, "CERT_REQUIRED")
    wrong = OutputSettings(name="s", type="mqtt", address="mqtts://a.example", topic="t", tls_ca=tmp_path / "no.pem")
    with pytest.raises(Unfit, match="tls_ca"):
        await asyncio.to_thread(context, wrong)
