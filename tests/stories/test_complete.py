"""What was acknowledged is in `GET /signals` at once, whatever triage is doing."""

import asyncio

from tests.stories.kit import Town


async def test_a_signal_is_listed_as_soon_as_it_was_acknowledged(town: Town) -> None:
    desk = await town.operator("anna")
    for zone in range(1, 31):
        assert await town.panel("shop").say("1134", zone=f"{zone:03}") == "ACK"
        assert [one["zone"] for one in await desk.signals("2002")] == [f"{n:03}" for n in range(1, zone + 1)]


async def test_a_posted_signal_is_listed_at_the_position_that_was_answered(town: Town) -> None:
    desk = await town.program()

    async def post(zone: int) -> tuple[str, str]:
        answer = await desk.post("/signals", account="2002", code="BA", area="1", zone=str(zone))
        assert answer.status_code == 202
        position = answer.json()["position"]
        after = str(int(position) - 1)
        (found,) = (await desk.get("/signals", after=after, limit=1))["items"]
        assert (found["position"], found["zone"]) == (position, str(zone))
        return position, str(zone)

    posted = await asyncio.gather(*(post(zone) for zone in range(1, 61)))
    await town.settled()
    signals = await desk.signals()
    assert [(one["position"], one["zone"]) for one in signals] == sorted(posted, key=lambda pair: int(pair[0]))
    assert all(one["act"] in ("open", "join") for one in signals)


async def test_pages_of_signals_leave_nothing_out_while_more_come_in(town: Town) -> None:
    desk = await town.operator("anna")
    saying = asyncio.create_task(say_many(town, 120))
    seen: list[str] = []
    after = "0"
    while len(seen) < 120:
        page = await desk.get("/signals", after=after, limit=7)
        seen += [one["position"] for one in page["items"]]
        after = seen[-1] if seen else after
    await saying
    assert seen == [one["position"] for one in await desk.signals()]


async def say_many(town: Town, count: int) -> None:
    roles = ("shop", "kiosk", "bank", "depot")
    for number in range(count):
        assert await town.panel(roles[number % 4]).say("1602") == "ACK"
