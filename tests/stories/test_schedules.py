"""Opening hours, check-ins and a mass outage: what is missed reaches the desk once, and nothing else happens."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec import structs

from belfry.domain.contacts import Authority, Contact, ContactRole
from belfry.domain.premises import CodeRule, Hazard, SiteParts, TransmissionPath, Zone
from belfry.domain.schedules import Interval, OpeningWindow, Schedule, ScheduleKind
from belfry.domain.signal import AccountKey, Poll, Wire
from belfry.domain.site_file import SiteChange
from belfry.ports.staff import Role
from tests.stories.kit import ROOMY, Clock, Desk, Town, until

WORD, FORCED = "blue heron", "grey heron"
WEEK: Final = tuple(range(7))
EVENING: Final = datetime(2026, 3, 14, 21, 54, 30, tzinfo=UTC)
"""A Saturday; the town keeps London's time, which is UTC then."""
HOURS: Final = Schedule(
    name="Shop hours",
    openings=(OpeningWindow(days=WEEK, opens_from=450, opens_until=540, closes_from=1_260, closes_until=1_320),),
)
PATROL: Final = Schedule(
    name="Night watch",
    kind=ScheduleKind.CHECK_IN,
    intervals=(
        Interval(days=WEEK, since=1_320, until=1_440, every_s=600, grace_s=60),
        Interval(days=WEEK, since=0, until=360, every_s=600, grace_s=60),
    ),
)


@pytest.fixture
async def evening(tmp_path: Path) -> Any:
    """The town on a Saturday evening, shortly before the shops close."""
    town = Town(tmp_path, Clock(EVENING), 16, ROOMY)
    await town.start()
    try:
        yield town
    finally:
        await town.stop()


async def schedule(town: Town, role: str, *schedules: Schedule, words: bool = False) -> str:
    """Give a site its schedules, and a contact who may change them."""
    number = town.player.role(role)
    site = next(one.id for one in town.centre.book.all() if one.account == number)
    file = await town.centre.sites.site(site)
    assert file is not None
    contact = Contact(order=1, name="Owner", role=ContactRole.MANAGER, authority=(Authority.SCHEDULE,))
    change = SiteChange(schedules=schedules, contacts=(contact,) if words else ())
    file = await town.centre.sites.edit(site, change, version=file.version, by="test")
    if words:
        await town.centre.words.set(site, file.contacts[0].id, WORD, by="test")
        await town.centre.words.set(site, file.contacts[0].id, FORCED, duress=True, by="test")
    town.centre.book.put_parts(site, file.parts)
    town.centre.schedules.changed(site)
    return site


async def board(desk: Desk) -> dict[str, Any]:
    found: dict[str, Any] = await desk.get("/supervision")
    return found


async def extend(desk: Desk, site: str, **words: Any) -> tuple[int, dict[str, Any]]:
    answer = await desk.post(f"/accounts/{site}/schedule/extend", **words)
    return answer.status_code, answer.json()


async def test_ten_in_the_evening_and_the_shop_is_not_closed(evening: Town) -> None:
    town, anna = evening, await evening.operator("anna")
    site = await schedule(town, "shop", HOURS, words=True)
    await town.say("shop", "1401", "001")
    await town.pass_time(minutes=5, seconds=29)
    assert await anna.told() == []
    (closing,) = (await board(anna))["due_next"]
    assert (closing["what"], closing["at"], closing["put_off"]) == ("close", "2026-03-14T22:00:00Z", False)

    await town.pass_time(seconds=2)
    assert await anna.told() == ["PROP.CLOSE.LATE 3 waiting 2002"]
    await town.say("shop", "1454")  # the panel says so too: it is one incident
    (late,) = await anna.incidents()
    assert late["signals_seq"] == 2
    (overdue,) = (await board(anna))["overdue"]
    assert (overdue["incident"], overdue["wanted_at"]) == (late["id"], "2026-03-14T22:00:00Z")
    await anna.act(late["id"], "take")

    assert (await extend(anna, site))[1]["type"] == "belfry:word-needed"
    assert (await extend(anna, site, word="a guess", incident=late["id"]))[1]["type"] == "belfry:word"
    status, done = await extend(anna, site, word=WORD, incident=late["id"])
    assert (status, done["due"], done["until"][:16]) == (200, "2026-03-14T22:00:00Z", "2026-03-14T22:30")
    now = await board(anna)
    assert now["overdue"] == []
    assert [(one["what"], one["at"], one["put_off"]) for one in now["due_next"]] == [("close", done["until"], True)]

    await town.restart()
    anna = await town.operator("anna")
    await town.pass_time(seconds=5)
    assert [one["at"] for one in (await board(anna))["due_next"]] == [done["until"]]
    await town.say("shop", "3401", "001")
    (late,) = await anna.incidents("open")
    assert (late["state"], late["flags"]) == ("taken", ["restored"])
    assert (await board(anna))["overdue"] == []
    assert len(await anna.signals("2002")) == 4


async def test_a_duress_word_is_answered_as_if_it_were_right_and_nothing_is_put_off(evening: Town) -> None:
    town, anna = evening, await evening.operator("anna")
    site = await schedule(town, "shop", HOURS, words=True)
    await town.say("shop", "1401", "001")
    right, said = await extend(anna, site, word=WORD)
    first = said["until"]
    forced, said_to_them = await extend(anna, site, word=FORCED)
    await town.settled()
    assert (right, forced) == (200, 200)
    assert set(said_to_them) == set(said)
    assert said_to_them["until"] > first
    assert await anna.told() == ["PERS.ALARM.DURESS 1 waiting 2002"]
    (closing,) = (await board(anna))["due_next"]
    assert closing["at"] == first


async def test_a_supervisor_needs_no_word_and_without_a_schedule_nothing_can_be_put_off(evening: Town) -> None:
    town = evening
    site = await schedule(town, "shop", HOURS, words=True)
    boss = await town.operator("boris", Role.SUPERVISOR)
    assert (await extend(boss, site, minutes=60))[0] == 200
    bare = await schedule(town, "kiosk")
    status, problem = await extend(boss, bare)
    assert (status, problem["type"]) == (409, "belfry:no-closing")
    assert (await extend(boss, "nowhere"))[0] == 404
    assert (await extend(boss, site, minutes=721))[0] == 400
    assert await boss.told() == []


async def test_a_schedule_changed_by_phone_needs_the_pass_word_and_a_duress_word_changes_nothing(
    evening: Town,
) -> None:
    town, anna = evening, await evening.operator("anna")
    site = await schedule(town, "shop", HOURS, words=True)
    await town.say("shop", "1401", "001")
    card = await anna.get(f"/accounts/{site}")
    (hours,) = card["schedules"]
    until_ten = card["schedules"]
    until_eleven = [{**hours, "openings": [{**hours["openings"][0], "closes_until": 1_380}]}]

    async def change(schedules: Any, **words: Any) -> tuple[int, dict[str, Any]]:
        body = {"version": (await anna.get(f"/accounts/{site}"))["version"], "schedules": schedules, **words}
        answer = await anna.client.patch(f"/accounts/{site}", json=body)
        return answer.status_code, answer.json()

    assert (await change(until_ten))[0] == 200, "nothing is other than it was"
    assert (await change(until_eleven))[1]["type"] == "belfry:word-needed"
    assert (await change(until_eleven, word="red heron"))[1]["type"] == "belfry:word"
    status, said_to_them = await change(until_eleven, word=FORCED)
    assert (status, said_to_them["schedules"]) == (200, until_eleven)
    await town.settled()
    assert await anna.told() == ["PERS.ALARM.DURESS 1 waiting 2002"]
    assert (await anna.get(f"/accounts/{site}"))["schedules"] == until_ten, "and nothing is other than it was"

    status, said = await change(until_eleven, word=WORD)
    assert (status, said["schedules"]) == (200, until_eleven)
    assert set(said_to_them) == set(said)
    assert said_to_them["version"] == said["version"]
    boss = await town.operator("boris", Role.SUPERVISOR)
    version = (await boss.get(f"/accounts/{site}"))["version"]
    freed = await boss.client.patch(f"/accounts/{site}", json={"version": version, "schedules": until_ten})
    assert freed.status_code == 200, "who runs the room answers for it"
    assert len(await anna.told()) == 1, "and nothing else happened"


async def test_a_word_changes_a_schedule_only_where_its_owner_may_and_a_flaw_is_told_to_everybody_alike(
    evening: Town,
) -> None:
    town, anna = evening, await evening.operator("anna")
    site = await schedule(town, "shop", HOURS, words=True)
    card = await anna.get(f"/accounts/{site}")
    (hours,) = card["schedules"]
    upside_down = [{**hours, "openings": [{**hours["openings"][0], "closes_until": 0}]}]
    told = []
    for word in (WORD, FORCED):
        body = {"version": card["version"], "schedules": upside_down, "word": word}
        answer = await anna.client.patch(f"/accounts/{site}", json=body)
        told.append((answer.status_code, answer.json()))
    assert told[0] == told[1]
    assert told[0][0] == 400
    file = await town.centre.sites.site(site)
    assert file is not None
    nobody = structs.replace(file.contacts[0], authority=())
    file = await town.centre.sites.edit(site, SiteChange(contacts=(nobody,)), version=file.version, by="test")
    body = {"version": file.version, "schedules": [], "word": WORD}
    answer = await anna.client.patch(f"/accounts/{site}", json=body)
    assert (answer.status_code, answer.json()["type"]) == (403, "belfry:authority")


async def test_an_opening_at_night_is_irregular_and_one_in_the_morning_is_not(evening: Town) -> None:
    town, anna = evening, await evening.operator("anna")
    await schedule(town, "shop", HOURS)
    await town.say("shop", "3401", "001")
    town.clock.now = datetime(2026, 3, 15, 3, tzinfo=UTC)
    await town.say("shop", "1401", "001")
    assert await anna.told() == ["PROP.OPEN.IRREGULAR 2 waiting 2002"]
    await town.say("shop", "3401", "001")
    town.clock.now = datetime(2026, 3, 15, 8, tzinfo=UTC)
    await town.say("shop", "1401", "001")
    assert await anna.told() == ["PROP.OPEN.IRREGULAR 2 waiting 2002"]


async def test_a_lone_worker_checks_in_over_the_api_and_by_a_report_and_is_missed_after_that(evening: Town) -> None:
    town, anna = evening, await evening.operator("anna")
    site = await schedule(town, "workshop", PATROL)
    town.clock.now = datetime(2026, 3, 14, 22, 9, tzinfo=UTC)
    answer = await anna.post("/signals", account="5301", receiver="panels", code="602")
    assert answer.status_code == 202
    await town.pass_time(minutes=5)
    answer = await anna.post("/reports", kind="ADM.TEST", place={"site": site}, note="All well")
    assert answer.status_code == 202
    await town.pass_time(minutes=10, seconds=59)
    assert [row for row in await anna.told() if "LONE" in row] == []
    await town.pass_time(seconds=2)
    assert [row for row in await anna.told() if "LONE" in row] == ["PERS.LONE.MISSED 2 waiting 5301"]
    await anna.post("/signals", account="5301", receiver="panels", code="602")
    await until(lambda: town.centre.schedules.overdue_count == 0)
    await town.settled()
    (missed,) = [row for row in await anna.incidents() if row["kind"] == "PERS.LONE.MISSED"]
    assert (missed["state"], missed["flags"]) == ("waiting", ["restored"])


# -- the mass case ----------------------------------------------------------------------------------------------------

MANY: Final = 20_000
OTHERS: Final = 2_000
"""On the same receiver, carried by somebody else."""
RECEIVER: Final = "panels"


def furnish(town: Town) -> None:
    """22 000 more sites; every thousandth is a hospital."""
    head, *_ = town.settings.accounts.read_text(encoding="utf-8").splitlines()  # type: ignore[union-attr]
    columns = head.split(",")
    rows = []
    for number in range(MANY + OTHERS):
        its = {
            "account": f"A{number:05}",
            "name": f"Site {number}",
            "receiver": RECEIVER,
            "time_zone": "Europe/London",
            "type": "hospital" if number % 1_000 == 0 else "shop",
            "supervision_s": "90",
        }
        rows.append(",".join(its.get(column, "") for column in columns))
    with town.settings.accounts.open("a", encoding="utf-8") as file:  # type: ignore[union-attr]
        file.write("\n".join(rows) + "\n")


WATCHED: Final = {
    "A00011": SiteParts(zones=(Zone(number="1", hazard=Hazard.FIRE),)),
    "A00012": SiteParts(codes=(CodeRule(wire=Wire.CID, code="1140", kind="RES.LIFT.ALARM"),)),
}
"""A shop with a fire detector, and one with a lift."""


def carried(town: Town) -> Sequence[AccountKey]:
    """Say who carries whom; returns the sites of Northnet, then the others."""
    keys: list[AccountKey] = []
    for account in town.centre.book.all():
        if account.account.startswith("A"):
            provider = "Northnet" if len(keys) < MANY else "Southnet"
            path = TransmissionPath(name="tcp", interval_s=90, provider=provider)
            told = WATCHED.get(account.account, SiteParts())
            town.centre.book.put_parts(account.id, structs.replace(told, paths=(path,)))
            town.centre.supervision.changed(account.id)
            keys.append(AccountKey(RECEIVER, None, account.account))
    return keys


def poll(town: Town, keys: Sequence[AccountKey]) -> None:
    for key in keys:
        town.centre.intake.poll(Poll(key, "tcp", False, town.clock.now))


async def test_a_provider_silences_20_000_accounts_and_operators_get_one_incident_that_counts(tmp_path: Path) -> None:
    town = Town(tmp_path, Clock(), 16, ROOMY)
    furnish(town)
    await town.start()
    try:
        anna = await town.operator("anna")
        everybody = carried(town)
        keys, others = everybody[:MANY], everybody[MANY:]
        assert len(others) == OTHERS
        await town.say("jeweller", "3401", "001")  # armed, and a cut line is an alarm there
        poll(town, everybody)
        assert await town.panel("jeweller").poll() == "ACK"
        burgled = keys[7].account
        answer = await anna.post("/signals", account=burgled, receiver=RECEIVER, code="130", zone="004")
        assert answer.status_code == 202

        for _ in range(4):
            await town.pass_time(seconds=60)
            poll(town, others)
        rows = [
            "PROP.ALARM.INTR 2 waiting A00007",
            "TECH.COMMS.LOST 1 waiting 3004",
            "TECH.COMMS.LOST 2 waiting A00007",
            "TECH.OUTAGE 2 waiting None",
        ]
        assert sorted(await anna.told()) == rows
        now = await board(anna)
        assert now["totals"]["lost"] == MANY + 1
        (outage,) = now["outages"]
        assert (outage["part"], outage["silent"]) == ("provider/Northnet", MANY - 1)
        on_top = [one for one in now["lost"] if one["life"]]
        assert now["lost"][:22] == on_top
        assert sorted(one["account"] for one in on_top if one["site"]["type"] == "shop") == sorted(WATCHED)
        assert all(one["call_by"] is not None for one in on_top)
        (row,) = [one for one in await anna.incidents() if one["kind"] == "TECH.OUTAGE"]
        assert f"{MANY - 1} paths are silent at once" in (await anna.detail(row["id"]))["reasons"]

        late = keys[10_000:10_003]
        back = [key for key in everybody if key not in late]
        poll(town, back)
        await town.pass_time(seconds=5)
        rows = [row for row in await anna.told() if "A00007" not in row]
        assert rows == ["TECH.COMMS.LOST 1 waiting 3004", "TECH.OUTAGE 2 closed None [restored]"]
        for _ in range(3):
            poll(town, back)
            await town.pass_time(seconds=80)
        alone = [row for row in await anna.told() if row.endswith(tuple(key.account for key in late))]
        assert sorted(alone) == [f"TECH.COMMS.LOST 2 waiting {key.account}" for key in late]
        assert (await board(anna))["totals"]["lost"] == len(late) + 1
    finally:
        await town.stop()
