"""What is said of silence: one by one, once for many, and what is taken back (RULES 3).

`silent` slots come from the watch. A slot stays unsaid until the journal has what is said of it, so a full disk only
delays, and whoever speaks before it was said needs no restore.
"""

import asyncio
from asyncio import Future
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from belfry.centre.supervision.outages import Outage, Outages
from belfry.centre.supervision.silence import (
    ALL_LOST,
    OUTAGE,
    PATH_LOST,
    TEST_MISSED,
    Said,
    about_outage,
    about_slot,
)
from belfry.centre.supervision.slots import BACK, LOST
from belfry.centre.supervision.watch import Watch
from belfry.domain.facts import Received
from belfry.domain.presets import Rules
from belfry.domain.signal import AccountKey, Arrival, Receipt, SignalState
from belfry.domain.site import Account
from belfry.ports import Accounts, JournalError

SAY_MOST: Final = 500
"""Signals delivered at once; alarms of panels take their turn between."""

COUNTED_EVERY_S: Final = 60.0
"""An outage that grows says so this often at most, unless it doubles."""


@dataclass(frozen=True, slots=True)
class Asks:
    """What supervision asks of those who know, by the account as it is heard."""

    has_open_incident: Callable[[AccountKey], bool] = lambda key: False
    is_armed: Callable[[AccountKey], bool] = lambda key: False
    is_keyed: Callable[[AccountKey], bool] = lambda key: False
    """It spoke encrypted before, so plain frames keep no clock going."""


class Losses:
    """`said` holds what was said of each silent slot and not taken back; `outages` those that are not over."""

    def __init__(
        self,
        watch: Watch,
        accounts: Accounts,
        deliver: Callable[[Arrival], Future[Receipt]],
        *,
        rules: Rules,
        asks: Asks,
    ) -> None:
        self._watch, self._slots = watch, watch.slots
        self._accounts, self._deliver, self._asks = accounts, deliver, asks
        self._within_s = rules.mass_within_s
        self.outages = Outages(watch.slots, rules)
        self.said: dict[int, Said] = {}
        self._unsaid: dict[int, None] = {}
        self._no_longer_all: set[int] = set()
        """Said to be the last path of its account, which is heard again on another; to be taken back."""
        self._stragglers: set[int] = set()
        self.changed = False
        """Something was said since this was last set to False: to be saved soon."""

    async def step(self, found: Sequence[int], now: datetime) -> None:
        """Take up the slots just found overdue, and say all that is to be said now."""
        for slot in found:
            self._unsaid[slot] = None
            if self._slots.path[slot]:
                self.outages.note(slot, now.timestamp())
        await self._restore(now)
        await self._end_outages(now)
        await self._report(now)
        await self._count_on(now)

    async def _restore(self, now: datetime) -> None:
        """Say who is back, where anything was said of it, and take back what is no longer true because of it."""
        back, self._watch.back = self._watch.back, []
        to_say = dict.fromkeys(self._no_longer_all, False)  # slot -> it is back itself
        for slot in back:
            said = self.said.get(slot)
            if said is None or said.kind == OUTAGE:
                self._settle(slot)
                self._watch.revive(slot)
            else:
                to_say[slot] = True
            for other in self._said_all_lost(slot):
                to_say.setdefault(other, False)
        outcomes = await self._say([(slot, self.said[slot]) for slot in to_say], SignalState.TROUBLE_RESTORE, now)
        for (slot, is_back), is_kept in zip(to_say.items(), outcomes, strict=True):
            self._no_longer_all.discard(slot)
            if not is_kept and is_back:
                self._watch.back.append(slot)
            elif not is_kept:
                self._no_longer_all.add(slot)
            elif is_back or self._slots.bits[slot] & BACK:
                self._settle(slot)
                self._watch.revive(slot)
            else:  # its account is heard again on another path: only this one is lost, and that is said anew
                self._settle(slot)
                self._unsaid[slot] = None

    def _said_all_lost(self, slot: int) -> Iterable[int]:
        """The other paths of the account of which it was said that all are lost, and that are still silent."""
        if not self._slots.path[slot]:
            return
        for other in self._slots.paths_of(self._slots.account_ids[slot]):
            said = self.said.get(other)
            if other != slot and said is not None and said.kind == ALL_LOST and not self._slots.bits[other] & BACK:
                yield other

    async def _end_outages(self, now: datetime) -> None:
        """Most are back: the outage is over. Who is still silent has one more window, and then stands for itself."""
        for outage in [outage for outage in self.outages.open.values() if outage.over]:
            if await self._say_outage(outage.part, SignalState.TROUBLE_RESTORE, now, outage=outage):
                self._close(outage, now.timestamp())

    def _close(self, outage: Outage, now_s: float) -> None:
        self.outages.end(outage.part)
        for slot in sorted(outage.silent):
            self._settle(slot)
            if not self._slots.bits[slot] & BACK:
                self._stragglers.add(slot)
                self._watch.revive(slot, since_s=now_s)

    async def _report(self, now: datetime) -> None:
        """Say what is lost: one by one, or once for all that one cause has silenced."""
        now_s = now.timestamp()
        alone: list[int] = []
        together: list[int] = []
        for slot in [slot for slot in self._unsaid if not self._slots.bits[slot] & BACK]:
            account = self._account(slot)
            if account is None:
                self._settle(slot)
            elif not self._may_fold(slot, account):
                alone.append(slot)
            elif (outage := self.outages.covering(slot)) is not None:
                self._fold(slot, outage)
            else:
                together.append(slot)
        if together:
            await self._fold_all(together, now)
            alone += self._not_worth_waiting((slot for slot in together if slot in self._unsaid), now_s)
        await self._say_alone(alone, now)

    def _may_fold(self, slot: int, account: Account) -> bool:
        """Never folded: open incidents, armed `line_cut`, both paths lost, who was a straggler, and missed tests."""
        if not self._slots.path[slot] or self._is_straggler(slot):
            return False
        key = self._key(slot, account)
        if (account.line_cut and self._asks.is_armed(key)) or self._asks.has_open_incident(key):
            return False
        paths = self._slots.paths_of(account.id)
        return len(paths) == 1 or not all(self._slots.bits[path] & LOST for path in paths)

    def _is_straggler(self, slot: int) -> bool:
        """It was in an outage that is over, and was not heard since."""
        if slot in self._stragglers and self._slots.since_s[slot] < self._slots.heard_s[slot]:
            self._stragglers.discard(slot)
        return slot in self._stragglers

    async def _fold_all(self, slots: Sequence[int], now: datetime) -> None:
        """Begin the outages that have reached their number, and fold in whom they silenced."""
        for cause in self.outages.reached(now.timestamp()):
            if not self.outages.is_reached(cause, now.timestamp()):
                continue
            waiting = [slot for slot in slots if slot in self._unsaid and cause in self._slots.group(slot).causes]
            if not waiting:
                continue
            receiver = self._slots.group(waiting[0]).receiver
            count = len(waiting)
            known = cause in self.outages.open
            if known or await self._say_outage(cause, SignalState.TROUBLE, now, receiver, count=count):
                outage = self.outages.begin(cause, receiver, now.timestamp())
                if not known:
                    outage.told, outage.told_s = count, now.timestamp()
                for slot in waiting:
                    self._fold(slot, outage)

    async def _count_on(self, now: datetime) -> None:
        """An outage that grows is said again: at once where it has doubled, else a minute later. So it counts, and a
        cascade of thousands is a handful of lines."""
        now_s = now.timestamp()
        for outage in list(self.outages.open.values()):
            grown = outage.folded > outage.told and (
                outage.folded >= 2 * outage.told or now_s - outage.told_s >= COUNTED_EVERY_S
            )
            if grown and await self._say_outage(outage.part, SignalState.TROUBLE, now, outage=outage, again=True):
                outage.told, outage.told_s = outage.folded, now_s

    def _fold(self, slot: int, outage: Outage) -> None:
        self._settle(slot)
        outage.fold(slot)
        self.said[slot] = Said(OUTAGE, outage.part)
        self._watch.touch(slot)

    def _not_worth_waiting(self, slots: Iterable[int], now_s: float) -> Sequence[int]:
        """Those lost paths of which nothing suggests an outage, and those that have waited a minute."""
        likely: dict[str, bool] = {}
        return [
            slot
            for slot in slots
            if now_s - self._watch.lost_s[slot] >= self._within_s
            or not any(self._is_likely(cause, likely, now_s) for cause in self._slots.group(slot).causes)
        ]

    def _is_likely(self, cause: str, known: dict[str, bool], now_s: float) -> bool:
        """Whether an outage of a cause is likely, asked once for each; the areas come last, and mostly not at all."""
        if cause not in known:
            known[cause] = self.outages.likely(
                cause, lambda other: self._watch.late(other, now_s, within_s=self._within_s)
            )
        return known[cause]

    async def _say_alone(self, slots: Sequence[int], now: datetime) -> None:
        unsaid = set(slots)
        to_say: list[tuple[int, Said]] = []
        for slot in slots:
            unsaid.discard(slot)
            to_say.append((slot, Said(self._kind(slot, unsaid), self._watch.name(slot))))
        outcomes = await self._say(to_say, SignalState.TROUBLE, now)
        for (slot, said), is_kept in zip(to_say, outcomes, strict=True):
            if is_kept:
                self._settle(slot)
                self.said[slot] = said
                self._watch.touch(slot)

    def _kind(self, slot: int, unsaid: set[int]) -> str:
        """All paths are lost with the last one; of two found lost at once the first is said as one path."""
        if not self._slots.path[slot]:
            return TEST_MISSED
        bits = self._slots.bits
        paths = self._slots.paths_of(self._slots.account_ids[slot])
        others = [other for other in paths if other != slot]
        alive = any(not bits[other] & LOST or bits[other] & BACK or other in unsaid for other in others)
        return PATH_LOST if alive else ALL_LOST

    def forget(self, slot: int) -> None:
        """Its account left the registry: nothing is owed to it."""
        self._settle(slot)
        self._no_longer_all.discard(slot)
        self._stragglers.discard(slot)

    def _settle(self, slot: int) -> None:
        """Nothing is said of this slot any more."""
        self._unsaid.pop(slot, None)
        said = self.said.pop(slot, None)
        if said is not None and said.kind == OUTAGE and said.part in self.outages.open:
            self.outages.open[said.part].silent.discard(slot)

    # -- saying

    async def _say(self, what: Sequence[tuple[int, Said]], state: SignalState, now: datetime) -> Sequence[bool]:
        """Deliver a signal about each slot; tells of each whether it is kept. An account that is gone needs none."""
        outcomes: list[bool] = []
        for start in range(0, len(what), SAY_MOST):
            arrivals = [self._about(slot, said, state, now) for slot, said in what[start : start + SAY_MOST]]
            outcomes += await self._deliver_all(arrivals)
        return outcomes

    async def _say_outage(
        self,
        part: str,
        state: SignalState,
        now: datetime,
        receiver: str = "",
        *,
        outage: Outage | None = None,
        count: int = 0,
        again: bool = False,
    ) -> bool:
        opened_s = now.timestamp() if outage is None else outage.opened_s
        if outage is not None:
            receiver, count = outage.receiver, outage.folded
        arrival = about_outage(part, state, now, receiver=receiver, opened_s=opened_s, count=count, again=again)
        (is_kept,) = await self._deliver_all([arrival])
        return is_kept

    async def _deliver_all(self, arrivals: Sequence[Arrival | None]) -> Sequence[bool]:
        futures = [self._deliver(arrival) for arrival in arrivals if arrival is not None]
        answers = iter(await asyncio.gather(*futures, return_exceptions=True))
        outcomes = []
        for arrival in arrivals:
            answer = None if arrival is None else next(answers)
            if isinstance(answer, BaseException) and not isinstance(answer, JournalError):
                raise answer
            outcomes.append(not isinstance(answer, BaseException))
        self.changed = self.changed or bool(futures)
        return outcomes

    def _about(self, slot: int, said: Said, state: SignalState, now: datetime) -> Arrival | None:
        account = self._account(slot)
        if account is None:
            return None
        group = self._slots.group(slot)
        at_s = self._watch.silent_from_s(slot) if state is SignalState.TROUBLE else self._watch.lost_s[slot]
        return about_slot(
            said,
            state,
            now,
            receiver=group.receiver,
            prefix=group.prefix,
            account=account.account,
            silence=f"{account.id} {self._watch.name(slot)} {at_s:.1f}",
        )

    def recall(self, received: Received, key: AccountKey | None) -> None:
        """What the journal says was said, where that is newer than what was saved."""
        at_s = received.received_at.timestamp()
        is_lost = received.state is SignalState.TROUBLE
        if received.kind == OUTAGE and received.part is not None:
            outage = self.outages.open.get(received.part)
            if is_lost and (outage is None or outage.opened_s + COUNTED_EVERY_S > at_s):  # else it was counted again
                self.outages.begin(received.part, received.receiver, at_s)
            elif outage is not None and outage.since_s <= at_s:
                self._close(outage, at_s)
        elif received.kind in (PATH_LOST, ALL_LOST, TEST_MISSED) and key is not None and received.part is not None:
            account = self._accounts.by_key(key)
            slot = -1 if account is None else self._slots.find(account.id, self._slots.path_number(received.part))
            if slot >= 0:
                self._recall_slot(slot, Said(received.kind, received.part), is_lost, at_s)

    def _recall_slot(self, slot: int, said: Said, is_lost: bool, at_s: float) -> None:
        silent = self._slots.bits[slot] & LOST
        if is_lost and not silent and at_s >= self._watch.silent_from_s(slot):
            self._watch.lose(slot, at_s)
            self.said[slot] = said
            self._watch.touch(slot)
        elif not is_lost and self.said.get(slot) == said and self._watch.lost_s[slot] <= at_s:
            self._settle(slot)
            self._watch.revive(slot, since_s=at_s)

    def take_up(self, slot: int, lost_s: float, said: Said) -> None:
        """It was lost, and said so, before the restart."""
        self._watch.lose(slot, lost_s)
        self.said[slot] = said
        if self._slots.path[slot]:
            self._slots.join(slot)
        if said.kind == OUTAGE:
            self.outages.begin(said.part, self._slots.group(slot).receiver, lost_s).fold(slot)

    # -- whom it is about

    def _account(self, slot: int) -> Account | None:
        return self._accounts.by_id(self._slots.account_ids[slot])

    def _key(self, slot: int, account: Account) -> AccountKey:
        group = self._slots.group(slot)
        return AccountKey(group.receiver, group.prefix, account.account)
