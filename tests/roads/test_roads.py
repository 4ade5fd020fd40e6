"""Travel times always come, soon, and say how they were found - whatever the server of roads does."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from belfry.domain.travel import How, Point, Speeds
from belfry.domain.unit import Travels
from belfry.roads import Roads
from tests.roads.server import RoadServer, road_server

HERE = Point(50.11, 8.68)
UNITS = [Point(50.11 + n / 1_000, 8.7) for n in range(250)]


class Hand:
    """A clock that is turned by hand."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def __call__(self) -> datetime:
        return self._now

    def turn(self, by: timedelta) -> None:
        self._now += by


@pytest.fixture
async def server() -> AsyncIterator[RoadServer]:
    async with road_server() as one:
        yield one


@pytest.fixture
def clock() -> Hand:
    return Hand(datetime(2026, 3, 14, 2, 14, 5, tzinfo=UTC))


def roads(clock: Hand, server: RoadServer, how: How = How.OSRM, within_s: float = 5.0) -> Roads:
    return Roads(clock, Speeds(), how=how, server=server.url, within_s=within_s)


async def test_without_a_server_every_time_says_that_it_is_an_estimate(clock: Hand) -> None:
    found = await Roads(clock, Speeds()).times(UNITS, [HERE])
    assert {leg.how for row in found.legs for leg in row} == {How.STRAIGHT}
    assert (len(found.legs), found.fell_back) == (250, None)


@pytest.mark.parametrize("how", [How.OSRM, How.VALHALLA])
async def test_a_server_is_asked_in_pieces_it_bears(clock: Hand, server: RoadServer, how: How) -> None:
    found = await roads(clock, server, how).times(UNITS, [HERE])
    assert sorted(server.asked) == [53, 100, 100]
    assert {leg.how for (leg,) in found.legs} == {how}
    assert found.legs[0][0].seconds == pytest.approx(found.legs[0][0].metres / 10)
    assert found.legs[9][0].metres < found.legs[200][0].metres
    assert found.fell_back is None


async def test_many_places_to_many_are_one_whole_table(clock: Hand, server: RoadServer) -> None:
    found = await roads(clock, server).times(UNITS[:70], UNITS[100:230])
    assert all(places <= 100 for places in server.asked)
    assert {(len(row), leg.how) for row in found.legs for leg in row} == {(130, How.OSRM)}


async def test_within_a_minute_nothing_is_asked_twice(clock: Hand, server: RoadServer) -> None:
    known = roads(clock, server)
    first = await known.times(UNITS[:9], [HERE])
    assert await known.times(UNITS[:9], [HERE]) == first
    assert server.asked == [10]
    clock.turn(timedelta(minutes=1))
    await known.times(UNITS[:9], [HERE])
    assert server.asked == [10, 10]


async def test_a_place_without_a_way_is_estimated_alone_and_not_asked_again(clock: Hand, server: RoadServer) -> None:
    server.no_way_from = UNITS[3].latitude
    known = roads(clock, server)
    for _ in range(2):
        found = await known.times(UNITS[:9], [HERE])
        assert [leg.how for (leg,) in found.legs] == [How.STRAIGHT if n == 3 else How.OSRM for n in range(9)]
        assert found.fell_back == "osrm: knows no way for some"
    assert server.asked == [10]


@pytest.mark.parametrize(
    ("mood", "why"),
    [
        ("500", "osrm: answered 500"),
        ("400", "osrm: answered 400"),
        ("302", "osrm: answered 302"),
        ("html", "osrm: no JSON, it begins '<!doctype ht'"),
        ("huge", "osrm: answered more than 4000000 bytes"),
        ("hangs up", "osrm: hung up before its answer was whole"),
        ("no http", "osrm: does not speak HTTP"),
        ("small", "osrm: durations is 1 x 1, not 9 x 1"),
        ("another continent", "osrm: knows no way for some"),
    ],
)
async def test_whatever_a_server_does_there_are_times_and_it_is_told_why(
    clock: Hand, server: RoadServer, mood: str, why: str
) -> None:
    far = [Point(52 + n / 10, 9) for n in range(9)]
    server.mood = mood
    known = roads(clock, server)
    found = await known.times(far, [HERE])
    assert {leg.how for (leg,) in found.legs} == {How.STRAIGHT}
    assert found.fell_back == why


@pytest.mark.parametrize("mood", ["silent", "drips"])
async def test_a_slow_server_is_not_waited_for(clock: Hand, server: RoadServer, mood: str) -> None:
    server.mood = mood
    found = await roads(clock, server, within_s=0.05).times(UNITS[:2], [HERE])
    assert found.fell_back == "osrm: no answer within 0.05 s"
    assert {leg.how for (leg,) in found.legs} == {How.STRAIGHT}


async def test_a_server_that_failed_is_left_alone_for_a_while(clock: Hand, server: RoadServer) -> None:
    server.mood = "500"
    known = roads(clock, server)
    for _ in range(3):
        assert (await known.times(UNITS[:2], [HERE])).fell_back == "osrm: answered 500"
    assert len(server.asked) == 1
    server.mood = "well"
    clock.turn(timedelta(seconds=16))
    found = await known.times(UNITS[:2], [HERE])
    assert (found.fell_back, found.legs[0][0].how) == (None, How.OSRM)


async def test_nobody_listening_is_told_too(clock: Hand) -> None:
    async with road_server() as gone:
        known = roads(clock, gone)
    found = await known.times(UNITS[:1], [HERE])
    assert found.fell_back is not None
    assert found.fell_back.startswith("osrm: cannot be reached")


async def test_nothing_asked_is_nothing_answered(clock: Hand, server: RoadServer) -> None:
    known = roads(clock, server)
    assert (await known.times([], [HERE])).legs == []
    assert (await known.times([HERE], [])).legs == [[]]
    assert server.asked == []


async def test_each_start_is_reckoned_by_how_it_travels_and_a_cars_time_is_remembered(
    clock: Hand, server: RoadServer
) -> None:
    known = roads(clock, server)
    ways = [Travels.CAR, Travels.LIGHTS, Travels.FOOT]
    (car,), (lights,), (foot,) = (await known.times([UNITS[9]] * 3, [HERE], travels=ways)).legs
    assert lights.seconds == pytest.approx(car.seconds * Speeds().lights)
    assert foot.seconds == pytest.approx(car.metres / Speeds().foot_kmh * 3.6)
    assert {car.how, lights.how, foot.how} == {How.OSRM}
    assert (await known.times([UNITS[9]], [HERE])).legs == [[car]]
    assert len(server.asked) == 1
