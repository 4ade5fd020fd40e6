"""Rules change while signals stream: each signal is kept once, decided once, and by one state of the rules alone."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from belfry.app import upkeep
from belfry.domain.facts import Joined, Logged, Opened
from belfry.ports.staff import Role
from faults.checker import Held, is_beside, read_journal
from tests.stories.kit import Desk, Town, until

ROUNDS: Final = 6
OF_EACH: Final = 4
"""Signals of every panel between two changes, so that each state of the rules has decided some."""

Edit = dict[str, Any]
Decided = Opened | Joined | Logged

MEANS: Final = (("TECH.FAULT", 4), ("TECH.TEMP", 3))
"""What a code of no certain meaning is at the shop, in turn, with its priority."""
BEFORE: Final = ("ADM.UNKNOWN", 2)
"""What it is as long as the shop has no rule."""

SAID: Final[Mapping[str, Callable[[int], tuple[str, str, str]]]] = {
    "shop": lambda n: ("UA", "01", f"{n:03}"),
    "library": lambda n: ("BA", "02", f"{n:03}"),
    "bakery": lambda n: ("1401" if n % 2 else "3401", "01", f"{n % 50:03}"),
    "workshop": lambda n: ("BA", "01", f"{n:03}"),
}


@pytest.fixture(autouse=True)
def the_registry_is_looked_at_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "REGISTRY_LOOK", upkeep.REGISTRY_LOOK / 80)


async def stream(town: Town, role: str, acknowledged: Counter[str], over: asyncio.Event) -> None:
    """One panel that speaks as fast as it is answered."""
    for n in count(1):
        if over.is_set():
            return
        code, area, zone = SAID[role](n)
        assert await town.panel(role).say(code, area=area, zone=zone) == "ACK"
        acknowledged[role] += 1


async def edit(desk: Desk, site: str, change: Edit) -> None:
    version = (await desk.get(f"/accounts/{site}"))["version"]
    answer = await desk.client.patch(f"/accounts/{site}", json={"version": version, **change})
    assert answer.status_code == 200, answer.text


def hours(opens_from: int) -> Edit:
    """Opening hours in which the bakery opens within half an hour from some minute of the day on."""
    window = {"opens_from": opens_from, "opens_until": opens_from + 30, "closes_from": 1_200, "closes_until": 1_260}
    return {"schedules": [{"name": "Hours", "openings": [{"days": list(range(7)), **window}]}]}


async def taken_over(town: Town, ids: Mapping[str, str], kind: str, area: str, opens_from: int) -> None:
    """Wait until what was edited counts for signals."""
    shop, library, bakery = (partial(town.centre.book.parts, ids[role]) for role in ("shop", "library", "bakery"))
    await until(lambda: [one.kind for one in shop().codes] == [kind])
    await until(lambda: [one.name for one in library().areas] == [area])
    await until(lambda: [one.openings[0].opens_from for one in bakery().schedules] == [opens_from])


def settling(journal: Held, role: str, town: Town) -> Sequence[Sequence[Decided]]:
    """What was decided about each signal of a panel, without what it did beside its own incident."""
    number = town.player.role(role)
    return [
        [fact for _, fact in journal.decided[position] if not is_beside(position, fact)]
        for position, received in journal.received.items()
        if received.account == number
    ]


async def test_codes_areas_hours_and_tests_change_while_signals_stream_and_each_is_decided_once_by_whole_rules(
    town: Town, tmp_path: Path
) -> None:
    head = await town.operator("head", Role.SUPERVISOR)
    accounts = {one.account: one.id for one in town.centre.book.all()}
    ids = {role: accounts[town.player.role(role)] for role in (*SAID, "museum")}
    owners = ({"name": "Exhibition", "sub_account": ids["museum"]}, {"name": "Reading room"})
    acknowledged: Counter[str] = Counter()
    over = asyncio.Event()

    async def some_more() -> None:
        before = acknowledged.copy()
        await until(lambda: all(acknowledged[role] >= before[role] + OF_EACH for role in SAID))

    async with asyncio.TaskGroup() as panels:
        for role in SAID:
            panels.create_task(stream(town, role, acknowledged, over))
        await some_more()
        for turn in range(ROUNDS):
            (kind, priority), owner, opens = MEANS[turn % 2], owners[turn % 2], (120, 450)[turn % 2]
            rule = {"wire": "sia", "code": "UA", "kind": kind, "priority": priority}
            await edit(head, ids["shop"], {"account": {"name": f"Shop of {kind}"}, "codes": [rule]})
            await edit(head, ids["library"], {"areas": [{"number": "2", **owner}]})
            await edit(head, ids["bakery"], hours(opens))
            answer = await head.post("/tests", account_id=ids["workshop"], minutes=60)
            assert answer.status_code == 201, answer.text
            await taken_over(town, ids, kind, owner["name"], opens)
            await some_more()
            ended = await head.post(f"/tests/{answer.json()['id']}/end")
            assert ended.status_code == 200, ended.text
            await some_more()
        over.set()

    await town.settled()
    told = await head.told()
    await town.stop()
    journal = await read_journal(town.settings.data, tmp_path / "scratch")
    await town.start()
    head = await town.operator("head", Role.SUPERVISOR)
    assert await head.told() == told, "and a restart decides nothing anew"

    decided = {role: settling(journal, role, town) for role in SAID}
    assert {role: len(all_of) for role, all_of in decided.items()} == dict(acknowledged), "none lost, none doubled"
    for role in ("shop", "library", "bakery"):
        assert all(len(facts) == 1 for facts in decided[role])
    for facts in decided["workshop"]:
        first, *at_the_end = facts
        assert len(at_the_end) <= 1
        assert not at_the_end or (isinstance(first, Logged) and first.test is not None), "only a test's end tells again"

    opened = [fact for of_one in decided.values() for facts in of_one for fact in facts if isinstance(fact, Opened)]
    at_the_shop = {(fact.kind, fact.priority) for fact in opened if fact.account_id == ids["shop"]}
    assert at_the_shop == {BEFORE, *MEANS}, "by one rule or the other, never by half of one"
    burgled = {fact.account_id for fact in opened if fact.kind == "PROP.ALARM.INTR"}
    assert burgled == {ids["library"], ids["museum"], ids["workshop"]}
    openings = {type(facts[0]) for facts in decided["bakery"]}
    assert openings >= {Logged, Opened}, "in its hours, and out of them"
