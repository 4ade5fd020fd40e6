"""A PUBLISH as it stands in the standard, and as it may not: bytes in, a message or nothing out."""

from hypothesis import given
from hypothesis import strategies as st

from belfry.receivers.mqtt_flow import REMEMBERED, Known
from belfry.receivers.mqtt_link import Incoming, publish_at, read_publish

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


def packet(rest: bytes) -> bytes:
    length = bytes([len(rest)]) if len(rest) < 128 else bytes([len(rest) & 0x7F | 0x80, len(rest) >> 7])
    return b"\x32" + length + rest


def test_a_packet_is_found_behind_another_one_and_only_when_all_of_it_is_here() -> None:
    first, second = packet(TOPIC + b"\x00\x01one"), packet(TOPIC + b"\x00\x02" + b"x" * 300)
    both = first + second
    assert publish_at(both, 0) == (2, len(first))
    assert publish_at(both, len(first)) == (len(first) + 3, len(both))
    assert [publish_at(both[:end], len(first)) for end in range(len(first), len(both))] == [(0, 0)] * len(second)


def test_other_packets_and_long_ones_are_not_taken_as_messages() -> None:
    assert publish_at(b"\xd0\x00", 0) == (0, 0)
    assert publish_at(b"\x30\x80\x80\x01" + b"x" * 16_384, 0) == (0, 0)


@given(st.binary(max_size=300), st.integers(0, 300))
def test_wherever_one_looks_it_lies_within_what_is_here(buffer: bytes, at: int) -> None:
    begins, ends = publish_at(buffer, at)
    assert (begins, ends) == (0, 0) or at < begins <= ends <= len(buffer)


def test_a_number_that_comes_round_again_is_not_taken_for_what_it_was() -> None:
    """An alarm came as number 7 and a day of calm went by; another alarm as number 7 was lost, and is sent again."""
    known, alarm = Known(), Incoming("a/b", b"on", 7, False, False)
    again = Incoming("a/b", b"on", 7, False, True)
    known.remember(alarm, None)
    assert known.recall(again) == (None,)
    for n in range(REMEMBERED):
        known.pass_by(Incoming("a/b", b"off", n + 8, False, False))
    assert known.recall(again) == (None,)
    known.pass_by(Incoming("a/b", b"off", 0, False, False))
    assert known.recall(again) is None
    known.remember(alarm, None)
    known.pass_by(Incoming("a/b", b"off", 7, False, False))
    assert known.recall(again) is None


@given(st.integers(0, 255), st.binary(max_size=300), st.booleans())
def test_no_bytes_raise(command: int, packet: bytes, is_5: bool) -> None:
    found = read_publish(command, packet, is_5=is_5)
    assert found is None or len(found.body) <= len(packet)
