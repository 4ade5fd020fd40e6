"""What comes from the field: reports once and taken back, pictures that show nobody, distress, checks, roll calls."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from msgspec import structs
from PIL import Image, PngImagePlugin

from belfry.domain.presets import Rules
from belfry.domain.unit import Service, Unit, UnitType
from belfry.ports.staff import Role
from belfry.safeguards.pixelate import BLOCKS
from belfry.settings import Settings
from tests.canary import MARK, forms_on_disk
from tests.stories.kit import Desk, Row, Town, open_town

HERE: Final = {"latitude": 54.0721, "longitude": -0.2101}


def quick(settings: Settings) -> Settings:
    return structs.replace(settings, rules=Rules(par_notice_s=600, par_call_s=1_200, par_silent_s=60))


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path, change=quick) as opened:
        yield opened


async def on_duty(town: Town, name: str, sign: str, service: Service = Service.FIRE) -> tuple[Desk, str]:
    crew = await town.operator(name, Role.RESPONDER)
    unit = Unit(id="", call_sign=sign, service=service, type=UnitType.ENGINE)
    made = await town.centre.units.put_unit(unit, by="test")
    assert (await crew.post(f"/units/{made.id}/crew")).status_code == 200
    return crew, made.id


async def reported(town: Town, crew: Desk, kind: str = "FIRE.WASTE", key: str = "k1", times: int = 1) -> str:
    body = {"kind": kind, "place": {"position": HERE}, "note": "behind the shed"}
    answers = [await crew.client.post("/reports", json=body, headers={"Idempotency-Key": key}) for _ in range(times)]
    assert {one.status_code for one in answers} == {202}, answers[0].text
    (signal,) = {one.json()["signal"] for one in answers}
    await town.settled()
    return str(signal)


def a_picture(form: str = "JPEG", size: tuple[int, int] = (640, 480), **more: Any) -> bytes:
    out = BytesIO()
    Image.effect_mandelbrot(size, (-2, -1, 1, 1), 50).convert("RGB").save(out, form, **more)
    return out.getvalue()


def full_of_marks() -> dict[str, bytes]:
    """Pictures with a marker wherever a picture may say more than it shows."""
    exif = Image.Exif()
    for tag in (0x010E, 0x010F, 0x0110, 0x0131, 0x013B, 0x8298, 0x9286, 0x927C):  # to maker's notes and comments
        exif[tag] = MARK
    gps = exif.get_ifd(0x8825)
    gps.update({1: "N", 2: (54.0, 4.0, 19.5), 29: MARK, 27: MARK.encode()})
    inner = exif.get_ifd(0x8769)
    inner.update({0x927C: MARK.encode(), 0x9286: MARK.encode(), 0xA420: MARK})
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{MARK}</x:xmpmeta>".encode()
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", MARK)
    text.add_itxt("XML:com.adobe.xmp", xmp.decode())
    text.add_text("Author", MARK, zip=True)
    marks: dict[str, Any] = {"exif": exif, "icc_profile": MARK.encode() * 20}
    return {
        "jpeg": a_picture("JPEG", comment=MARK.encode(), xmp=xmp, **marks) + MARK.encode(),
        "png": a_picture("PNG", pnginfo=text, **marks) + MARK.encode(),
        "webp": a_picture("WEBP", xmp=xmp, **marks),
    }


async def upload(crew: Desk, path: str, raw: bytes, key: str | None = None, form: str = "jpeg") -> httpx.Response:
    headers = {"Content-Type": f"image/{form}"} | ({} if key is None else {"Idempotency-Key": key})
    return await crew.client.post(path, content=raw, headers=headers)


def lines(detail: Row, kind: str) -> list[Row]:
    return [line for line in detail["timeline"] if line["type"] == kind]


# -- reports ----------------------------------------------------------------------------------------------------------


async def test_a_report_sent_five_times_is_one_and_is_taken_back_within_minutes(town: Town) -> None:
    room, (crew, _) = await town.operator("anna"), await on_duty(town, "cleo", "E1")
    other, _ = await on_duty(town, "dora", "E2")
    signal = await reported(town, crew, times=5)
    (row,) = await room.incidents("open")
    assert (row["kind"], row["method"]) == ("FIRE.WASTE", "duty")
    told = await crew.get(f"/reports/{signal}")
    assert (told["incident"], told["withdrawn_by"], told["takes_pictures"]) == (row["id"], None, True)
    assert (await other.client.get(f"/reports/{signal}")).status_code == 404, "another one's report is none of his"
    assert (await other.client.post(f"/reports/{signal}/withdraw")).status_code == 404
    town.clock.wait(seconds=120)
    back = await crew.client.post(f"/reports/{signal}/withdraw")
    assert (back.status_code, back.json()["withdrawn_by"]) == (200, "cleo")
    assert (await crew.client.post(f"/reports/{signal}/withdraw")).status_code == 200, "and again is the same"
    detail = await room.detail(row["id"])
    assert [line["by"] for line in lines(detail, "withdrawn")] == ["cleo"]
    assert ("withdrawn" in detail["flags"], detail["state"]) == (True, "waiting"), "the room decides what becomes of it"
    late = await reported(town, crew, key="k2")
    town.clock.wait(seconds=301)
    assert (await crew.client.post(f"/reports/{late}/withdraw")).status_code == 409


async def test_a_kind_that_nobody_reports_from_the_field_is_not_accepted(town: Town) -> None:
    crew, _ = await on_duty(town, "cleo", "E1")
    for kind in ("FIRE.ALARM.AUTO", "PERS.DOMESTIC", "TECH.FAULT"):
        answer = await crew.post("/reports", kind=kind, place={"position": HERE})
        assert (answer.status_code, answer.json()["field"]) == (400, "kind")


# -- pictures ---------------------------------------------------------------------------------------------------------


async def test_a_picture_is_seen_by_who_handles_it_alone_each_look_is_told_and_then_it_is_gone(town: Town) -> None:
    room, boris = await town.operator("anna"), await town.operator("boris")
    crew, _ = await on_duty(town, "cleo", "E1")
    signal = await reported(town, crew)
    (row,) = await room.incidents("open")
    first = await upload(crew, f"/reports/{signal}/pictures", a_picture(), "p1")
    assert first.status_code == 201, first.text
    assert (await upload(crew, f"/reports/{signal}/pictures", a_picture(), "p1")).json()["id"] == first.json()["id"]
    listed = await room.get(f"/incidents/{row['id']}/pictures")
    assert (len(listed["items"]), listed["items"][0]["purpose"], listed["takes"]) == (1, None, True)
    look = f"/incidents/{row['id']}/pictures/{first.json()['id']}/look"
    assert (await room.post(look, purpose="handling")).status_code == 403, "nobody has taken it"
    await room.act(row["id"], "take")
    assert (await boris.post(look, purpose="handling")).status_code == 403
    assert (await crew.post(look, purpose="responding")).status_code in (403, 404)
    shown = await room.post(look, purpose="handling")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
    assert shown.headers["cache-control"] == "no-store"
    with Image.open(BytesIO(shown.content)) as blocks:
        assert (blocks.size, blocks.info) == ((BLOCKS, BLOCKS * 480 // 640), {}), "coarse, and nothing beside"
    (told,) = (await room.get(f"/incidents/{row['id']}/pictures"))["items"]
    assert [(one["by"], one["purpose"]) for one in told["looks"]] == [("anna", "handling")]
    detail = await room.detail(row["id"])
    assert [line["by"] for line in lines(detail, "picture")] == ["cleo"]
    assert [line["by"] for line in lines(detail, "picture_shown")] == ["anna"], "who was refused saw nothing"

    town.clock.now += timedelta(hours=72)
    await town.centre.upkeep._erase()
    room = await town.operator("anna")
    await town.settled()
    if (await room.detail(row["id"]))["state"] != "taken":  # three days without a word of its operator
        await room.act(row["id"], "take")
    gone = await room.post(look, purpose="handling")
    assert gone.status_code == 410, gone.text
    assert "2026-03-17" in gone.json()["title"]
    (told,) = (await room.get(f"/incidents/{row['id']}/pictures"))["items"]
    assert (told["gone"], told["purpose"]) == (True, None)


async def test_who_holds_the_site_sees_who_looked_at_its_pictures(town: Town) -> None:
    room = await town.operator("anna")
    await town.say("school", "1110", zone="007")
    (row,) = await room.incidents("waiting")
    await room.act(row["id"], "take")
    added = await upload(room, f"/incidents/{row['id']}/pictures", a_picture("PNG"), form="png")
    assert added.status_code == 201, added.text
    await room.post(f"/incidents/{row['id']}/pictures/{added.json()['id']}/look", purpose="handling")
    path = f"/accounts/{row['account_id']}/looks"
    (look,) = (await room.get(path))["items"]
    assert (look["by"], look["incident"], look["what"], look["purpose"]) == ("anna", row["id"], "picture", "handling")

    holder = await town.operator("hans", Role.HOLDER, row["account_id"])
    assert (await holder.get(path))["items"] == [look]
    other = await town.operator("hedda", Role.HOLDER, "another-site")
    assert (await other.client.get(path)).status_code == 404
    town.clock.wait(minutes=1)
    await town.say("school", "1120", zone="009")
    await room.post(f"/incidents/{row['id']}/pictures/{added.json()['id']}/look", purpose="handling")
    assert (await holder.get(path))["items"] == [look], "a silent alarm: nobody at the site learns that somebody acts"
    assert len((await room.get(path))["items"]) == 2


async def test_who_holds_the_site_sees_who_was_shown_its_way_in_and_a_whole_record(town: Town) -> None:
    head = await town.operator("hilda", Role.SUPERVISOR)
    await town.say("school", "1110", zone="007")
    (row,) = await head.incidents("waiting")
    await head.act(row["id"], "take")
    shown = await head.post(f"/accounts/{row['account_id']}/access-code", incident=row["id"])
    assert shown.status_code == 200, shown.text
    town.clock.wait(minutes=1)
    assert (await head.client.get(f"/incidents/{row['id']}/record")).status_code == 200
    await town.settled()
    holder = await town.operator("hans", Role.HOLDER, row["account_id"])
    seen = (await holder.get(f"/accounts/{row['account_id']}/looks"))["items"]
    assert [(one["by"], one["what"], one["incident"]) for one in seen] == [
        ("hilda", "record", row["id"]),
        ("hilda", "access", row["id"]),
    ]


async def test_of_a_person_no_picture_is_taken_and_what_is_no_picture_is_refused_with_its_reason(town: Town) -> None:
    room = await town.operator("anna")
    crew, _ = await on_duty(town, "cleo", "E1", Service.EMS)
    for n, kind in enumerate(("MED.FALL", "PERS.ASSAULT")):
        signal = await reported(town, crew, kind, key=f"m{n}")
        answer = await upload(crew, f"/reports/{signal}/pictures", a_picture())
        assert (answer.status_code, "person" in answer.json()["title"]) == (409, True)
    signal = await reported(town, crew, key="fire")
    path = f"/reports/{signal}/pictures"
    heic = b"\x00\x00\x00\x18ftypheic" + os.urandom(2_000)
    bomb = BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    refused = {
        "HEIC": heic,
        "pixels": bomb.getvalue(),
        "end": a_picture()[:900],
        "no picture in": b"GIF89a" + bytes(200),
        "are no picture": a_picture(size=(2_000, 20)),
    }
    for word, raw in refused.items():
        answer = await upload(crew, path, raw)
        assert (answer.status_code, word in answer.json()["title"]) == (400, True), (word, answer.text)
    assert (await upload(crew, path, bytes(9_000_000))).status_code == 413
    assert (
        await crew.client.post(path, content=b"<svg/>", headers={"Content-Type": "image/svg+xml"})
    ).status_code == 415
    rows = [one["id"] for one in await room.incidents("open")]
    assert [(await room.get(f"/incidents/{one}/pictures"))["items"] for one in rows] == [[], [], []]


async def test_nothing_that_a_picture_says_beside_what_it_shows_is_on_any_disk(town: Town) -> None:
    room = await town.operator("anna")
    await town.say("school", "1110", zone="007")
    (row,) = await room.incidents("waiting")
    for form, raw in full_of_marks().items():
        assert MARK.encode() in raw
        answer = await upload(room, f"/incidents/{row['id']}/pictures", raw, form=form)
        assert answer.status_code == 201, answer.text
    await town.settled()
    await town.stop()
    assert forms_on_disk(Path(town.settings.data)) == {}
    await town.start()


# -- distress ---------------------------------------------------------------------------------------------------------


async def test_distress_is_one_mayday_however_often_it_is_pressed_and_the_room_alone_ends_it(town: Town) -> None:
    room, (crew, unit) = await town.operator("anna"), await on_duty(town, "cleo", "E1")
    answers = [
        await crew.client.post("/me/distress", json={"position": HERE}, headers={"Idempotency-Key": "d1"})
        for _ in range(3)
    ]
    answers.append(await crew.client.post("/me/distress", json={}, headers={"Idempotency-Key": "d2"}))
    assert {one.status_code for one in answers} == {200}, answers[0].text
    assert {(one.json()["signal"], one.json()["unit"]) for one in answers} == {(answers[0].json()["signal"], unit)}
    await town.settled()
    (row,) = await room.incidents("open")
    assert (row["kind"], row["priority"], row["rank"]) == ("RES.MAYDAY", 1, 1)
    assert (await room.get(f"/units/{unit}"))["status"] == "distress"
    mine = await crew.post(f"/units/{unit}/status", status="available_mobile")
    assert mine.status_code == 409, "the control room ends that"
    assert (await crew.post(f"/units/{unit}/distress/end", reason="well")).status_code == 403
    assert (await room.post(f"/units/{unit}/distress/end", reason="")).status_code == 400
    ended = await room.post(f"/units/{unit}/distress/end", reason="spoke to her, all well")
    assert (ended.status_code, ended.json()["status"]) == (200, "available_station")
    again = await crew.client.post("/me/distress", json={}, headers={"Idempotency-Key": "d3"})
    assert again.json()["signal"] != answers[0].json()["signal"], "and a later one is another one"


async def test_a_unit_that_is_said_to_be_in_distress_is_a_mayday_whoever_says_it_and_however_often(town: Town) -> None:
    room, (crew, unit) = await town.operator("anna"), await on_duty(town, "cleo", "E1")
    early = await room.post(f"/units/{unit}/status", status="distress", occurred_at="yesterday")
    assert early.status_code == 400, "what cannot be read raises nothing"
    said = {"status": "distress", "position": HERE, "assignment": "of-long-ago"}  # a phone that was without a net
    together = await asyncio.gather(
        crew.post(f"/units/{unit}/status", **said),
        crew.post("/me/distress", position=HERE),
        room.post(f"/units/{unit}/status", status="distress"),  # heard over the radio
    )
    answers = [*together, await crew.post(f"/units/{unit}/status", **said)]
    assert {one.status_code for one in answers} == {200}, [one.text for one in answers]
    await town.settled()
    (row,) = await room.incidents("open")
    assert (row["kind"], row["method"], row["priority"]) == ("RES.MAYDAY", "duty", 1)
    assert (await room.get(f"/units/{unit}"))["status"] == "distress"
    ended = await room.post(f"/units/{unit}/distress/end", reason="spoke to her, all well")
    assert ended.json()["status"] == "available_station"

    town.clock.wait(minutes=5)
    assert (await room.post(f"/units/{unit}/status", status="distress")).status_code == 200
    await town.settled()
    assert [one["kind"] for one in await room.incidents("open")] == ["RES.MAYDAY"] * 2, "a later one is another one"


async def test_who_is_off_duty_is_in_no_distress_by_a_status(town: Town) -> None:
    room, (crew, unit) = await town.operator("anna"), await on_duty(town, "cleo", "E1")
    assert (await crew.post(f"/units/{unit}/crew/leave")).status_code == 200
    assert (await room.post(f"/units/{unit}/status", status="distress")).status_code == 409
    await town.settled()
    assert await room.incidents("open") == []


async def test_distress_outlives_a_restart_and_whoever_has_no_unit_is_heard_too(town: Town) -> None:
    crew, unit = await on_duty(town, "cleo", "E1")
    lost = await town.operator("dora", Role.RESPONDER)
    first = (await crew.post("/me/distress", quiet=True)).json()
    alone = await lost.post("/me/distress", position=HERE)
    assert (alone.status_code, alone.json()["unit"]) == (200, None)
    await town.settled()
    await town.restart()
    crew = await town.operator("cleo", Role.RESPONDER)
    assert (await crew.post("/me/distress")).json() == first
    assert town.centre.walk.units.get(unit).quiet


# -- who works alone --------------------------------------------------------------------------------------------------


async def looked(town: Town) -> None:
    await town.centre.lone.step(town.clock.now)
    await town.settled()


async def test_a_missed_check_goes_from_the_phone_to_the_room_to_everybody(town: Town) -> None:
    room, (crew, unit) = await town.operator("anna"), await on_duty(town, "gus", "G1", Service.GUARD)
    begun = await crew.post("/me/check", minutes=10)
    assert (begun.status_code, begun.json()["watched"]) == (200, True)
    town.clock.wait(minutes=9)
    assert (await crew.client.post("/me/check/confirm")).json()["stage"] is None
    town.clock.wait(minutes=9)
    await looked(town)
    assert (await crew.get("/me/check"))["stage"] is None
    town.clock.wait(minutes=1)
    await looked(town)
    assert (await crew.get("/me/check"))["stage"] == "reminded"
    assert await room.incidents("open") == [], "the phone asks first"
    town.clock.wait(seconds=60)
    await looked(town)
    await looked(town)
    (row,) = await room.incidents("open")
    assert (row["kind"], row["method"], row["zone"]) == ("PERS.LONE.MISSED", "system", "G1")
    town.clock.wait(seconds=180)
    await looked(town)
    assert sorted(one["kind"] for one in await room.incidents("open")) == ["PERS.LONE.ALARM", "PERS.LONE.MISSED"]
    town.clock.wait(hours=1)
    await looked(town)
    assert len(await room.incidents("open")) == 2, "and then it is the room's"
    assert (await crew.client.post("/me/check/confirm")).json()["stage"] is None
    assert (await crew.client.post("/me/check/end")).json() == (await crew.get("/me/check"))
    town.clock.wait(hours=1)
    await looked(town)
    assert len(await room.incidents("open")) == 2
    assert town.centre.walk.units.get(unit).checks == ()


async def test_our_own_downtime_is_nobodys_missed_check_and_who_went_off_duty_misses_none(town: Town) -> None:
    crew, unit = await on_duty(town, "gus", "G1", Service.GUARD)
    await crew.post("/me/check", minutes=10)
    town.clock.wait(minutes=5)
    await town.settled()
    await town.stop()
    town.clock.wait(minutes=20)
    await town.start()
    room, crew = await town.operator("anna"), await town.operator("gus", Role.RESPONDER)
    town.clock.wait(minutes=3)
    await looked(town)
    assert (await crew.get("/me/check"))["stage"] is None, "eight minutes in which he could have been heard"
    town.clock.wait(minutes=2, seconds=30)
    await looked(town)
    assert (await crew.get("/me/check"))["stage"] == "reminded"
    assert (await crew.post(f"/units/{unit}/crew/leave")).status_code == 200
    assert (await crew.post("/me/check", minutes=10)).status_code == 409, "off duty nobody is watched"
    town.clock.wait(hours=1)
    await looked(town)
    assert await room.incidents("open") == []


# -- roll calls -------------------------------------------------------------------------------------------------------


async def test_roll_calls_run_from_the_first_on_scene_to_under_control(town: Town) -> None:
    room = await town.operator("anna")
    crews = {sign: await on_duty(town, f"crew {sign}", sign) for sign in ("E1", "E2")}
    caller = (await crews["E1"][0].post("/reports", kind="FIRE.STRUCT", place={"position": HERE})).status_code
    assert caller == 202
    await town.settled()
    (row,) = await room.incidents("open")
    roll = f"/incidents/{row['id']}/accounting"
    for sign, (crew, unit) in crews.items():
        assert (await room.post(f"/incidents/{row['id']}/units", unit=sign)).status_code == 200
        assert (await crew.post(f"/units/{unit}/status", status="en_route")).status_code == 200
    assert (await room.get(roll))["runs"] is False
    crew, unit = crews["E1"]
    await crew.post(f"/units/{unit}/status", status="on_scene")
    await town.centre.accounting.step(town.clock.now)
    told = await room.get(roll)
    assert (told["runs"], [one["call_sign"] for one in told["units"]]) == (True, ["E1"])
    assert (await crew.post(f"{roll}/answer")).status_code == 409, "nobody is called yet"
    town.clock.wait(minutes=10)
    await town.centre.accounting.step(town.clock.now)
    assert (await room.get(roll))["noticed_at"] is not None
    town.clock.wait(minutes=10)
    await town.centre.accounting.step(town.clock.now)
    assert [one["asked"] for one in (await crew.get(roll))["units"]] == [True]
    other, second = crews["E2"]
    town.clock.wait(seconds=5)
    await other.post(f"/units/{second}/status", status="on_scene")
    assert (await crew.post(f"{roll}/answer", unit="E2")).status_code in (400, 403), "each for its own"
    assert (await crew.post(f"{roll}/answer")).json()["units"][0]["answered"] is True
    assert (await crew.post(f"{roll}/answer")).status_code == 200, "and again is the same"
    town.clock.wait(seconds=61)
    await town.centre.accounting.step(town.clock.now)
    assert [(one["call_sign"], one["silent"]) for one in (await room.get(roll))["units"]] == [
        ("E1", False),
        ("E2", False),
    ], "who came after the call owes no answer"

    town.clock.wait(seconds=60)
    called = await room.post(f"{roll}/call", why="collapse")
    assert [one["asked"] for one in called.json()["units"]] == [True, True]
    await room.post(f"{roll}/answer", unit="E1")
    town.clock.wait(seconds=61)
    await town.centre.accounting.step(town.clock.now)
    assert [(one["call_sign"], one["silent"]) for one in (await room.get(roll))["units"]] == [
        ("E1", False),
        ("E2", True),
    ]
    assert [one["kind"] for one in await room.incidents("open")] == ["FIRE.STRUCT"], "silence is a question, no mayday"

    town.clock.wait(seconds=60)
    await other.post("/me/distress", position=HERE)
    await town.centre.accounting.step(town.clock.now)
    await town.settled()
    assert [one["kind"] for one in await room.incidents("open")] == ["RES.MAYDAY", "FIRE.STRUCT"]
    calls = [line for line in lines(await room.detail(row["id"]), "roll_call") if line["data"]["what"] == "called"]
    assert [line["data"]["why"] for line in calls] == ["time", "collapse", "mayday"]
    assert (await room.client.post(f"{roll}/end")).json()["runs"] is False
    town.clock.wait(hours=1)
    await town.centre.accounting.step(town.clock.now)
    assert (await room.get(roll))["runs"] is False, "and it begins by itself no more"
