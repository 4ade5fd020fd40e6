"""What is known of schedules over a restart: in a snapshot, or folded again from the journal.

When check-ins were heard, how far closings were put off, and what was said of openings and closings and still stands.
The last is remembered by itself: intake knows the names of what was said for a day, and a shop may be late for longer.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from msgspec import Struct

from belfry.centre.board import Board
from belfry.centre.schedules.arms import Arms
from belfry.centre.schedules.hours import MOVED_KEPT, Hours
from belfry.centre.schedules.said import CHECKS, CLOSE_LATE, LATE_KIND, Stands, missed_kind
from belfry.centre.schedules.stands import Standing
from belfry.centre.schedules.watched import Watched
from belfry.domain.facts import ClosingExtended, Received
from belfry.domain.incident import Incident
from belfry.domain.schedules import ScheduleKind
from belfry.domain.signal import Method
from belfry.domain.site_map import plain

LATE: Final = frozenset(LATE_KIND.values())
TOLD_MOST: Final = 100_000
_OPENING, _TEST = ScheduleKind.OPENING, ScheduleKind.TEST


class ScheduleState(Struct, array_like=True):
    """What a snapshot keeps: account, schedule, then seconds since 1970."""

    checks: list[tuple[str, str, float, float]] = []
    """When somebody was last heard, and from when silence counts."""
    moved: list[tuple[str, str, float, float]] = []
    """Closings that were put off: the deadline, and until when."""
    late: list[tuple[str, str, str, float, float]] = []
    """Openings and closings that are late, by their kind: when they were wanted, and up to where all is settled."""


class Memory:
    """Takes up a snapshot and what was folded behind it; `recall` comes once the arm states are known."""

    def __init__(self, watched: Watched, hours: Hours, arms: Arms, standing: Standing) -> None:
        self._watched, self._hours, self._arms, self._standing = watched, hours, arms, standing
        self._late: dict[tuple[str, str], tuple[str, float, float]] = {}
        """By account and schedule: kind, when it was wanted, up to where all is settled."""
        self._told: dict[tuple[str, str | None, str], float] = {}
        """By account, area and kind: when it was wanted, of what the journal says was said."""

    def restore(self, state: ScheduleState) -> None:
        """Take up a snapshot of the walk; before its tail is folded."""
        watched = self._watched
        for account_id, schedule_id, heard_s, from_s in state.checks:
            slot = watched.slot(account_id, schedule_id)
            if slot is not None:
                watched.heard_s[slot], watched.from_s[slot] = heard_s, from_s
        for account_id, schedule_id, due_s, until_s in state.moved:
            self._hours.put_off[account_id, schedule_id] = (due_s, until_s)
        for account_id, schedule_id, kind, at_s, from_s in state.late:
            self._late[account_id, schedule_id] = (kind, at_s, from_s)

    def told(self, received: Received) -> None:
        """What was said before a restart of an opening or a closing."""
        if received.kind in LATE and received.account_id is not None and received.occurred_at is not None:
            self._told[received.account_id, plain(received.area), received.kind] = received.occurred_at.timestamp()
            if len(self._told) > TOLD_MOST:
                del self._told[next(iter(self._told))]

    def recall(self, board: Board, extended: Iterable[ClosingExtended], now: datetime) -> Iterable[ClosingExtended]:
        """Everything stored is folded: take up what stands. Yields the closings that were put off since."""
        for incident in board.every():
            if incident.kind in CHECKS and incident.open_points and incident.method == Method.SYSTEM:
                self._missed(incident)
        for slot in self._watched.live():
            self._late_again(slot)
        self._late.clear()
        self._told.clear()
        for fact in extended:
            its = self._watched.slot(fact.account_id, fact.schedule)
            stands = None if its is None else self._standing.by_slot.get(its)
            if now - fact.until < MOVED_KEPT and (stands is None or stands.at_s < fact.until.timestamp()):
                yield fact

    def _late_again(self, slot: int) -> None:
        watched, schedule, account = self._watched, self._watched.schedule(slot), self._watched.account(slot)
        if schedule is None or account is None or schedule.kind is not _OPENING:
            return
        kept = self._late.get((account.id, schedule.id))
        told = [(at_s, kind) for kind in LATE if (at_s := self._told.get((account.id, plain(schedule.area), kind)))]
        if told and (kept is None or max(told)[0] > kept[1]):
            at_s, kind = max(told)
            kept = (kind, at_s, at_s)
        if kept is None:
            return
        kind, at_s, from_s = kept
        watched.from_s[slot] = max(watched.from_s[slot], from_s)
        state = self._arms.state(account.id, schedule.area)
        if state is not None and state.armed is not (kind == CLOSE_LATE) and state.since.timestamp() <= at_s:
            self._standing.by_slot[slot] = Stands(kind, at_s, self._standing.key(account))

    def _missed(self, incident: Incident) -> None:
        """Somebody is missed, and that was said before the restart."""
        watched, since_s = self._watched, incident.opened_at.timestamp()
        for slot in watched.of_account(incident.account_id or ""):
            schedule, account = watched.schedule(slot), watched.account(slot)
            if schedule is None or account is None or incident.account is None or schedule.kind in (_OPENING, _TEST):
                continue
            if missed_kind(schedule, account) == incident.kind and schedule.point == incident.zone:
                self._standing.by_slot[slot] = Stands(incident.kind, since_s, incident.account)
                if watched.heard_s[slot] > since_s:
                    self._standing.back[slot] = watched.heard_s[slot]

    def state(self) -> ScheduleState:
        watched = self._watched
        checks = [
            (watched.account_ids[slot], schedule.id, watched.heard_s[slot], watched.from_s[slot])
            for slot in watched.live()
            if (schedule := watched.schedule(slot)) is not None and schedule.kind is not _OPENING
        ]
        late = [
            (watched.account_ids[slot], watched.names[slot], one.kind, one.at_s, watched.from_s[slot])
            for slot, one in self._standing.by_slot.items()
            if one.kind in LATE
        ]
        return ScheduleState(checks, [(*key, *moved) for key, moved in self._hours.put_off.items()], late)
