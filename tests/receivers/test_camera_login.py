"""Digest as RFC 7616 has it, and a pass-word that nobody can read on the way."""

import pytest

from belfry.domain.device import Login
from belfry.receivers.camera_login import authorization

MUFASA = Login("Mufasa", "Circle of Life")
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


def challenge(algorithm: str) -> str:
    return (
        f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, '
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    )


def said(*challenges: str, tls: bool = False) -> str | None:
    return authorization(challenges, MUFASA, "GET", "/dir/index.html", cnonce=CNONCE, tls=tls)


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_example_of_the_standard(algorithm: str, response: str) -> None:
    """RFC 7616, 3.9.1."""
    header = said(challenge(algorithm))
    assert header is not None
    assert f'response="{response}"' in header
    assert 'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"' in header
    assert "Circle" not in header


def test_the_better_hash_is_taken_and_digest_before_basic() -> None:
    header = said("Basic realm=x", challenge("MD5"), challenge("SHA-256"), tls=True)
    assert header is not None
    assert "algorithm=SHA-256" in header


def test_several_challenges_may_be_in_one_header() -> None:
    header = said("Basic realm=x, " + challenge("MD5") + ", " + challenge("SHA-256"))
    assert header is not None
    assert "algorithm=SHA-256" in header


def test_basic_is_said_in_tls_alone() -> None:
    assert said("Basic realm=x") is None
    assert said("Basic realm=x", tls=True) == "Basic TXVmYXNhOkNpcmNsZSBvZiBMaWZl"


def test_the_older_kind_without_qop_is_answered() -> None:
    """RFC 2617, 3.2.2.1: without qop the nonce alone."""
    header = authorization(
        ['Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'],
        MUFASA,
        "GET",
        "/dir/index.html",
        cnonce="x",
        tls=False,
    )
    assert header is not None
    assert "qop" not in header


@pytest.mark.parametrize(
    "strange",
    [
        "",
        "Digest",
        "Digest ",
        'Digest nonce="x", algorithm=SHA-999',
        'Digest nonce="x", qop="auth-int"',
        "Negotiate",
        'Digest realm="x"',
    ],
)
def test_what_cannot_be_met_is_nothing(strange: str) -> None:
    assert said(strange) is None


def test_a_challenge_ends_no_header() -> None:
    header = said('Digest realm="a\r\nX: y", nonce="n\\"x"')
    assert header is not None
    assert "\r" not in header
    assert "\n" not in header
