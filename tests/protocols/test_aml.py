"""AML: a phone's own position is read as it was meant, and whose phone it is stays on the wire."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.location import Doubt, Fix, Location, LocationSource
from belfry.protocols.aml import EXAMPLE, MOST_BYTES, read
from belfry.protocols.common.unreadable import Unreadable

SAMPLES = Path(__file__).parents[1] / "samples" / "location"
AT = datetime(2026, 3, 14, 2, 14, tzinfo=UTC)


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def test_a_message_gives_the_circle_its_time_and_how_it_was_found() -> None:
    located = read(sample("aml_wifi.txt"))
    assert located.location == Location(
        LocationSource.AML, 54.0725, -0.2108, radius_m=50, confidence=90, taken_at=AT, method=Fix.WIFI
    )
    assert located.doubts == ()
    assert read(EXAMPLE) == located


def test_subscriber_device_and_network_are_dropped_and_only_their_names_are_told() -> None:
    located = read(sample("aml_wifi.txt"))
    assert located.dropped == ("ei", "mcc", "mnc", "si")
    for told in (repr(located), repr(located.location), msgspec.json.encode(located).decode()):
        assert "001010123456789" not in told
        assert "004999010640000" not in told


def test_a_location_shows_no_coordinate_where_it_is_logged() -> None:
    assert "54.0" not in repr(read(EXAMPLE))


def test_a_missing_plus_sign_and_a_wrong_length_are_read_and_told() -> None:
    located = read(sample("aml_no_sign_wrong_length.txt"))
    assert (located.location.latitude, located.location.longitude) == (54.0725, -0.2108)
    assert set(located.doubts) == {Doubt.SIGN, Doubt.LENGTH}


def test_a_plus_sign_that_a_gateway_made_a_space_of_is_read() -> None:
    assert read(EXAMPLE.replace("lt=+", "lt= ")).location.latitude == 54.0725


@pytest.mark.parametrize("device", ["", "1", "49990106400001", "0049990106400001", "0049-9901"])
def test_a_device_number_of_any_length_changes_nothing_but_the_length(device: str) -> None:
    located = read(EXAMPLE.replace("ei=004999010640000", f"ei={device}"))
    assert located.location == read(EXAMPLE).location


def test_a_phone_that_has_no_position_says_so_and_is_nowhere() -> None:
    located = read(sample("aml_no_position.txt"))
    assert located.location.method is Fix.NONE
    assert not located.location.has_position


@pytest.mark.parametrize("radius", ["0", "-5", "many", "99999999999", "1e3"])
def test_a_senseless_radius_is_none_and_told(radius: str) -> None:
    located = read(EXAMPLE.replace("rd=50", f"rd={radius}"))
    assert located.location.radius_m is None
    assert Doubt.RADIUS in located.doubts


def test_a_time_of_tomorrow_is_none_and_told() -> None:
    located = read(EXAMPLE, now=AT - timedelta(days=2))
    assert located.location.taken_at is None
    assert Doubt.CLOCK in located.doubts
    assert read(EXAMPLE, now=AT).location.taken_at == AT


def test_fields_that_nobody_knows_are_counted_and_never_named() -> None:
    located = read(EXAMPLE + ";Ann Example=1;hw=9")
    assert located.unlisted == 2
    assert "Ann" not in repr(located)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("", "no AML"),
        ("hello", "no AML"),
        (EXAMPLE.replace("ML=1", "ML=2"), "another version"),
        (EXAMPLE.replace("lt=+54.07250;", ""), "without lt"),
        (EXAMPLE.replace("+54.07250", "+90.5"), "beyond 90"),
        (EXAMPLE.replace("-0.21080", "nan"), "without lg"),
        (EXAMPLE + ";lt=+1.0", "twice"),
        ("x" * (MOST_BYTES + 1), f"more than {MOST_BYTES} bytes"),
        (EXAMPLE.encode() + b"\xff", "ASCII"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words_of_ours(message: str | bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason) as refused:
        read(message)
    assert "54" not in str(refused.value).replace("1024", "")


@given(
    st.floats(-90, 90).map(lambda value: round(value, 5)),
    st.floats(-180, 180).map(lambda value: round(value, 5)),
    st.integers(1, 100_000),
    st.integers(1, 100),
)
def test_what_a_phone_writes_is_what_is_read(latitude: float, longitude: float, radius: int, confidence: int) -> None:
    message = (
        f'A"ML=1;lt={latitude:+.5f};lg={longitude:+.5f};rd={radius};top=20260314021400;lc={confidence};pm=G;si=1;ei=2'
    )
    location = read(message).location
    assert (location.latitude, location.longitude) == (latitude, longitude)
    assert (location.radius_m, location.confidence, location.method) == (radius, confidence, Fix.SATELLITE)
