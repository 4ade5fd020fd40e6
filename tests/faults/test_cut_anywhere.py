"""A journal cut after any of its entries, as a crash leaves it, leads to the same incidents in the end.

A journal is durable in the order of its positions, so a crash leaves a beginning of it. Each cut gets a start of its
own: what triage had decided by then stands, the rest is decided again, and panels say what was not kept.
"""

from collections.abc import Callable, Sequence
from typing import Final

import pytest

from belfry.domain.facts import Entry, Joined, Opened, Received
from belfry.journal.memory import MemoryJournal
from belfry.ports import Stored
from faults.checker import check, held
from tests.centre.kit import Room, room

Story = Callable[[Room], Sequence[Received]]
Shown = tuple[str, int, str, str, int, tuple[str, ...]]


def confirmed_by_path_loss(one: Room) -> Sequence[Received]:
    """The lost path opens an incident of its own and, beside that, confirms the intrusion."""
    return [one.signal("CL"), one.signal("BA", zone="1"), one.signal("YC", zone="0"), one.signal("BA", zone="2")]


def one_restore_for_all(one: Room) -> Sequence[Received]:
    """A restore without area and zone brings both areas to rest, two incidents."""
    return [
        one.signal("PA", zone="1"),
        one.signal("PA", area="2", zone="1"),
        one.signal("PR", area=None, zone=None),
        one.signal("PA", zone="3"),
    ]


def a_flood(one: Room) -> Sequence[Received]:
    """So many in a minute that a person is told, beside what each of them does."""
    return [one.signal("TA", zone=str(number)) for number in range(104)]


STORIES: Final = (confirmed_by_path_loss, one_restore_for_all, a_flood)
LAST_CUTS: Final = 12
"""Of a long story only so many cuts, at its end, where it becomes one."""


async def told(story: Story, kept: Sequence[Entry]) -> tuple[list[Shown], list[Stored]]:
    """Start on a journal that holds `kept`, say what of the story it lacks; returns incidents and journal."""
    journal = await MemoryJournal.open()
    for entry in kept:
        await journal.append([entry])
    said = sum(isinstance(fact, Received) for entry in kept for fact in entry.facts)
    async with room(journal=journal) as one:
        for signal in story(one)[said:]:
            await one.keep(signal)
        stored = [item for item in await journal.page(0, 10_000) if isinstance(item, Stored)]
        shown = [
            (one.kind, one.priority, str(one.state), one.restore, one.signals_seq, tuple(sorted(one.flags)))
            for one in one.board.queue()
        ]
    return sorted(shown), stored


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_a_cut_after_any_entry_ends_in_the_same_incidents(story: Story) -> None:
    wanted, stored = await told(story, [])
    entries = [item.entry for item in stored]
    facts = [fact for entry in entries for fact in entry.facts]
    assert any(fact.beside for fact in facts if isinstance(fact, Opened | Joined)), (
        "nothing stands beside in this story"
    )
    for cut in range(max(1, len(entries) - LAST_CUTS), len(entries)):
        shown, again = await told(story, entries[:cut])
        assert shown == wanted, f"cut after position {cut} of {len(entries)}"
        found = check({}, held(again), settled=True)
        assert {one.what for one in found} == {"from nowhere"}, "the test's own signals, which no panel sent"
