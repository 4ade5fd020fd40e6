"""DC-09 over UDP: one datagram one frame, the answer to where it came from, and a share for each source."""

from belfry.ports import Full
from belfry.protocols.dc09 import build_frame
from belfry.receivers.dc09 import Dc09Settings
from tests.protocols.dc09.vectors import vector
from tests.receivers.kit import KEY, NOW, House, door, read


def alarm(seq: int) -> bytes:
    return build_frame("ADM-CID", seq=seq, account="1234", data="#1234|1130 01 015")


async def test_udp_listens_on_the_port_of_tcp_and_answers_the_sender() -> None:
    async with door() as at:
        (one, first), (two, second) = await at.udp(), await at.udp()
        one.sendto(alarm(1))
        two.sendto(alarm(2))
        assert read(await first.answers.get()).seq == "0001"
        assert read(await second.answers.get()).seq == "0002"
        assert {arrival.signals[0].path for arrival in at.house.arrivals} == {"udp"}


async def test_nothing_is_answered_before_it_is_kept() -> None:
    async with door(house=House(held=True)) as at:
        transport, panel = await at.udp()
        for seq in (1, 2, 3):
            transport.sendto(alarm(seq))
        transport.sendto(build_frame("NULL", seq=4, account="1234"))
        await at.house.arrived(3)
        assert read(await panel.answers.get()).seq == "0004"  # a poll waits for no disk
        at.house.fail(0, Full("disk full"))
        at.house.keep(2)
        assert read(await panel.answers.get()).seq == "0003"
        at.house.keep(1)
        assert read(await panel.answers.get()).seq == "0002"
        assert panel.answers.empty()


async def test_an_encrypted_datagram_is_opened_and_answered() -> None:
    async with door(settings=Dc09Settings(listen="127.0.0.1:0", keys=(KEY.hex(),))) as at:
        transport, panel = await at.udp()
        transport.sendto(build_frame("SIA-DCS", seq=1, account="1234", data="|Nri1/FA1", at=NOW, key=KEY))
        assert read(await panel.answers.get(), KEY).token == "ACK"


async def test_garbage_is_dropped_and_the_next_datagram_is_answered() -> None:
    async with door() as at:
        transport, panel = await at.udp()
        for noise in (b"", b"x", b"\n", alarm(1)[:-1], vector("crc-digit-changed").raw, bytes(1400)):
            transport.sendto(noise)
        transport.sendto(vector("quirk-empty-prefix-trailing-nul").raw)
        assert read(await panel.answers.get()).account == "7303658550"
        assert panel.answers.empty()
        assert at.told()["unreadable"] == "some"


async def test_a_source_that_sends_too_fast_loses_datagrams() -> None:
    async with door(settings=Dc09Settings(listen="127.0.0.1:0", datagrams_per_source_per_s=1)) as at:
        transport, panel = await at.udp()
        tcp = await at.panel()
        for seq in range(1, 41):
            transport.sendto(alarm(seq))
        assert [read(await panel.answers.get()).seq for _ in range(2)] == ["0001", "0002"]
        while at.told()["dropped"] != "many":
            assert read(await tcp.ask(alarm(99))).seq == "0099"


async def test_a_source_that_signals_too_fast_is_still_heard_polling() -> None:
    async with door(settings=Dc09Settings(listen="127.0.0.1:0", signals_per_source_per_s=1)) as at:
        transport, panel = await at.udp()
        for seq in range(1, 15):
            transport.sendto(alarm(seq))
        transport.sendto(build_frame("NULL", seq=99, account="1234"))
        assert sorted([read(await panel.answers.get()).seq for _ in range(3)]) == ["0001", "0002", "0099"]
        assert at.told()["dropped"] == "many"
        assert len(at.house.arrivals) == 2


async def test_a_burst_is_read_at_once_and_answered_in_its_order() -> None:
    async with door() as at:
        transport, panel = await at.udp()
        for seq in range(1, 101):
            transport.sendto(build_frame("NULL", seq=seq, account="1234"))
        assert [read(await panel.answers.get()).seq for _ in range(100)] == [f"{seq:04d}" for seq in range(1, 101)]


async def test_a_source_whose_frames_wait_for_the_disk_has_a_share_of_the_queue() -> None:
    settings = Dc09Settings(listen="127.0.0.1:0", max_frames_queued=3)
    async with door(house=House(held=True), settings=settings) as at:
        transport, panel = await at.udp()
        tcp = await at.panel()
        for seq in range(1, 14):
            transport.sendto(alarm(seq))
        await at.house.arrived(3)
        while at.told()["dropped"] != "many":  # ten of them
            await tcp.ask(build_frame("NULL", seq=1, account="1234"))
        assert len(at.house.arrivals) == 3
        at.house.keep(0)
        assert read(await panel.answers.get()).seq == "0001"
        transport.sendto(alarm(77))
        await at.house.arrived(1)
        at.house.keep(3)
        assert read(await panel.answers.get()).seq == "0077"


async def test_a_stop_answers_what_is_on_its_way() -> None:
    house = House(held=True)
    async with door(house=house) as at:
        transport, panel = await at.udp()
        transport.sendto(alarm(1))
        await house.arrived(1)
        house.waiting[0].get_loop().call_soon(house.keep, 0)
        await at.receiver.stop()
        assert read(await panel.answers.get()).seq == "0001"
