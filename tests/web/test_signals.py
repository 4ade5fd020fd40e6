"""The signals of the journal, complete as of the answer."""

from typing import Any

from belfry.ports.staff import Role
from tests.web.kit import Rig


async def listed(rig: Rig, **query: str | int) -> dict[str, Any]:
    answer = await rig.token(Role.AUDITOR).get("/signals", params=query)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def test_what_was_accepted_is_in_the_list_before_anybody_settled_it(rig: Rig) -> None:
    client = rig.token()
    answer = await client.post("/signals", json={"account": "2002", "code": "BA", "zone": "7"})
    (signal,) = (await listed(rig))["items"]
    assert signal["position"] == answer.json()["signal"]
    assert (signal["account"], signal["account_id"], signal["zone"]) == ("2002", "shop", "7")
    assert (signal["code"], signal["category"], signal["subtype"], signal["state"]) == (
        "BA",
        "intrusion",
        "zone",
        "alarm",
    )


async def test_each_says_what_became_of_it(rig: Rig) -> None:
    client = rig.token()
    incident = await rig.alarm(client, "BA")
    for code, zone in (("BA", "13"), ("BR", "12"), ("RP", "0")):
        await client.post("/signals", json={"account": "2002", "code": code, "area": "1", "zone": zone})
    await rig.settled()
    items = (await listed(rig))["items"]
    assert [(one["code"], one["act"], one["incident"]) for one in items] == [
        ("BA", "open", incident),
        ("BA", "join", incident),
        ("BR", "annotate", incident),
        ("RP", "log", None),
    ]


async def test_pages_follow_each_other_without_gap_or_repeat(rig: Rig) -> None:
    client = rig.token()
    for number in range(25):
        await client.post("/signals", json={"account": "2002", "code": "RP", "zone": str(number)})
        if number % 5 == 0:
            await rig.alarm(client, "BA", account="1001", zone=str(number))
    whole, after = list[dict[str, Any]](), "0"
    while True:
        page = await listed(rig, after=after, limit=7)
        whole += page["items"]
        if page["next"] is None:
            break
        after = page["next"]
    assert len(whole) == 30
    assert len({one["position"] for one in whole}) == 30
    assert [int(one["position"]) for one in whole] == sorted(int(one["position"]) for one in whole)
    assert all(one["act"] for one in whole)
    assert [one["position"] for one in (await listed(rig, limit=1000))["items"]] == [one["position"] for one in whole]


async def test_an_account_is_asked_by_its_number_or_our_id_and_may_be_unknown(rig: Rig) -> None:
    client = rig.token()
    await rig.alarm(client, "BA")
    await rig.alarm(client, "FA", "1001")
    await rig.alarm(client, "BA", "7777", prefix="a0")
    await rig.alarm(client, "BA", zone="13")
    assert [one["zone"] for one in (await listed(rig, account="2002"))["items"]] == ["12", "13"]
    assert [one["zone"] for one in (await listed(rig, account="shop"))["items"]] == ["12", "13"]
    first = await listed(rig, account="2002", limit=1)
    rest = await listed(rig, account="2002", after=first["next"])
    assert [one["zone"] for one in rest["items"]] == ["13"]
    assert len((await listed(rig, account="7777"))["items"]) == 1
    assert len((await listed(rig, account="7777", receiver="api", prefix="A0"))["items"]) == 1
    assert (await listed(rig, account="9999"))["items"] == []


async def test_an_account_is_complete_also_where_nothing_of_it_ever_opened(rig: Rig) -> None:
    client = rig.token()
    for prefix in ("0", "a1"):
        await client.post("/signals", json={"account": "2002", "prefix": prefix, "code": "RP"})
    await rig.settled()
    assert len((await listed(rig, account="2002"))["items"]) == 2
    assert len((await listed(rig, account="2002", prefix="A1"))["items"]) == 1
    await client.post("/signals", json={"account": "7777", "prefix": "b2", "code": "RP"})  # not folded yet
    assert len((await listed(rig, account="7777"))["items"]) == 1


async def test_a_position_of_nobody_is_refused(rig: Rig) -> None:
    answer = await rig.token().get("/signals?after=now")
    assert (answer.status_code, answer.json()["field"]) == (400, "after")


async def test_what_people_said_of_a_site_is_among_its_signals(rig: Rig) -> None:
    client = rig.token()
    await client.post("/signals", json={"account": "2002", "code": "RP"})
    await client.post("/calls", json={"kind": "FIRE.STRUCT", "place": {"site": "shop"}})
    await client.post("/calls", json={"kind": "FIRE.STRUCT", "place": {"site": "school"}})
    for account in ("shop", "2002"):
        assert [one["method"] for one in (await listed(rig, account=account))["items"]] == ["equipment", "call"]


async def test_the_newest_of_a_site_are_asked_for_in_their_order(rig: Rig) -> None:
    client = rig.token()
    for number in range(5):
        await client.post("/signals", json={"account": "2002", "code": "RP", "zone": str(number)})
    whole = await listed(rig, account="shop")
    newest = await listed(rig, account="shop", newest="true", limit=2)
    assert newest == {"items": whole["items"][-2:], "next": None}
    refused = await rig.token(Role.AUDITOR).get("/signals", params={"newest": "true"})
    assert (refused.status_code, refused.json()["field"]) == (400, "newest")
