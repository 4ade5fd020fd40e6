"""A PUBLISH as it stands in the standard, and as it may not: bytes in, a message or nothing out."""

from hypothesis import given
from hypothesis import strategies as st

from belfry.receivers.mqtt_link import Incoming, read_publish

TOPIC = b"\x00\x03a/b"


def test_a_message_of_qos_1_has_a_number_and_one_of_qos_0_has_none() -> None:
    assert read_publish(0x32, TOPIC + b"\x01\x02body", is_5=False) == Incoming("a/b", b"body", 0x102, False, False)
    assert read_publish(0x30, TOPIC + b"body", is_5=False) == Incoming("a/b", b"body", 0, False, False)
    assert read_publish(0x30, TOPIC, is_5=False) == Incoming("a/b", b"", 0, False, False)


def test_flags_say_retained_and_sent_again() -> None:
    assert read_publish(0x3B, TOPIC + b"\x00\x01", is_5=False) == Incoming("a/b", b"", 1, True, True)


def test_properties_of_version_5_are_passed_over() -> None:
    long = b"\x26" + b"x" * 199
    assert read_publish(0x32, TOPIC + b"\x00\x07\x00body", is_5=True) == Incoming("a/b", b"body", 7, False, False)
    found = read_publish(0x32, TOPIC + b"\x00\x07\xc8\x01" + long + b"body", is_5=True)
    assert found == Incoming("a/b", b"body", 7, False, False)
    assert read_publish(0x32, TOPIC + b"\x00\x07\x05ab", is_5=True) is None


def test_what_nobody_subscribed_and_what_is_cut_short_is_none() -> None:
    assert read_publish(0x34, TOPIC + b"\x00\x01body", is_5=False) is None
    assert read_publish(0x32, b"\x00\x09a/b", is_5=False) is None
    assert read_publish(0x32, TOPIC + b"\x00", is_5=False) is None


def test_a_topic_that_is_no_text_belongs_to_nobody() -> None:
    assert read_publish(0x30, b"\x00\x02\xff\xfebody", is_5=False) == Incoming("", b"body", 0, False, False)


@given(st.integers(0, 255), st.binary(max_size=300), st.booleans())
def test_no_bytes_raise(command: int, packet: bytes, is_5: bool) -> None:
    found = read_publish(command, packet, is_5=is_5)
    assert found is None or len(found.body) <= len(packet)
