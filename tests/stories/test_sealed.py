"""What is personal stands in no byte of the journal, is read through the API while its key lives, and then no more."""

from pathlib import Path
from typing import Any, Final

from belfry.ports.staff import Role
from tests.stories.kit import Desk, Row, Town

ZONE_TEXT: Final = "Wohnzimmer Familie Quendelhuber"
USER: Final = "470815"
NOTE: Final = "Nachbarin Zwetschke oeffnet die Tuer"
REPORT: Final = "Fenster im Heizungskeller aufgehebelt"
CALLER: Final = "Xaverine Pfefferkorn"
NUMBER: Final = "01632 960 742"
CALL: Final = "Zwei Wagen, ein Kind eingeklemmt"
PLACE: Final = "Hinterhof Klabautergasse 9"
REASON: Final = "Technikerin Birnbaumer kommt um vier"

PERSONAL: Final = (ZONE_TEXT, USER, NOTE, REPORT, CALLER, NUMBER, CALL, PLACE, REASON)


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file of the centre but the key store, logs and snapshots included."""
    files = (file for file in folder.rglob("*") if file.is_file() and not file.name.startswith("keys.sqlite3"))
    return {file.name: file.read_bytes() for file in files}


def found_in(files: dict[str, bytes], words: str) -> list[str]:
    forms = {words.encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be")}
    forms |= {words.encode().hex().encode(), words.encode().hex().upper().encode()}
    return [name for name, data in files.items() if any(form in data for form in forms)]


async def say_all(town: Town, anna: Desk) -> dict[str, str]:
    """Everything personal that can be said, by a panel and by people; returns the incidents by kind."""
    await town.say("shop", "1134", "001", text=ZONE_TEXT)
    await town.say("shop", "CL", USER)  # who closed
    report = {"kind": "PROP.UNSECURED", "place": {"text": PLACE}, "note": REPORT}
    call = {
        "kind": "TRF.COLLISION",
        "place": {"text": PLACE, "position": {"latitude": 54.07251, "longitude": -0.21084}},
        "note": CALL,
        "caller": {"name": CALLER, "number": NUMBER},
    }
    for path, body in (("/reports", report), ("/calls", call)):
        assert (await anna.post(path, **body)).status_code == 202
    await town.settled()
    incidents = {row["kind"]: row["id"] for row in await anna.incidents()}
    shop = incidents["PROP.ALARM.INTR"]
    await anna.act(shop, "take")
    await anna.act(shop, "note", text=NOTE)
    await anna.act(shop, "hold", on="signal", reason=REASON)
    return incidents


async def read_all(anna: Desk, incidents: dict[str, str]) -> dict[str, Any]:
    """All that the API says of these incidents in words of people."""
    said: dict[str, Any] = {}
    for kind, incident in incidents.items():
        found = await anna.detail(incident)
        texts = [item["text"] for item in found["timeline"] if item["text"] is not None]
        said[kind] = {"texts": texts, **{name: found[name] for name in ("note", "caller", "place_text", "zone_text")}}
    return said


async def test_no_personal_word_stands_in_any_file_but_the_api_can_read_them(town: Town) -> None:
    anna = await town.operator("anna")
    incidents = await say_all(town, anna)

    running = bytes_of(town.settings.data)
    assert {"journal.sqlite3", "journal.sqlite3-wal", "registry.sqlite3"} <= set(running)
    assert [(words, found_in(running, words)) for words in PERSONAL if found_in(running, words)] == []
    assert found_in(running, "PROP.UNSECURED") != []  # the search finds what does stand there

    nothing = {"note": None, "caller": None, "place_text": None, "zone_text": None}
    assert await read_all(anna, incidents) == {
        "PROP.ALARM.INTR": {**nothing, "texts": [ZONE_TEXT, NOTE, REASON], "note": NOTE, "zone_text": ZONE_TEXT},
        "PROP.UNSECURED": {**nothing, "texts": [REPORT], "place_text": PLACE},
        "TRF.COLLISION": {**nothing, "texts": [CALL], "caller": f"{CALLER}\n{NUMBER}", "place_text": PLACE},
    }

    await town.stop()
    stopped = bytes_of(town.settings.data)
    assert "board.snapshot" in stopped
    assert [(words, found_in(stopped, words)) for words in PERSONAL if found_in(stopped, words)] == []
    await town.start()


async def test_words_are_unreadable_once_their_time_is_over_each_in_its_own(town: Town) -> None:
    incidents = await say_all(town, await town.operator("anna"))

    await town.stop()
    town.clock.wait(days=31)  # zone texts and user numbers live 30 days
    await town.start()
    said = await read_all(await town.operator("anna"), incidents)
    assert said["PROP.ALARM.INTR"]["zone_text"] is None
    assert said["PROP.ALARM.INTR"]["texts"] == [NOTE, REASON]
    assert said["TRF.COLLISION"]["caller"] == f"{CALLER}\n{NUMBER}"

    await town.stop()
    town.clock.wait(days=60)  # callers 90
    await town.start()
    said = await read_all(await town.operator("anna"), incidents)
    assert said["TRF.COLLISION"]["caller"] is None
    assert (said["TRF.COLLISION"]["texts"], said["TRF.COLLISION"]["place_text"]) == ([CALL], PLACE)

    await town.stop()
    town.clock.wait(days=275)  # notes and reasons a year
    await town.start()
    anna = await town.operator("anna")
    said = await read_all(anna, incidents)
    assert all(not any(parts.values()) for parts in said.values())
    types = [item["type"] for item in (await anna.detail(incidents["PROP.ALARM.INTR"]))["timeline"]]
    assert types[:5] == ["opened", "taken", "plan", "note", "held"]  # that it was so stays, what was said does not


async def test_lists_say_no_sealed_word_but_where_it_is_to_those_who_may_act(town: Town) -> None:
    anna, rosa = await town.operator("anna"), await town.operator("rosa", Role.RESPONDER)
    await say_all(town, anna)
    for desk, path, said in (
        (anna, "/incidents", [PLACE]),  # open incidents, to those who may act on them (SCOPE)
        (anna, "/incidents?state=closed", []),
        (rosa, "/incidents", []),
        (anna, "/signals", []),
        (anna, "/centre", []),
    ):
        text = (await desk.client.get(path)).text
        assert [words for words in PERSONAL if words in text] == said


async def test_what_is_typed_in_the_operators_hour_stands_in_no_byte_and_in_no_list(town: Town) -> None:
    """Every word that the acts at an incident, an act on many and a handover take; a plan's texts, which the registry
    alone keeps; and words sent where none belong, which are told to their sender and to nobody else."""
    word = "Quittenmarmelade"
    anna, head = await town.operator("anna"), await town.operator("hilda", Role.SUPERVISOR)
    for role in ("shop", "kiosk"):
        await town.say(role, "1130", "001")
        town.clock.wait(seconds=1)
    plan = await head.get("/plans/prop-intrusion")
    steps = [{**step, "text": f"{word} {n}"} for n, step in enumerate(plan["steps"])]
    changed = await head.client.put("/plans/prop-intrusion", json={"plan": {**plan, "steps": steps}})
    assert changed.status_code == 200, changed.text
    first, second = sorted([row["id"] for row in await anna.incidents("open")], key=lambda one: int(one[1:]))
    await anna.act(first, "take")
    await anna.act(second, "merge", into=first, reason=word)
    await anna.act(second, "unmerge", reason=word)
    await anna.act(first, "do", do="notify", outcome="passed", reference=word, override=word, text=word)
    await anna.act(first, "score", level=3, reason=word)
    await anna.act(first, "do", do="send", outcome="sent", arrives_at="2026-03-14T02:40:00Z")
    await anna.act(first, "arrived", given_up=True, reason=word)
    for step in (await anna.plan(first))["owed"]:
        await anna.act(first, "skip", step=step, reason=word)
    for act, wrong in (("do", {"do": word, "outcome": word}), ("skip", {"step": word}), ("merge", {"into": word})):
        assert (await anna.post(f"/incidents/{first}/{act}", version=1, reason=word, **wrong)).status_code >= 400
    seen = (await anna.detail(first))["signals_seq"]
    closing = {"disposition": "false_alarm", "cause": "other", "comment": word, "reason": word, "seen_upto": seen}
    await anna.act(first, "close", **closing)
    many: Row = {"id": "many-at-once", "act": "release", "filter": {}}
    shown = (await head.post("/incidents/bulk", preview=True, **many)).json()
    counted = {"upto": shown["upto"], "expect_count": shown["matched"]}
    assert (await head.post("/incidents/bulk", reason=word, **counted, **many)).json()["done"] == 1
    sheet = (await head.post("/handover", words=word)).json()["sheet"]["id"]
    assert (await anna.post(f"/handover/{sheet}/sign", words=word)).json()["sheet"]["signed_words"] == word

    for path in ("/incidents", "/archive/incidents", "/floor", "/wall", "/notices", "/training", "/storms"):
        assert word not in (await head.client.get(path)).text, path
    assert word not in (await head.client.get(f"{town.url}metrics")).text
    record = await head.get(f"/incidents/{first}/record")
    assert next(deed["words"] for deed in record["deeds"]) == f"{word}\n{word}\n{word}"
    assert word in record["end"]["words"]
    await town.settled()
    await town.stop()
    found = found_in(bytes_of(town.settings.data), word)
    await town.start()
    assert {name.partition("-")[0] for name in found} <= {"registry.sqlite3"}, "its own tables keep a plan's texts"
