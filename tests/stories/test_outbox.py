"""A telephone rings outside the room: in time, once, with kind and place, and never for what is answered or over."""

from pathlib import Path

import httpx

from belfry.domain.facts import Escalated, incident_subject
from belfry.ports import Stored
from belfry.settings import OnCallTable
from tests.app.child import furnish, serving, token
from tests.notify.phone import phone
from tests.stories.kit import Row, Town, until, until_told
from tests.stories.paging import escalations, paged, pass_on

FIRE = ("Priority 1: incident 1", "Automatic fire alarm, unconfirmed · {place}\nNobody has taken it.")


async def place_of(town: Town) -> tuple[str, str]:
    """What a push of the school's first fire says."""
    (row,) = await (await town.operator("anna")).incidents()
    return FIRE[0], FIRE[1].format(place=f"{row['site']['name']}, {row['site']['address']}")


async def test_an_untaken_fire_reaches_the_supervisor_and_then_the_phone_outside(tmp_path: Path) -> None:
    async with paged(tmp_path) as (town, phones):
        desk = await town.operator("anna")
        await town.say("school", "1111", "001")
        (row,) = await desk.incidents()
        push = await place_of(town)
        await town.pass_time(seconds=59)
        assert (phones["sam"].told, phones["anna"].told) == ([], [])
        await town.pass_time(seconds=1)
        await until(lambda: len(phones["sam"].told) == 1)
        assert phones["anna"].told == []
        await town.pass_time(seconds=30)
        await until(lambda: len(phones["anna"].told) == 1)
        assert (phones["sam"].told, phones["anna"].told) == ([push], [push])

        async def both_are_sent() -> bool:
            told = escalations(await desk.detail(row["id"]))
            return [[one["stage"] for one in notices] for *_, notices in told] == [[], ["sent"], ["sent"]]

        await until_told(both_are_sent)
        told = escalations(await desk.detail(row["id"]))
        assert [(clock, level) for clock, level, _ in told] == [
            ("take", "desk"),
            ("take", "supervisor"),
            ("take", "outside"),
        ]
        assert [notice["to"] for *_, notices in told for notice in notices] == ["Sam", "Anna's phone"]
        assert (await desk.incidents())[0]["escalated"] == ["take:desk", "take:supervisor", "take:outside"]


async def test_an_untaken_fire_climbs_every_step_and_each_stands_in_its_story_and_in_the_journal(
    tmp_path: Path,
) -> None:
    rows = (
        OnCallTable(name="Sam", level="supervisor", notifier="sam"),
        OnCallTable(name="The room next door", level="room", notifier="sam"),
        OnCallTable(name="Anna's phone", level="outside", notifier="anna"),
    )
    ladder = [("desk", []), ("supervisor", ["Sam"]), ("room", ["The room next door"]), ("outside", ["Anna's phone"])]
    async with paged(tmp_path, *rows, room_1_s=75) as (town, phones):
        desk = await town.operator("anna")
        await town.say("school", "1111", "001")
        (row,) = await desk.incidents()
        for seconds, steps in ((30, 1), (30, 2), (15, 3), (15, 4)):
            await town.pass_time(seconds=seconds)
            told = escalations(await desk.detail(row["id"]))
            assert [level for _, level, _ in told] == [level for level, _ in ladder[:steps]]
        await until(lambda: (len(phones["sam"].told), len(phones["anna"].told)) == (2, 1))
        told = escalations(await desk.detail(row["id"]))
        assert [(level, [one["to"] for one in notices]) for _, level, notices in told] == ladder
        kept = await town.centre._stores.journal.read(incident_subject(row["id"]))
        facts = [fact for one in kept if isinstance(one, Stored) for fact in one.entry.facts]
        assert [(one.clock, one.level) for one in facts if isinstance(one, Escalated)] == [
            ("take", level) for level, _ in ladder
        ]

        # Taken and then left alone, it goes to the next operator: every other desk.
        await desk.act(row["id"], "take")
        await town.pass_time(seconds=30)
        assert ("act", "next") in [one[:2] for one in escalations(await desk.detail(row["id"]))]


async def test_once_it_is_taken_nobody_is_troubled_any_more(tmp_path: Path) -> None:
    async with paged(tmp_path) as (town, phones):
        desk = await town.operator("anna")
        await town.say("school", "1111", "001")
        (row,) = await desk.incidents()
        await town.pass_time(seconds=60)
        await until(lambda: len(phones["sam"].told) == 1)
        await desk.act(row["id"], "take")
        await pass_on(desk, row["id"])
        for _ in range(6):  # somebody is there, and no reminder comes
            await desk.act(row["id"], "note", text="On the telephone with the caretaker")
            await town.pass_time(seconds=55)
        await desk.skip_all(row["id"])
        await desk.act(row["id"], "close", seen_upto=1, disposition="user_error", reason="no restore yet")
        await town.pass_time(minutes=6)
        assert (len(phones["sam"].told), phones["anna"].told) == (1, [])
        told = escalations(await desk.detail(row["id"]))
        assert [(clock, level) for clock, level, _ in told] == [("take", "desk"), ("take", "supervisor")]


async def test_a_phone_that_refuses_is_tried_again_and_the_story_says_so(tmp_path: Path) -> None:
    async with paged(tmp_path) as (town, phones):
        desk = await town.operator("anna")
        phones["sam"].answers = [503]
        await town.say("school", "1111", "001")
        (row,) = await desk.incidents()
        await town.pass_time(seconds=60)

        async def stage() -> str:
            notices = escalations(await desk.detail(row["id"]))[1][2]
            return notices[0]["stage"] if notices else ""

        async def failed() -> bool:
            return await stage() == "failed"

        async def sent() -> bool:
            return await stage() == "sent"

        await until_told(failed)
        (notice,) = escalations(await desk.detail(row["id"]))[1][2]
        assert (notice["reason"], notice["attempts"]) == ("not_confirmed", 1)
        await town.pass_time(seconds=10)
        await until_told(sent)
        assert len(phones["sam"].told) == 2


async def test_nobody_on_duty_reaches_the_next_level_at_once_and_is_shown(tmp_path: Path) -> None:
    rows = (
        OnCallTable(name="Sam", level="supervisor", notifier="sam", hours=("mo 08:00-09:00",)),
        OnCallTable(name="Anna's phone", level="outside", notifier="anna"),
    )
    async with paged(tmp_path, *rows) as (town, phones):
        desk = await town.operator("anna")
        await town.say("school", "1111", "001")
        (row,) = await desk.incidents()
        await town.pass_time(seconds=60)
        await until(lambda: len(phones["anna"].told) == 1)
        told = escalations(await desk.detail(row["id"]))
        assert [(level, [notice["reason"] for notice in notices]) for _, level, notices in told[:2]] == [
            ("desk", []),
            ("supervisor", ["nobody"]),
        ]
        listed = await desk.get("/notices")
        assert [(one["level"], one["configured"], one["names"]) for one in listed["duty"]] == [
            ("desk", False, []),
            ("next", False, []),
            ("supervisor", True, []),
            ("room", False, []),
            ("outside", True, ["Anna's phone"]),
        ]
        await town.pass_time(seconds=60)
        assert (len(phones["anna"].told), phones["sam"].told) == (1, [])


async def test_a_restart_sends_nothing_twice_and_forgets_nothing(tmp_path: Path) -> None:
    async with paged(tmp_path) as (town, phones):
        desk = await town.operator("anna")
        await town.say("school", "1111", "001")
        await town.pass_time(seconds=60)
        await until(lambda: len(phones["sam"].told) == 1)
        (row,) = await desk.incidents()
        await town.restart()
        desk = await town.operator("anna")
        await town.pass_time(seconds=29)
        assert (len(phones["sam"].told), phones["anna"].told) == (1, [])
        await town.pass_time(seconds=1)
        await until(lambda: len(phones["anna"].told) == 1)
        assert len(phones["sam"].told) == 1
        assert [level for _, level, _ in escalations(await desk.detail(row["id"]))] == ["desk", "supervisor", "outside"]


async def test_a_hold_up_goes_by_its_number_alone(tmp_path: Path) -> None:
    async with paged(tmp_path) as (town, phones):
        await town.operator("anna")
        await town.say("bank", "1122", "001")
        await town.pass_time(seconds=60)
        await until(lambda: len(phones["sam"].told) == 1)
        assert phones["sam"].told == [("Priority 1: incident 1", "Nobody has taken it.")]


async def test_where_nobody_sees_the_alarms_the_supervisors_phone_rings_once_in_a_while(tmp_path: Path) -> None:
    async with paged(tmp_path, take_2_s=86_400, take_2_limit_s=86_400) as (town, phones):
        await town.operator("anna")  # who has no console open
        await town.say("shop", "1134", "001")
        blind = town.centre.upkeep._look_whether_blind
        for _ in range(8):
            await blind()
            await town.pass_time(seconds=20)
        await until(lambda: len(phones["sam"].told) == 1)
        wanted = ("Nobody sees the alarms", "Alarms wait in Belfry demo, and no console shows them to anybody.")
        assert phones["sam"].told == [wanted]
        town.clock.wait(minutes=15)
        await blind()
        await until(lambda: len(phones["sam"].told) == 2)
        assert phones["anna"].told == []


SETTINGS = """\
data = "data"
accounts = "accounts.csv"

[console]
listen = "127.0.0.1:0"

[[receiver]]
type = "dc09"
name = "panels"
listen = "127.0.0.1:0"

[[notifier]]
type = "apprise"
name = "anna"
url_file = "anna.url"

[[on_call]]
name = "Anna's phone"
level = "supervisor"
notifier = "anna"

[rules]
take_1_s = 0
take_1_limit_s = 0
notice_again_s = 0
"""


async def test_a_kill_while_it_is_being_sent_is_told_as_may_have_left_and_it_is_sent_again(tmp_path: Path) -> None:
    async with phone() as anna:
        config = furnish(tmp_path, settings=SETTINGS)
        (tmp_path / "anna.url").write_text(anna.url, encoding="utf-8")
        secret, anna.silent = token(config), True
        async with serving(config, secret) as served:
            body = {"account": "1001", "code": "FA", "zone": "1"}
            answer = await served.api.post("/signals", json=body)
            assert answer.status_code == 202, answer.text
            await anna.rang.wait()  # it arrived, and is not answered
            served.process.kill()
            await served.process.wait()
        anna.hang_up()
        anna.silent = False
        async with serving(config, secret) as served:
            await until(lambda: len(anna.told) == 2)
            (row,) = (await served.get("/incidents"))["items"]

            async def sent() -> bool:
                return [one["stage"] for one in await notices(served.api, row["id"])] == ["sent"]

            await until_told(sent)
            (notice,) = await notices(served.api, row["id"])
            assert [notice["attempts"], notice["sends"]] == [2, 1]
            facts = [one for one in (await served.get("/notices"))["items"] if one["to"]]
            assert [one["id"] for one in facts] == [notice["id"]]
        (head, words), repeated = anna.told
        assert repeated == (head, f"{words}\nMay be a repeat."), "the same, and it says that it may be one"


async def notices(api: httpx.AsyncClient, incident: str) -> list[Row]:
    told = escalations((await api.get(f"/incidents/{incident}")).json())
    return [notice for _, level, found in told if level == "supervisor" for notice in found]
