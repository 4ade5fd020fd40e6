"""Every webhook of the samples gives what the index of samples says, and the rules of each wire hold."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belfry.domain.device import DevicePoint
from belfry.domain.reading import (
    POINT_MOST,
    READINGS_MOST,
    Disposition,
    Observed,
    PointState,
    Quality,
    Reading,
    Said,
    Switch,
)
from belfry.protocols.hint import NO_HINT, Hint
from belfry.protocols.readers import READERS

SAMPLES: Final = Path(__file__).parents[1] / "samples" / "webhooks"
FILES: Final = sorted(SAMPLES.glob("*.json"))
OURS: Final = ("alertmanager", "grafana", "cloudevents", "sensorthings", "chirpstack", "thingsstack", "webhook")
ACTIVE, INACTIVE, PULSE, UNKNOWN = PointState.ACTIVE, PointState.INACTIVE, PointState.PULSE, PointState.UNKNOWN

Row = tuple[Observed, str, PointState]
EXPECTED: Final[dict[str, tuple[list[Row], set[str]]]] = {
    "alertmanager_v4_firing": (
        [(Observed.ENVIRONMENT, "cold-2", ACTIVE)],
        {"alerts.annotations", "alerts.labels.instance", "alerts.generatorURL", "commonLabels", "externalURL"},
    ),
    "grafana_firing": (
        [(Observed.WATER, "cellar", ACTIVE)],
        {"alerts.annotations", "alerts.values", "title", "message", "alerts.labels.team", "orgId"},
    ),
    "cloudevent_structured": ([(Observed.PANIC, "reception", ACTIVE)], set()),
    "sensorthings_observation": ([(Observed.VALUE, "999", UNKNOWN)], set()),
    "chirpstack_up_smoke": (
        [
            (Observed.SMOKE, "attic", ACTIVE),
            (Observed.VALUE, "attic/battery", UNKNOWN),
            (Observed.VALUE, "attic/temperature", UNKNOWN),
        ],
        {"rxInfo", "txInfo", "data", "object.smoke_concentration", "deviceInfo.tenantName", "devAddr"},
    ),
    "tts_uplink_leak": (
        [
            (Observed.WATER, "leak-01", ACTIVE),
            (Observed.VALUE, "leak-01/battery", UNKNOWN),
            (Observed.VALUE, "leak-01/temperature", UNKNOWN),
            (Observed.VALUE, "leak-01/humidity", UNKNOWN),
        ],
        {"uplink_message.rx_metadata", "uplink_message.frm_payload", "correlation_ids", "end_device_ids.dev_addr"},
    ),
    "shelly_smoke_notifystatus": ([(Observed.SMOKE, "smoke:0", ACTIVE)], {"smoke:0.mute"}),
}


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_bytes())


def read(wire: str, message: object, **hint: Any) -> Said:
    return READERS[wire](json.dumps(message).encode(), Hint(**hint))


def rows(said: Said) -> list[Row]:
    return [(one.observed, one.point, one.state) for one in said.readings]


def only(said: Said) -> Reading:
    assert said.disposition is Disposition.ACCEPT, said
    (reading,) = said.readings
    return reading


# -- samples ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_sample_is_accepted_with_its_signals_and_without_what_must_be_dropped(path: Path) -> None:
    said = READERS["webhook"](path.read_bytes(), NO_HINT)
    expected, dropped = EXPECTED[path.stem]
    assert said.disposition is Disposition.ACCEPT
    assert rows(said) == expected
    assert dropped <= set(said.dropped)
    for reading in said.readings:
        assert reading.occurred_at is None or reading.occurred_at.tzinfo is UTC


def test_a_public_warning_among_the_webhooks_goes_to_its_own_reader() -> None:
    body = (SAMPLES / "cap_storm.xml").read_bytes()
    said = READERS["webhook"](body, NO_HINT)
    assert said == READERS["cap"](body, NO_HINT)
    assert said.disposition is Disposition.ACCEPT


def test_no_sample_was_forgotten() -> None:
    assert {path.stem for path in FILES} == set(EXPECTED)


# -- alertmanager and grafana -----------------------------------------------------------------------------------------


def firing(**changes: Any) -> Any:
    message = sample("alertmanager_v4_firing")
    message["alerts"][0] |= changes
    return message


def test_an_alert_is_in_its_own_state_whatever_its_group_says() -> None:
    assert only(read("alertmanager", firing() | {"status": "resolved"})).state is ACTIVE
    ended = firing(status="resolved", endsAt="2026-02-06T14:00:00Z")
    reading = only(read("alertmanager", ended))
    assert (reading.state, reading.occurred_at) == (INACTIVE, datetime(2026, 2, 6, 14, tzinfo=UTC))


def test_the_year_one_is_no_end_and_no_lying_clock() -> None:
    reading = only(read("alertmanager", firing(startsAt="0001-01-01T00:00:00Z")))
    assert (reading.occurred_at, reading.quality) == (None, ())


def test_an_alert_without_any_state_counts_as_active_and_says_so() -> None:
    message = firing()
    del message["alerts"][0]["status"], message["status"]
    assert (only(read("alertmanager", message)).state, only(read("alertmanager", message)).quality) == (
        ACTIVE,
        (Quality.STATE_MISSING,),
    )


def test_a_repeat_shares_its_mark_and_a_new_start_does_not() -> None:
    first, again = only(read("alertmanager", firing())), only(read("alertmanager", firing(annotations={})))
    anew = only(read("alertmanager", firing(startsAt="2026-02-07T13:08:45Z")))
    assert first.once == again.once != anew.once
    assert first.part == again.part == anew.part


def test_two_alerts_of_one_zone_are_two_conditions() -> None:
    message = firing()
    message["alerts"].append(message["alerts"][0] | {"fingerprint": "2b"})
    first, second = read("alertmanager", message).readings
    assert first.point == second.point
    assert first.part != second.part


def test_truncated_alerts_are_a_notice_beside_the_others() -> None:
    said = read("alertmanager", firing() | {"truncatedAlerts": 3})
    assert rows(said)[1:] == [(Observed.FAULT, "truncated", PULSE)]


def test_more_alerts_than_a_message_holds_are_told_as_truncated() -> None:
    message = firing()
    message["alerts"] = [message["alerts"][0] | {"fingerprint": str(n)} for n in range(300)]
    said = read("alertmanager", message)
    assert len(said.readings) == READINGS_MOST
    assert said.readings[-1].quality == (Quality.TRUNCATED,)


def test_an_outage_of_thousands_keeps_what_fires_before_what_ended() -> None:
    message = firing()
    ended = message["alerts"][0] | {"status": "resolved"}
    fires = message["alerts"][0]
    message["alerts"] = [ended | {"fingerprint": f"e{n}"} for n in range(2_000)] + [fires]
    said = read("alertmanager", message)
    assert said.readings[0].state is ACTIVE
    assert len(said.readings) == READINGS_MOST


def test_an_alert_that_is_none_is_unreadable_beside_the_others() -> None:
    message = firing()
    message["alerts"].insert(0, "no alert")
    said = read("alertmanager", message)
    assert [row[0] for row in rows(said)] == [Observed.UNREADABLE, Observed.ENVIRONMENT]


def test_a_watchdog_is_a_sign_of_life() -> None:
    said = read("alertmanager", firing(labels={"alertname": "Watchdog"}))
    assert (said.disposition, said.heartbeat) == (Disposition.IGNORE, True)


@pytest.mark.parametrize("name", ["PeopleCountHigh", "face_detected", "CrowdAtGate", "Gender mismatch"])
def test_an_alert_about_people_is_refused_and_the_others_are_not(name: str) -> None:
    message = firing(labels={"alertname": name, "zone": "gate"})
    assert read("alertmanager", message).disposition is Disposition.REFUSE
    message["alerts"] += firing()["alerts"]
    assert rows(read("alertmanager", message)) == [(Observed.ENVIRONMENT, "cold-2", ACTIVE)]


@pytest.mark.parametrize(
    ("name", "observed"),
    [
        ("NetworkInterfaceDown", Observed.IT),
        ("RabbitMQQueueLength", Observed.IT),
        ("GoroutineLeak", Observed.IT),
        ("FirewallDown", Observed.IT),
        ("SmokeInRack", Observed.SMOKE),
        ("ups_on_battery", Observed.POWER),
        ("RoomTemperatureHigh", Observed.ENVIRONMENT),
        ("template_error", Observed.IT),
    ],
)
def test_an_alert_is_known_by_the_words_of_its_name(name: str, observed: Observed) -> None:
    assert only(read("alertmanager", firing(labels={"alertname": name}))).observed is observed


def test_which_label_names_a_point_is_registered() -> None:
    table = (DevicePoint(point="instance=sensor-7.example", zone="7"), DevicePoint(point="cold-2", zone="2"))
    assert only(read("alertmanager", firing(), points=table)).point == "instance=sensor-7.example"
    assert only(read("alertmanager", firing(), points=table[1:])).point == "cold-2"


@pytest.mark.parametrize("version", ["3", None, "5"])
def test_another_version_is_rejected(version: str | None) -> None:
    assert read("alertmanager", firing() | {"version": version}).disposition is Disposition.REJECT


def test_what_is_refused_beside_others_is_told_as_refused() -> None:
    alarm, face = firing()["alerts"][0], firing()["alerts"][0] | {"labels": {"alertname": "FaceSeen", "zone": "x"}}
    assert not read("alertmanager", firing() | {"alerts": [alarm]}).refused_in_part
    beside = read("alertmanager", firing() | {"alerts": [alarm, face]})
    assert (len(beside.readings), beside.refused_in_part) == (1, True)
    events = [event(), event(type="org.example.face", id="2")]
    beside = read("cloudevents", events)
    assert (len(beside.readings), beside.refused_in_part) == (1, True)
    assert not read("cloudevents", events[:1]).refused_in_part
    unlisted = read("cloudevents", [event(type="org.example.unheard-of"), events[1]])
    assert (unlisted.disposition, unlisted.refused_in_part) == (Disposition.QUARANTINE, True)


# -- cloudevents ------------------------------------------------------------------------------------------------------


def event(**changes: Any) -> Any:
    return sample("cloudevent_structured") | changes


def test_a_cloudevent_comes_in_three_modes_and_says_the_same() -> None:
    told = event()
    structured = read("cloudevents", told)
    batch = read("cloudevents", [told], media_type="application/cloudevents-batch+json")
    headers = {f"ce-{key}": value for key, value in told.items() if key not in ("data", "datacontenttype")}
    binary = read("cloudevents", told["data"], headers=headers, media_type="application/json; charset=utf-8")
    assert structured.readings == batch.readings == binary.readings


def base64_of(data: object) -> str:
    return b64encode(json.dumps(data).encode()).decode()


@pytest.mark.parametrize("kind", [{}, {"datacontenttype": "application/json"}, {"datacontenttype": "text/JSON; a=b"}])
def test_data_in_base64_says_the_same_as_data(kind: dict[str, str]) -> None:
    bare = {"specversion": "1.0", "type": "x.water", "source": "/s", "id": "7"}
    for data in ({"zone": "cellar", "state": "cleared", "who": "Ann"}, {"state": "active"}):
        plain = read("cloudevents", {**bare, **kind, "data": data})
        coded = read("cloudevents", {**bare, **kind, "data_base64": base64_of(data)})
        assert coded == plain
        assert plain.readings[0].state is not PULSE


def test_data_in_base64_that_is_something_else_than_json_is_not_read() -> None:
    bare = {"specversion": "1.0", "type": "x.panic", "source": "/s", "id": "7", "datacontenttype": "image/jpeg"}
    said = read("cloudevents", {**bare, "data_base64": base64_of({"state": "cleared"})})
    assert (said.readings[0].state, said.dropped) == (PULSE, ("data_base64",))


@pytest.mark.parametrize("coded", ["%%%", "eyJ6", 7, ["e30="], "\u00e4", ""])
def test_data_in_base64_that_is_none_makes_its_event_unreadable(coded: object) -> None:
    bare = {"specversion": "1.0", "type": "x.panic", "source": "/s", "id": "7", "data_base64": coded}
    said = read("cloudevents", bare)
    assert said.disposition is Disposition.REJECT


def test_an_event_is_known_by_source_and_id() -> None:
    first = only(read("cloudevents", event()))
    assert first.once == only(read("cloudevents", event(time="2026-03-02T11:00:00Z"))).once
    assert first.once != only(read("cloudevents", event(id="a-0002"))).once
    assert first.once != only(read("cloudevents", event(source="/elsewhere"))).once


@pytest.mark.parametrize(
    ("kind", "data", "row"),
    [
        ("com.example.water.cleared", {"zone": "c"}, (Observed.WATER, "c", INACTIVE)),
        ("com.example.smoke", {"zone": "c", "state": "ON"}, (Observed.SMOKE, "c", ACTIVE)),
        ("com.example.smoke", {"zone": "c"}, (Observed.SMOKE, "c", PULSE)),
        ("com.example.temperature", {"zone": "c", "value": 8.5, "unit": "C"}, (Observed.VALUE, "c", UNKNOWN)),
        ("fire", None, (Observed.FIRE, "fire", PULSE)),
    ],
)
def test_the_end_of_a_type_says_what_it_is(kind: str, data: Any, row: Row) -> None:
    assert rows(read("cloudevents", event(type=kind, data=data))) == [row]


@pytest.mark.parametrize("missing", ["id", "source", "type", "specversion"])
def test_an_event_without_a_required_attribute_is_rejected(missing: str) -> None:
    told = event()
    del told[missing]
    assert read("cloudevents", told).disposition is Disposition.REJECT


def test_of_a_batch_what_can_be_read_is_read() -> None:
    said = read("cloudevents", [event(), {"specversion": "1.0"}, event(type="org.example.people.counted"), 7])
    assert [one.observed for one in said.readings] == [Observed.PANIC, Observed.UNREADABLE, Observed.UNREADABLE]


@pytest.mark.parametrize(
    ("kind", "disposition"),
    [
        ("org.example.people.counted", Disposition.REFUSE),
        ("org.example.FaceDetected", Disposition.REFUSE),
        ("org.example.lunch.ready", Disposition.QUARANTINE),
        ("org.example.heartbeat", Disposition.IGNORE),
    ],
)
def test_other_types_raise_nothing(kind: str, disposition: Disposition) -> None:
    said = read("cloudevents", event(type=kind))
    assert (said.disposition, said.readings) == (disposition, ())
    assert "lunch" not in repr(said)


# -- sensorthings -----------------------------------------------------------------------------------------------------


def test_an_observation_is_a_number_of_its_datastream() -> None:
    reading = only(read("sensorthings", sample("sensorthings_observation")))
    assert (reading.value, reading.point, reading.once) == (49.0, "999", None)
    assert reading.occurred_at == datetime(2026, 3, 2, 10, 13, 14, tzinfo=UTC)


def test_an_interval_counts_from_its_end_and_an_id_may_be_a_text() -> None:
    message = {
        "result": "7.5",
        "phenomenonTime": "2026-03-02T10:00:00Z/2026-03-02T10:05:00Z",
        "Datastream": {"@iot.id": "cold-2"},
    }
    reading = only(read("sensorthings", message))
    assert (reading.value, reading.point) == (7.5, "cold-2")
    assert reading.occurred_at == datetime(2026, 3, 2, 10, 5, tzinfo=UTC)


def test_the_datastream_may_stand_in_a_link_or_in_the_address() -> None:
    link = "https://frost.example/v1.1/Datastreams('c-1')"
    assert only(read("sensorthings", {"result": 1, "Datastream@iot.navigationLink": link})).point == "c-1"
    assert only(read("sensorthings", {"result": 1}, topic="v1.1/Datastreams(12)/Observations")).point == "12"
    assert only(read("sensorthings", {"result": 1}, query={"datastream": "13"})).point == "13"


@pytest.mark.parametrize("result", [None, "warm", {"a": 1}, [1, 2], float("1e300")])
def test_what_is_no_number_is_told_as_such(result: Any) -> None:
    said = read("sensorthings", {"result": result, "Datastream": {"@iot.id": 1}})
    assert said.disposition in (Disposition.REJECT, Disposition.QUARANTINE)


def test_a_truth_is_an_input() -> None:
    assert rows(read("sensorthings", {"result": True, "Datastream": {"@iot.id": 4}})) == [(Observed.INPUT, "4", ACTIVE)]


# -- lora -------------------------------------------------------------------------------------------------------------


def chirp(decoded: Any, **changes: Any) -> Any:
    return sample("chirpstack_up_smoke") | {"object": decoded} | changes


def things(decoded: Any) -> Any:
    message = sample("tts_uplink_leak")
    message["uplink_message"]["decoded_payload"] = decoded
    return message


@pytest.mark.parametrize(
    ("decoded", "row"),
    [
        ({"message_type": "alarm"}, (Observed.SMOKE, "", ACTIVE)),
        ({"message_type": "normal"}, (Observed.SMOKE, "", INACTIVE)),
        ({"message_type": "removed"}, (Observed.TAMPER, "/tamper", ACTIVE)),
        ({"message_type": "installed"}, (Observed.TAMPER, "/tamper", INACTIVE)),
        ({"message_type": "low_battery"}, (Observed.BATTERY, "/battery-low", ACTIVE)),
        ({"message_type": 14}, (Observed.TEST, "/test", PULSE)),
        ({"message_type": "new word"}, (Observed.UNLISTED, "", PULSE)),
        ({"leakage_status": "normal"}, (Observed.WATER, "", INACTIVE)),
        ({"leak": True}, (Observed.WATER, "", ACTIVE)),
        ({"sos": 1}, (Observed.PANIC, "", PULSE)),
        ({"door": "open"}, (Observed.INPUT, "", ACTIVE)),
        ({"press": "short"}, (Observed.INPUT, "/short", PULSE)),
        ({"smoke": "whatever"}, (Observed.SMOKE, "", UNKNOWN)),
    ],
)
def test_a_decoded_field_says_the_same_through_either_server(decoded: Any, row: Row) -> None:
    observed, part, state = row
    assert rows(read("chirpstack", chirp(decoded))) == [(observed, f"attic{part}", state)]
    assert rows(read("thingsstack", things(decoded))) == [(observed, f"leak-01{part}", state)]


@pytest.mark.parametrize("decoded", [{"leakage_status": None}, {"smoke": ""}, {"message_type": "silent"}, {"sos": 0}])
def test_what_is_absent_or_silenced_ends_nothing(decoded: Any) -> None:
    for said in (read("chirpstack", chirp(decoded)), read("thingsstack", things(decoded))):
        assert (said.disposition, said.heartbeat, said.readings) == (Disposition.IGNORE, True, ())


@pytest.mark.parametrize("field", ["people_count", "line_total_people", "gender", "face_id"])
def test_a_device_that_counts_people_is_refused_whole(field: str) -> None:
    for said in (
        read("chirpstack", chirp({field: 3, "smoke": True})),
        read("thingsstack", things({field: 3, "smoke": True})),
    ):
        assert (said.disposition, said.readings, said.dropped) == (Disposition.REFUSE, (), ())


def test_motion_counts_only_where_it_is_switched_on() -> None:
    assert only(read("chirpstack", chirp({"pir": "trigger"}))).switch is Switch.MOTION


def test_a_press_that_is_delivered_twice_is_one_and_the_next_is_another() -> None:
    first, again = (only(read("chirpstack", chirp({"sos": 1}))) for _ in range(2))
    other = only(read("chirpstack", chirp({"sos": 1}, deduplicationId="another")))
    assert first.once == again.once != other.once


def test_a_battery_of_chirpstack_comes_as_a_state_of_its_own() -> None:
    status = {key: value for key, value in chirp({}).items() if key in ("deviceInfo", "time")}
    low = read("chirpstack", status | {"batteryLevel": 4.7}, query={"event": "status"})
    assert rows(low) == [
        (Observed.VALUE, "attic/battery", UNKNOWN),
        (Observed.BATTERY, "attic/battery-low", ACTIVE),
    ]
    mains = read("chirpstack", status | {"externalPowerSource": True, "batteryLevel": 0}, query={"event": "status"})
    assert (mains.disposition, mains.heartbeat) == (Disposition.IGNORE, True)


@pytest.mark.parametrize("event_name", ["join", "ack", "txack", "log", "location", "integration"])
def test_other_events_of_chirpstack_raise_nothing(event_name: str) -> None:
    assert read("chirpstack", chirp({}), query={"event": event_name}).disposition is Disposition.IGNORE


def test_an_uplink_without_a_codec_is_told_since_nobody_knows_what_it_says() -> None:
    message = chirp(None)
    del message["object"]
    assert read("chirpstack", message).disposition is Disposition.QUARANTINE
    stack = sample("tts_uplink_leak")
    del stack["uplink_message"]["decoded_payload"]
    assert read("thingsstack", stack).disposition is Disposition.QUARANTINE
    del stack["uplink_message"]["f_port"]  # 0 is left out
    assert read("thingsstack", stack).heartbeat


@pytest.mark.parametrize("kind", ["join_accept", "downlink_ack", "downlink_failed", "location_solved"])
def test_other_messages_of_the_things_stack_raise_nothing(kind: str) -> None:
    message = {"end_device_ids": {"device_id": "leak-01"}, kind: {"secret": "x"}}
    assert read("thingsstack", message).disposition is Disposition.IGNORE


# -- shelly's hooks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "row"),
    [
        ({"event": "smoke.alarm"}, (Observed.SMOKE, "smoke:0", ACTIVE)),
        ({"event": "flood.alarm_off", "cid": "1"}, (Observed.WATER, "flood:1", INACTIVE)),
        ({"event": "smoke.alarm_test"}, (Observed.TEST, "smoke:0", PULSE)),
        ({"event": "temperature.change", "value": "21.5"}, (Observed.VALUE, "temperature:0", UNKNOWN)),
    ],
)
def test_a_hook_says_it_all_in_its_query(query: dict[str, str], row: Row) -> None:
    assert rows(READERS["shelly-hook"](b"", Hint(query=query))) == [row]


@pytest.mark.parametrize(
    ("query", "disposition"),
    [
        ({}, Disposition.REJECT),
        ({"event": "smoke.alarm", "cid": "x"}, Disposition.REJECT),
        ({"event": "temperature.change"}, Disposition.REJECT),
        ({"event": "presence.people"}, Disposition.REFUSE),
        ({"event": "bell.rung"}, Disposition.QUARANTINE),
        ({"event": "switch.on"}, Disposition.IGNORE),
    ],
)
def test_a_hook_that_says_something_else_raises_nothing(query: dict[str, str], disposition: Disposition) -> None:
    said = READERS["shelly-hook"](b"", Hint(query=query))
    assert (said.disposition, said.readings) == (disposition, ())


# -- any bytes --------------------------------------------------------------------------------------------------------

MARK: Final = "zqMARKqz"


def within_limits(said: Said) -> None:
    assert len(said.readings) <= READINGS_MOST
    for reading in said.readings:
        assert 0 < len(reading.point) <= POINT_MOST
    if said.disposition is not Disposition.ACCEPT:
        assert not said.readings


@given(st.sampled_from(OURS), st.binary(max_size=300))
def test_no_bytes_make_a_reader_raise(wire: str, body: bytes) -> None:
    within_limits(READERS[wire](body, NO_HINT))


@given(st.sampled_from(OURS), st.sampled_from(FILES), st.data())
def test_no_cut_and_no_change_of_a_sample_makes_a_reader_raise(wire: str, path: Path, data: st.DataObject) -> None:
    body = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(body)))
    match data.draw(st.sampled_from(("cut", "change", "insert"))):
        case "cut":
            del body[at:]
        case "change":
            body[at : at + 1] = data.draw(st.binary(min_size=1, max_size=3))
        case _:
            body[at:at] = data.draw(st.binary(max_size=20))
    within_limits(READERS[wire](bytes(body), NO_HINT))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(FILES), st.data())
@settings(max_examples=300)
def test_no_value_in_the_place_of_another_makes_a_reader_raise(path: Path, data: st.DataObject) -> None:
    message = json.loads(path.read_bytes())
    places = list(_places(message))
    holder, key = data.draw(st.sampled_from(places))
    holder[key] = data.draw(json_values)
    body = json.dumps(message).encode("utf-8", "surrogatepass")
    for wire in OURS:
        within_limits(READERS[wire](body, NO_HINT))


def _places(value: Any) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in list(items):
        yield value, key
        yield from _places(below)


#: Where a point's name, a time or a number may be said on; every other value stays behind.
SAID_ON: Final = frozenset({"zone", "alertname", "device_id", "devEui", "deviceName", "@iot.id", "subject", "unit"})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_value_of_a_sample_is_said_on_but_the_name_of_a_point(path: Path) -> None:
    count = len(list(_places(json.loads(path.read_bytes()))))
    for n in range(count):
        message = json.loads(path.read_bytes())
        holder, key = list(_places(message))[n]
        if key in SAID_ON or key == "src" or key == "topic":
            continue
        holder[key] = MARK
        assert MARK not in repr(READERS["webhook"](json.dumps(message).encode(), NO_HINT)), key
        if isinstance(holder, dict):
            holder[key] = {MARK: MARK, "name": MARK}
            said = READERS["webhook"](json.dumps(message).encode(), NO_HINT)
            assert MARK not in repr(said).replace(repr(said.dropped), ""), key
