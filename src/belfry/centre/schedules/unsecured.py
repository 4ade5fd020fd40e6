"""Premises that stay unset after a night alarm: disarmed, and half an hour later not set again (RULES 3)."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Final

from msgspec import Struct

from belfry.centre.board import Board
from belfry.centre.schedules.arms import Arms
from belfry.domain.correlation import family
from belfry.domain.incident import Incident
from belfry.domain.signal import AccountKey
from belfry.domain.site import Account
from belfry.ports import Accounts

ALARM_BEFORE: Final = timedelta(hours=12)
"""An alarm this long before the disarming belongs to it."""
HAZARD: Final = "intrusion"


class Unset(Struct, frozen=True, order=True):
    """An area that was disarmed, to be looked at when it has been for half an hour."""

    due: datetime
    receiver: str
    prefix: str
    account: str
    area: str
    since: datetime


class Unsecured:
    """Remembers who was disarmed after an alarm; after a restart the board and the arm states tell it again."""

    def __init__(
        self, board: Board, accounts: Accounts, arms: Arms, at_night: Callable[..., bool], *, unset_for: timedelta
    ) -> None:
        self._board, self._accounts, self._arms, self._at_night = board, accounts, arms, at_night
        self._unset_for = unset_for
        self._waiting: list[Unset] = []

    def load(self) -> None:
        """Take up everybody who had an alarm within the last day."""
        for incident in (*self._board.every(), *self._board.closed()):
            if incident.account is not None and family(incident.kind) == HAZARD:
                self._consider(incident.account, incident.area)

    def disarmed(self, account_id: str, key: AccountKey, area: str | None, at: datetime) -> None:
        """A site was disarmed; of most nothing follows."""
        if any(self._alarms(key, area, at)):
            self._arms.met(account_id, key)
            due = at + self._unset_for
            heappush(self._waiting, Unset(due, key.receiver, key.prefix or "", key.account, area or "", at))

    def due(self, now: datetime) -> Iterator[tuple[Account, AccountKey, Unset]]:
        """Those who are still unset half an hour after they were disarmed at night."""
        while self._waiting and self._waiting[0].due <= now:
            one = heappop(self._waiting)
            key = AccountKey(one.receiver, one.prefix or None, one.account)
            account = self._accounts.by_key(key)
            if account is None or not self._at_night(account, one.area or None, one.since):
                continue
            state = self._arms.state(account.id, one.area or None)
            if (state is None or not state.armed) and any(self._alarms(key, one.area or None, one.since)):
                yield account, key, one

    def put_back(self, one: Unset, now: datetime) -> None:
        """It could not be said: again in a while."""
        later = now + timedelta(seconds=5)
        heappush(self._waiting, Unset(later, one.receiver, one.prefix, one.account, one.area, one.since))

    def _consider(self, key: AccountKey, area: str | None) -> None:
        account = self._accounts.by_key(key)
        if account is None:
            return
        self._arms.met(account.id, key)
        state = self._arms.state(account.id, area)
        if state is not None and not state.armed:
            self.disarmed(account.id, key, area, state.since)

    def _alarms(self, key: AccountKey, area: str | None, at: datetime) -> Iterator[Incident]:
        """The alarms of an area shortly before it was disarmed, also those that are closed by now."""
        who = f"{key.receiver}/{key.prefix or ''}/{key.account}|{HAZARD}|"
        closed = (self._board.last_of_group(f"{who}{name}") for name in {area or "", ""})
        for incident in (*self._board.of_account(key), *closed):
            if incident is None or family(incident.kind) != HAZARD:
                continue
            if area and incident.area and area != incident.area:
                continue
            last = incident.last_alarm_at or incident.opened_at
            if incident.opened_at <= at + timedelta(seconds=5) and at - last <= ALARM_BEFORE:
                yield incident
