"""ONVIF beyond the samples: what cameras do and what others may try. Nothing is raised, nothing of people is said."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.reading import Disposition, Observed, PointState, Quality, Reading, Said, Switch, Target
from belfry.protocols.hint import NO_HINT
from belfry.protocols.onvif import read
from belfry.protocols.onvif.topics import TOPICS, How, of_no_concern, refused, topic
from tests.protocols.onvif.samples import NAMES, notice, notify, sample

MARK = "Zq7Marker"
WHERE = {"VideoSourceToken": "v1"}


def said(
    name: str, data: Mapping[str, str], *, source: Mapping[str, str] | None = WHERE, operation: str = "Changed"
) -> Said:
    return read(notify(notice(name, source, data, operation=operation)), NO_HINT)


def only(told: Said) -> Reading:
    assert told.disposition is Disposition.ACCEPT, told.reason
    (reading,) = told.readings
    return reading


@pytest.mark.parametrize("row", sorted(row for row, one in TOPICS.items() if one.how is How.TRUTH))
def test_a_topic_of_truth_is_read_by_any_of_its_items_and_in_any_spelling(row: str) -> None:
    name = "tns1:Outer/tns1:" + row.replace("*", "ImagingService")
    for item in TOPICS[row].items:
        for value, state in (("TRUE", PointState.ACTIVE), ("0", PointState.INACTIVE), ("active", PointState.ACTIVE)):
            reading = only(said(name, {"First": "true", item: value}))
            assert (reading.observed, reading.state, reading.point) == (TOPICS[row].observed, state, "v1")


@pytest.mark.parametrize(
    "name",
    [
        *("tns1:RuleEngine/Recognition/Face", "tns1:RuleEngine/tnsx:Recognition/LicensePlate"),
        *("tns1:RuleEngine/MyRuleDetector/FaceDetect", "AppEvent/DetectorApp/FaceDetection"),
        *("tns1:RuleEngine/CountAggregation/Counter", "tns1:RuleEngine/CountAggregation/OccupancyCounter"),
        *("tns1:RuleEngine/ObjectTrack/Aggregation", "tns1:VideoAnalytics/x/SceneTooCrowded"),
        *("tns1:RuleEngine/Radiometry/BodyTemperatureAlarm", "tns1:RuleEngine/LoiteringDetector/ObjectIsLoitering"),
        *("tns1:AccessControl/AccessGranted/Credential", "tns1:AccessControl/Denied/Anonymous"),
        *("tns1:RuleEngine/Recognition/Face/tns1:Device/Trigger/DigitalInput", "AccessControl/AccessControl/Duress"),
    ],
)
def test_a_topic_of_people_is_refused_wherever_it_stands(name: str) -> None:
    told = said(name, {"State": MARK, MARK: "true"})
    assert (told.disposition, told.readings, told.dropped) == (Disposition.REFUSE, (), ("Message",))
    assert MARK not in repr(told)


def test_no_listed_topic_is_refused() -> None:
    assert [
        row
        for row in TOPICS
        if refused(topic(row)) or (of_no_concern(topic(row)) and row != "Monitoring/BatteryCapacity")
    ] == []


def test_a_topic_that_no_list_names_is_kept_back_without_its_name() -> None:
    told = said(f"tns1:New/{MARK}", {"State": "true"})
    assert told == Said(disposition=Disposition.QUARANTINE, reason="a topic that no list names", heartbeat=True)
    assert said("tns1:Monitoring/ProcessorUsage", {"Value": "5"}).disposition is Disposition.IGNORE
    assert said("tns1:Device/Trigger/Relay", {"LogicalState": "active"}).disposition is Disposition.IGNORE


def test_duress_says_so_and_drops_whose() -> None:
    told = said(
        "tns1:AccessControl/Duress",
        {"Reason": MARK, "CredentialHolderName": MARK, "CredentialToken": MARK},
        source={"AccessPointToken": "door-1"},
    )
    assert (only(told).observed, only(told).point, only(told).state) == (Observed.DURESS, "door-1", PointState.PULSE)
    assert told.dropped == ("Reason", "CredentialHolderName", "CredentialToken")
    assert MARK not in repr(told)


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ("Human", [(Observed.INTRUSION, Target.HUMAN)]),
        ("Animal Human", [(Observed.INTRUSION, Target.HUMAN)]),
        ("Vehicle", [(Observed.INTRUSION, Target.VEHICLE)]),
        ("Animal", [(Observed.INTRUSION, Target.ANIMAL)]),
        ("Fire", [(Observed.FIRE, None)]),
        ("Smoke Fire Human", [(Observed.SMOKE, None), (Observed.FIRE, None), (Observed.INTRUSION, Target.HUMAN)]),
        ("HumanFace Fire", [(Observed.FIRE, None)]),
    ],
)
def test_classes_are_told_apart(classes: str, expected: list[tuple[Observed, Target | None]]) -> None:
    told = said("tns1:RuleEngine/ObjectDetection/Object", {"ClassTypes": classes})
    assert [(one.observed, one.target) for one in told.readings] == expected
    assert {one.state for one in told.readings} == {PointState.ACTIVE}


def test_classes_of_people_alone_are_refused_and_none_at_all_is_the_end() -> None:
    assert (
        said("tns1:RuleEngine/ObjectDetection/Object", {"ClassTypes": "HumanFace LicensePlate"}).disposition
        is Disposition.REFUSE
    )
    ended = said("tns1:RuleEngine/ObjectDetection/Object", {"ClassTypes": ""})
    assert {(one.observed, one.state) for one in ended.readings} == {
        (what, PointState.INACTIVE) for what in (Observed.INTRUSION, Observed.FIRE, Observed.SMOKE)
    }


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("RuleEngine/LineDetector/Crossed", {"ObjectId": "5"}, (Observed.PERIMETER, PointState.PULSE, None)),
        ("Device/SecurityPolicy/AuthFailed", {}, (Observed.SECURITY, PointState.PULSE, None)),
        ("Device/HardwareFailure/StorageFailure", {"Failed": "true"}, (Observed.STORAGE, PointState.ACTIVE, None)),
        (
            "Monitoring/BatteryCapacity",
            {"PercentageRemainingCapacity": "9"},
            (Observed.BATTERY, PointState.ACTIVE, 9.0),
        ),
        (
            "Monitoring/BatteryCapacity",
            {"PercentageRemainingCapacity": "80"},
            (Observed.BATTERY, PointState.INACTIVE, 80.0),
        ),
        (
            "Device/Sensor/Temperature/High",
            {"Value": "40", "Threshold": "35"},
            (Observed.ENVIRONMENT, PointState.ACTIVE, 40.0),
        ),
        (
            "Device/Sensor/Temperature/Low",
            {"Value": "9", "Threshold": "5"},
            (Observed.ENVIRONMENT, PointState.INACTIVE, 9.0),
        ),
        ("Device/Sensor/Temperature/High", {}, (Observed.ENVIRONMENT, PointState.PULSE, None)),
        ("Door/State/DoorAlarm", {"State": "DoorForcedOpen"}, (Observed.INTRUSION, PointState.ACTIVE, None)),
        ("Door/State/DoorAlarm", {"State": "Normal"}, (Observed.INTRUSION, PointState.INACTIVE, None)),
        ("Door/State/DoorPhysicalState", {"State": "Open"}, (Observed.INPUT, PointState.ACTIVE, None)),
        ("Door/State/DoorFault", {"State": "Unknown"}, (Observed.FAULT, PointState.UNKNOWN, None)),
        ("RuleEngine/Radiometry/TemperatureAlarm", {}, (Observed.HEAT, PointState.ACTIVE, None)),
        ("Device/Trigger/DigitalInput", {}, (Observed.INPUT, PointState.UNKNOWN, None)),
        ("Device/Trigger/DigitalInput", {"LogicalState": "null"}, (Observed.INPUT, PointState.UNKNOWN, None)),
        ("AudioAnalytics/Audio/DetectedSound", {"Class": "gun_shot"}, (Observed.PANIC, PointState.PULSE, None)),
        ("RuleEngine/AudioDetector/Class", {"Type": "Glass Breaking"}, (Observed.INTRUSION, PointState.PULSE, None)),
    ],
)
def test_what_the_other_topics_say(
    name: str, data: dict[str, str], expected: tuple[Observed, PointState, float | None]
) -> None:
    reading = only(said(f"tns1:{name}", data))
    assert (reading.observed, reading.state, reading.value) == expected


def test_sounds_that_people_make_are_refused_and_of_others_nothing_is_heard() -> None:
    heard = {
        word: said("tns1:RuleEngine/AudioDetector/Class", {"Class": word}).disposition for word in ("scream", "rain")
    }
    assert heard == {"scream": Disposition.REFUSE, "rain": Disposition.IGNORE}
    glass = only(said("tns1:RuleEngine/AudioDetector/Class", {"Class": "glass"}))
    assert (glass.switch, glass.quality) == (Switch.SOUND, (Quality.SOUND,))


def test_initialized_is_state_as_it_has_been_and_no_pulse() -> None:
    assert only(said("tns1:Device/Trigger/DigitalInput", {"LogicalState": "true"}, operation="Initialized")).sync
    assert said("tns1:AccessControl/Duress", {}, operation="Initialized").disposition is Disposition.IGNORE
    body = notify(notice("tns1:Device/Trigger/DigitalInput", WHERE, {"LogicalState": "1"}, operation="Initialized"))
    assert only(read(body.replace(b"PropertyOperation", b"PropertyType"), NO_HINT)).sync
    assert said("tns1:Device/Trigger/DigitalInput", {"LogicalState": "false"}, operation="Deleted").readings == ()


def test_a_point_is_source_and_rule_and_one_source_by_its_two_names_is_one() -> None:
    def point(**source: str) -> str:
        return only(said("tns1:RuleEngine/TamperDetector/Tamper", {"IsTamper": "1"}, source=source)).point

    assert point(VideoSourceToken="v", Rule="r") == "v/r"
    assert point(Rule="r") == "r"
    assert point(VideoSourceConfigurationToken="vsconf") == point(Source="VideoSourceToken")
    assert point(VideoSourceToken="v" * 79, Rule="r") == "r"


def test_elements_inside_a_message_are_never_looked_at() -> None:
    face = f"<tt:HumanFace><tt:Gender>{MARK}</tt:Gender></tt:HumanFace>"
    state = '<tt:SimpleItem Name="State" Value="true"/>'
    face = f'<tt:Data><tt:ElementItem Name="{MARK}">{face}</tt:ElementItem>{state}</tt:Data>'
    told = read(notify(notice("tns1:VideoSource/SignalLoss", WHERE, extra=face)), NO_HINT)
    assert (only(told).state, told.dropped) == (PointState.ACTIVE, ("ElementItem",))


def test_nothing_happened_is_a_heartbeat_and_something_else_is_a_fault() -> None:
    empty = b"<Envelope><Body><PullMessagesResponse><CurrentTime/></PullMessagesResponse></Body></Envelope>"
    assert read(empty, NO_HINT) == Said(disposition=Disposition.IGNORE, heartbeat=True, reason="nothing happened")
    assert read(b"<Envelope><Body><Fault/></Body></Envelope>", NO_HINT).disposition is Disposition.REJECT


def test_one_that_cannot_be_read_leaves_the_others() -> None:
    good = notice("tns1:Device/Trigger/DigitalInput", {"InputToken": "1"}, {"LogicalState": "true"})
    told = read(
        notify("<wsnt:NotificationMessage/>", good, notice("tns1:New", WHERE, {}), notice("tns1:x/Face", WHERE, {})),
        NO_HINT,
    )
    assert [one.observed for one in told.readings] == [Observed.INPUT, Observed.UNREADABLE, Observed.UNLISTED]
    assert read(notify(*["<wsnt:NotificationMessage/>"] * 2), NO_HINT).disposition is Disposition.REJECT
    assert read(notify(*[good] * 300), NO_HINT).reason == "more than 256 notifications in one body"


def test_a_bare_ampersand_is_repaired_and_said_so() -> None:
    body = notify(notice("tns1:Device/Trigger/DigitalInput", {"InputToken": "A B"}, {"LogicalState": "true"}))
    reading = only(read(body.replace(b"A B", b"A & B"), NO_HINT))
    assert (reading.point, reading.quality) == ("A & B", (Quality.RECOVERED,))


@given(st.data())
def test_any_cut_and_any_change_of_a_sample_is_told(data: st.DataObject) -> None:
    body = bytearray(sample(data.draw(st.sampled_from(NAMES))))
    for _ in range(data.draw(st.integers(0, 5))):
        at = data.draw(st.integers(0, len(body)))
        body[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    cut = data.draw(st.integers(0, len(body)))
    assert isinstance(read(bytes(body[:cut]), NO_HINT), Said)


@pytest.mark.parametrize("row", sorted(TOPICS))
def test_no_marker_in_any_value_is_ever_said(row: str) -> None:
    """But for the source's tokens, which name a point and are kept by nobody."""
    data = dict.fromkeys((*TOPICS[row].items, "Label", "Value", "Threshold", "Class", "ObjectId", "ImageUri"), MARK)
    assert MARK not in repr(said("tns1:" + row.replace("*", MARK), data))
    assert MARK not in repr(read(notify(notice(f"tns1:{row}", WHERE, data, at=MARK, operation=MARK)), NO_HINT))


@pytest.mark.parametrize(
    ("others", "disposition"),
    [
        ((notice("tns1:Device/Trigger/DigitalInput", {"InputToken": "DI_1"}, {"LogicalState": "true"}),), "accept"),
        ((notice("tns1:Nobody/Knows/It", {"A": "b"}, {"State": "true"}),), "quarantine"),
        ((notice("tns1:Device/Trigger/DigitalInput", {}, {"LogicalState": "true"}),), "reject"),
    ],
)
def test_what_is_refused_beside_others_is_told_as_refused(others: tuple[str, ...], disposition: str) -> None:
    face = notice("tns1:RuleEngine/Recognition/Face", {"VideoSourceToken": "V"}, {"State": "true"})
    beside = read(notify(*others, face), NO_HINT)
    assert (beside.disposition, beside.refused_in_part) == (disposition, True)
    assert not read(notify(*others), NO_HINT).refused_in_part
