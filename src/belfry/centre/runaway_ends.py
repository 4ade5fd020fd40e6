"""The end of a flood: who was told that an account runs away is told that it is over (RULES 3, runaway).

It is over after so long without a minute of too many signals. That is said through the same door as every other signal,
under a name of its own: an incident that nobody has taken closes by it, one that is taken says that it is restored.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from belfry.centre.board import Board
from belfry.domain.condition import RUNAWAY, Condition
from belfry.domain.incident import Incident
from belfry.domain.presets import Rules, span
from belfry.domain.signal import AccountKey, Arrival, Category, Method, Receipt, Signal, SignalState
from belfry.ports import Clock


class RunawayEnds:
    """`look` says what is over; it is asked again and again, and a restart forgets nothing of it."""

    def __init__(
        self,
        board: Board,
        conditions: Mapping[AccountKey, Condition],
        deliver: Callable[[Arrival], Awaitable[Receipt]],
        *,
        rules: Rules,
        clock: Clock,
    ) -> None:
        self._board, self._conditions, self._deliver = board, conditions, deliver
        self._rules, self._clock = rules, clock

    async def look(self) -> None:
        """Raises JournalError, KeysUnavailable; what is over stays so."""
        now = self._clock()
        over = [one for one in self._board.every() if one.kind == RUNAWAY and self._is_over(one, now)]
        for incident in over:
            await self._deliver(_said_over(incident, now))

    def _is_over(self, incident: Incident, now: datetime) -> bool:
        if incident.restored or incident.account is None:
            return False
        condition = self._conditions.get(incident.account)
        last = None if condition is None else condition.flooded_at
        return now - max(last or incident.opened_at, incident.opened_at) > span(self._rules.runaway_quiet_s)


def _said_over(incident: Incident, now: datetime) -> Arrival:
    key = incident.account
    assert key is not None
    signal = Signal(
        method=Method.SYSTEM,
        receiver=key.receiver,
        prefix=key.prefix,
        account=key.account,
        site=incident.account_id,
        received_at=now,
        category=Category.OTHER,
        subtype="runaway",
        state=SignalState.TROUBLE_RESTORE,
        kind=RUNAWAY,
    )
    return Arrival(signals=(signal,), identity=f"idem runaway over {incident.id} {incident.head}".encode())
