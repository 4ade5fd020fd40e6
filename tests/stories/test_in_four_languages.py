"""An operator reads an alarm in his own language: reasons, names of codes, refusals. The journal keeps English."""

from typing import Any

from belfry.domain.facts import Opened
from belfry.ports import Stored
from belfry.ports.staff import Role
from tests.stories.kit import Desk, Town
from tests.stories.test_sites import card, change


async def in_words(desk: Desk, language: str, path: str) -> Any:
    answer = await desk.client.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_reasons_and_codes_are_said_in_the_language_of_whoever_reads(town: Town) -> None:
    anna = await town.operator("anna")
    await town.say("school", "1111", "007")
    await town.say("school", "1115", "021")
    (row,) = await anna.incidents()
    path = f"/incidents/{row['id']}"

    german = await in_words(anna, "de", path)
    assert german["reasons"] == ["Contact ID 1115, Handfeuermelder betätigt", "ein zweiter Melder bestätigt"]
    lines = [(line["signal"]["name"], line["reasons"]) for line in german["timeline"] if line["signal"]]
    assert lines == [
        ("Rauchmelder in Alarm", ["Contact ID 1111, Rauchmelder in Alarm"]),
        (
            "Handfeuermelder betätigt",
            ["Contact ID 1115, Handfeuermelder betätigt", "ein zweiter Melder bestätigt"],
        ),
    ]
    french = await in_words(anna, "fr", f"{path}/timeline")
    assert french["items"][0]["reasons"] == ["Contact ID 1111, Détecteur de fumée en alarme"]
    spanish = await in_words(anna, "es", "/incidents?state=open")
    assert spanish["items"][0]["signals"][0]["name"] == "Detector de humo en alarma"
    record = await in_words(anna, "fr", f"{path}/record")
    assert record["timeline"][0]["reasons"] == ["Contact ID 1111, Détecteur de fumée en alarme"]
    assert record["signals"][1]["name"] == "Déclencheur manuel actionné"
    signals = await in_words(anna, "de", "/signals")
    assert [one["name"] for one in signals["items"]] == ["Rauchmelder in Alarm", "Handfeuermelder betätigt"]

    english = await anna.detail(row["id"])
    assert english["timeline"][0]["reasons"] == ["Contact ID 1111, Smoke detector in alarm"]
    (stored, *_) = await town.centre._stores.journal.read(f"incident/{row['id']}")
    assert isinstance(stored, Stored)
    (opened,) = [fact for fact in stored.entry.facts if isinstance(fact, Opened)]
    assert opened.reasons == ("Contact ID 1111, Smoke detector in alarm",), "the journal is as it was"


async def test_a_refusal_is_said_in_the_language_of_whoever_is_refused_and_its_type_in_none(town: Town) -> None:
    anna, boris = await town.operator("anna"), await town.operator("boris")
    await town.say("bank", "BA", "003")
    (row,) = await anna.incidents()
    await anna.act(row["id"], "take")
    for language, title in (
        ("de", "anna hat es vor 0 s angenommen"),
        ("fr", "Pris par anna il y a 0 s"),
        ("es", "Lo tomó anna hace 0 s"),
        ("en", "Taken by anna 0 s ago"),
    ):
        answer = await boris.client.post(
            f"/incidents/{row['id']}/take", json={"version": row["version"]}, headers={"Accept-Language": language}
        )
        assert (answer.status_code, answer.json()["type"]) == (409, "belfry:conflict")
        assert answer.json()["title"] == title
    nowhere = await boris.client.get("/incidents/i0", headers={"Accept-Language": "de-CH"})
    assert nowhere.json()["title"] == "Diesen Vorgang gibt es nicht"


async def test_the_story_names_the_zone_as_the_site_does(town: Town) -> None:
    head, anna = await town.operator("head", Role.SUPERVISOR), await town.operator("anna")
    zones = [{"number": "21", "name": "Call point main stairs", "hazard": "fire"}]
    site = await change(head, await card(head, town, "school"), zones=zones)
    town.centre.book.put_parts(site["id"], (await town.centre.sites.site(site["id"])).parts)  # type: ignore[union-attr]
    await town.say("school", "1115", "021")
    await town.say("school", "1111", "007")
    (row,) = await anna.incidents()
    detail = await anna.detail(row["id"])
    named = [line["signal"]["zone_name"] for line in detail["timeline"] if line["signal"]]
    assert named == ["Call point main stairs", None], "a zone that is registered nowhere has its number alone"
    assert [one["zone_name"] for one in await anna.signals()] == [None, None], "a list of signals names none"
