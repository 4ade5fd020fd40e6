"""How sure an alarm is, as the room sees it: what detectors say raises it, a word lowers it, the police are told it."""

from pathlib import Path
from typing import Any

import pytest

from belfry.ports.staff import Role
from tests.stories.kit import Desk, Row, Town, open_town
from tests.stories.test_plans import furnish, take_next


def account_of(town: Town, role: str) -> str:
    number = town.player.role(role)
    return next(one.id for one in town.centre.book.all() if one.account == number)


async def score(desk: Desk, incident: str) -> Row | None:
    found: Row | None = (await desk.detail(incident))["score"]
    return found


async def level(desk: Desk, incident: str) -> tuple[Any, Any]:
    found = await score(desk, incident)
    assert found is not None
    return found["level"], found["why"]


async def say_word(desk: Desk, town: Town, role: str, word: str, incident: str) -> Row:
    path = f"/accounts/{account_of(town, role)}/words/check"
    answer = await desk.post(path, word=word, incident=incident)
    assert answer.status_code == 200, answer.text
    said: Row = answer.json()
    return said


async def give_words(town: Town, role: str, word: str, duress: str) -> None:
    """To the first contact of a site."""
    account = account_of(town, role)
    file = await town.centre.sites.site(account)
    assert file is not None
    sue = await town.operator("wendy", Role.SUPERVISOR)
    for name, text in (("word", word), ("duress_word", duress)):
        body = {"contact": file.contacts[0].id, name: text}
        answer = await sue.client.put(f"/accounts/{account}/words", json=body)
        assert answer.status_code == 200, answer.text


async def test_a_second_point_raises_it_a_cancel_does_not_lower_it_and_a_word_does(town: Town) -> None:
    anna = await town.operator("anna")
    await furnish(town, "shop")
    await give_words(town, "shop", "Marmalade", "Treacle")
    await town.say("shop", "1134", "001")
    shop = (await take_next(anna))["id"]
    assert await level(anna, shop) == (1, ["an alarm that nothing confirms: 001"])
    await town.say("shop", "1132", "004")
    assert await level(anna, shop) == (2, ["two points indoors: 001, 004"])
    german = await anna.client.get(f"/incidents/{shop}", headers={"accept-language": "de"})
    assert german.json()["score"]["why"] == ["zwei Punkte innen: 001, 004"]
    before = await score(anna, shop)
    await town.say("shop", "3134", "001")
    await town.say("shop", "3132", "004")
    after = await score(anna, shop)
    assert before is not None
    assert after is not None
    assert (after["level"], after["why"]) == (before["level"], before["why"])
    assert after["notes"] == ["restored since: that changes nothing"]
    assert (await say_word(anna, town, "shop", "marmalade", shop))["accepted"]
    assert await level(anna, shop) == (0, ["a contact who may cancel gave a valid word"])
    assert len(await anna.incidents()) == 1


async def test_a_duress_word_is_answered_like_the_right_one_and_lowers_nothing(town: Town) -> None:
    anna = await town.operator("anna")
    await furnish(town, "shop")
    await give_words(town, "shop", "Marmalade", "Treacle")
    await town.say("shop", "1134", "001")
    shop = (await take_next(anna))["id"]
    assert (await say_word(anna, town, "shop", "Treacle", shop))["accepted"]
    await town.settled()
    assert (await level(anna, shop))[0] == 1
    (duress,) = [row for row in await anna.incidents() if row["id"] != shop]
    assert (duress["kind"], duress["score"]["level"]) == ("PERS.ALARM.DURESS", None)


async def test_what_a_person_pressed_stands_outside_the_levels(town: Town) -> None:
    anna = await town.operator("anna")
    await town.say("bank", "1122", "003")
    await town.say("school", "1111", "007")
    rows = {row["kind"]: row["score"] for row in await anna.incidents()}
    assert rows["FIRE.ALARM.AUTO"] is None
    outside = rows["PERS.ALARM.HOLDUP"]
    assert (outside["level"], outside["why"]) == (None, ["pressed by a person: stands outside the levels"])
    holdup = next(row["id"] for row in await anna.incidents() if row["kind"] == "PERS.ALARM.HOLDUP")
    await anna.act(holdup, "take")
    refused = await anna.post(f"/incidents/{holdup}/score", version=2, level=4, reason="he shouts")
    assert refused.status_code == 409, refused.text


async def test_who_has_it_judges_otherwise_with_a_reason_until_more_comes(town: Town) -> None:
    anna, bert = await town.operator("anna"), await town.operator("bert")
    await town.say("shop", "1134", "001")
    shop = (await take_next(anna))["id"]
    assert "score" in (await anna.detail(shop))["acts"]
    version = (await anna.detail(shop))["version"]
    refused = await bert.post(f"/incidents/{shop}/score", version=version, level=4, reason="I think so")
    assert refused.status_code == 409, refused.text
    empty = await anna.post(f"/incidents/{shop}/score", version=version, level=2, reason="")
    assert empty.status_code == 400, empty.text
    await anna.act(shop, "score", level=0, reason="The cleaner was seen with her key")
    found = await score(bert, shop)
    assert found is not None
    assert (found["level"], found["table"], found["judged"]) == (0, 1, True)
    (line,) = [item for item in (await bert.detail(shop))["timeline"] if item["type"] == "score"]
    assert (line["by"], line["text"], line["data"]) == (
        "anna",
        "The cleaner was seen with her key",
        {"level": 0, "was": 1},
    )

    await town.say("shop", "1132", "004")
    found = await score(anna, shop)
    assert found is not None
    assert (found["level"], found["judged"], found["notes"][-1]) == (
        2, False, "a person had set 0; more has come since",
    )  # fmt: skip


async def test_the_police_are_told_it_and_it_stays_so_over_a_restart(tmp_path: Path) -> None:
    async with open_town(tmp_path) as town:
        anna = await town.operator("anna")
        await furnish(town, "shop")
        await town.say("shop", "1134", "001")
        await town.say("shop", "1132", "004")
        shop = (await take_next(anna))["id"]
        (text,) = [
            one["text"] for one in (await anna.get(f"/incidents/{shop}/calls"))["agencies"] if one["type"] == "police"
        ]
        assert "Validation level 2 of 4: two points indoors: 001, 004." in text
        assert text.endswith("Permit AN-2002. Our number is 1.")
        await anna.act(shop, "do", step="police", outcome="passed", reference="AN-17", override="Two points indoors")
        before = await score(anna, shop)
        await town.restart()
        anna = await town.operator("anna")
        assert await score(anna, shop) == before
        (told,) = [item for item in (await anna.detail(shop))["timeline"] if item["type"] == "step"]
        assert told["data"]["score"] == 2


@pytest.mark.parametrize(("outcome", "expected"), [("person_seen", 2), ("break_in_seen", 3), ("violence_seen", 4)])
async def test_what_an_operator_sees_raises_it(town: Town, outcome: str, expected: int) -> None:
    anna = await town.operator("anna")
    await town.say("shop", "1134", "001")
    shop = (await take_next(anna))["id"]
    await anna.act(shop, "do", do="look", outcome=outcome)
    assert (await level(anna, shop))[0] == expected
