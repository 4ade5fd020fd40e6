"""Incidents of a number that nobody knew, once somebody has registered it: they are that account's from then on.

The number is the very one, so there is nothing to choose: card, silence, owner and fire order of the site count for
what is open there already. A person may still say that it is of another one (`Assign`).
"""

import structlog

from belfry.centre.board import Board
from belfry.centre.desk import Desk
from belfry.domain.handling import assignable
from belfry.domain.incident import Incident
from belfry.domain.site import Account
from belfry.ports import Accounts, JournalError

log = structlog.get_logger()


class Registered:
    """`look` gives what is open under a number of the registry to its account; it is asked again and again."""

    def __init__(self, board: Board, accounts: Accounts, desk: Desk) -> None:
        self._board, self._accounts, self._desk = board, accounts, desk

    async def look(self) -> None:
        found = [(one, account) for one in self._board.every() if (account := self._whose(one)) is not None]
        for incident, account in found:
            try:
                await self._desk.attach(incident.id, account, self._accounts.site(account.id))
            except JournalError as error:  # it stays due; that nothing can be kept is told elsewhere
                log.warning("an incident waits for its account", incident=incident.id, error=str(error))
                return

    def _whose(self, incident: Incident) -> Account | None:
        """The account under whose number an incident was opened when nobody had registered it."""
        if incident.account_id is not None or incident.account is None or not assignable(incident):
            return None
        return self._accounts.by_key(incident.account)
