"""Who was reached, over HTTP: on the story of an incident, also when only the journal knows, and as a list."""

from pathlib import Path

from belfry.centre.notices import notice_of
from belfry.domain.facts import Closed, Entry, Escalated, Fact, incident_subject, notice_subject
from belfry.domain.notice_facts import NoticeAsked, NoticeDropped, NoticeSent, NoticeTried
from belfry.domain.reach import Audience, Channel
from belfry.ports.staff import Role
from tests.web.kit import Rig, centre


async def store(rig: Rig, subject: str, *facts: Fact) -> int:
    entry = Entry(id=rig.chance(16), subject=subject, at=rig.now, facts=facts)
    (position,) = await rig.journal.append([entry])
    await rig.settled()
    return position


async def reach(rig: Rig, incident: str) -> str:
    """Escalate to the supervisor: Sam was told, nobody else is on call; returns the first notice."""
    escalated = Escalated(incident=incident, clock="take", level="supervisor")
    position = await store(rig, incident_subject(incident), escalated)
    names = [notice_of(position, number) for number in range(2)]
    for name, to in zip(names, ("Sam", "Sue"), strict=True):
        asked = NoticeAsked(
            notice=name,
            audience=Audience.ROOM,
            channel=Channel.PUSH,
            to=to,
            why="take",
            incident=incident,
            level="supervisor",
        )
        await store(rig, notice_subject(name), asked)
    first, second = names
    await store(rig, notice_subject(first), NoticeTried(notice=first, attempt=1))
    await store(rig, notice_subject(first), NoticeSent(notice=first, attempt=1))
    await store(rig, notice_subject(second), NoticeDropped(notice=second, reason="taken"))
    return first


async def test_a_story_says_what_came_of_each_escalation_and_a_list_the_newest_first(tmp_path: Path) -> None:
    async with centre(tmp_path) as rig:
        client = rig.token()
        incident = await rig.alarm(client)
        await reach(rig, incident)
        (line,) = [
            item
            for item in (await client.get(f"/incidents/{incident}")).json()["timeline"]
            if item["data"].get("notices")
        ]
        told = [(one["to"], one["stage"], one["reason"]) for one in line["data"]["notices"]]
        assert told == [("Sam", "sent", None), ("Sue", "dropped", "taken")]
        listed = (await client.get("/notices")).json()
        assert [one["to"] for one in listed["items"]] == ["Sue", "Sam"]
        assert (listed["items"][0]["number"], listed["duty"], listed["next"]) == (1, [], None)
        assert len((await client.get("/notices", params={"limit": 1})).json()["items"]) == 1


async def test_what_is_over_for_long_is_read_from_the_journal(tmp_path: Path) -> None:
    async with centre(tmp_path) as rig:
        client = rig.token()
        incident = await rig.alarm(client)
        first = await reach(rig, incident)
        await store(rig, incident_subject(incident), Closed(incident=incident, by="anna", disposition="test"))
        rig.wait(days=2)
        rig.board.forget(rig.now)
        rig.notices.forget(lambda one: rig.board.get(one) is not None)
        told = (await rig.token().get(f"/incidents/{incident}")).json()["timeline"]
        (line,) = [item for item in told if item["type"] == "escalated"]
        assert next(one["id"] for one in line["data"]["notices"]) == first


async def test_only_the_room_sees_them(tmp_path: Path) -> None:
    async with centre(tmp_path) as rig:
        for role in (Role.RESPONDER, Role.AUDITOR, Role.INSTALLER, Role.HOLDER):
            assert (await rig.token(role).get("/notices")).status_code == 403
