"""Keys and clocks at the door: who may speak plain, what a wrong time gets, and the mercy for a dead clock."""

from datetime import datetime, timedelta

import pytest

from belfry.domain.signal import AccountKey
from belfry.domain.site import Account, TimeWindow
from belfry.protocols.dc09 import build_frame
from belfry.protocols.dc09.reply import envelope
from belfry.receivers.dc09 import Dc09Settings, Key
from tests.protocols.dc09.vectors import VECTORS, Vector
from tests.receivers.kit import KEY, NOW, House, door, read

OTHER_KEY = b"another key here"


def encrypted(
    data: str = "|Nri1/FA1",
    *,
    seq: int = 1,
    at: datetime = NOW,
    key: bytes = KEY,
    account: str = "1234",
    token: str = "SIA-DCS",
    pad: bytes = b"x" * 31,
) -> bytes:
    return build_frame(token, seq=seq, account=account, data=data, at=at, key=key, chance=pad)


def plain(data: str = "|Nri1/OP1", *, account: str = "1234", token: str = "SIA-DCS") -> bytes:
    return build_frame(token, seq=1, account=account, data=data)


def site(
    account: str = "1234", *, keys: tuple[bytes, ...] = (KEY,), window: TimeWindow = TimeWindow.STANDARD
) -> Account:
    return Account(id=f"id-{account}", account=account, keys=keys, window=window)


def port(*keys: str | Key) -> Dc09Settings:
    return Dc09Settings(listen="127.0.0.1:0", keys=keys)


@pytest.mark.parametrize(
    "case",
    [v for v in VECTORS if v.key and v.at and v.expect["reply"] in {"*ACK", "NAK"}],
    ids=lambda case: case.name,
)
async def test_an_encrypted_frame_gets_the_answer_of_its_vector(case: Vector) -> None:
    assert case.key is not None
    assert case.at is not None
    async with door(settings=port(case.key.hex())) as at:
        at.now = case.at
        answer = read(await (await at.panel()).ask(case.raw), case.key)
        assert ("*" if answer.encrypted else "") + answer.token == case.expect["reply"]
        assert answer.timestamp == case.at


@pytest.mark.parametrize("size", [16, 24, 32])
async def test_an_account_speaks_with_a_key_of_its_own(size: int) -> None:
    key = bytes(range(size))
    async with door(site(keys=(key,))) as at:
        answer = read(await (await at.panel()).ask(encrypted(key=key)), key)
        assert (answer.token, answer.encrypted, answer.echo) == ("ACK", True, b"0001L0#1234")
        (arrival,) = at.house.arrivals
        assert arrival.signals[0].authenticated
        assert arrival.exact is not None


async def test_a_repeat_with_a_new_time_and_pad_shares_its_identity_and_not_its_exact_bytes() -> None:
    async with door(site()) as at:
        panel = await at.panel()
        await panel.ask(encrypted())
        await panel.ask(encrypted())
        await panel.ask(encrypted(at=NOW + timedelta(seconds=5), pad=b"y" * 31))
        first, same, later = at.house.arrivals
        assert first.identity == same.identity == later.identity
        assert first.exact == same.exact != later.exact


async def test_an_account_with_a_key_is_never_heard_in_the_clear() -> None:
    async with door(site()) as at:
        panel = await at.panel()
        for frame in (plain(), plain("", token="NULL"), plain("|1401 01 001", token="ADM-CID")):
            assert read(await panel.ask(frame)).token == "DUH"
        assert (at.house.arrivals, at.house.polls) == ([], [])
        assert at.told()["refused"] == "some"
        assert read(await panel.ask(encrypted()), KEY).token == "ACK"


async def test_an_account_that_spoke_encrypted_once_is_never_heard_in_the_clear_again() -> None:
    house = House()
    house.encrypted_once.add(AccountKey("panels", "0", "1234"))
    async with door(house=house, settings=port(KEY.hex())) as at:
        panel = await at.panel()
        assert read(await panel.ask(plain())).token == "DUH"
        assert read(await panel.ask(plain(account="5678"))).token == "ACK"
        assert [a.signals[0].account for a in house.arrivals] == ["5678"]


async def test_without_any_key_an_encrypted_frame_gets_duh() -> None:
    async with door() as at:
        assert read(await (await at.panel()).ask(encrypted())).token == "DUH"


async def test_with_the_wrong_key_it_gets_a_nak_and_goes_nowhere() -> None:
    async with door(site(keys=(OTHER_KEY,))) as at:
        panel = await at.panel()
        for _ in range(5):
            assert read(await panel.ask(encrypted())).token == "NAK"
        assert at.house.arrivals == []


async def test_the_ports_key_opens_what_the_accounts_does_not_and_proves_less() -> None:
    async with door(site(keys=(OTHER_KEY,)), settings=port(KEY.hex())) as at:
        panel = await at.panel()
        assert read(await panel.ask(encrypted()), KEY).token == "ACK"
        assert read(await panel.ask(encrypted(account="5678")), KEY).token == "ACK"
        (own,), (unknown,) = (arrival.signals for arrival in at.house.arrivals)
        assert (own.authenticated, own.quirks) == (False, ("port-key",))
        assert (unknown.authenticated, unknown.quirks) == (True, ())


@pytest.mark.parametrize("key", [KEY.hex(), Key(hex=KEY.hex()), Key(text="sixteen letters.")])
async def test_a_port_key_is_hexadecimal_or_says_that_it_is_text(key: str | Key) -> None:
    value = b"sixteen letters." if isinstance(key, Key) and key.text else KEY
    async with door(settings=port(key)) as at:
        assert read(await (await at.panel()).ask(encrypted(key=value)), value).token == "ACK"


async def test_an_encrypted_poll_proves_its_path_and_a_late_one_does_not() -> None:
    async with door(site()) as at:
        panel = await at.panel()
        assert read(await panel.ask(encrypted("", token="NULL")), KEY).token == "ACK"
        assert [poll.authenticated for poll in at.house.polls] == [True]
        for _ in range(5):
            assert read(await panel.ask(encrypted("", token="NULL", at=NOW - timedelta(hours=2)))).token == "NAK"
        assert len(at.house.polls) == 1


async def test_after_two_naks_an_alarm_with_a_dead_clock_comes_in_without_its_time() -> None:
    async with door(site()) as at:
        panel = await at.panel()
        old = NOW - timedelta(hours=2)
        answers = [read(await panel.ask(encrypted(at=old + timedelta(seconds=n))), KEY) for n in range(4)]
        assert [a.token for a in answers] == ["NAK", "NAK", "ACK", "ACK"]
        (signal,), (again,) = (arrival.signals for arrival in at.house.arrivals)
        assert (signal.code, signal.quirks, signal.occurred_at) == ("FA", ("clock",), None)
        assert signal == again
        assert read(await panel.ask(encrypted("|Nri1/FA2", at=old))).token == "NAK"  # another payload begins anew


@pytest.mark.parametrize("data", ["|Nri1/OP1", "|Nri1/CL1", "|Nri1/FR1", "|Nri1/OC1", "|RP", "|Nri1/FH1", "|garbage"])
async def test_the_mercy_for_a_dead_clock_is_for_alarms_and_troubles_alone(data: str) -> None:
    async with door(site()) as at:
        panel = await at.panel()
        for _ in range(5):
            assert read(await panel.ask(encrypted(data, at=NOW - timedelta(hours=2)))).token == "NAK"
        assert at.house.arrivals == []


async def test_of_a_mixed_frame_with_a_dead_clock_only_the_alarm_comes_in() -> None:
    async with door(site()) as at:
        panel = await at.panel()
        frame = encrypted("|Nri1/FA1/OP7/FT2", at=NOW - timedelta(hours=2))
        assert [read(await panel.ask(frame), KEY).token for _ in range(3)] == ["NAK", "NAK", "ACK"]
        assert at.house.codes == ["FA", "FT"]


@pytest.mark.parametrize(
    ("window", "skew", "token"),
    [
        (TimeWindow.STRICT, timedelta(seconds=-41), "NAK"),
        (TimeWindow.STRICT, timedelta(seconds=-40), "ACK"),
        (TimeWindow.STANDARD, timedelta(seconds=20), "ACK"),
        (TimeWindow.WIDE, timedelta(hours=-23), "ACK"),
        (TimeWindow.WIDE, timedelta(hours=25), "NAK"),
        (TimeWindow.OFF, timedelta(days=-9_000), "ACK"),
    ],
)
async def test_each_account_has_its_window(window: TimeWindow, skew: timedelta, token: str) -> None:
    async with door(site(window=window)) as at:
        panel = await at.panel()
        answers = [read(await panel.ask(encrypted("|Nri1/OP1", at=NOW + skew)), KEY).token for _ in range(3)]
        assert answers == [token] * 3


async def test_a_strict_account_shows_no_mercy() -> None:
    async with door(site(window=TimeWindow.STRICT)) as at:
        panel = await at.panel()
        for _ in range(4):
            assert read(await panel.ask(encrypted(at=NOW - timedelta(hours=2)))).token == "NAK"


async def test_a_nak_is_remembered_for_a_quarter_of_an_hour() -> None:
    async with door(site()) as at:
        panel = await at.panel()
        for _ in range(3):
            assert read(await panel.ask(encrypted(at=NOW - timedelta(hours=2)))).token == "NAK"
            at.now += timedelta(minutes=16)


async def test_a_frame_speaks_for_another_account_only_with_what_that_one_accepts() -> None:
    async with door(site("1111"), site("2222", keys=(OTHER_KEY,)), site("3333", keys=())) as at:
        panel = await at.panel()
        assert read(await panel.ask(plain("#1111|Nri1/OP1", account="3333"))).token == "DUH"
        forged = encrypted("#2222|Nri1/OP1", account="1111")
        assert read(await panel.ask(forged)).token == "DUH"
        assert at.house.arrivals == []
        assert read(await panel.ask(encrypted("#3333|Nri1/OP1", account="1111")), KEY).token == "ACK"
        (signal,) = at.house.arrivals[0].signals
        assert (signal.account, signal.authenticated, signal.quirks) == ("3333", False, ("other-account",))


async def test_ciphertext_that_is_none_gets_a_nak() -> None:
    async with door(site()) as at:
        panel = await at.panel()
        body = b'"*SIA-DCS"0001L0#1234[zz'
        assert read(await panel.ask(envelope(body))).token == "NAK"
        assert read(await panel.ask(encrypted()), KEY).token == "ACK"
