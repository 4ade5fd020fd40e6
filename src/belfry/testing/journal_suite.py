"""The promise of `ports.Journal`, as tests that every journal runs.

    class TestMine(JournalSuite):
        durable = True                                   # what was closed can be opened again

        async def open(self, folder: Path) -> Journal:   # a journal whose data is in `folder`, empty the first time
            return await MyJournal.open(folder)

Where a test speaks of order, appends of one caller are stored in the order in which they were called.
"""

import asyncio
from asyncio import Future
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import ClassVar, Final, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from belfry.domain.codec import encode
from belfry.domain.facts import APPEND_MAX_ENTRIES, ENTRY_MAX_BYTES, Due, Entry
from belfry.ports import Expect, Journal, JournalError, Pruned, Refused, Stale, Stored, Unusable
from belfry.safeguards.leaf import leaf_hash

NOON: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
PATIENCE_S: Final = 60.0
"""No test waits for this; it only keeps a broken tail from hanging the run."""

_numbers = count(1)


def an_entry(subject: str = "incident/a", *, words: str = "because", id: bytes | None = None) -> Entry:  # noqa: A002
    """A small entry with an id of its own."""
    number = next(_numbers)
    fact = Due(incident=str(number), reasons=(words,))
    return Entry(id=id or number.to_bytes(16, "big"), subject=subject, at=NOON, facts=(fact,))


def entries_of(items: Sequence[Stored | Pruned]) -> list[Entry]:
    """The entries of a page or batch in which nothing is pruned."""
    assert all(isinstance(item, Stored) for item in items)
    return [item.entry for item in items if isinstance(item, Stored)]


async def follow(journal: Journal, after: int, upto: int) -> list[Stored | Pruned]:
    """What a follower is handed after a position, until it has seen `upto`."""
    seen: list[Stored | Pruned] = []
    async with (
        asyncio.timeout(PATIENCE_S),
        aclosing(cast(AsyncGenerator[Sequence[Stored | Pruned], None], journal.tail(after))) as tail,
    ):
        async for batch in tail:
            assert batch, "a batch holds something"
            seen += batch
            if seen[-1].position >= upto:
                break
    return seen


def positions_of(items: Sequence[Stored | Pruned]) -> list[int]:
    return [item.position for item in items]


class JournalSuite:
    """Subclass it as `Test...`, say how to open, and run."""

    durable: ClassVar[bool] = True

    async def open(self, folder: Path) -> Journal:
        raise NotImplementedError

    @asynccontextmanager
    async def opened(self, folder: Path) -> AsyncIterator[Journal]:
        journal = await self.open(folder)
        try:
            yield journal
        finally:
            await journal.close()

    @pytest.fixture
    async def journal(self, tmp_path: Path) -> AsyncIterator[Journal]:
        async with self.opened(tmp_path) as journal:
            yield journal

    # -- append -------------------------------------------------------------------------------------------------------

    async def test_positions_grow_by_one_from_one(self, journal: Journal) -> None:
        assert journal.position == 0
        assert list(await journal.append([an_entry()])) == [1]
        assert list(await journal.append([an_entry(), an_entry()])) == [2, 3]
        assert journal.position == 3

    async def test_appends_in_flight_are_stored_in_the_order_of_their_calls(self, journal: Journal) -> None:
        appends = [[an_entry() for _ in range(size)] for size in (1, 3, 2, 1, 256, 1)]
        receipts = await asyncio.gather(*[journal.append(entries) for entries in appends])
        assert [p for receipt in receipts for p in receipt] == list(range(1, 265))
        assert entries_of(await journal.page(0, 1000)) == [entry for entries in appends for entry in entries]

    async def test_what_was_appended_is_read_back_as_it_was(self, journal: Journal) -> None:
        entry = an_entry(words="Grüße, 火, \x00 \U0001f525")
        await journal.append([entry])
        assert entries_of(await journal.page(0, 10)) == [entry]

    async def test_append_does_not_wait_in_the_callers_turn(self, journal: Journal) -> None:
        receipt = journal.append([an_entry()])
        assert isinstance(receipt, asyncio.Future)
        assert list(await receipt) == [1]

    async def test_a_caller_that_gives_up_leaves_the_entry_and_disturbs_nobody(self, journal: Journal) -> None:
        given_up, patient = an_entry(), an_entry()
        first, second = journal.append([given_up]), journal.append([patient])
        first.cancel()
        assert list(await second) == [2]
        assert list(await journal.append([given_up])) == [1]

    # -- limits -------------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("entries", "named"),
        [
            ([], ["0 entries"]),
            ([an_entry() for _ in range(APPEND_MAX_ENTRIES + 1)], ["257", "256"]),
            ([an_entry(), an_entry(words="x" * ENTRY_MAX_BYTES)], [str(ENTRY_MAX_BYTES)]),
            ([an_entry(id=b"short")], ["5 bytes", "16"]),
            ([an_entry(), an_entry(id=b"short")], ["5 bytes", "16"]),
            ([an_entry(id=b"i" * 16), an_entry(id=b"i" * 16)], ["2 entries", "1 different"]),
        ],
        ids=["none", "too many", "too large", "id of another length", "one id of another length", "one id twice"],
    )
    async def test_a_refusal_names_the_limit_and_stores_nothing(
        self, journal: Journal, entries: list[Entry], named: list[str]
    ) -> None:
        with pytest.raises(Refused) as refusal:
            await journal.append(entries)
        assert all(words in str(refusal.value) for words in named)
        assert list(await journal.append([an_entry()])) == [1]

    async def test_the_largest_append_of_the_largest_entries_is_stored(self, journal: Journal) -> None:
        room = ENTRY_MAX_BYTES - len(encode(an_entry(words="", id=b"i" * 16)))
        entries = [an_entry(words="x" * (room - 8)) for _ in range(APPEND_MAX_ENTRIES)]
        assert list(await journal.append(entries)) == list(range(1, APPEND_MAX_ENTRIES + 1))
        assert entries_of(await journal.page(0, 1000)) == entries

    # -- expect -------------------------------------------------------------------------------------------------------

    async def test_expect_lets_the_first_writer_in_and_refuses_the_stale_one(self, journal: Journal) -> None:
        await journal.append([an_entry("incident/a")], Expect("incident/a", 0))
        await journal.append([an_entry("incident/b")])
        with pytest.raises(Stale) as refusal:
            await journal.append([an_entry("incident/a")], Expect("incident/a", 0))
        assert (refusal.value.subject, refusal.value.expected, refusal.value.actual) == ("incident/a", 0, 1)
        assert list(await journal.append([an_entry("incident/a")], Expect("incident/a", 1))) == [3]

    async def test_expect_may_name_another_subject_than_the_entries(self, journal: Journal) -> None:
        await journal.append([an_entry("incident/a")])
        assert list(await journal.append([an_entry("triage")], Expect("incident/a", 1))) == [2]
        assert list(await journal.append([an_entry("triage")], Expect("incident/a", 1))) == [3]

    async def test_of_many_who_saw_the_same_exactly_one_writes(self, journal: Journal) -> None:
        await journal.append([an_entry("incident/a")])
        rivals: list[Future[Sequence[int]]] = []
        others: list[Future[Sequence[int]]] = []
        for _ in range(50):
            rivals.append(journal.append([an_entry("incident/a"), an_entry("triage")], Expect("incident/a", 1)))
            others.append(journal.append([an_entry("incident/b")]))
        outcomes = await asyncio.gather(*rivals, return_exceptions=True)
        assert [list(receipt) for receipt in outcomes if not isinstance(receipt, BaseException)] == [[2, 3]]
        assert sum(isinstance(refusal, Stale) for refusal in outcomes) == 49
        assert [list(receipt) for receipt in await asyncio.gather(*others)] == [[p] for p in range(4, 54)]
        assert positions_of(await journal.read("incident/a")) == [1, 2]
        assert positions_of(await journal.read("triage")) == [3]

    async def test_a_chain_of_expects_in_flight_holds(self, journal: Journal) -> None:
        chain = [journal.append([an_entry("incident/a")], Expect("incident/a", seen)) for seen in range(20)]
        assert [list(receipt) for receipt in await asyncio.gather(*chain)] == [[p] for p in range(1, 21)]

    # -- repeats ------------------------------------------------------------------------------------------------------

    async def test_a_repeat_gets_the_old_positions_and_stores_nothing(self, journal: Journal) -> None:
        entries = [an_entry(), an_entry()]
        in_flight = [journal.append(entries), journal.append(entries)]
        assert [list(receipt) for receipt in await asyncio.gather(*in_flight)] == [[1, 2], [1, 2]]
        await journal.append([an_entry()])
        assert list(await journal.append(entries)) == [1, 2]
        assert journal.position == 3

    async def test_a_repeat_is_not_stale_by_its_own_first_try(self, journal: Journal) -> None:
        entries = [an_entry("incident/a")]
        assert list(await journal.append(entries, Expect("incident/a", 0))) == [1]
        assert list(await journal.append(entries, Expect("incident/a", 0))) == [1]

    async def test_what_was_refused_as_stale_is_no_repeat(self, journal: Journal) -> None:
        entries = [an_entry("incident/b")]
        with pytest.raises(Stale):
            await journal.append(entries, Expect("incident/b", 7))
        assert list(await journal.append(entries)) == [1]

    async def test_an_append_of_which_only_some_ids_are_known_is_refused(self, journal: Journal) -> None:
        old, new = an_entry(), an_entry()
        await journal.append([old])
        with pytest.raises(Refused, match="1 of 2"):
            await journal.append([old, new])
        assert list(await journal.append([new])) == [2]

    # -- tail ---------------------------------------------------------------------------------------------------------

    async def test_a_tail_gives_what_is_stored_and_then_what_comes(self, journal: Journal) -> None:
        await journal.append([an_entry(), an_entry()])
        async with asyncio.timeout(PATIENCE_S):
            tail = journal.tail(0)
            stored = await anext(tail)
            while len(stored) < 2:
                stored = [*stored, *await anext(tail)]
            waiting = asyncio.ensure_future(anext(tail))
            await asyncio.sleep(0)
            live = an_entry()
            await journal.append([live])
            assert positions_of(stored) == [1, 2]
            assert await waiting == [Stored(3, live)]

    async def test_a_tail_from_the_end_gives_only_what_comes(self, journal: Journal) -> None:
        await journal.append([an_entry() for _ in range(5)])
        follower = asyncio.ensure_future(follow(journal, 5, 6))
        await asyncio.sleep(0)
        await journal.append([an_entry()])
        assert positions_of(await follower) == [6]

    async def test_followers_that_join_at_any_time_see_everything_once(self, journal: Journal) -> None:
        appends, size, followers = 150, 4, []
        for round_ in range(appends):
            receipt = journal.append([an_entry(f"incident/{round_ % 7}") for _ in range(size)])
            if round_ % 15 == 0:
                after = journal.position // 2
                followers.append((after, asyncio.ensure_future(follow(journal, after, appends * size))))
                await receipt
        for after, follower in followers:
            assert positions_of(await follower) == list(range(after + 1, appends * size + 1))

    async def test_nobody_is_shown_what_has_no_receipt_yet_or_comes_after_a_gap(self, journal: Journal) -> None:
        follower = asyncio.ensure_future(follow(journal, 0, 40))
        for _ in range(20):
            await asyncio.gather(journal.append([an_entry()]), journal.append([an_entry()]))
            shown = await journal.page(0, 1000)
            assert positions_of(shown) == list(range(1, len(shown) + 1))
            assert len(shown) >= journal.position
        assert positions_of(await follower) == list(range(1, 41))

    async def test_a_cancelled_follower_harms_nobody(self, journal: Journal) -> None:
        leaving = asyncio.ensure_future(follow(journal, 0, 1))
        staying = asyncio.ensure_future(follow(journal, 0, 1))
        await asyncio.sleep(0)
        leaving.cancel()
        await journal.append([an_entry()])
        assert positions_of(await staying) == [1]

    # -- read and page ------------------------------------------------------------------------------------------------

    async def test_a_subject_is_read_oldest_first_and_paged_backwards(self, journal: Journal) -> None:
        await journal.append([an_entry("incident/a" if n % 2 else "incident/b") for n in range(1, 21)])
        assert positions_of(await journal.read("incident/a")) == list(range(1, 20, 2))
        assert positions_of(await journal.read("incident/a", limit=3)) == [15, 17, 19]
        assert positions_of(await journal.read("incident/a", before=15, limit=3)) == [9, 11, 13]
        assert positions_of(await journal.read("incident/a", before=1)) == []
        assert positions_of(await journal.read("incident/a", limit=0)) == []
        assert await journal.read("incident/nobody") == []

    async def test_a_page_starts_after_its_position(self, journal: Journal) -> None:
        await journal.append([an_entry() for _ in range(10)])
        assert positions_of(await journal.page(0, 4)) == [1, 2, 3, 4]
        assert positions_of(await journal.page(8, 4)) == [9, 10]
        assert await journal.page(10, 4) == []
        assert await journal.page(0, 0) == []

    # -- prune --------------------------------------------------------------------------------------------------------

    async def test_a_pruned_entry_leaves_its_leaf_everywhere(self, journal: Journal) -> None:
        entries = [an_entry("incident/a") for _ in range(4)]
        await journal.append(entries)
        await journal.prune([2, 3])
        await journal.prune([3])
        left = [
            Stored(1, entries[0]),
            Pruned(2, leaf_hash(encode(entries[1]))),
            Pruned(3, leaf_hash(encode(entries[2]))),
            Stored(4, entries[3]),
        ]
        assert await journal.page(0, 10) == left
        assert await journal.read("incident/a") == left
        assert await follow(journal, 0, 4) == left

    async def test_pruning_moves_no_subject(self, journal: Journal) -> None:
        await journal.append([an_entry("incident/a")])
        await journal.prune([1])
        assert list(await journal.append([an_entry("incident/a")], Expect("incident/a", 1))) == [2]

    @pytest.mark.parametrize("position", [0, -1, 3])
    async def test_pruning_what_is_not_there_is_refused_whole(self, journal: Journal, position: int) -> None:
        await journal.append([an_entry(), an_entry()])
        with pytest.raises(Refused, match=f"{position} .* 2"):
            await journal.prune([1, position])
        assert all(isinstance(item, Stored) for item in await journal.page(0, 10))

    # -- close --------------------------------------------------------------------------------------------------------

    async def test_close_waits_for_what_was_handed_over_and_refuses_the_rest(self, tmp_path: Path) -> None:
        journal = await self.open(tmp_path)
        receipts = [journal.append([an_entry()]) for _ in range(300)]
        await journal.close()
        assert [list(receipt.result()) for receipt in receipts] == [[position] for position in range(1, 301)]
        with pytest.raises(Unusable):
            await journal.append([an_entry()])
        await journal.close()

    async def test_a_closed_journal_ends_its_followers_with_an_error(self, tmp_path: Path) -> None:
        journal = await self.open(tmp_path)
        follower = asyncio.ensure_future(follow(journal, 0, 1))
        await asyncio.sleep(0)
        await journal.close()
        with pytest.raises(Unusable):
            await follower

    async def test_what_was_closed_is_there_again(self, tmp_path: Path) -> None:
        if not self.durable:
            pytest.skip("keeps nothing beyond its process")
        entries = [an_entry("incident/a"), an_entry("incident/b"), an_entry("incident/a")]
        async with self.opened(tmp_path) as journal:
            await journal.append(entries)
            await journal.prune([2])
            before = await journal.page(0, 10)
        async with self.opened(tmp_path) as journal:
            assert journal.position == 3
            assert await journal.page(0, 10) == before
            assert await follow(journal, 0, 3) == before
            assert positions_of(await journal.read("incident/a")) == [1, 3]
            assert list(await journal.append(entries[2:])) == [3]
            with pytest.raises(Stale):
                await journal.append([an_entry("incident/a")], Expect("incident/a", 1))
            assert list(await journal.append([an_entry("incident/a")], Expect("incident/a", 3))) == [4]

    # -- any interleaving ---------------------------------------------------------------------------------------------

    # Every subclass runs the same function, each with its own journal.
    @settings(max_examples=40, suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow])
    @given(data=st.data())
    def test_any_interleaving_agrees_with_a_list(
        self, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        steps = data.draw(st.lists(_steps, max_size=40))
        asyncio.run(self._walk(steps, tmp_path_factory.mktemp("interleaving")))

    async def _walk(self, steps: list["_Step"], folder: Path) -> None:
        model, in_flight = _Model(), list[tuple[Future[Sequence[int]], Sequence[int] | type[JournalError]]]()
        journal = await self.open(folder)
        follower = _Follower(journal, len(model.kept))
        for step in steps:
            match step:
                case "settle":
                    await _settle(in_flight)
                case "reopen":
                    await _settle(in_flight)
                    await follower.has_seen(len(model.kept))
                    if self.durable:
                        await journal.close()
                        journal = await self.open(folder)
                    follower = _Follower(journal, len(model.kept) // 2)
                case ("prune", float(share)):
                    await _settle(in_flight)
                    if position := round(share * len(model.kept)):
                        await journal.prune([position])
                        model.prune(position)
                case ("append", list(subjects), str(seen)):
                    entries = [an_entry(subject) for subject in subjects]
                    expect = model.expect(subjects[0], seen)
                    in_flight.append((journal.append(entries, expect), model.append(entries, expect)))
                case ("repeat", float(share)) if model.appended:
                    entries, _ = model.appended[round(share * (len(model.appended) - 1))]
                    in_flight.append((journal.append(entries), model.append(entries, None)))
        await _settle(in_flight)
        await follower.has_seen(len(model.kept))
        assert await journal.page(0, 10_000) == model.kept
        for subject in _SUBJECTS:
            assert await journal.read(subject) == model.of(subject)
        await journal.close()


class _Follower:
    """Follows from a position for as long as it is wanted."""

    def __init__(self, journal: Journal, after: int) -> None:
        self._after, self._seen, self._grown = after, list[int](), asyncio.Event()
        self._task = asyncio.ensure_future(self._run(journal))

    async def _run(self, journal: Journal) -> None:
        async for batch in journal.tail(self._after):
            self._seen += positions_of(batch)
            self._grown.set()

    async def has_seen(self, upto: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while len(self._seen) < upto - self._after:
                self._grown.clear()
                await self._grown.wait()
        self._task.cancel()
        assert self._seen == list(range(self._after + 1, upto + 1))


_SUBJECTS: Final = ("incident/a", "incident/b", "account/panels//1234")
_Step = str | tuple[str, float] | tuple[str, list[str], str]
_steps: st.SearchStrategy[_Step] = st.one_of(
    st.tuples(
        st.just("append"),
        st.lists(st.sampled_from(_SUBJECTS), min_size=1, max_size=5),
        st.sampled_from(["anything", "anything", "head", "stale"]),
    ),
    st.tuples(st.just("repeat"), st.floats(0, 1)),
    st.tuples(st.just("prune"), st.floats(0, 1)),
    st.sampled_from(["settle", "reopen"]),
)


async def _settle(in_flight: list[tuple[Future[Sequence[int]], Sequence[int] | type[JournalError]]]) -> None:
    for future, outcome in in_flight:
        if isinstance(outcome, type):
            with pytest.raises(outcome):
                await future
        else:
            assert list(await future) == list(outcome)
    in_flight.clear()


class _Model:
    """What a journal is, without its difficulties: a list, and what was appended to it."""

    def __init__(self) -> None:
        self.kept: list[Stored | Pruned] = []
        self.subjects: list[str] = []
        self.appended: list[tuple[list[Entry], list[int]]] = []

    def head(self, subject: str) -> int:
        return max((n for n, name in enumerate(self.subjects, 1) if name == subject), default=0)

    def expect(self, subject: str, seen: str) -> Expect | None:
        if seen == "anything":
            return None
        return Expect(subject, self.head(subject) + (seen == "stale"))

    def append(self, entries: list[Entry], expect: Expect | None) -> Sequence[int] | type[JournalError]:
        for known, positions in self.appended:
            if known == entries:
                return positions
        if expect is not None and expect.position != self.head(expect.subject):
            return Stale
        positions = list(range(len(self.kept) + 1, len(self.kept) + 1 + len(entries)))
        self.kept += [Stored(position, entry) for position, entry in zip(positions, entries, strict=True)]
        self.subjects += [entry.subject for entry in entries]
        self.appended.append((entries, positions))
        return positions

    def prune(self, position: int) -> None:
        kept = self.kept[position - 1]
        if isinstance(kept, Stored):
            self.kept[position - 1] = Pruned(position, leaf_hash(encode(kept.entry)))
            # A journal may forget the ids of what it pruned, so nothing that touches it is repeated.
            self.appended = [(entries, at) for entries, at in self.appended if position not in at]

    def of(self, subject: str) -> list[Stored | Pruned]:
        return [item for item, name in zip(self.kept, self.subjects, strict=True) if name == subject]
