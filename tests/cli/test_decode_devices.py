"""`belfry decode` of what devices sent: one object a message, and nothing of it that describes people."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from belfry.cli import app
from belfry.domain.device import Device, DevicePoint, DeviceWire
from belfry.domain.reading import Observed
from belfry.registry import Registry, device_rows

SAMPLES: Final = Path(__file__).parents[1] / "samples"

TOLD: Final = (
    ("isapi", "isapi/fielddetection_human.xml", "accept", "intrusion video alarm ch1/region3"),
    ("isapi", "isapi/tmpa_prealarm.json", "accept", "fire pre pre_alarm ch2/region2"),
    ("isapi", "isapi/axpro_cid.json", "accept", "open_close arm open partition1"),
    ("isapi", "isapi/face_capture.json", "refuse", ""),
    ("isapi", "isapi/videoloss_heartbeat.xml", "ignore", ""),
    ("onvif", "onvif/digital_input.xml", "accept", "other unknown alarm DI_1"),
    ("onvif", "onvif/face_detect.xml", "refuse", ""),
    ("frigate", "frigate/review_alert.json", "accept", "intrusion video alarm front_cam/front_yard"),
    ("frigate", "frigate/tou_face.json", "refuse", ""),
    ("frigate", "frigate/camera_status_offline.json", "accept", "supervisory camera trouble front_door"),
    ("zigbee2mqtt", "zigbee2mqtt/contact_open.json", "accept", "intrusion zone alarm contact"),
    ("zigbee2mqtt", "zigbee2mqtt/keypad_sos_empty_action.json", "ignore", ""),
    ("homeassistant", "homeassistant/alarm_panel_triggered.json", "accept", "intrusion zone alarm alarm"),
    ("homeassistant", "homeassistant/esphome_binary_on.json", "accept", "other unknown alarm gas_alarm"),
    ("shelly", "shelly/shelly_smoke_notifystatus.json", "accept", "fire detector alarm smoke:0"),
    ("webhook", "webhooks/alertmanager_v4_firing.json", "accept", "environmental limits alarm cold-2"),
    ("webhook", "webhooks/sensorthings_observation.json", "accept", "environmental limits status 999"),
    ("webhook", "webhooks/cloudevent_structured.json", "accept", "panic button alarm reception"),
)


def told(*words: str, given: bytes = b"") -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, the objects on standard output, and what was complained of."""
    result = CliRunner().invoke(app, ["decode", *words], input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()], result.stderr


@pytest.mark.parametrize(("wire", "sample", "disposition", "first"), TOLD)
def test_a_sample_is_told_as_its_signal(wire: str, sample: str, disposition: str, first: str) -> None:
    code, (one,), complained = told(wire, str(SAMPLES / sample), "--json")
    assert (code, one["disposition"], complained) == (0, disposition, "")
    line = " ".join(one["signals"][0][name] for name in ("category", "subtype", "state", "zone")) if first else ""
    assert line == first
    assert bool(one["signals"]) is bool(first)


def test_a_message_that_was_rejected_is_a_fault_and_the_others_are_told_too() -> None:
    files = [str(SAMPLES / "isapi" / name) for name in ("malformed_truncated.xml", "io_active.xml")]
    code, objects, _ = told("isapi", *files)
    assert code == 1
    assert [one["disposition"] for one in objects] == ["reject", "accept"]
    assert objects[0]["reason"] == "no well-formed XML"


@pytest.mark.parametrize(
    ("wire", "sample", "disposition"),
    [
        ("isapi", "isapi/malformed_truncated.xml", "reject"),
        ("frigate", "frigate/malformed_jsonc.json", "reject"),
        ("zigbee2mqtt", "zigbee2mqtt/malformed_not_json.json", "reject"),
        ("frigate", "frigate/tou_face.json", "refuse"),
        ("frigate", "frigate/tou_lpr.json", "refuse"),
        ("frigate", "frigate/tou_description.json", "refuse"),
    ],
)
def test_of_what_is_not_read_at_all_the_whole_payload_is_dropped(wire: str, sample: str, disposition: str) -> None:
    _, (one,), _ = told(wire, str(SAMPLES / sample))
    assert (one["disposition"], one["signals"], one["dropped"]) == (disposition, [], ["payload"])


def test_what_is_no_fresh_pulse_says_why() -> None:
    _, (one,), _ = told("onvif", str(SAMPLES / "onvif/line_crossed.xml"))
    assert (one["disposition"], one["dropped"]) == ("ignore", ["ObjectId"])
    assert one["reason"] == "state as it has been: what only begins is long over"


def test_a_part_that_was_rejected_is_a_fault() -> None:
    code, (one,), _ = told("onvif", str(SAMPLES / "onvif/malformed_no_source.xml"))
    assert (code, one["disposition"]) == (1, "accept")
    assert [signal["observed"] for signal in one["signals"]] == ["input", "unreadable"]


def test_names_of_what_was_stripped_are_told_and_nothing_of_it() -> None:
    _, (one,), _ = told("frigate", str(SAMPLES / "frigate/events_update_attributes.json"))
    assert "after.recognized_license_plate" in one["dropped"]
    sample = json.loads((SAMPLES / "frigate/events_update_attributes.json").read_text())
    after = sample["payload"]["after"]
    assert str(after["recognized_license_plate"]) not in json.dumps(one)


def test_standard_input_is_one_message() -> None:
    body = (SAMPLES / "zigbee2mqtt/smoke_true.json").read_bytes()
    code, (one,), _ = told("zigbee2mqtt", "-", given=body)
    assert (code, one["signals"][0]["category"]) == (0, "fire")


@pytest.mark.parametrize("words", [("isapi",), ("isapi", "no such file"), ("nothing", "-")])
def test_a_command_that_was_not_understood_is_usage(words: tuple[str, ...]) -> None:
    assert told(*words)[0] == 2


# -- by the tables of a registry


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "belfry.toml"
    file.write_text('[[receiver]]\ntype = "dc09"\nname = "panels"\n')
    registry = Registry.open(tmp_path / "data")
    first, second = (registry.add({"account": number}, by="test").account.id for number in ("1042", "1043"))
    rows = (DevicePoint(point="ch1", area="1", zone="61"), DevicePoint(point="in2", zone="62", observed=Observed.SMOKE))
    gate = (DevicePoint(point="DI_1", zone="7", observed=Observed.WATER),)
    for account_id, wire, address, points in (
        (first, DeviceWire.ISAPI, "02:00:5e:10:00:21", rows),
        (second, DeviceWire.ONVIF, "gate", gate),
    ):
        device = Device(id="", account_id=account_id, receiver="http", wire=wire, address=address, points=points)
        device_rows.add(registry.store, device, by="test")
    registry.close()
    return file


def signals(*words: str) -> list[tuple[object, ...]]:
    code, objects, complained = told(*words)
    assert (code, complained) == (0, "")
    names = ("category", "state", "zone", "site_zone", "armed", "unmeant")
    return [tuple(one[name] for name in names) for message in objects for one in message["signals"]]


def test_with_a_registry_a_message_means_what_its_device_s_table_says(config: Path) -> None:
    asked = ("isapi", "--config", str(config))
    human = signals(*asked, str(SAMPLES / "isapi/fielddetection_human.xml"))
    assert human == [("intrusion", "alarm", "ch1", "61", True, None)]
    inputs = signals(*asked, str(SAMPLES / "isapi/malformed_unescaped_amp.xml"), str(SAMPLES / "isapi/io_active.xml"))
    assert inputs == [("fire", "alarm", "in2", "62", None, None), ("other", "status", "in1", None, None, "no-row")]


def test_a_message_that_does_not_say_whose_it_is_is_the_named_device_s(config: Path) -> None:
    sample = str(SAMPLES / "onvif/digital_input.xml")
    asked = ("onvif", "--config", str(config), sample)
    assert signals(*asked) == [("other", "status", "DI_1", None, None, "no-device")]
    assert signals(*asked, "--device", "gate") == [("water", "alarm", "DI_1", "7", None, None)]
    assert told(*asked, "--device", "nobody")[0] == 2
    assert told("onvif", sample, "--device", "gate")[0] == 2
