"""Sites as people keep them while alarms come: two editors, a word under duress, tenants, a holder."""

from contextlib import AsyncExitStack
from typing import Any

from belfry.ports.staff import Role
from belfry.web.tenants import ALONE_AFTER
from tests.stories.kit import Desk, Town, until, until_told
from tests.stories.screen import Screen, watching

WORD, FORCED, CODE = "blue heron", "grey heron", "4711"


async def card(desk: Desk, town: Town, role: str) -> dict[str, Any]:
    """All of a site of the cast."""
    found = await desk.get("/accounts", account=town.player.role(role))
    shown: dict[str, Any] = await desk.get(f"/accounts/{found['items'][0]['id']}")
    return shown


async def change(desk: Desk, site: dict[str, Any], **parts: Any) -> dict[str, Any]:
    answer = await desk.client.patch(f"/accounts/{site['id']}", json={"version": site["version"], **parts})
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed


async def furnished(head: Desk, town: Town, role: str) -> dict[str, Any]:
    """A site with a contact who has a word, a duress word, and a key safe."""
    contact = {"order": 1, "name": "Manager", "authority": ["cancel", "on_test"], "numbers": [{"number": "030 4455"}]}
    site = await change(head, await card(head, town, role), contacts=[contact])
    whose = {"contact": site["contacts"][0]["id"]}
    for body in ({**whose, "word": WORD}, {**whose, "duress_word": FORCED}, {"access_code": CODE}):
        assert (await head.client.put(f"/accounts/{site['id']}/words", json=body)).status_code == 200
    return site


async def test_a_manager_who_is_forced_to_say_all_is_well_gets_the_answer_he_would_get(town: Town) -> None:
    """RULES 5, bank: he rings and says the duress word; nobody who listens can tell."""
    head, anna = await town.operator("head", Role.SUPERVISOR), await town.operator("anna")
    bank = await furnished(head, town, "bank")
    await town.say("bank", "BA", zone="003")
    (row,) = await anna.incidents()
    await anna.act(row["id"], "take")
    path = f"/accounts/{bank['id']}/words/check"
    right = await anna.post(path, word=WORD, incident=row["id"])
    forced = await anna.post(path, word=FORCED, incident=row["id"])
    assert right.status_code == 200
    assert (forced.status_code, forced.json()) == (right.status_code, right.json())
    await town.settled()
    told = await anna.told()
    assert f"PERS.ALARM.DURESS 1 waiting {row['account']}" in told
    assert len(told) == 2, "and nothing else happened"
    story = [line for line in (await anna.detail(row["id"]))["timeline"] if line["type"] == "word"]
    assert [line["data"]["right"] for line in story] == [True, True]


async def test_a_wrong_word_twice_sends_help_and_the_code_of_the_key_safe_goes_with_it(town: Town) -> None:
    head, anna = await town.operator("head", Role.SUPERVISOR), await town.operator("anna")
    shop = await furnished(head, town, "shop")
    await town.say("shop", "BA", zone="003")
    (row,) = await anna.incidents()
    for word in ("rose", "tulip"):
        answer = await anna.post(f"/accounts/{shop['id']}/words/check", word=word, incident=row["id"])
        assert answer.json()["accepted"] is False
    (row,) = await anna.incidents()
    assert row["flags"] == ["wrong_word"]
    denied = await anna.post(f"/accounts/{shop['id']}/access-code", incident=row["id"])
    assert denied.status_code == 409, "who has not taken it handles nothing there"
    await anna.act(row["id"], "take")
    shown = await anna.post(f"/accounts/{shop['id']}/access-code", incident=row["id"])
    assert shown.json() == {"code": CODE}
    types = [line["type"] for line in (await anna.detail(row["id"]))["timeline"]]
    assert types == ["opened", "word", "word", "taken", "plan", "access"]


async def test_two_edit_one_site_while_its_alarms_come_and_nothing_is_lost(town: Town) -> None:
    first, second = await town.operator("head", Role.SUPERVISOR), await town.operator("adam", Role.ADMINISTRATOR)
    seen = await card(second, town, "shop")
    await change(first, seen, account={"name": "Shop under new name"}, zones=[{"number": "003", "name": "Skylight"}])
    typed = {"version": seen["version"], "details": {"notes": "The bell is broken"}}
    late = await second.client.patch(f"/accounts/{seen['id']}", json=typed)
    assert (late.status_code, late.json()["type"]) == (409, "belfry:changed")
    told = late.json()
    assert {(one["by"], one["part"]) for one in told["changes"]} == {("head", "account"), ("head", "zone")}
    kept = await change(second, told["current"], details=typed["details"])
    assert (kept["account"]["name"], kept["details"]["notes"]) == ("Shop under new name", "The bell is broken")

    async def is_named() -> bool:
        (found,) = (await second.get("/accounts", account=seen["account"]["account"]))["items"]
        return bool(found["name"] == "Shop under new name")

    await until_told(is_named)  # memory follows the registry within seconds
    await town.say("shop", "BA", zone="003")
    (row,) = await second.incidents()
    assert row["site"]["name"] == "Shop under new name"


async def test_each_tenant_has_its_own_screen_and_what_is_nobodys_is_never_nobodys_to_see(town: Town) -> None:
    head = await town.operator("head", Role.SUPERVISOR)
    for role, tenant in (("bank", "north"), ("shop", "south")):
        await change(head, await card(head, town, role), account={"tenant": tenant})
    nora, sven = (
        await town.operator("nora", Role.OPERATOR, "north"),
        await town.operator("sven", Role.OPERATOR, "south"),
    )

    async def are_moved() -> bool:
        mine = [(await desk.get("/accounts", limit=1_000))["items"] for desk in (nora, sven)]
        return [len(items) for items in mine] == [1, 1]

    await until_told(are_moved)
    screens = {desk.name: Screen() for desk in (head, nora, sven)}
    async with AsyncExitStack() as stack:
        for desk in (nora, sven):
            await stack.enter_async_context(watching(desk, screens[desk.name]))
        async with watching(head, screens["head"]):
            await until(lambda: front(town).tenants.guarded)
            await town.say("bank", "BA", zone="003")
            await town.say("shop", "BA", zone="003")
            await town.say("library", "BA", zone="003")
            await until(lambda: len(screens["head"].rows) == 3)
            await until(lambda: len(screens["nora"].rows) == len(screens["sven"].rows) == 1)
            assert [row["account"] for row in screens["nora"].rows.values()] == [town.player.role("bank")]
            assert [row["account"] for row in screens["sven"].rows.values()] == [town.player.role("shop")]
            assert len(await nora.incidents()) == len(await sven.incidents()) == 1
        await until(lambda: len(front(town).hub) == 2)
        town.clock.now += ALONE_AFTER * 2
        await until(lambda: not front(town).tenants.guarded)
        seen = {row["account"] for row in await nora.incidents()}
        assert seen == {town.player.role("bank"), town.player.role("library")}, "the library has no tenant"
        await town.say("library", "FA", zone="009")
        await until(lambda: any(row["kind"].startswith("FIRE") for row in screens["nora"].rows.values()))
        await until(lambda: any(row["kind"].startswith("FIRE") for row in screens["sven"].rows.values()))
    assert town.player.role("shop") not in {row["account"] for row in screens["nora"].rows.values()}


def front(town: Town) -> Any:
    """The front desk of the running console."""
    assert town.centre.console is not None
    return town.centre.console._app.state["front"]


async def test_the_holder_of_a_site_reads_all_of_it_and_says_that_it_is_right(town: Town) -> None:
    head = await town.operator("head", Role.SUPERVISOR)
    shop = await card(head, town, "shop")
    assert shop["confirmed_at"] is None
    holder = await town.operator("hans", Role.HOLDER, shop["id"])
    (mine,) = (await holder.get("/accounts"))["items"]
    read = await holder.get(f"/accounts/{mine['id']}")
    await change(head, shop, contacts=[{"order": 1, "name": "Somebody else"}])
    stale = await holder.post(f"/accounts/{mine['id']}/confirm", version=read["version"])
    assert stale.status_code == 409, "he confirms what he has read, and nothing that came after"
    read = await holder.get(f"/accounts/{mine['id']}")
    assert [one["name"] for one in read["contacts"]] == ["Somebody else"]
    assert (await holder.post(f"/accounts/{mine['id']}/confirm", version=read["version"])).status_code == 200
    assert (await card(head, town, "shop"))["confirmed_by"] == "hans"
    assert (await holder.client.get("/incidents")).status_code == 403
