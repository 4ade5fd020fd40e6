"""Every sample gives what the project's index of samples asks of it."""

from typing import Final

import pytest

from belfry.domain.reading import Disposition, Observed, PointState, Quality, Reading, Switch, Target
from belfry.protocols.hint import NO_HINT
from belfry.protocols.onvif import read
from tests.protocols.onvif.samples import NAMES, sample

ACCEPT, IGNORE, REFUSE = Disposition.ACCEPT, Disposition.IGNORE, Disposition.REFUSE
ACTIVE, INACTIVE, PULSE = PointState.ACTIVE, PointState.INACTIVE, PointState.PULSE
MOTION: Final = (Observed.MOTION, "00000", ACTIVE, None, Switch.MOTION, (), False)
TAMPER: Final = (Observed.TAMPER, "vstoken_ch0001", INACTIVE, None, None, (), True)

# name: disposition, (observed, point, state, target, switch, quality, sync) of each reading, what is dropped
INDEX: Final[dict[str, tuple[Disposition, list[tuple[object, ...]], tuple[str, ...]]]] = {
    "digital_input.xml": (ACCEPT, [(Observed.INPUT, "DI_1", ACTIVE, None, None, (), False)], ()),
    "face_detect.xml": (REFUSE, [], ("Message",)),
    "hik_alarmin.xml": (ACCEPT, [(Observed.INPUT, "AlarmIn_1", ACTIVE, None, None, (), True)], ()),
    "line_crossed.xml": (IGNORE, [], ("ObjectId",)),
    "malformed_no_source.xml": (
        ACCEPT,
        [
            (Observed.INPUT, "DI_2", ACTIVE, None, None, (), False),
            (Observed.UNREADABLE, "device", PULSE, None, None, (), False),
        ],
        (),
    ),
    "motion_two_messages.xml": (ACCEPT, [MOTION, MOTION], ()),
    "nested_topic_digital_input.xml": (ACCEPT, [(Observed.INPUT, "00000", INACTIVE, None, None, (), False)], ()),
    "numeric_true.xml": (ACCEPT, [(Observed.MOTION, "0", ACTIVE, None, Switch.MOTION, (), False)], ()),
    "object_classes.xml": (
        ACCEPT,
        [(Observed.INTRUSION, "vs0/rule-a", ACTIVE, Target.HUMAN, None, (), False)],
        (),
    ),
    "tapo_people.xml": (
        ACCEPT,
        [(Observed.INTRUSION, "VideoSourceToken/MyPeopleDetectorRule", ACTIVE, Target.HUMAN, None, (), False)],
        (),
    ),
    "uppercase_false.xml": (ACCEPT, [TAMPER, TAMPER], ()),
    "zero_date.xml": (
        ACCEPT,
        [
            (
                Observed.TAMPER,
                "VideoSourceToken/MyTamperDetectorRule",
                ACTIVE,
                None,
                None,
                (Quality.CLOCK,),
                False,
            )
        ],
        (),
    ),
}


def brief(one: Reading) -> tuple[object, ...]:
    return one.observed, one.point, one.state, one.target, one.switch, one.quality, one.sync


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_read_as_the_index_says(name: str) -> None:
    disposition, readings, dropped = INDEX[name]
    said = read(sample(name), NO_HINT)
    assert said.disposition is disposition
    assert [brief(reading) for reading in said.readings] == readings
    assert said.dropped == dropped
    assert said.heartbeat


def test_a_time_without_a_zone_is_utc_and_year_nought_is_none() -> None:
    (first, _) = read(sample("uppercase_false.xml"), NO_HINT).readings
    assert str(first.occurred_at) == "2026-03-02 07:27:22+00:00"
    (zero,) = read(sample("zero_date.xml"), NO_HINT).readings
    assert zero.occurred_at is None
