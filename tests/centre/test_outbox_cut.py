"""An outbox that is killed anywhere: whatever the journal holds by then, everybody is reached, and asked for once."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from belfry.domain.facts import Entry, Escalated
from belfry.domain.notice_facts import NoticeAsked, NoticeSent, NoticeTried
from belfry.domain.notices import Stage
from belfry.domain.reach import Channel
from belfry.journal.memory import MemoryJournal
from belfry.ports import Expect
from belfry.ports.outbox import MayHaveLeft, NotSent
from tests.centre.kit import room
from tests.centre.test_outbox import RULES, Paging, on_call

ROWS = (on_call("sam", "supervisor"), on_call("sue", "supervisor"), on_call("anna", "outside"))
OUTCOMES = st.sampled_from([None, NotSent("not_confirmed"), MayHaveLeft("timeout"), RuntimeError("broken")])


async def lived(outcomes: Sequence[Exception | None]) -> list[Sequence[Entry]]:
    """The appends of a room in which two levels are reached, with these outcomes of the first attempts. Each is there
    whole or not at all, so a kill falls between two of them."""
    journal = await MemoryJournal.open()
    append, appends = journal.append, list[Sequence[Entry]]()

    async def kept(entries: Sequence[Entry], expect: Expect | None = None) -> Sequence[int]:
        positions = await append(entries, expect)
        appends.append(entries)
        return positions

    setattr(journal, "append", kept)  # noqa: B010 - a method, as its type says
    async with room(journal=journal) as one:
        it = Paging(one, ROWS, {}, Channel.PUSH)
        await one.say("1110", "1001")
        attempts = list(outcomes)
        it.phone.meanwhile = lambda: fail(attempts)
        for level in ("supervisor", "outside"):
            await it.escalate(level)
            await it.turn()
        for _ in range(3):
            await it.turn(seconds=60)
    return appends


def fail(attempts: list[Exception | None]) -> None:
    outcome = attempts.pop(0) if attempts else None
    if outcome is not None:
        raise outcome


@settings(max_examples=40, deadline=None)
@given(st.lists(OUTCOMES, max_size=6), st.floats(0, 1), st.integers(0, 600))
async def test_killed_anywhere_everybody_is_reached_and_asked_for_once(
    outcomes: list[Exception | None], where: float, away_s: int
) -> None:
    appends = await lived(outcomes)
    cut = 1 + round(where * (len(appends) - 1))
    journal = await MemoryJournal.open()
    for entries in appends[:cut]:
        await journal.append(entries)
    async with room(journal=journal) as again:
        again.now = appends[cut - 1][-1].at + timedelta(seconds=away_s)
        it = Paging(again, ROWS, {}, Channel.PUSH)
        for _ in range(2 * RULES.notice_tries):
            await it.turn(seconds=RULES.notice_again_most_s)
        facts = await again.facts()
        levels = {fact.level for fact in facts if isinstance(fact, Escalated)}
        wanted = {row.name for row in ROWS if row.level in levels}
        asked = Counter(fact.to for fact in facts if isinstance(fact, NoticeAsked))
        assert asked == dict.fromkeys(wanted, 1)
        sent = {fact.notice for fact in facts if isinstance(fact, NoticeSent)}
        assert {one.asked.to for one in again.notices.newest(99) if one.id in sent} == wanted
        tried = Counter((fact.notice, fact.attempt) for fact in facts if isinstance(fact, NoticeTried))
        assert set(tried.values()) <= {1}
        assert {one.stage for one in again.notices.newest(99)} <= {Stage.SENT}
