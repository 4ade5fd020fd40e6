"""DC-09 over TCP on a real socket: order, cuts, limits, and nothing answered before it is kept."""

import asyncio
from datetime import timedelta

import pytest

from belfry.domain.signal import AccountKey
from belfry.domain.site import Account
from belfry.ports import Full, Receiver, Unusable
from belfry.protocols.dc09 import build_frame
from belfry.receivers.dc09 import Dc09Receiver, Dc09Settings
from belfry.receivers.dc09_desk import BACKLOG_MOST
from tests.protocols.dc09.vectors import VECTORS, Vector, vector
from tests.receivers.kit import NOW, House, Register, door, read


def alarm(seq: int, zone: int = 1, account: str = "1234") -> bytes:
    return build_frame("SIA-DCS", seq=seq, account=account, data=f"#{account}|Nri1/BA{zone}")


def null(seq: int = 0, account: str = "1234") -> bytes:
    return build_frame("NULL", seq=seq, account=account)


def settings(**changes: object) -> Dc09Settings:
    return Dc09Settings(listen="127.0.0.1:0", **changes)  # type: ignore[arg-type]  # checked by the Struct's users


@pytest.mark.parametrize("case", [v for v in VECTORS if v.expect.get("reply_hex")], ids=lambda case: case.name)
async def test_the_answer_on_the_wire_is_the_vectors_answer(case: Vector) -> None:
    async with door() as at:
        panel = await at.panel()
        assert await panel.ask(case.raw) == bytes.fromhex(case.expect["reply_hex"])


@pytest.mark.parametrize(
    "case",
    [v for v in VECTORS if v.key is None and v.expect.get("reply") in {"none", None} and "stream" not in v.expect],
    ids=lambda case: case.name,
)
async def test_what_deserves_silence_gets_it_and_the_next_frame_its_answer(case: Vector) -> None:
    async with door() as at:
        panel = await at.panel()
        panel.send(case.raw, null(42))
        assert read(await panel.answer()).seq == "0042"
        assert at.house.arrivals == []


async def test_the_receiver_is_a_receiver() -> None:
    receiver: Receiver = Dc09Receiver(settings(name="east"), House(), Register(), lambda: NOW, bytes)
    assert receiver.name == "east"
    with pytest.raises(RuntimeError):
        _ = receiver.listening
    await receiver.start()
    host, port = receiver.listening
    assert host == "127.0.0.1"
    taken = Dc09Receiver(Dc09Settings(listen=f"127.0.0.1:{port}"), House(), Register(), lambda: NOW, bytes)
    with pytest.raises(OSError, match=f"127.0.0.1:{port}"):
        await taken.start()
    await receiver.stop()


async def test_nothing_is_answered_before_it_is_kept() -> None:
    async with door(house=House(held=True)) as at:
        panel, other = await at.panel(), await at.panel()
        panel.send(alarm(1))
        await at.house.arrived(1)
        assert read(await other.ask(null(2))).seq == "0002"  # the loop has gone round, and still
        assert not panel.reader._buffer  # type: ignore[attr-defined]  # the only look that does not wait
        at.house.keep(0)
        assert read(await panel.answer()).seq == "0001"


async def test_answers_leave_in_the_order_of_the_frames() -> None:
    async with door(house=House(held=True)) as at:
        panel = await at.panel()
        panel.send(alarm(1), null(2), alarm(3), build_frame("XYZ", seq=4, account="1234"), alarm(5))
        await at.house.arrived(3)
        for index in (2, 1, 0):
            at.house.keep(index)
        answers = [read(await panel.answer()) for _ in range(5)]
        assert [(a.seq, a.token) for a in answers] == [
            ("0001", "ACK"),
            ("0002", "ACK"),
            ("0003", "ACK"),
            ("0004", "DUH"),
            ("0005", "ACK"),
        ]


async def test_what_cannot_be_kept_is_answered_by_silence_and_the_connection_stays() -> None:
    async with door(house=House(held=True)) as at:
        panel = await at.panel()
        panel.send(alarm(1), alarm(2), alarm(3))
        await at.house.arrived(3)
        at.house.fail(0, Full("disk full"))
        at.house.fail(1, Unusable("closed"))
        at.house.keep(2)
        assert read(await panel.answer()).seq == "0003"
        assert read(await panel.ask(null(4))).seq == "0004"
        assert at.told()["not_kept"] == "some"


async def test_a_journal_that_refuses_at_once_is_silence_too() -> None:
    class Shut(House):
        def deliver(self, arrival: object) -> object:  # type: ignore[override]  # it never returns
            raise Unusable("closed")

    async with door(house=Shut()) as at:
        panel = await at.panel()
        panel.send(alarm(1), null(2))
        assert read(await panel.answer()).seq == "0002"


async def test_frames_may_come_in_pieces_or_many_at_once() -> None:
    async with door() as at:
        panel = await at.panel()
        stream = b"".join(alarm(n) for n in range(1, 8))
        for start in range(0, len(stream), 10):
            panel.send(stream[start : start + 10])
            await panel.writer.drain()
        assert [read(await panel.answer()).seq for _ in range(7)] == [f"000{n}" for n in range(1, 8)]
        assert len(at.house.arrivals) == 7


async def test_an_arrival_says_where_it_came_from_and_who_it_is() -> None:
    async with door(settings=settings(name="east")) as at:
        panel = await at.panel()
        await panel.ask(alarm(1))
        await panel.ask(alarm(1))
        await panel.ask(alarm(2))
        first, again, other = at.house.arrivals
        (signal,) = first.signals
        assert (signal.receiver, signal.prefix, signal.account, signal.path) == ("east", "0", "1234", "tcp")
        assert (signal.received_at, signal.authenticated) == (NOW, False)
        assert first.identity == again.identity != other.identity
        assert first.exact is None


async def test_a_poll_is_answered_at_once_and_never_delivered() -> None:
    async with door(house=House(held=True)) as at:
        panel = await at.panel()
        assert await panel.ask(vector("null-plain-pyronix").raw) == bytes.fromhex(
            vector("null-plain-pyronix").expect["reply_hex"]
        )
        assert read(await panel.ask(build_frame("XNM", seq=2, account="1234"))).token == "ACK"
        assert [(poll.account.account, poll.path, poll.authenticated) for poll in at.house.polls] == [
            ("1409", "tcp", False),
            ("1234", "tcp", False),
        ]
        assert at.house.arrivals == []


async def test_an_unknown_account_is_kept_and_acknowledged() -> None:
    async with door(Account(id="a", account="9999")) as at:
        panel = await at.panel()
        assert read(await panel.ask(alarm(1))).token == "ACK"
        assert at.house.codes == ["BA"]


async def test_where_the_settings_say_so_an_unknown_account_gets_duh() -> None:
    async with door(Account(id="a", account="9999"), settings=settings(allow_unknown=False)) as at:
        panel = await at.panel()
        assert read(await panel.ask(alarm(1))).token == "DUH"
        assert read(await panel.ask(alarm(1, account="9999"))).token == "ACK"
        assert len(at.house.arrivals) == 1


async def test_a_panels_quirks_are_told_by_name_and_known_by_account() -> None:
    async with door() as at:
        panel = await at.panel()
        await panel.ask(vector("quirk-eldes-cr-counted").raw)
        await panel.ask(vector("quirk-trikdis-binary-crc").raw)
        assert at.told()["quirks"] == ["binary-crc", "cr-counted"]
        eldes = AccountKey("panels", "9999", "9999")
        assert at.receiver.quirks_of(eldes) == at.receiver.quirky()[eldes] == ("cr-counted",)
        assert "9999" not in str(at.told()["quirks"])


class Behind(House):
    """An intake that keeps quicker than anybody decides."""

    decided = True

    def backlog(self) -> int:
        return 0 if self.decided else BACKLOG_MOST + 1


# -- a bad neighbour --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "noise",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 20,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(128, 256)) * 300,
        b"\n\r" * 100,
        b"\n" * 100_000,
        b"x" * 100_000,
        b"\n" + b"A" * 200_000,
        vector("crc-digit-changed").raw * 30,
    ],
    ids=["http", "tls", "empty", "line-feeds", "letters", "endless", "bad-crc"],
)
async def test_garbage_is_answered_by_silence_and_shown_the_door(noise: bytes) -> None:
    async with door() as at:
        panel, neighbour = await at.panel(), await at.panel()
        panel.send(noise)
        assert await panel.closed() == b""
        assert read(await neighbour.ask(alarm(1))).token == "ACK"
        assert at.told()["unreadable"] != "none" or b"\n" not in noise.strip(b"\n")


async def test_a_fault_now_and_then_closes_nothing() -> None:
    async with door() as at:
        panel = await at.panel()
        for seq in range(1, 60):
            panel.send(vector("crc-digit-changed").raw)
            assert read(await panel.ask(null(seq))).seq == f"{seq:04d}"


async def test_connections_have_a_limit_and_each_source_its_share() -> None:
    async with door(settings=settings(max_connections_per_source=2)) as at:
        first, second, third = [await at.panel() for _ in range(3)]
        assert await third.closed() == b""
        assert read(await first.ask(null(1))).seq == "0001"
        assert (at.told()["connections"], at.told()["turned_away"]) == (2, "some")
        await second.hang_up()
        assert read(await first.ask(null(2))).seq == "0002"
        again = await at.panel()
        assert read(await again.ask(null(3))).seq == "0003"


async def test_a_silent_connection_is_closed() -> None:
    async with door(settings=settings(first_frame_timeout_s=0.01)) as at:
        panel = await at.panel()
        assert await panel.closed() == b""
    async with door(settings=settings(idle_timeout_s=0.01)) as at:
        panel = await at.panel()
        panel.send(null(1))
        assert read(await panel.closed()).seq == "0001"


async def test_a_flood_waits_for_the_disk_and_its_neighbour_does_not() -> None:
    house = House(held=True)
    async with door(house=house, settings=settings(max_frames_queued=4)) as at:
        flood, neighbour = await at.panel(), await at.panel()
        flood.send(*(alarm(n) for n in range(1, 2_001)))
        await house.arrived(4)
        for seq in range(1, 50):
            assert read(await neighbour.ask(null(seq))).seq == f"{seq:04d}"
        assert len(house.arrivals) == 4  # the rest is not even read
        for index in range(2_000):
            if index >= 4:
                await house.arrived(1)
            house.keep(index)
        assert [read(await flood.answer()).seq for _ in range(2_000)] == [f"{n:04d}" for n in range(1, 2_001)]


async def test_a_source_that_waits_for_nothing_has_a_share_and_each_of_its_connections_a_turn() -> None:
    house = House(held=True)
    async with door(house=house, settings=settings(max_frames_queued_per_source=4)) as at:
        flood, quiet = await at.panel(), await at.panel()
        flood.send(*(alarm(n) for n in range(1, 21)))
        await house.arrived(4)
        quiet.send(alarm(77), alarm(78))
        await house.arrived(1)
        assert read(await (await at.panel()).ask(null(1))).seq == "0001"  # polls wait for no disk
        assert len(house.arrivals) == 5
        house.keep(4)
        assert read(await quiet.answer()).seq == "0077"
        await house.arrived(1)
        house.keep(5)
        for index in (0, 1, 2, 3):
            house.keep(index)
        for index in range(6, 22):
            await house.arrived(1)
            house.keep(index)
        assert [read(await flood.answer()).seq for _ in range(20)] == [f"{n:04d}" for n in range(1, 21)]
        assert read(await quiet.answer()).seq == "0078"


async def test_while_decisions_are_far_behind_each_connection_has_one_frame_under_way() -> None:
    house = Behind(held=True)
    house.decided = False
    async with door(house=house) as at:
        flood, quiet = await at.panel(), await at.panel()
        flood.send(*(alarm(n) for n in range(1, 4)))
        quiet.send(alarm(77))
        await house.arrived(2)
        assert len(house.arrivals) == 2
        house.decided = True
        house.keep(0)
        house.keep(1)
        await house.arrived(2)
        house.keep(2)
        house.keep(3)
        assert [read(await flood.answer()).seq for _ in range(3)] == ["0001", "0002", "0003"]


async def test_a_panel_that_reads_no_answers_is_closed_and_its_neighbour_served() -> None:
    async with door(settings=settings(unread_answers_timeout_s=0)) as at:
        deaf, neighbour = await at.panel(), await at.panel()
        deaf.reader._transport.pause_reading()  # type: ignore[attr-defined]  # what a panel that hangs looks like
        lost = False
        for _ in range(2_000):
            deaf.send(null(1) * 500)
            try:
                await deaf.writer.drain()
            except ConnectionError:
                lost = True
                break
            assert read(await neighbour.ask(null(2))).seq == "0002"
        assert lost
        assert read(await neighbour.ask(null(3))).seq == "0003"


async def test_a_panel_that_hangs_up_leaves_its_alarm_kept() -> None:
    house = House(held=True)
    async with door(house=house) as at:
        panel, other = await at.panel(), await at.panel()
        panel.send(alarm(1), alarm(2))
        await house.arrived(2)
        await panel.hang_up()
        await other.ask(null(1))
        house.keep(0)
        house.fail(1, Full("disk full"))
        assert read(await other.ask(null(2))).seq == "0002"


async def test_a_panel_that_only_closes_its_half_is_answered_first() -> None:
    house = House(held=True)
    async with door(house=house) as at:
        panel = await at.panel()
        panel.send(alarm(1))
        panel.writer.write_eof()
        await house.arrived(1)
        house.keep(0)
        assert read(await panel.closed()).seq == "0001"


async def test_a_stop_takes_in_nothing_that_it_would_not_answer() -> None:
    """The panel has said more than one turn takes in when the stop comes: what is left is neither kept nor answered."""
    async with door(house=House(held=True)) as at:
        panel = await at.panel()
        panel.send(*(alarm(n, n) for n in range(1, 41)))
        await at.house.arrived(1)
        stopping = asyncio.create_task(at.receiver.stop())
        taken = 0
        while taken < len(at.house.waiting) or not taken:
            at.house.keep(taken)
            taken += 1
            await asyncio.sleep(0)
        await stopping
        assert (await panel.closed()).count(b'"ACK"') == len(at.house.arrivals) < 40


async def test_a_stop_answers_what_is_on_its_way() -> None:
    house = House(held=True)
    async with door(house=house) as at:
        panel = await at.panel()
        panel.send(alarm(1))
        await house.arrived(1)
        house.waiting[0].get_loop().call_soon(house.keep, 0)
        await at.receiver.stop()
        assert read(await panel.closed()).seq == "0001"


async def test_the_time_of_arrival_is_the_clocks() -> None:
    async with door() as at:
        panel = await at.panel()
        at.now = NOW + timedelta(hours=1)
        await panel.ask(alarm(1))
        assert at.house.arrivals[0].signals[0].received_at == NOW + timedelta(hours=1)
