"""What readings mean: every meaning has a rule and a kind of the closed list, and public ground unlocks nothing."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from belfry.domain import codes, kinds
from belfry.domain.device import Device, DevicePoint, DeviceWire
from belfry.domain.device_rules import Meant, Unmeant, convert, means, of_device
from belfry.domain.reading import Observed, PointState, Reading, Switch, Target
from belfry.domain.signal import RESTORING, Category, Method, Signal, SignalState
from belfry.domain.tables import rows
from belfry.safeguards.minimise import minimise

CODES = codes.load()
EVERY_SWITCH = frozenset(Switch)
READINGS = st.builds(
    Reading,
    observed=st.sampled_from(Observed),
    point=st.just("p"),
    state=st.sampled_from(PointState),
    target=st.none() | st.sampled_from(Target),
    switch=st.none() | st.sampled_from(Switch),
    value=st.none() | st.floats(),
    unit=st.none() | st.sampled_from(["C", "F", "K", "%"]),
)
ROWS = st.none() | st.builds(
    DevicePoint,
    point=st.just("p"),
    zone=st.none() | st.just("7"),
    observed=st.none() | st.sampled_from(Observed),
    switches=st.sampled_from([frozenset(), EVERY_SWITCH]),
    inverted=st.booleans(),
    above=st.none() | st.floats(-100, 100),
    below=st.none() | st.floats(-100, 100),
    unit=st.none() | st.sampled_from(["C", "F", "K", "%"]),
)


def device(wire: DeviceWire = DeviceWire.ISAPI, **more: object) -> Device:
    return Device(id="d", account_id="a", receiver="r", wire=wire, address="x", **more)  # type: ignore[arg-type]


@given(reading=READINGS, row=ROWS, wire=st.sampled_from(DeviceWire))
def test_whatever_is_meant_has_a_rule_of_its_own_and_passes_the_second_net(
    reading: Reading, row: DevicePoint | None, wire: DeviceWire
) -> None:
    meant = means(reading, row, device(wire))
    if isinstance(meant, Unmeant):
        return
    assert meant.says.subtype in CODES.subtypes
    armed = frozenset({"armed"})
    rule = CODES.rule_for(meant.says.category, meant.says.subtype, meant.says.begins, armed)
    assert rule.source != "unlisted"
    assert rule.kind is not None or meant.observed in (Observed.ARMING, Observed.TEST)
    assert CODES.name_of(meant.says.category, meant.says.subtype, meant.says.begins)


@given(reading=READINGS, row=ROWS, wire=st.sampled_from(DeviceWire))
def test_public_ground_raises_fire_environment_and_technical_kinds_alone(
    reading: Reading, row: DevicePoint | None, wire: DeviceWire
) -> None:
    meant = means(reading, row, device(wire, public_ground=True))
    if isinstance(meant, Unmeant):
        return
    for held in (frozenset[str](), frozenset({"armed"})):
        rule = CODES.rule_for(meant.says.category, meant.says.subtype, meant.says.begins, held)
        assert rule.kind is None or rule.kind.split(".")[0] in ("FIRE", "ENV", "TECH"), rule.kind


@given(reading=READINGS, row=ROWS)
def test_a_person_is_never_meant_where_nothing_is_armed(reading: Reading, row: DevicePoint | None) -> None:
    meant = means(reading, row, device())
    if isinstance(meant, Meant) and meant.says.subtype == "video":
        assert meant.armed is True
        assert meant.detection


@pytest.mark.parametrize("row", rows("devices_v1.csv"), ids=lambda row: row["code"])
def test_every_row_is_of_the_closed_lists(row: dict[str, str]) -> None:
    assert not row["kind"] or row["kind"] in kinds.load()
    assert row["kind"] or row["act"] in ("annotate", "log")
    assert Category(row["category"])
    restores = SignalState(row["state"]) in RESTORING
    assert (row["act"] == "annotate") is restores or row["act"] == "log"


def test_a_detection_is_no_kind_while_nothing_is_armed() -> None:
    rule = CODES.rule_for(Category.INTRUSION, "video", SignalState.ALARM)
    assert (rule.kind, rule.act) == (None, "log")
    armed = CODES.rule_for(Category.INTRUSION, "video", SignalState.ALARM, {"armed"})
    assert armed.kind == "PROP.ALARM.VIDEO"


@pytest.mark.parametrize("what", ["lost", "silent", "unreadable", "unlisted_type"])
@pytest.mark.parametrize("observed", [None, Observed.SMOKE, Observed.CO])
def test_what_is_lost_with_a_fire_or_gas_detector_is_its_systems_fault(what: str, observed: Observed | None) -> None:
    one = device(DeviceWire.ZIGBEE2MQTT, points=(DevicePoint(point="p", observed=observed),))
    says = of_device(one, what)
    rule = CODES.rule_for(says.category, says.subtype, says.begins)
    assert rule.kind == ("TECH.FAULT" if observed is None else "FIRE.FAULT")


@pytest.mark.parametrize("what", ["lost", "silent"])
def test_a_lost_camera_is_a_cameras_fault(what: str) -> None:
    says = of_device(device(DeviceWire.ONVIF), what)
    assert CODES.rule_for(says.category, says.subtype, says.begins).kind == "TECH.CAMERA"


def test_a_row_cannot_make_a_fire_of_a_human() -> None:
    row = DevicePoint(point="p", zone="7", observed=Observed.FIRE)
    reading = Reading(observed=Observed.INTRUSION, point="p", state=PointState.ACTIVE, target=Target.HUMAN)
    meant = means(reading, row, device())
    assert isinstance(meant, Meant)
    assert meant.says.subtype == "video"


@given(value=st.floats(-1_000, 1_000), unit=st.sampled_from("CFK"), into=st.sampled_from("CFK"))
def test_a_temperature_comes_back_as_it_was(value: float, unit: str, into: str) -> None:
    there = convert(value, unit, into)
    assert there is not None
    back = convert(there, into, unit)
    assert back == pytest.approx(value, abs=1e-6)


def test_units_of_different_things_are_not_compared() -> None:
    assert convert(1.0, "C", "%") is None
    assert convert(1.0, "bar", "hPa") == 1_000.0


def test_the_second_net_lets_every_meaning_of_devices_through() -> None:
    signal = Signal(
        method=Method.EQUIPMENT,
        receiver="r",
        received_at=datetime(2026, 3, 14, tzinfo=UTC),
        category=Category.SUPERVISORY,
        state=SignalState.TROUBLE,
        device="d1",
    )
    for row in rows("devices_v1.csv"):
        said = structs.replace(signal, subtype=row["subtype"])
        assert minimise(said) == said
