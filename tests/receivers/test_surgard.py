"""Alarm receivers over a real socket: nothing is answered before it is kept, no ACK is taken for another line's."""

import asyncio
from asyncio import Event, StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest

from belfry.domain.signal import AccountKey, Receipt
from belfry.ports import Full, MayBeAway, Receiver
from belfry.protocols.dc09.reply import envelope
from belfry.receivers.surgard import Form, SurgardReceiver, SurgardSettings
from tests.receivers.kit import NOW, House, Register

ACK, NAK = b"\x06", b"\x15"
ALARM = b"5011 181234E13001015\x14"
OTHER = b"5011 184321E11001001\x14"
HEARTBEAT = b"1011           @    \x14"


class Door:
    """A receiver with its house, a clock, and wires to it."""

    def __init__(self, house: House) -> None:
        self.house, self.now = house, NOW
        self.receiver: SurgardReceiver
        self._writers: list[StreamWriter] = []

    async def wire(self) -> tuple[StreamReader, StreamWriter]:
        reader, writer = await asyncio.open_connection(*self.receiver.listening)
        self._writers.append(writer)
        return reader, writer

    async def leave(self) -> None:
        for writer in self._writers:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


@asynccontextmanager
async def door(house: House | None = None, **changes: Any) -> AsyncIterator[Door]:
    opened = Door(house or House())
    settings = SurgardSettings(**{"listen": "127.0.0.1:0", **changes})
    opened.receiver = SurgardReceiver(settings, opened.house, Register(), lambda: opened.now, bytes)
    await opened.receiver.start()
    try:
        yield opened
    finally:
        await opened.leave()
        for future in opened.house.waiting:
            future.cancel()
        await opened.receiver.stop()


async def test_the_receiver_is_a_receiver_that_may_be_away() -> None:
    async with door() as at:
        receiver: Receiver = at.receiver
        assert receiver.listening[0] == "127.0.0.1"
        assert isinstance(at.receiver, MayBeAway)
        taken = SurgardReceiver(
            SurgardSettings(listen=f"127.0.0.1:{receiver.listening[1]}"), House(), Register(), lambda: NOW, bytes
        )
        with pytest.raises(OSError, match=f"{receiver.listening[1]}"):
            await taken.start()


async def test_a_line_is_acknowledged_once_it_is_kept() -> None:
    async with door(House(held=True)) as at:
        reader, writer = await at.wire()
        writer.write(ALARM)
        await at.house.arrived(1)
        other_reader, other = await at.wire()
        other.write(HEARTBEAT)
        assert await other_reader.readexactly(1) == ACK  # the loop has gone round, and still
        assert not reader._buffer  # type: ignore[attr-defined]  # the only look that does not wait
        at.house.keep(0)
        assert await reader.readexactly(1) == ACK
    (arrival,) = at.house.arrivals
    (signal,) = arrival.signals
    assert AccountKey(signal.receiver, signal.prefix, signal.account or "") == AccountKey("receivers", "011", "1234")
    assert (signal.code, signal.zone, signal.path) == ("1130", "015", "tcp")


async def test_equal_numbers_behind_two_receivers_are_two_accounts_unless_the_settings_say_otherwise() -> None:
    for prefix, expected in ((True, ["011", "021"]), (False, [None, None])):
        async with door(prefix=prefix) as at:
            reader, writer = await at.wire()
            writer.write(ALARM + ALARM.replace(b"5011", b"5021"))
            assert await reader.readexactly(2) == ACK + ACK
        assert [arrival.signals[0].prefix for arrival in at.house.arrivals] == expected


async def test_a_line_that_is_not_kept_gets_silence_and_its_repeat_an_answer() -> None:
    async with door(House(held=True)) as at:
        reader, writer = await at.wire()
        writer.write(ALARM)
        await at.house.arrived(1)
        at.house.fail(0, Full("no room"))
        writer.write(ALARM)
        await at.house.arrived(1)
        at.house.keep(1)
        assert await reader.readexactly(1) == ACK
        assert not reader._buffer  # type: ignore[attr-defined]  # one answer for two lines
    first, second = at.house.arrivals
    assert first.identity == second.identity


async def test_a_button_pressed_twice_is_two_signals_and_a_lost_ack_none() -> None:
    async with door() as at:
        broken_reader, broken = await at.wire()
        broken.write(ALARM)
        assert await broken_reader.readexactly(1) == ACK  # and the wire breaks
        reader, writer = await at.wire()
        writer.write(ALARM)
        assert await reader.readexactly(1) == ACK
        writer.write(HEARTBEAT)
        assert await reader.readexactly(1) == ACK
        writer.write(ALARM)
        assert await reader.readexactly(1) == ACK
    first, again, pressed = (arrival.identity for arrival in at.house.arrivals)
    assert first == again
    assert first != pressed


async def test_no_ack_follows_a_line_that_was_met_with_silence() -> None:
    async with door(House(held=True)) as at:
        reader, writer = await at.wire()
        writer.write(ALARM + OTHER + HEARTBEAT)
        await at.house.arrived(2)
        at.house.keep(1)
        at.house.fail(0, Full("no room"))
        writer.write(b"5011 bad\x14")
        assert await reader.readexactly(1) == NAK  # what was sent later is answered, what stood behind it was not


async def test_an_answer_that_comes_too_late_is_none() -> None:
    async with door(House(held=True), answer_within_s=0.05) as at:
        reader, writer = await at.wire()
        writer.write(ALARM)
        await at.house.arrived(1)
        writer.write(b"5011 bad\x14")
        assert await reader.readexactly(1) == NAK  # the line's time was over before
        at.house.keep(0)
        writer.write(HEARTBEAT)
        assert await reader.readexactly(1) == ACK
        assert not reader._buffer  # type: ignore[attr-defined]
        assert at.receiver.describe()["late"] == "some"


async def test_a_bad_line_is_asked_for_once_and_then_kept_without_its_words() -> None:
    async with door() as at:
        reader, writer = await at.wire()
        writer.write(b"5011 18Kunigunde\x14")
        assert await reader.readexactly(1) == NAK
        assert at.house.arrivals == []
        writer.write(b"5011 18Kunigunde\x14")
        assert await reader.readexactly(1) == ACK
    (arrival,) = at.house.arrivals
    assert "Kunigunde" not in repr(arrival.signals)
    assert (arrival.signals[0].prefix, arrival.signals[0].account) == ("011", "0000")


async def test_a_callers_number_is_acknowledged_and_not_kept() -> None:
    async with door() as at:
        reader, writer = await at.wire()
        writer.write(b"4011  12340305551234\x14")
        assert await reader.readexactly(1) == ACK
        assert at.house.arrivals == []


async def test_frames_of_dc07_get_frames() -> None:
    async with door(form=Form.DC07) as at:
        reader, writer = await at.wire()
        writer.write(envelope(b'"NULL"0001R01L2[]') + envelope(b'"SIA-DCS"0002R01L2[#1234|Nri1/BA12]'))
        assert await reader.readuntil(b"\r") == envelope(b'"ACK"0001R01L2[]')
        assert await reader.readuntil(b"\r") == envelope(b'"ACK"0002R01L2[]')
    assert at.house.codes == ["BA"]


async def test_who_sends_what_no_receiver_sends_is_hung_up_on() -> None:
    async with door(max_unreadable=3) as at:
        for noise in (b"GET / HTTP/1.1\x14" * 4, b"x" * 40_000):
            reader, writer = await at.wire()
            writer.write(noise)
            with suppress(ConnectionError):
                assert not (await reader.read()).strip(NAK)
        reader, writer = await at.wire()
        writer.write(HEARTBEAT)
        assert await reader.readexactly(1) == ACK


async def test_only_named_addresses_are_heard() -> None:
    async with door(allow=("192.0.2.9",)) as at:
        reader, _ = await at.wire()
        assert await reader.read() == b""
        assert at.receiver.describe()["turned_away"] == "some"


async def test_a_receiver_whose_heartbeat_stays_away_is_a_fault_until_it_is_heard() -> None:
    async with door(allow=("127.0.0.1", "192.0.2.9")) as at:
        assert at.receiver.away_since() is None
        at.now = NOW + timedelta(seconds=80)
        reader, writer = await at.wire()
        writer.write(HEARTBEAT)
        assert await reader.readexactly(1) == ACK
        at.now = NOW + timedelta(seconds=95)
        assert at.receiver.away_since() == NOW  # the other one
    async with door() as at:
        at.now = NOW + timedelta(seconds=91)
        assert at.receiver.away_since() == NOW
        reader, writer = await at.wire()
        writer.write(HEARTBEAT)
        assert await reader.readexactly(1) == ACK
        assert at.receiver.away_since() is None
    async with door(heartbeat=False) as at:
        at.now = NOW + timedelta(days=1)
        assert at.receiver.away_since() is None


async def test_a_stop_answers_what_is_on_its_way() -> None:
    async with door(House(held=True)) as at:
        reader, writer = await at.wire()
        _idle = await at.wire()
        writer.write(ALARM)
        await at.house.arrived(1)
        stopping = asyncio.create_task(at.receiver.stop())
        at.house.waiting[0].set_result(Receipt(1))
        await stopping
        assert await reader.read() == ACK


async def test_a_receiver_that_wants_to_be_called_is_called_again_when_it_comes_back() -> None:
    """It goes away while a line is on its way, and sends it again: one answer, nothing lost."""
    answered, met = Event(), 0
    house = House()

    async def machine(reader: StreamReader, writer: StreamWriter) -> None:
        nonlocal met
        met += 1
        writer.write(ALARM)
        if met > 1:
            assert await reader.readexactly(1) == ACK
            answered.set()
        writer.close()

    server = await asyncio.start_server(machine, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    async with door(house, host=f"{host}:{port}", retry_least_s=0.01, retry_most_s=0.02) as at:
        assert at.receiver.listening == (host, port)
        async with asyncio.timeout(20):
            await answered.wait()
        server.close()
    assert len({arrival.identity for arrival in house.arrivals}) == 1


@pytest.mark.parametrize(
    ("changes", "named"),
    [({"host": "there"}, "host"), ({"allow": ("there",)}, "allow"), ({"host": "h:1", "allow": ("::1",)}, "allow")],
)
def test_settings_that_make_no_sense_are_named(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        SurgardSettings(**changes)
