"""Two messages that look the same at a glance say the same; what is not sure is read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.reading import Disposition, Observed, Reading
from belfry.protocols import zigbee2mqtt
from belfry.protocols.hint import Hint

KEYS = (*zigbee2mqtt.BOOLEANS, *zigbee2mqtt.NUMBERS, "linkquality", "update", "action", "action_code")
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.floats(allow_nan=False),
    st.sampled_from(["ON", "off", "", "x", "1"]),
)
MESSAGES = st.dictionaries(st.sampled_from(KEYS), st.one_of(VALUES, st.lists(VALUES), st.just({"state": "idle"})))
BODIES = st.one_of(MESSAGES.map(lambda told: json.dumps(told).encode()), st.binary(max_size=60))


def readings(body: bytes, *, numbers: bool) -> frozenset[Reading]:
    said = zigbee2mqtt.read(body, Hint(topic="zigbee2mqtt/hall"))
    return frozenset(one for one in said.readings if numbers or one.observed is not Observed.VALUE)


@given(BODIES, MESSAGES, st.booleans())
def test_what_looks_the_same_says_the_same(body: bytes, changes: dict[str, object], numbers: bool) -> None:
    try:
        other = json.dumps({**json.loads(body), **changes}).encode()
    except (ValueError, TypeError):
        other = body
    glance = zigbee2mqtt.glance(body, numbers=numbers)
    if glance is not None and zigbee2mqtt.glance(other, numbers=numbers) == glance:
        assert readings(body, numbers=numbers) == readings(other, numbers=numbers)


@given(BODIES)
def test_what_cannot_be_read_is_never_the_same_again(body: bytes) -> None:
    said = zigbee2mqtt.read(body, Hint(topic="zigbee2mqtt/hall"))
    if said.disposition in (Disposition.REJECT, Disposition.QUARANTINE, Disposition.REFUSE):
        assert zigbee2mqtt.glance(body, numbers=False) is None


@pytest.mark.parametrize(
    "told",
    [{"smoke": False, "action": "emergency"}, {"action": ""}, {"action_code": "1234"}, {"note": "x" * 2_048}],
    ids=["pressed", "keypad", "code", "long"],
)
def test_what_is_pressed_and_what_is_long_is_read(told: dict[str, object]) -> None:
    assert zigbee2mqtt.glance(json.dumps(told).encode(), numbers=False) is None


def test_a_number_counts_only_where_it_has_a_limit() -> None:
    warm, cold = b'{"smoke": false, "temperature": 21.5}', b'{"smoke": false, "temperature": 4, "linkquality": 9}'
    assert zigbee2mqtt.glance(warm, numbers=False) == zigbee2mqtt.glance(cold, numbers=False)
    assert zigbee2mqtt.glance(warm, numbers=True) != zigbee2mqtt.glance(cold, numbers=True)
    alarm = b'{"smoke": true, "temperature": 21.5}'
    assert zigbee2mqtt.glance(warm, numbers=False) != zigbee2mqtt.glance(alarm, numbers=False)


@given(BODIES, st.booleans())
def test_no_text_is_ever_remembered_of_a_message(body: bytes, numbers: bool) -> None:
    glance = zigbee2mqtt.glance(body, numbers=numbers)
    assert all(one is None or isinstance(one, bool | int | float) for one in glance or ())
