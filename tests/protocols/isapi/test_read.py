"""ISAPI beyond the samples: what cameras do and what others may try. Nothing is raised, nothing of people is said."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.reading import Disposition, Observed, PointState, Quality, Reading, Said
from belfry.protocols.hint import NO_HINT, Hint
from belfry.protocols.isapi import read
from belfry.protocols.isapi.lists import FIELDS, REFUSED, TYPES, denied, fields, refused
from tests.protocols.isapi.samples import NAMES, sample

NOW = datetime(2026, 3, 14, 8, 0, 5, tzinfo=UTC)
MARK = "Zq7Marker"


def alert(event: str, state: str | None = "active", **more: Any) -> dict[str, Any]:
    told = {"channelID": 1, "dateTime": "2026-03-14T08:00:00Z", "activePostCount": 1, "eventType": event, **more}
    return told if state is None else {**told, "eventState": state}


def said(event: str, state: str | None = "active", **more: Any) -> Said:
    return read(json.dumps(alert(event, state, **more)).encode(), NO_HINT)


def only(told: Said) -> Reading:
    assert told.disposition is Disposition.ACCEPT, told.reason
    (reading,) = told.readings
    return reading


def xml(namespace: str) -> bytes:
    attribute = f' xmlns="{namespace}"' if namespace else ""
    inner = "<eventType>IO</eventType><inputIOPortID>1</inputIOPortID><eventState>active</eventState>"
    return f"<EventNotificationAlert{attribute}>{inner}</EventNotificationAlert>".encode()


@pytest.mark.parametrize(
    "namespace",
    [
        *("", "http://www.hikvision.com/ver10/XMLSchema", "http://www.hikvision.com/ver20/XMLSchema"),
        *("http://www.isapi.org/ver20/XMLSchema", "urn:psialliance-org"),
    ],
)
def test_the_namespace_does_not_matter(namespace: str) -> None:
    assert only(read(xml(namespace), NO_HINT)).point == "in1"


@pytest.mark.parametrize("event", sorted(TYPES))
def test_every_listed_type_is_read_in_any_case(event: str) -> None:
    assert only(said(event)).observed is only(said(event.upper())).observed is TYPES[event].observed


@pytest.mark.parametrize(
    "event", [*sorted(REFUSED), "facelibDiskError", "newFaceThing", "CrowdX", "platerecog", "PersonY"]
)
def test_every_refused_type_is_refused_whole(event: str) -> None:
    told = said(event.upper(), DetectionRegionList={"DetectionRegionEntry": {"regionID": 1}}, secret=MARK)
    assert (told.disposition, told.readings) == (Disposition.REFUSE, ())
    assert MARK not in repr(told)


def test_no_listed_type_is_refused_and_no_kept_field_is_denied() -> None:
    assert [event for event in TYPES if refused(event)] == []
    assert sorted(name for name in fields(FIELDS) if denied(name)) == []


def test_a_type_that_no_list_names_is_kept_back_without_its_name() -> None:
    told = said(f"new{MARK}")
    assert told == Said(disposition=Disposition.QUARANTINE, reason="a type that no list names")


@pytest.mark.parametrize(
    ("event", "state", "expected"),
    [
        ("fireDetection", None, (PointState.ACTIVE, (Quality.STATE_MISSING,))),
        ("fireDetection", "perhaps", (PointState.ACTIVE, (Quality.STATE_MISSING,))),
        ("TMPA", None, (PointState.PENDING, (Quality.STATE_MISSING,))),
        ("IO", None, (PointState.PULSE, (Quality.STATE_MISSING,))),
        ("videoloss", None, (PointState.UNKNOWN, (Quality.STATE_MISSING,))),
        ("IO", "INACTIVE", (PointState.INACTIVE, ())),
        ("videoloss", "Active", (PointState.ACTIVE, ())),
        ("illaccess", "active", (PointState.PULSE, ())),
    ],
)
def test_a_missing_state_ends_nothing_and_a_fire_needs_none(
    event: str, state: str | None, expected: tuple[PointState, tuple[Quality, ...]]
) -> None:
    reading = only(said(event, state))
    assert (reading.state, reading.quality) == expected


def test_the_end_of_a_real_video_loss_is_no_heartbeat_alone() -> None:
    told = said("videoloss", "inactive", activePostCount=7)
    assert (told.disposition, told.heartbeat) == (Disposition.ACCEPT, True)
    assert only(told).state is PointState.INACTIVE


def test_the_end_of_a_pre_alarm_ends_no_alarm() -> None:
    """TMPA goes inactive when TMA begins; both are HEAT of one region."""
    assert said("TMPA", "inactive").disposition is Disposition.IGNORE
    assert only(said("TMA", "inactive")).state is PointState.INACTIVE


def test_a_repeat_is_of_what_it_repeats() -> None:
    def repeat(*types: str) -> Said:
        return said("duration", DurationList={"Duration": [{"relationEvent": one} for one in types]})

    assert only(repeat("fireDetection")).quality == (Quality.REPEATED,)
    assert [one.observed for one in repeat("IO", "shelteralarm").readings] == [Observed.INPUT, Observed.TAMPER]
    assert repeat("faceCapture").disposition is Disposition.REFUSE
    assert [one.observed for one in repeat("faceCapture", "fireDetection").readings] == [Observed.FIRE]
    assert repeat("strange").disposition is Disposition.QUARANTINE
    assert repeat().disposition is repeat("duration").disposition is Disposition.REJECT


def test_each_minute_of_an_alarm_is_an_occurrence_whatever_the_device_counts() -> None:
    """Some firmware counts the posts of one alarm, some all of them since its start: a count hides no new alarm."""
    first = only(said("IO"))
    assert first.once is not None
    assert only(said("IO", dateTime="2026-03-14T08:00:59Z", activePostCount="4268")).once == first.once
    assert only(said("IO", dateTime="2026-03-14T08:01:00Z")).once != first.once
    assert only(said("IO", "inactive")).once is None
    assert only(said("duration", DurationList={"Duration": {"relationEvent": "IO"}})).once is None


def test_a_clock_that_lies_leaves_the_time_to_ours() -> None:
    body = json.dumps(alert("IO", dateTime="2019-01-01T00:00:00+08:00")).encode()
    assert only(read(body, NO_HINT)).once is None
    reading = only(read(body, Hint(now=NOW)))
    assert (reading.occurred_at, reading.quality) == (None, (Quality.CLOCK,))
    assert reading.once == "2026-03-14T08:00:00+00:00"


def test_numbers_and_regions_come_as_text_and_alone_too() -> None:
    region = {"regionID": "4", "TMA": {"thermometryUnit": "Fahrenheit", "currTemperature": "212.5"}}
    reading = only(said("TMA", DetectionRegionList=[{"DetectionRegionEntry": [region]}]))
    assert (reading.point, reading.value, reading.unit) == ("ch1/region4", 212.5, "F")
    del region["TMA"]["thermometryUnit"]  # type: ignore[attr-defined]  # a dict, for mypy an object
    assert only(said("TMA", DetectionRegionList={"DetectionRegionEntry": region})).value is None


def test_json_may_have_the_name_of_the_root_round_it() -> None:
    assert (
        only(read(json.dumps({"EventNotificationAlert": alert("IO", inputIOPortID=3)}).encode(), NO_HINT)).point
        == "in3"
    )


@pytest.mark.parametrize(
    ("code", "zone", "expected"),
    [
        (1130, 0, (Observed.INTRUSION, "zone1", PointState.ACTIVE)),
        (3130, 0, (Observed.INTRUSION, "zone1", PointState.INACTIVE)),
        (130, 4, (Observed.INTRUSION, "zone5", PointState.ACTIVE)),
        (1111, 2, (Observed.SMOKE, "zone3", PointState.ACTIVE)),
        (1120, None, (Observed.PANIC, "partition2", PointState.ACTIVE)),
        (1121, None, (Observed.DURESS, "partition2", PointState.ACTIVE)),
        (1100, 1, (Observed.MEDICAL, "zone2", PointState.ACTIVE)),
        (1383, 1, (Observed.TAMPER, "zone2", PointState.ACTIVE)),
        (3401, 3, (Observed.ARMING, "partition2", PointState.ACTIVE)),
        (1401, 3, (Observed.ARMING, "partition2", PointState.INACTIVE)),
        (1602, None, (Observed.TEST, "partition2", PointState.PULSE)),
    ],
)
def test_contact_id_of_a_panel(code: int, zone: int | None, expected: tuple[Observed, str, PointState]) -> None:
    event = {"code": code, "system": 2, "name": MARK, "trigger": "2026-03-14T08:00:00Z"}
    told = said("cidEvent", CIDEvent=event if zone is None else {**event, "zone": zone})
    reading = only(told)
    assert (reading.observed, reading.point, reading.state) == expected
    assert MARK not in repr(told)


def test_a_door_a_bypass_and_a_heartbeat_of_a_panel_are_of_no_concern() -> None:
    assert [said("cidEvent", CIDEvent={"code": code}).disposition for code in (1421, 1570)] == [Disposition.IGNORE] * 2
    assert said("cidEvent", "inactive").heartbeat
    assert said("cidEvent", CIDEvent={"code": 1999}).disposition is Disposition.QUARANTINE
    assert said("cidEvent", CIDEvent={"code": "x"}).disposition is Disposition.REJECT


# -- several in one ---------------------------------------------------------------------------------------------------


def parts(*bodies: bytes, end: bytes = b"--b--\r\n") -> bytes:
    return b"".join(b"--b\r\nContent-Type: application/xml\r\n\r\n" + one + b"\r\n" for one in bodies) + end


MIXED = Hint(media_type="multipart/form-data; boundary=b")


def test_an_unreadable_part_stands_beside_the_others() -> None:
    told = read(parts(xml(""), b"<broken", json.dumps(alert("strange")).encode()), MIXED)
    assert [one.observed for one in told.readings] == [Observed.INPUT, Observed.UNREADABLE, Observed.UNLISTED]


def test_a_refused_part_leaves_no_more_than_names() -> None:
    told = read(parts(json.dumps(alert("faceCapture", faces=[MARK])).encode(), xml("")), MIXED)
    assert [one.observed for one in told.readings] == [Observed.INPUT]
    assert told.refused_in_part
    assert "faces" in told.dropped
    assert MARK not in repr(told)


def test_what_is_refused_beside_something_unreadable_is_told_as_refused() -> None:
    face = json.dumps(alert("faceCapture")).encode()
    told = read(parts(face, b"<broken"), MIXED)
    assert (told.disposition, told.refused_in_part) == (Disposition.REJECT, True)
    assert not read(parts(face, face), MIXED).readings
    assert not read(parts(xml(""), b"<broken"), MIXED).refused_in_part


def test_pictures_alone_are_no_message() -> None:
    told = read(b"--b\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8" + MARK.encode() + b"\r\n--b--", MIXED)
    assert told == Said(disposition=Disposition.REJECT, reason="multipart without a message")


@pytest.mark.parametrize("name", ["Küche".encode("latin-1"), "仓库".encode("gb2312"), b"\xff"])
def test_a_name_in_letters_of_its_own_hides_no_fire(name: bytes) -> None:
    inner = b"<eventType>fireDetection</eventType><eventState>active</eventState><channelID>2</channelID>"
    as_xml = b'<?xml version="1.0" encoding="UTF-8"?><EventNotificationAlert><channelName>' + name + b"</channelName>"
    as_json = b'{"channelName":"' + name + b'","eventType":"fireDetection","eventState":"active","channelID":2}'
    for body in (as_xml + inner + b"</EventNotificationAlert>", as_json):
        fire = only(read(body, NO_HINT))
        assert (fire.observed, fire.point, fire.state) == (Observed.FIRE, "ch2", PointState.ACTIVE)
        assert Quality.RECOVERED in fire.quality


def test_a_type_in_letters_of_its_own_is_refused_as_any_other() -> None:
    for event in (b"face\xffDetection", b"\xffpeopleCounting"):
        assert read(b'{"eventType":"' + event + b'","eventState":"active"}', NO_HINT).disposition is Disposition.REFUSE


def test_fifty_thousand_parts_are_unreadable() -> None:
    assert read(parts(*[b""] * 50_000), MIXED).reason == "multipart of more than 64 parts"


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"\x00" * 100,
        b"[" * 100_000,
        b"<a>" * 100_000,
        b'{"eventType":' * 5_000,
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><EventNotificationAlert>&x;</EventNotificationAlert>',
        xml("").decode().encode("utf-16"),
        b"\x1f\x8b\x08\x00" + b"\x00" * 50,
        b"{}",
        b"[]",
        b"null",
        b'{"eventType": ["IO"]}',
        b'{"eventType": "' + b"a" * 100 + b'"}',
        json.dumps(
            alert("IO", DetectionRegionList={"DetectionRegionEntry": [{"regionID": n} for n in range(9_999)]})
        ).encode(),
        json.dumps(
            alert("TMA", DetectionRegionList={"DetectionRegionEntry": [{"regionID": n} for n in range(9_999)]})
        ).encode(),
    ],
)
def test_hostile_bodies_are_told_and_no_more(hostile: bytes) -> None:
    for hint in (NO_HINT, MIXED):
        told = read(hostile, hint)
        assert told.disposition in (Disposition.REJECT, Disposition.ACCEPT)
        assert len(told.readings) <= 256


# -- any bytes --------------------------------------------------------------------------------------------------------


@given(st.data())
def test_any_cut_and_any_change_of_a_sample_is_told(data: st.DataObject) -> None:
    body = bytearray(sample(data.draw(st.sampled_from(NAMES))))
    for _ in range(data.draw(st.integers(0, 5))):
        at = data.draw(st.integers(0, len(body)))
        body[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    cut = data.draw(st.integers(0, len(body)))
    assert isinstance(read(bytes(body[:cut]), NO_HINT), Said)


def marked(value: object, *, keep: frozenset[str]) -> object:
    """Every text of a message is the mark, but for those of the fields that are kept."""
    if isinstance(value, dict):
        return {key: inner if key in keep else marked(inner, keep=keep) for key, inner in value.items()}
    if isinstance(value, list):
        return [marked(one, keep=keep) for one in value]
    return MARK


@pytest.mark.parametrize("event", ["IO", "fireDetection", "faceCapture", "duration", "cidEvent", "strange"])
@given(
    extra=st.recursive(
        st.just(MARK),
        lambda below: (
            st.dictionaries(
                st.sampled_from(sorted(fields(FIELDS) - {"eventType"})) | st.just("faces"), below, max_size=4
            )
            | st.lists(below, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_no_marker_in_any_value_is_ever_said(event: str, extra: object) -> None:
    body = {"eventType": event, **(extra if isinstance(extra, dict) else {"x": extra})}
    told = read(json.dumps(body).encode(), NO_HINT)
    # `inputIOPortID` names a point, which is the device's own word and never kept.
    named = "" if not isinstance(body.get("inputIOPortID"), str) else f"in{MARK}"
    assert MARK not in repr(told).replace(named, "") if named else MARK not in repr(told)


def test_no_marker_in_any_sample_is_ever_said() -> None:
    body = json.loads(sample("face_capture.json"))
    told = read(json.dumps(marked(body, keep=frozenset({"eventType"}))).encode(), NO_HINT)
    assert told.disposition is Disposition.REFUSE
    assert MARK not in repr(told)
