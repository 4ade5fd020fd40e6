"""Calling people through a list: whom, on which number, how often - and two calls before the police."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from msgspec import structs

from belfry.ports.staff import Role
from belfry.settings.shape import Dialler, Settings
from belfry.simulator import scenes
from tests.stories.kit import Desk, Row, Town, open_town, until
from tests.stories.test_plans import furnish, take_next
from tests.stories.test_score import account_of


async def calls(desk: Desk, incident: str, **query: str) -> Row:
    found: Row = await desk.get(f"/incidents/{incident}/calls", **query)
    return found


@dataclass
class Now:
    """Whom to call, and which of his numbers."""

    contact: str
    name: str
    n: int


def to_call(found: Row) -> Now:
    (person,) = [one for one in found["people"] if one["next"]]
    (number,) = [one for one in person["numbers"] if one["next"]]
    return Now(person["contact"], person["name"], number["n"])


async def wants_two_calls(town: Town, role: str) -> None:
    account = account_of(town, role)
    file = await town.centre.sites.site(account)
    assert file is not None
    supervisor = await town.operator("wendy", Role.SUPERVISOR)
    details = {**(await supervisor.get(f"/accounts/{account}"))["details"], "two_calls": True}
    del details["has_access_code"]
    body = {"version": file.version, "details": details}
    answer = await supervisor.client.patch(f"/accounts/{account}", json=body)
    assert answer.status_code == 200, answer.text


async def tell_police(desk: Desk, incident: str, **words: Any) -> tuple[int, Row]:
    version = (await desk.detail(incident))["version"]
    answer = await desk.post(f"/incidents/{incident}/do", version=version, step="police", outcome="passed", **words)
    return answer.status_code, answer.json()


async def test_a_list_is_called_through_number_by_number_and_round_by_round_then_it_is_the_supervisors(
    town: Town,
) -> None:
    anna = await town.operator("anna")
    await furnish(town, "school")
    await town.say("school", "1111", "007")
    fire = (await take_next(anna))["id"]
    await anna.do(fire, "passed", reference="CF-1")
    found = await calls(anna, fire)
    assert (found["step"], found["called_list"], found["standing"], found["round"]) == ("holder", "fire", "call", 1)
    assert {one["name"]: one["why"] for one in found["people"]} == {
        "Ivo Marlow": None,
        "Tessa Quill": "absent",
        "Rhys Oakden": "hours",
    }
    assert found["people"][0]["authority"]
    order: list[tuple[str, int]] = []
    for turn in (1, 2, 3):
        now = to_call(await calls(anna, fire))
        order.append((now.name, now.n))
        await anna.act(fire, "do", step="holder", outcome="busy", contact=now.contact, number=now.n)
        again = (await calls(anna, fire, list="fire"))["again"]
        assert again == {"contact": now.contact, "n": now.n}
        assert turn <= 3
    assert order == [("Ivo Marlow", 0), ("Ivo Marlow", 1), ("Ivo Marlow", 0)]
    found = await calls(anna, fire, list="fire")
    assert (found["standing"], found["next"], found["rounds"]) == ("supervisor", None, 3)
    numbers = found["people"][0]["numbers"]
    assert [(one["attempts"], one["outcome"]) for one in numbers] == [(2, "busy"), (1, "busy")]
    assert (await anna.plan(fire))["at"] != "holder"
    assert len(await anna.incidents()) == 1
    head = await town.operator("hilda", Role.SUPERVISOR)
    assert [(one["id"], one["since"][:19]) for one in (await head.get("/floor"))["unreached"]] == [
        (fire, town.clock.now.isoformat()[:19])
    ]
    await anna.act(fire, "do", do="send", outcome="sent")  # somebody goes: it is nobody's to know any more
    assert (await head.get("/floor"))["unreached"] == []


async def test_a_call_that_no_plan_asks_for_is_counted_and_ends_with_a_time_of_arrival(town: Town) -> None:
    anna = await town.operator("anna")
    await furnish(town, "shop")
    await town.say("shop", "1134", "001")
    shop = (await take_next(anna))["id"]
    found = await calls(anna, shop, list="intrusion")
    assert (found["step"], found["standing"]) == (None, "call")
    alma = to_call(found)
    await anna.act(shop, "do", do="call_contact", outcome="machine", contact=alma.contact, number=alma.n)
    found = await calls(anna, shop, list="intrusion")
    assert (found["people"][0]["attempts"], found["people"][0]["outcome"], found["round"]) == (1, "machine", 2)
    assert (await anna.plan(shop))["at"] == "premises"  # the plan is where it was
    await anna.act(shop, "do", do="call_contact", outcome="reached", contact=alma.contact, number=alma.n)
    assert (await calls(anna, shop, list="intrusion"))["standing"] == "call"  # reached, and he does not come
    arrives = (town.clock.now + timedelta(minutes=20)).isoformat()
    await anna.act(
        shop, "do", do="call_contact", outcome="reached", contact=alma.contact, number=alma.n, arrives_at=arrives
    )
    assert (await calls(anna, shop, list="intrusion"))["standing"] == "coming"
    assert [one["contact"] for one in (await anna.plan(shop))["coming"]] == [alma.contact]


async def test_only_who_handles_it_sees_numbers_and_what_to_read_out_is_in_the_language_of_the_other(
    town: Town,
) -> None:
    anna, bert = await town.operator("anna"), await town.operator("bert")
    guest = await town.operator("rita", Role.RESPONDER)
    await furnish(town, "bank")
    await until(lambda: bool(town.centre.book.parts(account_of(town, "bank")).zones))
    await town.say("bank", "1134", "010")
    bank = (await take_next(anna))["id"]
    mine, his = await calls(anna, bank, list="intrusion"), await calls(bert, bank, list="intrusion")
    assert (mine["shown"], his["shown"]) == (True, False)
    assert [one["number"] for one in mine["people"][1]["numbers"]] == ["07700 900 031"]
    assert {number["number"] for one in his["people"] for number in one["numbers"]} == {""}
    petra = mine["people"][1]["read_out"]
    assert petra["language"] == "de"
    assert "Kennwort" in petra["greeting"]
    assert "Einbruch" in petra["message"]
    assert "Vault" in mine["people"][0]["read_out"]["message"]
    assert "Vault" not in mine["people"][0]["read_out"]["greeting"]  # nothing is said before the word
    refused = await guest.client.get(f"/incidents/{bank}/calls")
    assert refused.status_code == 403


async def test_at_a_silent_site_no_number_of_the_premises_is_offered_whosever_it_is_said_to_be(town: Town) -> None:
    anna = await town.operator("anna")
    await furnish(town, "care")
    await town.say("care", "1134", "001")
    break_in = (await take_next(anna))["id"]
    assert (await calls(anna, break_in, list="care"))["premises"][0]["number"]
    await town.say("care", "1122", "003")
    found = await calls(anna, break_in, list="care")
    assert found["silent_site"]
    assert "silent alarm" in found["withheld"]
    assert [(one["number"], one["withheld"]) for one in found["premises"]] == [("", "silent")]
    nurse = found["people"][0]  # her first number is the one of the house
    assert [(one["withheld"], one["next"]) for one in nurse["numbers"]] == [("silent", False), (None, True)]


async def test_a_site_that_wants_two_calls_has_them_before_the_police_or_a_reason(town: Town) -> None:
    anna = await town.operator("anna")
    await furnish(town, "shop")
    await wants_two_calls(town, "shop")
    await town.say("shop", "1134", "001")
    shop = (await take_next(anna))["id"]
    status, told = await tell_police(anna, shop)
    assert (status, told["field"]) == (400, "override")
    await anna.act(shop, "do", step="premises", outcome="no_answer", number=0)
    assert (await calls(anna, shop, list="intrusion"))["two_calls"] == {"numbers": 1, "missing": "calls"}
    await anna.act(shop, "do", do="call_premises", outcome="no_answer", number=0)  # the same number once more
    assert (await tell_police(anna, shop))[0] == 400
    alma = to_call(await calls(anna, shop, list="intrusion"))
    await anna.act(shop, "do", do="call_contact", outcome="no_answer", contact=alma.contact, number=alma.n)
    assert (await calls(anna, shop, list="intrusion"))["two_calls"] == {"numbers": 2, "missing": None}
    assert (await tell_police(anna, shop))[0] == 200
    police = [item for item in (await anna.detail(shop))["timeline"] if item["type"] == "step"][-1]
    assert "unverified" not in police["data"]

    await wants_two_calls(town, "kiosk")
    await town.say("kiosk", "1134", "001")
    kiosk = (await take_next(anna))["id"]
    assert (await tell_police(anna, kiosk))[0] == 400
    assert (await tell_police(anna, kiosk, override="Neighbours see light and a broken window"))[0] == 200
    police = [item for item in (await anna.detail(kiosk))["timeline"] if item["type"] == "step"][-1]
    assert (police["data"]["unverified"], police["text"]) == (True, "Neighbours see light and a broken window")


async def test_whoever_was_reached_makes_a_reason_needed_and_a_wrong_word_none(town: Town) -> None:
    anna = await town.operator("anna")
    await furnish(town, "shop")
    await wants_two_calls(town, "shop")
    await town.say("shop", "1134", "001")
    shop = (await take_next(anna))["id"]
    await anna.act(shop, "do", do="call_premises", outcome="reached", number=0)
    assert (await calls(anna, shop))["two_calls"]["missing"] == "reached"
    assert (await tell_police(anna, shop))[0] == 400
    await anna.act(shop, "do", step="premises", outcome="wrong_word", number=0)
    assert (await calls(anna, shop))["two_calls"]["missing"] is None
    assert (await tell_police(anna, shop))[0] == 200


async def test_a_hold_up_never_waits_for_two_calls(town: Town) -> None:
    anna = await town.operator("anna")
    await furnish(town, "bank")
    await wants_two_calls(town, "bank")
    await town.play(scenes.BANK)
    holdup = (await take_next(anna))["id"]
    assert (await calls(anna, holdup))["two_calls"] is None
    assert (await tell_police(anna, holdup, reference="A-9"))[0] == 200


async def test_the_centre_only_says_what_dials(tmp_path: Path) -> None:
    def change(settings: Settings) -> Settings:
        return structs.replace(settings, dialler=Dialler(url="sip:{number}@pbx.example.org"))

    async with open_town(tmp_path, change=change) as town:
        anna = await town.operator("anna")
        await town.say("shop", "1134", "001")
        shop = (await take_next(anna))["id"]
        assert (await calls(anna, shop))["dialler"] == "sip:{number}@pbx.example.org"


async def test_a_list_on_which_only_the_premises_are_left_is_at_its_end_at_a_silent_site(town: Town) -> None:
    """Nobody waits for three rounds of a number that nobody may dial."""
    anna = await town.operator("anna")
    await furnish(town, "hotel")
    await town.say("hotel", "1130", "001")
    await town.say("hotel", "1122", "003")
    taken = [(await take_next(anna))["id"]]
    (break_in,) = [row["id"] for row in await anna.incidents("open") if row["kind"] == "PROP.ALARM.INTR"]
    assert break_in not in taken  # brought along with the hold-up
    plan = await anna.do(break_in, "no_picture")
    assert plan["at"] == "holder"
    assert [(one["name"], one["why"]) for one in plan["calls"]] == [("Reception", "silent"), ("Duty manager", None)]
    manager = plan["calls"][1]["contact"]
    for _ in range(3):
        assert plan["at"] == "holder"
        plan = await anna.do(break_in, "no_answer", contact=manager)
    assert plan["at"] == "guard"


async def test_a_word_that_is_compared_answers_the_plan_that_asks_for_it(town: Town) -> None:
    """N 1 W: the right word needs no further key; a wrong one is the second before it counts."""
    anna, boris = await town.operator("anna"), await town.operator("boris")
    wendy = await town.operator("wendy", Role.ADMINISTRATOR)
    await furnish(town, "shop")
    account = account_of(town, "shop")
    contact = (await wendy.get(f"/accounts/{account}"))["contacts"][0]["id"]
    answer = await wendy.client.put(f"/accounts/{account}/words", json={"contact": contact, "word": "cormorant"})
    assert answer.status_code == 200, answer.text

    async def say(desk: Desk, word: str) -> Row:
        body = {"word": word, "incident": shop}
        told: Row = (await desk.post(f"/accounts/{account}/words/check", **body)).json()
        return told

    await town.say("shop", "1130", "001")
    shop = (await take_next(anna))["id"]
    assert (await say(anna, "cormorant"))["accepted"]  # before it is asked for, it answers nothing
    assert (await anna.plan(shop))["at"] == "premises"
    assert (await anna.do(shop, "reached"))["at"] == "word"
    assert not (await say(anna, "albatross"))["accepted"]
    assert (await say(boris, "cormorant"))["accepted"]  # who does not have it answers nothing
    assert (await anna.plan(shop))["at"] == "word"
    assert (await say(anna, "cormorant"))["accepted"]
    plan = await anna.plan(shop)
    assert (plan["at"], plan["owed"]) == (None, [])
    (step,) = [one for one in plan["steps"] if one["id"] == "word"]
    assert (step["state"], step["outcome"], step["by"]) == ("done", "right", "anna")
    assert (await anna.detail(shop))["ending"] is None  # a wrong word was said: a person judges
