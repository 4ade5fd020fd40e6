"""Shares, rates and sources."""

import resource

from belfry.receivers.limits import Amount, Load, Rates, Shares, amount, room, source_of


def test_a_source_is_an_address_or_an_ipv6_network() -> None:
    assert source_of(("192.0.2.7", 4711)) == "192.0.2.7"
    one, other = source_of(("2001:db8::1", 1, 0, 0)), source_of(("2001:db8::2%eth0", 2, 0, 0))
    assert one == other != source_of(("2001:db8:0:1::1", 1, 0, 0))
    assert source_of(None) == source_of("") == ""


def test_everybody_gets_a_share_and_nobody_more() -> None:
    shares = Shares(most=3, most_each=2)
    assert [shares.take(s) for s in ("a", "a", "a", "b", "c")] == [True, True, False, True, False]
    shares.give_back("a")
    assert shares.total == 2
    assert shares.take("c")


def test_a_source_has_room_for_what_is_not_under_way() -> None:
    load = Load(3)
    load.change("a", 2)
    assert (load.room("a"), load.room("b")) == (1, 3)
    load.change("a", 2)  # each of its connections may have one all the same
    assert load.room("a") == -1
    load.change("a", -4)
    assert load.room("a") == 3


def test_a_bucket_fills_again() -> None:
    rates = Rates(10)
    assert [rates.allows("a", 0.0) for _ in range(21)] == [True] * 20 + [False]
    assert rates.allows("b", 0.0)
    assert [rates.allows("a", 0.1) for _ in range(2)] == [True, False]


def test_refusals_are_told_as_none_some_or_many() -> None:
    assert [amount(n) for n in (0, 1, 9, 10)] == [Amount.NONE, Amount.SOME, Amount.SOME, Amount.MANY]


def test_there_is_room_for_no_more_connections_than_open_files() -> None:
    assert room(10) == 10
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        assert room(hard) < hard
