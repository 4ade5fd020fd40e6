"""Phones are reached whatever push services do: retried, forgotten, taken back, and never without a word in the
journal."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from belfry.domain.notices import Stage
from belfry.domain.unit import Service
from belfry.notify import web_push
from belfry.ports.staff import Role
from belfry.settings import NotifierTable, Settings
from belfry.settings.alerting import PersonTable, PushTable, QuietTable
from belfry.simulator.push_service import HOST, PlayedPhone, PushService, certificate
from tests.notify.phone import phone as sms_gateway
from tests.stories.kit import Desk, Row, Town, open_town, until, until_told
from tests.stories.test_alerts import a_unit, alerts, on_duty, report, told

Change = Callable[[Settings], Settings]


@asynccontextmanager
async def with_phones(
    folder: Path, more: Change = lambda settings: settings
) -> AsyncIterator[tuple[Town, PushService]]:
    """A town whose people's phones are behind a push service of its own network."""
    cert, key = certificate(folder / "tls")
    service = PushService()
    await service.start(cert, key)

    def change(settings: Settings) -> Settings:
        return more(msgspec.structs.replace(settings, push=PushTable(hosts=(HOST,), ca_file=cert)))

    try:
        async with open_town(folder, change=change) as town:
            yield town, service
    finally:
        await service.close()


async def registered(desk: Desk, service: PushService, label: str = "mine") -> PlayedPhone:
    one = service.phone(f"{desk.name}-{label}")
    said = await desk.post("/me/push", label=label, **one.subscription)
    assert said.status_code == 200, said.text
    return one


async def people(room: Desk, incident: str) -> dict[str, Row]:
    (state, *_) = (await room.get(f"/incidents/{incident}/alerts"))["items"]
    return {one["name"]: one for one in state["people"]}


async def until_stage(room: Desk, incident: str, **stages: str) -> dict[str, Row]:
    async def holds() -> bool:
        found = await people(room, incident)
        return all(found[name]["stage"] == stage for name, stage in stages.items())

    try:
        await until_told(holds)
    except TimeoutError:
        raise AssertionError(await people(room, incident)) from None
    return await people(room, incident)


async def test_every_phone_is_told_kind_and_place_and_what_is_over_is_taken_back(tmp_path: Path) -> None:
    async with with_phones(tmp_path) as (town, service):
        room = await town.operator("anna")
        engine = await a_unit(town, "E1")
        cleo, dora = await on_duty(town, "cleo", engine), await on_duty(town, "dora", engine)
        off = await town.operator("olga", Role.RESPONDER)
        phones = [await registered(one, service) for one in (cleo, dora, off)]
        await report(cleo, "FIRE.STRUCT", note="Flames", place={"position": {"latitude": 53.5, "longitude": 9.9}})
        (mine, _) = await told(cleo, dora)
        await until(lambda: all(len(one.got) == 1 for one in phones[:2]))
        said = phones[0].got[0]
        assert (said["why"], said["alert"], said["body"]) == (
            "alert",
            mine["alert"],
            "Building fire · 53.5000, 9.9000",
        )
        assert (said["headers"]["urgency"], said["headers"]["ttl"]) == ("high", "3600")
        assert "Flames" not in str(phones[0].got)

        # The phone says that it has it; a wrong word says nothing.
        program = await town.program()
        for token, status in (("wrong", 204), (said["token"], 204)):
            answer = await program.post("/push/delivered", notice=said["notice"], token=token)
            assert answer.status_code == status
        await until_stage(room, mine["incident"], cleo="delivered", dora="sent")
        await cleo.post(f"/me/alerts/{mine['alert']}", answer="accepted")
        await until_stage(room, mine["incident"], cleo="accepted")

        (row,) = await room.incidents()
        await room.act(row["id"], "take")
        await room.skip_all(row["id"])
        await room.act(row["id"], "close", seen_upto=1, disposition="user_error", reason="burnt toast")
        await until(lambda: all(one.got[-1]["why"] == "withdrawn" for one in phones[:2]))
        assert phones[0].got[-1]["headers"]["topic"] == said["headers"]["topic"], "it takes the place of what waits"
        assert await alerts(cleo) == []
        assert phones[2].got == [], "nobody off duty is disturbed"


async def test_services_that_misbehave_cost_their_own_phone_a_moment_and_no_other_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_push, "WITHIN_S", 0.5)
    async with with_phones(tmp_path) as (town, service):
        room = await town.operator("anna")
        engine = await a_unit(town, "E1")
        names = ("gone", "busy", "fails", "hangs", "strange", "fine", "none")
        desks = {name: await on_duty(town, name, engine) for name in names}
        phones = {name: await registered(desks[name], service) for name in names[:-1]}
        phones["gone"].answers = [410]
        phones["busy"].answers = [(429, "90")]
        phones["fails"].answers = [500]
        phones["hangs"].hangs = True
        phones["strange"].answers = [400]
        await report(room, "FIRE.STRUCT")
        (mine,) = await told(desks["fine"])
        found = await until_stage(
            room,
            mine["incident"],
            gone="given_up",
            busy="failed",
            fails="failed",
            hangs="failed",
            strange="given_up",
            fine="sent",
            none="dropped",
        )
        assert {name: one["reason"] for name, one in found.items()} == {
            "gone": "phone_gone",
            "busy": "busy",
            "fails": "service_fails",
            "hangs": "may_have_left",
            "strange": "refused_400",
            "fine": None,
            "none": "no_phone",
        }
        assert (await desks["gone"].get("/me/push"))["phones"] == [], "a phone that is gone is forgotten"
        phones["hangs"].hangs = False
        await town.pass_time(seconds=12)
        await until_stage(room, mine["incident"], hangs="sent", fails="sent", busy="failed")
        assert phones["hangs"].got[0]["again"] is True, "it may be a repeat, and says so"
        assert "May be a repeat." in phones["hangs"].got[0]["body"]
        assert "again" not in phones["fails"].got[0]
        await town.pass_time(seconds=50)
        assert phones["busy"].tried == 1, "not before its service asked"
        await town.pass_time(seconds=35)
        await until(lambda: phones["busy"].tried > 1)
        assert phones["fine"].tried == 2, "once more with the round after a minute, and nothing else happened"


async def test_a_service_that_takes_nothing_is_an_alarm_of_its_own_and_the_sms_goes_out(tmp_path: Path) -> None:
    async with sms_gateway() as sms:
        (tmp_path / "sms").write_text(sms.url, encoding="utf-8")

        def more(settings: Settings) -> Settings:
            return msgspec.structs.replace(
                settings,
                notifier=(NotifierTable(type="apprise", name="sms", rest={"url_file": str(tmp_path / "sms")}),),
                person=(
                    PersonTable(name="Cleo", notifier="sms", after_s=20),
                    PersonTable(name="dora", notifier="sms"),
                ),
            )

        async with with_phones(tmp_path, more) as (town, service):
            room = await town.operator("anna")
            engine = await a_unit(town, "E1")
            cleo, dora = await on_duty(town, "cleo", engine), await on_duty(town, "dora", engine)
            phones = [await registered(cleo, service, label) for label in ("a", "b", "c")]
            for one in phones:
                one.answers = [503] * 9
            await report(room, "FIRE.STRUCT")
            (mine,) = await told(cleo)
            await until(lambda: len(sms.told) == 1)  # dora has no phone: at once
            assert sms.told[0][1] == "Building fire"
            await until(lambda: all(one.tried for one in phones))

            async def is_own_fault() -> bool:
                return any(one["kind"] == "TECH.CENTRE" for one in await room.incidents())

            await until_told(is_own_fault)
            await town.pass_time(seconds=20)
            await until(lambda: len(sms.told) == 2)
            found = await until_stage(room, mine["incident"], cleo="sent", dora="sent")
            assert found["cleo"]["ways"] == ["push"]
            await dora.post(f"/me/alerts/{mine['alert']}", answer="accepted")
            for one in phones:
                one.answers = []
            await town.pass_time(minutes=3)
            assert len(sms.told) == 2


async def test_what_was_tried_before_a_kill_is_sent_again_and_says_so(tmp_path: Path) -> None:
    async with with_phones(tmp_path) as (town, service):
        cleo = await on_duty(town, "cleo", await a_unit(town, "E1"))
        one = await registered(cleo, service)
        one.hangs = True
        await report(cleo, "FIRE.STRUCT")
        await until(lambda: one.tried == 1)
        await town.stop()
        one.hangs = False
        await town.start()
        assert [notice.stage for notice in town.centre.notices.newest(9)][-1] is not Stage.SENT
        await town.pass_time(seconds=11)
        await until(lambda: len(one.got) == 1)
        assert one.got[0]["again"] is True


async def test_what_can_wait_waits_for_the_morning_and_signing_out_forgets_the_phone(tmp_path: Path) -> None:
    def more(settings: Settings) -> Settings:
        return msgspec.structs.replace(settings, quiet=QuietTable(hours=("22:00-06:00",)))

    async with with_phones(tmp_path, more) as (town, service):
        care = await on_duty(town, "cora", await a_unit(town, "C1", Service.CARE))
        gone = await on_duty(town, "gina", await a_unit(town, "C2", Service.CARE))
        one, other = await registered(care, service), await registered(gone, service)
        assert (await gone.client.delete("/session")).status_code == 204
        await report(care, "MED.CARE.ASSIST")
        (mine,) = await told(care)
        assert mine["quiet"] is True
        await town.pass_time(minutes=10)
        assert one.got == []
        town.clock.wait(hours=4)
        await town.settled()
        await until(lambda: len(one.got) == 1)
        assert other.tried == 0


async def test_a_phone_is_tried_by_hand_and_an_address_of_our_own_network_is_refused(tmp_path: Path) -> None:
    async with with_phones(tmp_path) as (town, service):
        cleo, dora = await town.operator("cleo", Role.RESPONDER), await town.operator("dora", Role.RESPONDER)
        one = await registered(cleo, service)
        view = await cleo.get("/me/push")
        assert (len(view["public_key"]), [each["label"] for each in view["phones"]]) == (87, ["mine"])
        (phone,) = view["phones"]
        assert (await cleo.post(f"/me/push/{phone['id']}/test")).json() == {"taken": True, "why": None}
        assert (one.got[0]["why"], one.got[0]["title"]) == ("test", "Test")
        assert (await dora.post(f"/me/push/{phone['id']}/test")).status_code == 404
        assert (await dora.client.delete(f"/me/push/{phone['id']}")).status_code == 404
        for endpoint in (
            "http://push.example.org/x",
            "https://127.0.0.1/x",
            "https://10.0.0.7/x",
            "https://[::1]/x",
            "https://2130706433/x",
            "https://intranet/x",
            "https://push.example.org:8440/x",
            "https://user@push.example.org/x",
            "https://nas.local/x",
            "ftp://push.example.org/x",
        ):
            answer = await cleo.post("/me/push", **{**one.subscription, "endpoint": endpoint})
            assert (answer.status_code, answer.json()["field"]) == (400, "endpoint"), endpoint
        bad = await cleo.post("/me/push", **{**one.subscription, "keys": {"p256dh": "AAAA", "auth": one.auth}})
        assert (bad.status_code, bad.json()["field"]) == (400, "keys.p256dh")
        moved = await dora.post("/me/push", **one.subscription)
        assert moved.status_code == 200
        assert (await cleo.get("/me/push"))["phones"] == [], "one phone is one person's"
        assert (await dora.client.delete(f"/me/push/{moved.json()['id']}")).status_code == 204


async def test_a_service_with_another_ones_certificate_is_told_nothing(tmp_path: Path) -> None:
    async with with_phones(tmp_path) as (town, _):
        cleo = await town.operator("cleo", Role.RESPONDER)
        liar = PushService()
        await liar.start(*certificate(tmp_path / "liar"))
        try:
            one = await registered(cleo, liar)
            (phone,) = (await cleo.get("/me/push"))["phones"]
            assert (await cleo.post(f"/me/push/{phone['id']}/test")).json() == {"taken": False, "why": "tls"}
            assert one.tried == 0
        finally:
            await liar.close()


async def test_who_works_alone_is_asked_on_his_own_phone_once_and_on_no_other(tmp_path: Path) -> None:
    async with with_phones(tmp_path) as (town, service):
        room = await town.operator("anna")
        guards = await a_unit(town, "G1", Service.GUARD)
        gus, gil = await on_duty(town, "gus", guards), await on_duty(town, "gil", guards)
        his, other = await registered(gus, service), await registered(gil, service)
        assert (await gus.post("/me/check", minutes=10)).status_code == 200
        town.clock.wait(minutes=10)
        await town.centre.lone.step(town.clock.now)
        await town.centre.lone.step(town.clock.now)
        await until(lambda: bool(his.got))
        (said,) = his.got
        words = {key: value for key, value in said.items() if key != "headers"}
        assert words == {
            "why": "check",
            "title": "Are you well?",
            "body": "Say so on the phone: the control room is told otherwise.",
            "priority": 1,
        }, "neither a place nor a note, and no incident"
        assert (said["headers"]["urgency"], said["headers"]["ttl"]) == ("high", "240")
        await until(lambda: not town.centre.notices.live())
        await town.settled()
        assert (other.tried, await room.incidents("open")) == (0, []), "the phone asks first"
        assert (await room.get("/notices"))["items"] == [], "and nobody was paged"

        # It is sent once, over a restart too; and not at all where he spoke before it could be.
        await town.restart()
        gus = await town.operator("gus", Role.RESPONDER)
        await town.centre.lone.step(town.clock.now)
        his.answers = [500]
        assert (await gus.client.post("/me/check/confirm")).status_code == 200
        town.clock.wait(minutes=10)
        await town.centre.lone.step(town.clock.now)
        await until(lambda: any(one.stage is Stage.FAILED for one in town.centre.notices.live()))
        assert (await gus.client.post("/me/check/confirm")).status_code == 200
        await town.pass_time(seconds=15)
        await until(lambda: not town.centre.notices.live())
        (dropped,) = [one for one in town.centre.notices.newest(9) if one.stage is Stage.DROPPED]
        assert (dropped.asked.to, dropped.reason, len(his.got)) == ("gus", "nothing_to_send", 1)


async def test_a_check_that_may_have_left_says_so_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_push, "WITHIN_S", 0.5)
    async with with_phones(tmp_path) as (town, service):
        gus = await on_duty(town, "gus", await a_unit(town, "G1", Service.GUARD))
        his = await registered(gus, service)
        assert (await gus.post("/me/check", minutes=10)).status_code == 200
        his.hangs = True
        town.clock.wait(minutes=10)
        await town.centre.lone.step(town.clock.now)

        async def failed(reason: str) -> None:
            await until(
                lambda: any(one.stage is Stage.FAILED and one.reason == reason for one in town.centre.notices.live())
            )

        await failed("may_have_left")
        his.hangs, his.answers = False, [500]
        await town.pass_time(seconds=12)
        await failed("service_fails")
        await town.pass_time(seconds=25)
        await until(lambda: bool(his.got))
        (said,) = his.got
        assert (said["again"], said["body"].count("May be a repeat.")) == (True, 1)


async def test_whoever_changed_to_another_unit_neither_sees_nor_answers_what_the_first_was_sent_to(town: Town) -> None:
    room = await town.operator("anna")
    ambulance, patrol = await a_unit(town, "N1", Service.EMS), await a_unit(town, "P1", Service.GUARD)
    nora, nick = await on_duty(town, "nora", ambulance), await on_duty(town, "nick", ambulance)
    await town.say("care", "1100", zone="012")
    (row,) = await room.incidents("waiting")
    assert (await room.post(f"/incidents/{row['id']}/units", unit=ambulance)).status_code == 200

    async def both_are_told() -> bool:
        return all([any(one["assignment"] for one in await alerts(desk)) for desk in (nora, nick)])

    await until_told(both_are_told)
    sent = next(one for one in await alerts(nora) if one["assignment"])
    assert (await nora.post(f"/units/{ambulance}/crew/leave")).status_code == 200
    assert (await nora.post(f"/units/{patrol}/crew")).status_code == 200
    assert await alerts(nora) == [], "a guard is not told of what is medical"
    read = (await nora.post(f"/me/alerts/{sent['alert']}", answer="read")).json()
    assert (read["place"], read["latitude"], sent["place"] is None) == (None, None, False)
    for answer in ("accepted", "refused"):
        said = await nora.post(f"/me/alerts/{sent['alert']}", answer=answer)
        assert (said.status_code, said.json()["title"]) == (409, "You are not with that unit any more")
    assert (await room.get(f"/units/{ambulance}"))["status"] == "offered"
    assert (await nick.post(f"/me/alerts/{sent['alert']}", answer="accepted")).status_code == 200
    assert (await room.get(f"/units/{ambulance}"))["status"] == "accepted"


async def test_a_push_that_is_tried_again_reaches_nobody_who_has_left_that_unit(tmp_path: Path) -> None:
    async with with_phones(tmp_path) as (town, service):
        room = await town.operator("anna")
        ambulance, patrol = await a_unit(town, "N1", Service.EMS), await a_unit(town, "P1", Service.GUARD)
        nora, _ = await on_duty(town, "nora", ambulance), await on_duty(town, "nick", ambulance)
        hers = await registered(nora, service)
        hers.answers = [500] * 2
        await town.say("care", "1100", zone="012")
        (row,) = await room.incidents("waiting")
        assert (await room.post(f"/incidents/{row['id']}/units", unit=ambulance)).status_code == 200

        def stages() -> dict[str, Stage]:
            mine = [one for one in town.centre.notices.newest(9) if one.asked.to == "nora"]
            return {one.asked.alert or "": one.stage for one in mine}

        await until(lambda: any(key.endswith(".a") for key in stages()) and set(stages().values()) == {Stage.FAILED})
        assert (await nora.post(f"/units/{ambulance}/crew/leave")).status_code == 200
        assert (await nora.post(f"/units/{patrol}/crew")).status_code == 200
        tried = hers.tried
        await town.pass_time(seconds=12)
        await until(lambda: set(stages().values()) == {Stage.DROPPED})
        assert (hers.got, hers.tried) == ([], tried)
