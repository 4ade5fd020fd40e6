"""The receiver's table: defaults for everything, mistakes named, keys never shown."""

import msgspec
import pytest

from belfry.receivers.dc09 import Dc09Settings


def settings(**table: object) -> Dc09Settings:
    return msgspec.convert(table, Dc09Settings)


def test_everything_has_a_default() -> None:
    assert settings() == Dc09Settings()


def test_keys_come_in_three_sizes_and_two_forms() -> None:
    table = settings(keys=["00" * 16, {"hex": "11" * 24}, {"text": "x" * 32}])
    assert table.port_keys() == (bytes(16), b"\x11" * 24, b"x" * 32)


@pytest.mark.parametrize(
    "key",
    ["secretsecretsecr", "00" * 15, {"hex": "00" * 17}, {"text": "secret"}, {"text": "x" * 16, "hex": "00" * 16}, {}],
)
def test_a_key_that_is_none_is_refused_without_being_shown(key: object) -> None:
    with pytest.raises(msgspec.ValidationError, match="key") as refused:
        settings(keys=[key])
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("table", [{"max_conections": 3}, {"max_connections": 0}, {"idle_timeout_s": -1}])
def test_a_mistake_is_refused(table: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        settings(**table)
