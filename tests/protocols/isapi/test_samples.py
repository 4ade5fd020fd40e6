"""Every sample gives what the project's index of samples asks of it."""

from datetime import UTC, datetime
from typing import Final

import pytest

from belfry.domain.device import DevicePoint
from belfry.domain.reading import Disposition, Observed, PointState, Quality, Reading, Said, Switch, Target
from belfry.protocols.hint import NO_HINT, Hint
from belfry.protocols.isapi import read
from tests.protocols.isapi.samples import NAMES, sample

ACCEPT, IGNORE, REFUSE, REJECT = Disposition.ACCEPT, Disposition.IGNORE, Disposition.REFUSE, Disposition.REJECT
ACTIVE, INACTIVE, PENDING = PointState.ACTIVE, PointState.INACTIVE, PointState.PENDING
REGION: Final = "DetectionRegionList.DetectionRegionEntry"

# name: disposition, (observed, point, state, target, value, unit, quality) of each reading, some of what is dropped
INDEX: Final[dict[str, tuple[Disposition, list[tuple[object, ...]], set[str]]]] = {
    "axpro_cid.json": (
        ACCEPT,
        [(Observed.ARMING, "partition1", INACTIVE, None, None, None, ())],
        {"CIDEvent.name", "CIDEvent.subSystemName"},
    ),
    "duration_fielddetection.xml": (
        ACCEPT,
        [(Observed.INTRUSION, "ch1", ACTIVE, None, None, None, (Quality.REPEATED,))],
        {"macAddress", "ipAddress", "channelName"},
    ),
    "face_capture.json": (REFUSE, [], {"faceCapture"}),
    "fielddetection_human.xml": (
        ACCEPT,
        [(Observed.INTRUSION, "ch1/region3", ACTIVE, Target.HUMAN, None, None, ())],
        {f"{REGION}.TargetRect", f"{REGION}.RegionCoordinatesList", "macAddress", "ipAddress"},
    ),
    "fielddetection_psia_nvr.xml": (
        ACCEPT,
        [(Observed.INTRUSION, "ch34", ACTIVE, None, None, None, ())],
        {"Extensions.eventPush", "Extensions.serialNumber"},
    ),
    "fire_multipart.eml": (
        ACCEPT,
        [
            (Observed.FIRE, "ch2/region1", ACTIVE, None, 68.0, "C", ()),
            (Observed.FIRE, "ch2/region4", ACTIVE, None, 101.0, "C", ()),
        ],
        {f"{REGION}.FireDetection.FireRegion", f"{REGION}.FireDetection.HighestPoint", "picture", "channelName"},
    ),
    "io_active.xml": (
        ACCEPT,
        [(Observed.INPUT, "in1", ACTIVE, None, None, None, ())],
        {"macAddress", "ipAddress"},
    ),
    "malformed_truncated.xml": (REJECT, [], set()),
    "malformed_unescaped_amp.xml": (
        ACCEPT,
        [(Observed.INPUT, "in2", ACTIVE, None, None, None, (Quality.RECOVERED,))],
        {"macAddress", "ipAddress"},
    ),
    "people_counting.xml": (REFUSE, [], {"peopleCounting", "childCounting"}),
    "pir.xml": (
        ACCEPT,
        [(Observed.INTRUSION, "ch1", ACTIVE, None, None, None, ())],
        {"Extensions.eventPush", "Extensions.serialNumber", "macAddress"},
    ),
    "tmpa_prealarm.json": (
        ACCEPT,
        [(Observed.HEAT, "ch2/region2", PENDING, None, 57.6, "C", ())],
        {f"{REGION}.RegionCoordinatesList"},
    ),
    "videoloss_heartbeat.xml": (IGNORE, [], {"macAddress", "ipAddress", "channelName"}),
}


def brief(reading: Reading) -> tuple[object, ...]:
    one = reading
    return one.observed, one.point, one.state, one.target, one.value, one.unit, one.quality


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_read_as_the_index_says(name: str) -> None:
    disposition, readings, dropped = INDEX[name]
    said = read(sample(name), NO_HINT)
    assert said.disposition is disposition
    assert [brief(reading) for reading in said.readings] == readings
    assert dropped <= set(said.dropped)


def test_a_heartbeat_is_one() -> None:
    assert [name for name in NAMES if read(sample(name), NO_HINT).heartbeat] == ["videoloss_heartbeat.xml"]


def test_the_device_that_speaks_is_named_by_its_mac_or_its_serial() -> None:
    assert read(sample("io_active.xml"), NO_HINT).address == "02:00:5e:10:00:21"
    assert read(sample("fielddetection_psia_nvr.xml"), NO_HINT).address == "NVR-DEMO-0001-00000000EXMPL"
    assert read(sample("axpro_cid.json"), NO_HINT).address is None


def test_a_recorder_with_an_offset_names_the_camera_that_its_screen_shows() -> None:
    said = read(sample("fielddetection_psia_nvr.xml"), Hint(channel_offset=32))
    assert [reading.point for reading in said.readings] == ["ch2"]
    assert [reading.point for reading in read(sample("io_active.xml"), Hint(channel_offset=32)).readings] == ["in1"]


def test_regions_that_the_table_does_not_know_are_their_channel() -> None:
    """So that a repeat, which names no region, is the same point."""

    def points(name: str, *rows: str) -> list[tuple[str, float | None]]:
        hint = Hint(points=tuple(DevicePoint(point=row) for row in rows))
        return [(reading.point, reading.value) for reading in read(sample(name), hint).readings]

    assert points("fire_multipart.eml", "ch2") == [("ch2", 101.0)]
    assert points("fire_multipart.eml") == [("ch2", 101.0)]
    assert points("fire_multipart.eml", "ch2/region4") == [("ch2", 68.0), ("ch2/region4", 101.0)]
    assert points("fielddetection_human.xml", "*") == points("duration_fielddetection.xml", "*") == [("ch1", None)]


def test_a_time_of_tomorrow_is_no_time() -> None:
    now = datetime(2026, 2, 1, tzinfo=UTC)
    (reading,) = read(sample("io_active.xml"), Hint(now=now)).readings
    assert (reading.occurred_at, reading.quality) == (None, (Quality.CLOCK,))


def test_a_refused_message_says_nothing_but_names_and_the_device() -> None:
    said = read(sample("face_capture.json"), NO_HINT)
    assert said == Said(
        disposition=REFUSE,
        dropped=said.dropped,
        reason="a type that describes people",
        address="02:00:5e:10:00:23",
    )
    assert not any("." in name for name in said.dropped)


def test_motion_waits_for_its_switch() -> None:
    body = sample("io_active.xml").replace(b">IO<", b">VMD<")
    assert [(one.observed, one.switch, one.point) for one in read(body, NO_HINT).readings] == [
        (Observed.MOTION, Switch.MOTION, "ch1")
    ]
