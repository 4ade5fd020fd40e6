"""What an operator is asked to do, scene by scene, with the keys of RULES 5: N next, D do, a digit for the outcome.

`do` below is D and the digit; what it leads to, what is owed and what may be closed is read as an operator reads it.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

from belfry.domain.plan import Plan
from belfry.domain.plan_library import load as library
from belfry.domain.unit import Service
from belfry.ports.staff import Role
from belfry.simulator import scenes
from belfry.simulator.cards import cards
from tests.stories.field import on_duty
from tests.stories.kit import START, Desk, Row, Town, open_town, until


async def furnish(town: Town, *roles: str) -> None:
    """Write the cards of some sites: whom to call there, and who is dialled."""
    for role in roles:
        number = town.player.role(role)
        account = next(one for one in town.centre.book.all() if one.account == number)
        file = await town.centre.sites.site(account.id)
        assert file is not None
        await town.centre.sites.edit(account.id, cards(START)[role].change, version=file.version, by="test")


async def take_next(desk: Desk) -> Row:
    answer = await desk.post("/incidents/next")
    assert answer.status_code == 200, answer.text
    taken: Row = answer.json()["incident"]
    return taken


def now_at(plan: Row) -> tuple[str | None, list[str]]:
    return plan["at"], plan["owed"]


async def close(desk: Desk, incident: str, **words: Any) -> tuple[int, Any]:
    detail = await desk.detail(incident)
    asked = {"version": detail["version"], "seen_upto": detail["signals_seq"], "disposition": "false_alarm", **words}
    answer = await desk.post(f"/incidents/{incident}/close", **asked)
    told = answer.json()
    return answer.status_code, told.get("steps", told.get("state", told.get("title")))


async def callee(desk: Desk, incident: str) -> str:
    """The contact to call now."""
    (found,) = [one["contact"] for one in (await desk.plan(incident))["calls"] if one["next"]]
    return str(found)


async def test_a_school_fire_goes_to_the_brigade_with_its_reference_and_is_closed_after_its_restore(
    town: Town,
) -> None:
    """N D 1+ref D 1 H(restore), later N C."""
    anna = await town.operator("anna")
    await furnish(town, "school")
    await town.say("school", "1111", "007")
    fire = (await take_next(anna))["id"]
    plan = await anna.plan(fire)
    assert now_at(plan) == ("brigade", ["brigade"])
    assert (plan["refs"][0]["id"], [one["name"] for one in plan["agencies"]]) == ("fire-alarm", ["Coast fire brigade"])
    assert await close(anna, fire) == (409, ["brigade"])
    plan = await anna.do(fire, "passed", reference="CF-2231")
    assert now_at(plan) == ("holder", [])

    town.clock.wait(seconds=20)
    await town.say("school", "1115", "021")  # confirmed by a call point: another kind, what was done stays done
    centre = town.centre
    await until(
        lambda: (one := centre.board.get(fire)) is not None and one.plan is not None and one.plan.kind == one.kind
    )
    plan = await anna.plan(fire)
    assert (plan["at"], plan["steps"][0]["state"], plan["steps"][0]["words"]) == ("holder", "done", "CF-2231")
    assert [one["name"] for one in plan["calls"] if one["available"]] == ["Ivo Marlow"]
    plan = await anna.do(fire, "reached", contact=await callee(anna, fire))
    assert plan["at"] == "restore"
    await anna.act(fire, "hold", on="signal", reason="The brigade is there")
    await town.say("school", "3111", "007")
    await town.say("school", "3115", "021")
    town.clock.wait(minutes=5)
    await town.settled()
    assert (await take_next(anna))["id"] == fire
    assert now_at(await anna.plan(fire)) == (None, [])  # it is restored: nothing is left to wait for
    assert await close(anna, fire, disposition="genuine", cause="cooking") == (200, "closed")
    assert len(await anna.incidents()) == 1


async def test_a_shop_with_a_wrong_word_goes_to_the_police_and_its_twin_is_closed_with_one_key(town: Town) -> None:
    """N D 5 D 1 C; its twin: N C."""
    anna = await town.operator("anna")
    await town.play(scenes.SHOP)
    shop = (await take_next(anna))["id"]
    plan = await anna.plan(shop)
    assert now_at(plan) == ("premises", ["premises", "police"])
    assert plan["steps"][0]["outcomes"].index("wrong_word") == 4  # the key 5
    assert (await close(anna, shop))[0] == 409
    plan = await anna.do(shop, "wrong_word")
    assert now_at(plan) == ("police", ["police"])
    assert {step["id"] for step in plan["steps"] if step["state"] == "passed"} >= {"word", "evidence", "guard"}
    plan = await anna.do(shop, "passed")
    assert plan["owed"] == []
    assert await close(anna, shop, disposition="genuine", cause="break_in") == (200, "closed")

    await town.play(scenes.SHOP_ONE_POINT)
    kiosk = (await take_next(anna))["id"]
    assert (await anna.plan(kiosk))["owed"] == []
    assert await close(anna, kiosk, disposition=None) == (200, "closed")
    assert [row["disposition"] for row in await anna.incidents()] == ["cancelled", "genuine"]


async def test_at_a_bank_that_is_held_up_nobody_is_called_and_nothing_else_there_calls_either(town: Town) -> None:
    """N D 1+ref H; whatever else is open there loses the call to the premises until it is over."""
    anna, sue = await town.operator("anna"), await town.operator("sue", Role.SUPERVISOR)
    await furnish(town, "bank")
    await town.say("bank", "1134", "010")
    await town.play(scenes.BANK)
    holdup = (await take_next(anna))["id"]
    (break_in,) = [row["id"] for row in await anna.incidents() if row["id"] != holdup]
    plan = await anna.plan(holdup)
    assert (plan["at"], {step["do"] for step in plan["steps"]} & {"call_premises", "call_contact"}) == ("police", set())
    beside = await anna.plan(break_in)
    assert (beside["at"], beside["premises"]) == ("evidence", [])
    assert beside["owed"] == ["police"]  # the call to the premises is not
    refused = await anna.post(
        f"/incidents/{break_in}/do",
        version=(await anna.detail(break_in))["version"], step="premises", outcome="reached",
    )  # fmt: skip
    assert (refused.status_code, "silent alarm" in refused.json()["title"]) == (409, True)
    assert now_at(await anna.do(holdup, "passed", reference="A-9")) == ("quiet", [])
    await anna.act(holdup, "hold", on="signal", reason="The police are on their way")
    taken = await sue.act(holdup, "takeover", reason="I am beside him")
    assert (await close(sue, holdup, disposition="genuine"))[0] == 200
    assert taken["taken_by"] == "sue"
    assert (await sue.plan(break_in))["at"] == "premises"


async def test_in_a_care_block_a_voice_is_enough_and_silence_sends_somebody_with_a_time(town: Town) -> None:
    """N D 1 C; the other flat: N D 2 D 1 H(arrival)."""
    anna = await town.operator("anna")
    await furnish(town, "care")
    await town.play(scenes.CARE)
    first = (await take_next(anna))["id"]
    assert (await anna.plan(first))["at"] == "voice"
    assert now_at(await anna.do(first, "reached")) == ("help", [])
    assert (await close(anna, first))[0] == 200

    second = (await take_next(anna))["id"]
    plan = await anna.do(second, "no_answer")
    assert now_at(plan) == ("responder", ["ambulance"])
    nurse = await callee(anna, second)
    plan = await anna.do(second, "reached", contact=nurse)  # reached, and she cannot come: the next one is called
    assert plan["at"] == "responder"
    arrives = (town.clock.now + timedelta(minutes=12)).isoformat()
    plan = await anna.do(second, "reached", contact=nurse, arrives_at=arrives)
    assert now_at(plan) == ("arrival", [])
    assert [one["name"] for one in plan["coming"]] == ["Night nurse"]
    await anna.act(second, "hold", on="signal", reason="The nurse is on her way")
    town.clock.wait(minutes=5)
    await town.settled()
    assert (await take_next(anna))["id"] == second
    await anna.act(second, "arrived", contact=nurse)
    assert (await anna.plan(second))["coming"] == []
    assert (await close(anna, second))[0] == 200


async def test_nobody_comes_from_a_list_that_was_called_three_times_and_the_ambulance_goes(town: Town) -> None:
    anna = await town.operator("anna")
    await furnish(town, "care")
    await town.say("care", "1101", "012")
    care = (await take_next(anna))["id"]
    await anna.do(care, "no_answer")
    for number in (1, 2, 3):
        assert (await anna.plan(care))["round"] == number
        await anna.do(care, "no_answer", contact=await callee(anna, care))
    assert now_at(await anna.plan(care)) == ("ambulance", ["ambulance"])


async def test_a_lift_call_has_a_voice_and_a_technician_with_a_time(town: Town) -> None:
    """N D 1 D 1 H(end of the alarm)."""
    anna = await town.operator("anna")
    await furnish(town, "hotel")
    hotel = next(one.id for one in town.centre.book.all() if one.account == "5401")
    called = await anna.post("/calls", kind="RES.LIFT.ALARM", place={"site": hotel}, note="Lift 2 stands")
    assert called.status_code == 202, called.text
    await town.settled()
    lift = (await take_next(anna))["id"]
    plan = await anna.do(lift, "reached")
    assert (plan["at"], [one["name"] for one in plan["agencies"]]) == ("lift", ["Ascent lifts, rescue"])
    arrives = (town.clock.now + timedelta(minutes=25)).isoformat()
    plan = await anna.do(lift, "passed", arrives_at=arrives, agency=plan["agencies"][0]["id"])
    assert now_at(plan) == ("out", [])
    assert [one["name"] for one in plan["coming"]] == ["Ascent lifts, rescue"]


async def test_a_jeweller_whose_lines_are_cut_goes_to_the_police_at_once(town: Town) -> None:
    """N D 1 C, by the plan of the account type; the centre's own lies below it."""
    anna = await town.operator("anna")
    await town.say("jeweller", "3401", "001")
    await town.panel("jeweller").poll()
    await town.pass_time(seconds=51)
    jeweller = (await take_next(anna))["id"]
    plan = await anna.plan(jeweller)
    assert (plan["at"], plan["refs"][0]["level"]) == ("police", "type")
    assert [one["id"] for one in plan["below"]][:1] == ["tech-lost"]
    assert (await anna.do(jeweller, "passed", reference="P-1"))["owed"] == []
    assert (await close(anna, jeweller, disposition="genuine"))[0] == 200


async def test_a_shop_that_does_not_close_is_called_and_nothing_is_owed(town: Town) -> None:
    """N D 1, then E."""
    anna = await town.operator("anna")
    await town.play(scenes.LATE_TO_CLOSE)
    office = (await take_next(anna))["id"]
    assert now_at(await anna.do(office, "reached")) == (None, [])


async def test_a_plan_that_is_changed_in_the_middle_is_finished_as_it_was_begun(town: Town) -> None:
    """Two at once: one handles an alarm, the other one changes its plan."""
    anna, sue = await town.operator("anna"), await town.operator("sue", Role.SUPERVISOR)
    await town.say("shop", "1134", "001")
    shop = (await take_next(anna))["id"]
    plan = await sue.get("/plans/prop-intrusion")
    shorter = {**plan, "steps": [step for step in plan["steps"] if step["id"] in ("premises", "police")]}
    shorter["steps"][0] = {**shorter["steps"][0], "then": {"reached": "end"}, "text": "Ring twice"}
    changed = await sue.client.put("/plans/prop-intrusion", json={"plan": shorter})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    mine = await anna.plan(shop)
    assert (mine["changed_since"], len(mine["steps"]), mine["refs"][0]["version"]) == (True, len(plan["steps"]), 1)
    assert mine["steps"][0]["text"] == plan["steps"][0]["text"]
    assert now_at(await anna.do(shop, "no_answer")) == ("evidence", ["police"])
    await town.say("kiosk", "1134", "001")
    kiosk = (await take_next(anna))["id"]
    new = await anna.plan(kiosk)
    assert (new["changed_since"], new["steps"][0]["text"]) == (False, "Ring twice")


async def test_what_is_chosen_by_place_adds_to_the_plan_and_takes_nothing_away(town: Town) -> None:
    anna, sue = await town.operator("anna"), await town.operator("sue", Role.SUPERVISOR)
    everywhere = [[-90.0, -180.0], [90.0, -180.0], [90.0, 180.0], [-90.0, 180.0]]
    harbour = {
        "id": "harbour", "name": "Harbour basin", "when": {"kinds": ["FIRE"], "polygon": everywhere},
        "steps": [{"id": "master", "do": "notify", "agency": "other", "demanded": True, "text": "The harbour master"}],
    }  # fmt: skip
    assert (await sue.post("/plans", plan=harbour)).status_code == 201
    await town.say("museum", "1110", "001")
    fire = (await take_next(anna))["id"]
    plan = await anna.plan(fire)
    own = next(one for one in library() if one.id == "fire-alarm")
    assert [step["id"] for step in plan["steps"]] == [*(step.id for step in own.steps), "harbour:master"]
    assert (plan["steps"][-1]["text"], plan["steps"][-1]["added"]) == ("The harbour master", True)
    assert plan["owed"] == ["brigade", "harbour:master"]
    assert [ref["id"] for ref in plan["refs"]] == ["fire-alarm", "harbour"]


async def test_a_plan_that_loops_or_leads_nowhere_is_refused_and_changes_nothing(town: Town) -> None:
    sue = await town.operator("sue", Role.SUPERVISOR)
    plan = await sue.get("/plans/prop-intrusion")
    for then, said in (({"wrong_word": "premises"}, "no loop"), ({"wrong_word": "nobody"}, "the id of a step")):
        steps = [*plan["steps"][:-1], {**plan["steps"][-1], "then": then}]
        refused = await sue.client.put("/plans/prop-intrusion", json={"plan": {**plan, "steps": steps}})
        assert (refused.status_code, said in refused.text) == (400, True)
    assert await sue.get("/plans/prop-intrusion") == plan
    assert len((await sue.get("/plans/prop-intrusion/versions"))["items"]) == 1


async def test_the_plan_of_an_alarm_is_the_same_after_it_was_given_back_and_taken_by_another(town: Town) -> None:
    """As where a browser dies: whoever has it next goes on where it stood."""
    anna, bert = await town.operator("anna"), await town.operator("bert")
    await town.say("shop", "1134", "001")
    shop = (await take_next(anna))["id"]
    await anna.do(shop, "no_answer")
    await anna.act(shop, "release")
    assert (await take_next(bert))["id"] == shop
    plan = await bert.plan(shop)
    assert (plan["at"], plan["steps"][0]["by"], plan["steps"][0]["attempts"]) == ("evidence", "anna", 1)
    told = (await bert.detail(shop))["timeline"]
    assert [line["type"] for line in told] == ["opened", "taken", "plan", "step", "released", "taken"]


async def test_a_skipped_step_goes_to_the_supervisor_with_its_reason(town: Town) -> None:
    anna, sue = await town.operator("anna"), await town.operator("sue", Role.SUPERVISOR)
    await town.say("school", "1111", "007")
    fire = (await take_next(anna))["id"]
    await anna.act(fire, "skip", step="brigade", reason="They stand in the yard already")
    assert (await close(anna, fire, disposition="genuine", reason="still hot"))[0] == 200
    (skipped,) = (await sue.get("/plans/skipped"))["items"]
    assert (skipped["incident"]["id"], skipped["by"], skipped["reason"], skipped["demanded"]) == (
        fire,
        "anna",
        "They stand in the yard already",
        True,
    )
    stored = await town.centre._stores.journal.page(0, 10_000)
    assert "in the yard" not in repr(stored)
    await town.restart()
    sue = await town.operator("sue", Role.SUPERVISOR)
    assert [one["reason"] for one in (await sue.get("/plans/skipped"))["items"]] == ["They stand in the yard already"]


async def test_a_run_is_the_same_after_a_restart_with_and_without_a_snapshot(tmp_path: Path) -> None:
    async with open_town(tmp_path) as town:
        anna = await town.operator("anna")
        await furnish(town, "care")
        await town.say("care", "1101", "012")
        care = (await take_next(anna))["id"]
        await anna.do(care, "no_answer")
        arrives = (town.clock.now + timedelta(minutes=12)).isoformat()
        await anna.do(care, "reached", contact=await callee(anna, care), arrives_at=arrives)
        before = await anna.plan(care)
        runs = []
        for keep in (True, False):
            await town.stop()
            if not keep:
                for file in town.settings.data.glob("snapshot*"):
                    file.unlink()
            await town.start()
            anna = await town.operator("anna")
            runs.append(await anna.plan(care))
        assert runs == [before, before]
        assert before["coming"] != []


async def test_the_library_of_a_release_leaves_alone_what_somebody_changed(town: Town) -> None:
    sue = await town.operator("sue", Role.SUPERVISOR)
    plans: list[Plan] = list(library())
    listed = (await sue.get("/plans", limit=1_000))["items"]
    assert {one["id"] for one in listed} == {plan.id for plan in plans}
    assert all(one["library"] for one in listed)
    fire = await sue.get("/plans/fire-pre")
    await sue.client.put("/plans/fire-pre", json={"plan": {**fire, "name": "Ours"}})
    assert (await sue.client.delete("/plans/adm-work?version=1")).status_code == 204
    await town.restart()
    sue = await town.operator("sue", Role.SUPERVISOR)
    now = {one["id"]: one for one in (await sue.get("/plans", limit=1_000))["items"]}
    assert (now["fire-pre"]["name"], now["fire-pre"]["library"], "adm-work" in now) == ("Ours", False, False)


async def test_a_time_of_arrival_at_the_end_of_the_calendar_stops_nothing(town: Town) -> None:
    """A slip of the keys: the clocks of an incident are reckoned from that time, for every console and by the walk."""
    anna = await town.operator("anna")
    await town.say("shop", "1130", "001")
    taken = await take_next(anna)
    for at in ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"):
        answer = await anna.post(
            f"/incidents/{taken['id']}/do", version=taken["version"], do="send", outcome="sent", arrives_at=at
        )
        assert (answer.status_code, answer.json()["field"]) == (400, "arrives_at")
    await town.say("kiosk", "1130", "001")
    assert len(await anna.incidents("open")) == 2, "alarms are decided as before"


async def test_what_a_sites_own_plan_says_is_for_those_who_may_act(town: Town) -> None:
    anna, head = await town.operator("anna"), await town.operator("hilda", Role.SUPERVISOR)
    responder = await on_duty(town, "rosa", Service.GUARD)
    shop = (await anna.get("/accounts", account="2002"))["items"][0]["id"]
    own = {
        "id": "shop-own",
        "name": "The shop's own",
        "level": "account",
        "of": shop,
        "steps": [{"id": "premises", "do": "call_premises", "text": "Mrs Quill is deaf: let it ring"}],
    }
    assert (await head.post("/plans", plan=own)).status_code == 201
    await until(lambda: town.centre.planner.current("shop-own") is not None)
    await town.say("shop", "1130", "001")
    taken = await take_next(anna)
    assert [step["text"] for step in (await anna.plan(taken["id"]))["steps"]] == ["Mrs Quill is deaf: let it ring"]
    sent = await anna.post(f"/incidents/{taken['id']}/units", unit="rosa")
    assert sent.status_code == 200, sent.text
    seen = await responder.plan(taken["id"])
    assert [(step["do"], step["text"]) for step in seen["steps"]] == [("call_premises", "")]
    assert "Quill" not in (await responder.client.get(f"/incidents/{taken['id']}")).text
