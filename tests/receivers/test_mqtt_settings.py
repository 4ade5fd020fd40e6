"""The keys of the MQTT receiver: what is refused in words, what is never shown, and its page."""

import re
from pathlib import Path
from typing import Final

import msgspec
import pytest

from belfry.receivers.mqtt import MqttSettings
from belfry.settings import SettingsError, part
from belfry.settings.shape import ReceiverTable

PAGE: Final = (Path(__file__).parents[2] / "docs" / "receivers" / "mqtt.md").read_text("utf-8")


def read(**table: object) -> MqttSettings:
    return part(ReceiverTable(type="mqtt", name="house", rest=table), MqttSettings)


@pytest.mark.parametrize("field", msgspec.structs.fields(MqttSettings), ids=lambda field: field.name)
def test_every_key_is_documented_with_its_default(field: msgspec.structs.FieldInfo) -> None:
    row = re.search(rf"^\| `{field.name}` \| (.*?) \|", PAGE, re.MULTILINE)
    assert row is not None
    written = {None: "none", (): "`[]`"}.get(field.default) or (
        f'`"{field.default}"`' if isinstance(field.default, str) else f"{field.default:,.0f}".replace(",", " ")
    )
    assert row[1] == written


@pytest.mark.parametrize(
    ("broker", "address"),
    [
        ("mqtt://192.0.2.7", ("192.0.2.7", 1883)),
        ("mqtts://broker.example.org", ("broker.example.org", 8883)),
        ("mqtt://[::1]:1884/", ("::1", 1884)),
    ],
)
def test_a_broker_is_an_address(broker: str, address: tuple[str, int]) -> None:
    assert read(broker=broker).address() == address


@pytest.mark.parametrize(
    "table",
    [
        {"broker": "http://192.0.2.7"},
        {"broker": "mqtt://user:sesame-7719@192.0.2.7"},
        {"broker": "mqtt://192.0.2.7:99999"},
        {"broker": "mqtt://"},
        {"password": "sesame-7719"},
        {"user": "a", "password": "sesame-7719", "password_file": "words"},
        {"tls_ca": "ca.pem"},
        {"broker": "mqtts://192.0.2.7", "tls_cert": "own.pem"},
        {"zigbee2mqtt": ["zigbee2mqtt/#"]},
        {"frigate": ["/frigate"]},
        {"status_topic": "+/status"},
        {"version": "4"},
        {"brocker": "mqtt://192.0.2.7"},
    ],
)
def test_what_cannot_be_is_refused_without_a_secret(table: dict[str, object]) -> None:
    with pytest.raises(SettingsError) as refused:
        read(**table)
    assert "7719" not in str(refused.value)


def test_the_same_name_is_the_same_client_for_ever() -> None:
    assert (read().identifier, read().status) == ("belfry-house", "belfry/house/status")
    assert read(status_topic="").status is None
    assert "sesame" not in repr(read(user="a", password="sesame"))
