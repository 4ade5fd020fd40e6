"""Every sample of MQTT gives what the index of samples says; and nothing of what is refused or stripped is said on."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belfry.domain.reading import POINT_MOST, READINGS_MOST, Disposition, Observed, PointState, Reading, Said, Target
from belfry.protocols.hint import Hint
from belfry.protocols.readers import READERS

SAMPLES: Final = Path(__file__).parents[1] / "samples"
WIRES: Final = ("frigate", "zigbee2mqtt", "homeassistant", "shelly")
FILES: Final = [path for wire in WIRES for path in sorted((SAMPLES / wire).glob("*.json"))]

Row = tuple[Observed, str, PointState]
ACTIVE, INACTIVE, UNKNOWN = PointState.ACTIVE, PointState.INACTIVE, PointState.UNKNOWN
STRIPPED: Final = """
    sub_label attributes current_attributes snapshot box area ratio region thumbnail score frame_time stationary
    motionless_count position_changes
"""
STRIPPED_OF_EVENTS: Final = {"before", *(f"after.{key}" for key in STRIPPED.split())}

EXPECTED: Final[dict[str, tuple[Disposition, list[Row], set[str]]]] = {
    "frigate/audio_fire_alarm_on.json": (
        Disposition.ACCEPT,
        [(Observed.FIRE, "kitchen/audio/fire_alarm", ACTIVE)],
        set(),
    ),
    "frigate/available_offline.json": (Disposition.ACCEPT, [(Observed.OFFLINE, "available", ACTIVE)], set()),
    "frigate/camera_status_offline.json": (Disposition.ACCEPT, [(Observed.VIDEO_LOSS, "front_door", ACTIVE)], set()),
    "frigate/events_end.json": (
        Disposition.ACCEPT,
        [
            (Observed.INTRUSION, "front_door", INACTIVE),
            (Observed.INTRUSION, "front_door/yard", INACTIVE),
            (Observed.INTRUSION, "front_door/driveway", INACTIVE),
        ],
        STRIPPED_OF_EVENTS,
    ),
    "frigate/events_new_person.json": (
        Disposition.ACCEPT,
        [(Observed.INTRUSION, "front_door/driveway", ACTIVE)],
        STRIPPED_OF_EVENTS,
    ),
    "frigate/events_update_attributes.json": (
        Disposition.ACCEPT,
        [(Observed.INTRUSION, "front_door/yard", ACTIVE), (Observed.INTRUSION, "front_door/driveway", ACTIVE)],
        STRIPPED_OF_EVENTS | {"after.recognized_license_plate", "after.recognized_license_plate_score"},
    ),
    "frigate/malformed_jsonc.json": (Disposition.REJECT, [], set()),
    "frigate/review_alert.json": (
        Disposition.ACCEPT,
        [(Observed.INTRUSION, "front_cam/front_yard", ACTIVE)],
        {"before", "after.thumb_path", "after.data.sub_labels"},
    ),
    "frigate/tou_description.json": (Disposition.REFUSE, [], set()),
    "frigate/tou_face.json": (Disposition.REFUSE, [], set()),
    "frigate/tou_lpr.json": (Disposition.REFUSE, [], set()),
    "zigbee2mqtt/availability_offline.json": (
        Disposition.ACCEPT,
        [(Observed.OFFLINE, "availability", ACTIVE)],
        set(),
    ),
    "zigbee2mqtt/bridge_offline.json": (Disposition.ACCEPT, [(Observed.OFFLINE, "availability", ACTIVE)], set()),
    "zigbee2mqtt/contact_open.json": (
        Disposition.ACCEPT,
        [
            (Observed.INTRUSION, "contact", ACTIVE),
            (Observed.TAMPER, "tamper", INACTIVE),
            (Observed.VALUE, "battery", UNKNOWN),
        ],
        {"linkquality", "voltage"},
    ),
    "zigbee2mqtt/keypad_arm_code.json": (
        Disposition.IGNORE,
        [
            (Observed.TAMPER, "tamper", INACTIVE),
            (Observed.BATTERY, "battery_low", INACTIVE),
            (Observed.VALUE, "battery", UNKNOWN),
        ],
        {"action_code", "action_transaction", "action_zone", "linkquality"},
    ),
    "zigbee2mqtt/keypad_sos_empty_action.json": (
        Disposition.IGNORE,
        [
            (Observed.TAMPER, "tamper", INACTIVE),
            (Observed.BATTERY, "battery_low", INACTIVE),
            (Observed.VALUE, "battery", UNKNOWN),
        ],
        {"action_code", "action_transaction", "action_zone", "linkquality", "voltage"},
    ),
    "zigbee2mqtt/linkind_idle.json": (
        Disposition.IGNORE,
        [
            (Observed.SMOKE, "smoke", INACTIVE),
            (Observed.TAMPER, "tamper", INACTIVE),
            (Observed.BATTERY, "battery_low", INACTIVE),
            (Observed.FAULT, "trouble", INACTIVE),
            (Observed.TEST, "test", INACTIVE),
            (Observed.VALUE, "battery", UNKNOWN),
        ],
        {
            *("action_code", "ac_status", "action_transaction", "action_zone", "linkquality", "restore_reports"),
            *("supervision_reports", "voltage"),
        },
    ),
    "zigbee2mqtt/malformed_not_json.json": (Disposition.REJECT, [], set()),
    "zigbee2mqtt/smoke_true.json": (
        Disposition.ACCEPT,
        [
            (Observed.SMOKE, "smoke", ACTIVE),
            (Observed.TAMPER, "tamper", INACTIVE),
            (Observed.BATTERY, "battery_low", INACTIVE),
            (Observed.VALUE, "battery", UNKNOWN),
        ],
        {"linkquality"},
    ),
    "zigbee2mqtt/smoke_with_device.json": (
        Disposition.ACCEPT,
        [(Observed.SMOKE, "smoke", ACTIVE)],
        {"linkquality", "device"},
    ),
    "zigbee2mqtt/water_leak_string_battery.json": (
        Disposition.ACCEPT,
        [
            (Observed.WATER, "water_leak", ACTIVE),
            (Observed.VALUE, "battery", UNKNOWN),
            (Observed.VALUE, "temperature", UNKNOWN),
        ],
        {"voltage", "linkquality"},
    ),
    "homeassistant/alarm_panel_triggered.json": (
        Disposition.ACCEPT,
        [(Observed.INTRUSION, "alarm", ACTIVE)],
        set(),
    ),
    "homeassistant/esphome_binary_on.json": (
        Disposition.ACCEPT,
        [(Observed.INPUT, "gas_alarm", ACTIVE)],
        set(),
    ),
    "shelly/shelly_smoke_notifystatus.json": (
        Disposition.ACCEPT,
        [(Observed.SMOKE, "smoke:0", ACTIVE)],
        {"smoke:0.mute"},
    ),
}


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def rows(said: Said) -> list[Row]:
    return [(reading.observed, reading.point, reading.state) for reading in said.readings]


def decoded(path: Path) -> Said:
    return READERS[path.parent.name](path.read_bytes(), Hint())


def heard(wire: str, topic: str, payload: object, *, retain: bool = False) -> Said:
    """What a reader says of a message as it comes from a broker."""
    body = payload.encode() if isinstance(payload, str) else json.dumps(payload).encode()
    return READERS[wire](body, Hint(topic=topic, retain=retain))


def points(said: Said) -> dict[str, Reading]:
    return {reading.point: reading for reading in said.readings}


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_sample_gives_what_the_index_says(path: Path) -> None:
    disposition, readings, dropped = EXPECTED[name(path)]
    said = decoded(path)
    assert (said.disposition, sorted(rows(said)), set(said.dropped)) == (disposition, sorted(readings), dropped)
    assert said.reason or said.disposition is Disposition.ACCEPT


@pytest.mark.parametrize("path", FILES, ids=name)
def test_the_file_and_the_broker_say_the_same(path: Path) -> None:
    wrapped = json.loads(path.read_bytes())
    payload = wrapped.get("payload_text", wrapped.get("payload"))
    assert heard(path.parent.name, wrapped["topic"], payload, retain=wrapped["retain"]) == decoded(path)


# -- what is said of people -------------------------------------------------------------------------------------------

MARK: Final = "zqxjmarkvw"
KEPT: Final = {
    *(
        "topic",
        "payload.after.id",
        "payload.after.camera",
        "payload.after.current_zones",
        "payload.after.entered_zones",
    ),
    *("payload.after.data.zones",),
}
"""Where a word of a message becomes the name of a point, what a repeat shares, or an address; the desk keeps none."""


def places(value: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Yield every place of a document: its path, its container and its key there."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in list(inside):
        path = (*at, key) if isinstance(key, str) else at
        yield path, value, key
        yield from places(below, path)


@pytest.mark.parametrize("path", FILES, ids=name)
def test_no_word_of_a_message_is_said_on_but_names_of_points(path: Path) -> None:
    count = len(list(places(json.loads(path.read_bytes()))))
    for n in range(count):
        document = json.loads(path.read_bytes())
        where, container, key = list(places(document))[n]
        container[key] = MARK
        said = READERS[path.parent.name](json.dumps(document).encode(), Hint())
        if ".".join(where) not in KEPT:
            assert MARK not in repr(said), where
        assert MARK not in said.reason


@pytest.mark.parametrize("path", FILES, ids=name)
def test_an_unlisted_key_is_named_and_its_content_gone(path: Path) -> None:
    count = len([one for one in places(json.loads(path.read_bytes())) if isinstance(one[1], dict)])
    for n in range(count):
        document = json.loads(path.read_bytes())
        _, container, _ = [one for one in places(document) if isinstance(one[1], dict)][n]
        container["unlisted_key"] = {MARK: [MARK, {"name": MARK}]}
        said = READERS[path.parent.name](json.dumps(document).encode(), Hint())
        assert MARK not in repr(said)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise(data: st.DataObject) -> None:
    wire = data.draw(st.sampled_from(sorted(WIRES)))
    path = data.draw(st.sampled_from([one for one in FILES if one.parent.name == wire]))
    wrapped = json.loads(path.read_bytes())
    payload = wrapped.get("payload_text", wrapped.get("payload"))
    body = bytearray(payload.encode() if isinstance(payload, str) else json.dumps(payload).encode())
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(body)))
        body[at : at + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=6))
    raw = bytes(body) if data.draw(st.booleans()) else data.draw(st.binary(max_size=200))
    hint = Hint(
        topic=data.draw(st.sampled_from([wrapped["topic"], "", "a", "/", "a//state"])), retain=data.draw(st.booleans())
    )
    said = READERS[wire](raw, hint)
    assert len(said.readings) <= READINGS_MOST
    for reading in said.readings:
        assert 0 < len(reading.point) <= POINT_MOST
        assert not (hint.retain and reading.state is PointState.PULSE)


# -- retained ---------------------------------------------------------------------------------------------------------


def test_what_was_retained_is_state_and_what_only_begins_is_none() -> None:
    state = heard("zigbee2mqtt", "zigbee2mqtt/hall", {"smoke": True}, retain=True)
    assert [reading.sync for reading in state.readings] == [True]
    pressed = heard("zigbee2mqtt", "zigbee2mqtt/pendant", {"action": "emergency"}, retain=True)
    assert (pressed.disposition, pressed.readings) == (Disposition.IGNORE, ())
    assert heard("zigbee2mqtt", "zigbee2mqtt/pendant", {"action": "emergency"}).readings[0].state is PointState.PULSE


# -- frigate ----------------------------------------------------------------------------------------------------------


def event(label: str, kind: str = "new", **more: object) -> dict[str, object]:
    after = {"id": "1.2-a", "camera": "gate", "label": label, "start_time": 1767000000.4, "current_zones": ["yard"]}
    return {"type": kind, "before": {}, "after": {**after, **more}}


@pytest.mark.parametrize(
    ("label", "target"), [("person", Target.HUMAN), ("car", Target.VEHICLE), ("bicycle", Target.VEHICLE)]
)
def test_a_detection_is_a_class_and_no_more(label: str, target: Target) -> None:
    (reading,) = heard("frigate", "frigate/events", event(label)).readings
    assert (reading.observed, reading.target, reading.once) == (Observed.INTRUSION, target, "1.2-a")
    assert reading.address == "frigate/gate"
    assert reading.occurred_at is not None


@pytest.mark.parametrize(
    ("label", "disposition"),
    [
        ("face", Disposition.REFUSE),
        ("license_plate", Disposition.REFUSE),
        ("dog", Disposition.IGNORE),
        ("umbrella", Disposition.IGNORE),
        ("halibut", Disposition.QUARANTINE),
    ],
)
def test_a_detection_that_raises_nothing(label: str, disposition: Disposition) -> None:
    said = heard("frigate", "frigate/events", event(label))
    assert (said.disposition, said.readings) == (disposition, ())


def test_fire_and_smoke_of_a_camera_are_no_intrusion() -> None:
    assert heard("frigate", "frigate/events", event("fire")).readings[0].observed is Observed.FIRE
    assert heard("frigate", "frigate/events", event("smoke")).readings[0].observed is Observed.SMOKE


def test_a_false_positive_and_a_mere_detection_are_ignored() -> None:
    false = heard("frigate", "frigate/events", event("person", false_positive=True))
    assert (false.disposition, false.readings) == (Disposition.IGNORE, ())
    review = {
        "type": "new",
        "after": {"id": "1", "camera": "gate", "severity": "detection", "data": {"objects": ["person"], "zones": []}},
    }
    assert heard("frigate", "frigate/reviews", review).disposition is Disposition.IGNORE


def test_that_somebody_was_recognised_is_not_said_on() -> None:
    review = {
        "type": "update",
        "after": {
            "id": "1",
            "camera": "gate",
            "severity": "alert",
            "data": {"objects": ["person-verified"], "zones": [], "sub_labels": ["Demo Person"], "metadata": {"a": 1}},
        },
    }
    said = heard("frigate", "nvr/one/reviews", review)
    assert rows(said) == [(Observed.INTRUSION, "gate", ACTIVE)]
    assert "verified" not in repr(said)
    assert said.address == "nvr/one"
    assert heard("frigate", "frigate/reviews", {**review, "type": "genai"}).disposition is Disposition.REFUSE


@pytest.mark.parametrize(
    "topic",
    [
        *("tracked_object_update", "triggers", "gate/classification/dog", "gate/audio/transcription"),
        *("gate/person/snapshot", "gate/audio/speech", "gate/audio/yell", "gate/person", "yard/all"),
    ],
)
def test_what_is_about_people_is_refused_unread(topic: str) -> None:
    said = heard("frigate", f"frigate/{topic}", "3")
    assert (said.disposition, said.readings, said.dropped) == (Disposition.REFUSE, (), ())


def test_sounds_are_of_lower_confidence_and_glass_needs_its_switch() -> None:
    (alarm,) = heard("frigate", "frigate/hall/audio/smoke_detector", "ON").readings
    (glass,) = heard("frigate", "frigate/hall/audio/glass", "OFF").readings
    assert (alarm.switch, [q.value for q in alarm.quality]) == (None, ["sound"])
    assert (glass.switch, glass.state) == ("sound", INACTIVE)


# -- zigbee2mqtt ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ['{"state": "offline"}', "offline", '"offline"', "Offline"])
def test_availability_is_json_or_a_bare_word(body: str) -> None:
    said = heard("zigbee2mqtt", "zigbee2mqtt/up/stairs/hall/availability", body)
    assert rows(said) == [(Observed.OFFLINE, "availability", ACTIVE)]
    assert said.address == "zigbee2mqtt/up/stairs/hall"


def test_absent_and_null_are_not_false() -> None:
    said = heard("zigbee2mqtt", "zigbee2mqtt/hall", {"smoke": None, "tamper": True, "gas": ""})
    assert rows(said) == [(Observed.TAMPER, "tamper", ACTIVE)]


def test_a_pin_is_gone_whatever_it_looks_like() -> None:
    for pin in ("1234", 1234, ["1234"], {"pin": "1234"}, None):
        said = heard("zigbee2mqtt", "zigbee2mqtt/keypad", {"action": "disarm", "action_code": pin})
        assert "1234" not in repr(said)
        assert "action_code" in said.dropped
        assert said.disposition is Disposition.IGNORE


def test_a_panic_key_is_a_pulse_and_its_tamper_is_told_beside_it() -> None:
    said = heard("zigbee2mqtt", "zigbee2mqtt/keypad", {"action": "panic", "action_code": "1", "tamper": True})
    assert said.disposition is Disposition.ACCEPT
    assert points(said)["action/panic"].state is PointState.PULSE
    assert points(said)["tamper"].state is ACTIVE


def test_a_button_is_an_input_of_its_site_and_any_other_word_is_unlisted() -> None:
    assert rows(heard("zigbee2mqtt", "z/b", {"action": "button_1_hold"})) == [
        (Observed.INPUT, "action/button_1_hold", PointState.PULSE)
    ]
    odd = heard("zigbee2mqtt", "z/b", {"action": MARK})
    assert rows(odd) == [(Observed.UNLISTED, "action", PointState.PULSE)]
    assert MARK not in repr(odd)


def test_the_bridge_s_own_talk_is_no_device_s() -> None:
    for topic in ("bridge/devices", "bridge/logging", "bridge/request/permit_join", "hall/set", "hall/get"):
        assert heard("zigbee2mqtt", f"zigbee2mqtt/{topic}", {"smoke": True}).readings == ()


# -- home assistant and esphome ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("pending", [(Observed.INTRUSION, "alarm", PointState.PENDING)]),
        ("disarmed", [(Observed.INTRUSION, "alarm", INACTIVE), (Observed.ARMING, "arming", INACTIVE)]),
        ("armed_away", [(Observed.INTRUSION, "alarm", INACTIVE), (Observed.ARMING, "arming", ACTIVE)]),
        ("arming", []),
    ],
)
def test_the_states_of_an_alarm_panel(state: str, expected: list[Row]) -> None:
    for topic in ("home/alarm", "ha/alarm_control_panel/house/state"):
        told = [row for row in rows(heard("homeassistant", topic, state)) if row[0] is not Observed.OFFLINE]
        assert told == expected


def test_a_binary_sensor_is_an_input_and_unavailable_is_not_off() -> None:
    said = heard("homeassistant", "ha/binary_sensor/cellar_water/state", "on")
    assert rows(said) == [
        (Observed.INPUT, "cellar_water", ACTIVE),
        (Observed.OFFLINE, "cellar_water/available", INACTIVE),
    ]
    assert said.readings[0].address == "ha/binary_sensor/cellar_water"
    gone = heard("homeassistant", "ha/binary_sensor/cellar_water/state", "unavailable")
    assert rows(gone) == [(Observed.OFFLINE, "cellar_water/available", ACTIVE)]
    unknown = heard("homeassistant", "ha/binary_sensor/cellar_water/state", "unknown")
    assert (unknown.disposition, unknown.readings) == (Disposition.IGNORE, ())


@pytest.mark.parametrize("domain", ["person", "device_tracker", "camera", "calendar"])
def test_who_is_at_home_is_refused(domain: str) -> None:
    assert heard("homeassistant", f"ha/{domain}/anna/state", "home").disposition is Disposition.REFUSE


def test_a_node_s_last_will_says_that_it_is_gone() -> None:
    said = heard("esphome", "boiler-node/status", "offline", retain=True)
    assert rows(said) == [(Observed.OFFLINE, "status", ACTIVE)]
    assert said.address == "boiler-node"
    assert said.readings[0].sync
    assert rows(heard("esphome", "n/binary_sensor/leak/state", "OFF")) == [(Observed.INPUT, "leak", INACTIVE)]


# -- shelly -----------------------------------------------------------------------------------------------------------


def notified(params: Mapping[str, object], method: str = "NotifyStatus") -> dict[str, object]:
    return {"src": "s", "dst": "s/events", "method": method, "params": {"ts": 1767000000.1, **params}}


def test_a_partial_status_says_nothing_of_what_it_does_not_name() -> None:
    said = heard("shelly", "s/events/rpc", notified({"flood:0": {"id": 0, "mute": True}, "input:1": {"state": True}}))
    assert rows(said) == [(Observed.INPUT, "input:1", ACTIVE)]


def test_a_shelly_tells_water_power_numbers_and_faults() -> None:
    said = heard(
        "shelly",
        "s/events/rpc",
        notified(
            {
                "flood:0": {"id": 0, "alarm": True, "errors": ["cable_unplugged"]},
                "devicepower:0": {"battery": {"V": 3.0, "percent": 77}, "external": {"present": False}},
                "temperature:0": {"tC": 21.5, "tF": 70.7},
                "wifi": {"ssid": MARK},
            },
            "NotifyFullStatus",
        ),
    )
    assert rows(said) == [
        (Observed.WATER, "flood:0", ACTIVE),
        (Observed.FAULT, "flood:0/errors", ACTIVE),
        (Observed.VALUE, "devicepower:0/battery", UNKNOWN),
        (Observed.POWER, "devicepower:0", ACTIVE),
        (Observed.VALUE, "temperature:0", UNKNOWN),
    ]
    assert "wifi" in said.dropped
    assert MARK not in repr(said)


def test_over_http_a_notification_has_no_topic() -> None:
    body = json.dumps(notified({"smoke:0": {"alarm": True}})).encode()
    assert rows(READERS["shelly"](body, Hint())) == [(Observed.SMOKE, "smoke:0", ACTIVE)]


def test_a_press_is_a_pulse_and_counting_people_is_refused() -> None:
    pressed = heard(
        "shelly", "s/events/rpc", notified({"events": [{"component": "input:0", "event": "long_push"}]}, "NotifyEvent")
    )
    assert rows(pressed) == [(Observed.INPUT, "input:0/long_push", PointState.PULSE)]
    counted = heard("shelly", "s/events/rpc", notified({"presencezone:200": {"num_objects": 3}}))
    assert (counted.disposition, counted.readings) == (Disposition.REFUSE, ())
    assert rows(heard("shelly", "s/online", "false", retain=True)) == [(Observed.OFFLINE, "online", ACTIVE)]
