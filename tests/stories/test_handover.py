"""One shift goes and the next one comes: what is open is written down with words, and somebody else signs it."""

import asyncio

from belfry.centre.handovers import IDS_MOST, LISTED_MOST
from belfry.domain import codec
from belfry.domain.facts import ENTRY_MAX_BYTES, Entry, Part, Retention, Sealed, handover_subject
from belfry.domain.handover_facts import HandoverWritten
from belfry.ports.staff import Role
from tests.stories.kit import START, Town

WORDS = "The guard at the shop is late, ask him again at three"


async def test_the_next_shift_reads_what_is_open_and_signs_it_and_it_outlives_a_restart(town: Town) -> None:
    anna, boris = await town.operator("anna"), await town.operator("boris")
    await town.say("shop", "1130", "001")
    await town.say("library", "1130", "002")
    held, waits = sorted(await anna.incidents("open"), key=lambda row: int(row["number"]))
    await anna.act(held["id"], "take")
    await anna.act(held["id"], "hold", on="signal")

    draft = await anna.get("/handover")
    assert (draft["sheet"], draft["last"]) == (None, None)
    assert [row["number"] for row in draft["held"]] == [held["number"]]
    assert [row["number"] for row in draft["open"]] == [waits["number"]]
    assert draft["held"][0]["held_until"] is not None, "when it wakes"
    counts = draft["counts"]
    assert {name: counts[name] for name in ("open", "held", "untouched", "p2", "p1", "closed", "opened")} == {
        "open": 2,
        "held": 1,
        "untouched": 1,
        "p2": 2,
        "p1": 0,
        "closed": 0,
        "opened": 2,
    }

    answer = await anna.post("/handover", words=WORDS)
    assert answer.status_code == 201, answer.text
    sheet = answer.json()["sheet"]
    assert (sheet["by"], sheet["words"], sheet["counts"]["open"]) == ("anna", WORDS, 2)
    assert (await anna.client.get("/handover/waiting")).status_code == 204, "nobody signs what he wrote"
    own = await anna.post(f"/handover/{sheet['id']}/sign")
    assert (own.status_code, own.json()["title"]) == (409, "Somebody else signs what you wrote")

    await town.restart()
    anna, boris = await town.operator("anna"), await town.operator("boris")
    assert (await boris.get("/handover/waiting"))["id"] == sheet["id"]
    town.clock.wait(minutes=5)
    signed = (await boris.post(f"/handover/{sheet['id']}/sign", words="Read")).json()
    assert (signed["sheet"]["signed_by"], signed["sheet"]["signed_words"]) == ("boris", "Read")
    assert [row["number"] for row in (*signed["held"], *signed["open"])] == [held["number"], waits["number"]]
    twice = await boris.post(f"/handover/{sheet['id']}/sign")
    assert (twice.status_code, twice.json()["title"]) == (409, "boris has signed it")
    assert (await boris.client.get("/handover/waiting")).status_code == 204
    assert (await boris.get("/handover"))["since"] == sheet["at"], "the next shift counts from here"
    assert [one["id"] for one in (await boris.get("/handovers"))["items"]] == [sheet["id"]]


async def test_of_two_who_write_at_once_the_second_reads_the_first(town: Town) -> None:
    anna, boris = await town.operator("anna"), await town.operator("boris")
    answers = await asyncio.gather(anna.post("/handover", words="Mine"), boris.post("/handover", words="Mine"))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    first = (await anna.get("/handovers"))["items"][0]
    loser = boris if first["by"] == "anna" else anna
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["title"] == f"{first['by']} has written one since: read it first"
    second = (await loser.post("/handover", words="Both", after=first["id"])).json()["sheet"]
    old = await loser.post(f"/handover/{first['id']}/sign")
    assert (old.status_code, old.json()["title"]) == (409, "A newer one was written: sign that one")
    assert second["by"] == loser.name
    nora = await town.operator("nora", Role.OPERATOR, "north")
    for path in ("/handover", "/handovers", "/handover/waiting", f"/handover/{second['id']}"):
        assert (await nora.client.get(path)).status_code == 403, "its words may be about any site"


async def test_a_test_a_storm_and_a_step_that_was_left_out_are_handed_over(town: Town) -> None:
    anna, head = await town.operator("anna"), await town.operator("hilda", Role.SUPERVISOR)
    assert (await head.post("/storms", groups=["power"], minutes=30, reason="Thunder")).status_code == 201
    await town.say("school", "1110", "001")
    (fire,) = await anna.incidents("open")
    await anna.act(fire["id"], "take")
    plan = await anna.plan(fire["id"])
    await anna.act(fire["id"], "skip", step=plan["owed"][0], reason="The brigade stands before the door")

    draft = await head.get("/handover")
    assert (draft["counts"]["storms"], len(draft["storms"])) == (1, 1)
    (skipped,) = draft["skipped"]
    assert (skipped["number"], skipped["by"], skipped["demanded"]) == (fire["number"], "anna", True)


def test_a_sheet_of_ten_thousand_open_incidents_fits_one_entry_and_says_how_many_there_were() -> None:
    ids = tuple(f"{n:032x}" for n in range(IDS_MOST))
    few = ids[:LISTED_MOST]
    fact = HandoverWritten(
        handover="h" + "0" * 16,
        by="a" * 60,
        since=START,
        incidents=ids,
        tests=few,
        storms=few,
        follow_ups=few,
        counts=tuple((name, 10_000) for name in ("open", "held", "untouched", "p1", "p2", "p3", "p4", "p5")),
        sealed=(Sealed(Part.NOTE, Retention.INCIDENT, b"k" * 32, b"b" * 8_100),),
    )
    entry = Entry(id=b"i" * 16, subject=handover_subject(fact.handover), at=START, facts=(fact,))
    assert len(codec.encode(entry)) < ENTRY_MAX_BYTES
