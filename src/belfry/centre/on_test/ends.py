"""Tests end by themselves, and a panel's own test mode is told of after eight hours (`centre.lasting`).

A test that ends too early is a row that rings, one that ends too late an alarm that nobody hears.
"""

from asyncio import Future
from collections.abc import Callable
from datetime import datetime

from belfry.centre.lasting import LastingEnds
from belfry.centre.on_test import Mode, OnTest
from belfry.centre.on_test.desk import ended
from belfry.domain.codes import Codes
from belfry.domain.facts import Fact, HowEnded, on_test_subject
from belfry.domain.on_test import Session
from belfry.domain.presets import Rules, span
from belfry.domain.signal import AccountKey, Arrival, Method, Receipt, Signal
from belfry.ports import Chance, Clock, Journal


class Ends(LastingEnds[Session]):
    what = "test"

    def __init__(
        self,
        on_test: OnTest,
        journal: Journal,
        deliver: Callable[[Arrival], Future[Receipt]],
        *,
        codes: Codes,
        rules: Rules,
        clock: Clock,
        chance: Chance,
    ) -> None:
        super().__init__(on_test, journal, clock=clock, chance=chance)
        self._on_test, self._deliver, self._codes, self._rules = on_test, deliver, codes, rules

    def _ended(self, one: Session, how: HowEnded) -> tuple[str, Fact]:
        return on_test_subject(one.id), ended(one, how, self._codes, by=None)

    async def _beside(self, now: datetime) -> None:
        await self._tell_modes(now)
        self._on_test.forget(now)

    async def _tell_modes(self, now: datetime) -> None:
        """Say of a panel that it was in a mode of its own for too long, through the door of every signal."""
        most = span(self._rules.panel_test_s)
        over = [
            (key, mode)
            for key, modes in self._on_test.modes.items()
            for mode in modes.values()
            if not mode.told and now - mode.since >= most
        ]
        for key, mode in over:
            await self._deliver(_over(key, mode, now))
            mode.told = True


def _over(key: AccountKey, mode: Mode, now: datetime) -> Arrival:
    """The panel's own code once more, said by the centre: the table then knows that it was for over eight hours."""
    said = mode.signal
    signal = Signal(
        method=Method.SYSTEM,
        receiver=key.receiver,
        received_at=now,
        prefix=key.prefix,
        account=key.account,
        area=said.area,
        zone=said.zone,
        wire=said.wire,
        code=said.code,
        category=said.category,
        subtype=said.subtype,
        state=said.state,
    )
    name = f"idem mode {key.receiver} {key.prefix or ''} {key.account} {said.code} {mode.since.isoformat()}"
    return Arrival(signals=(signal,), identity=name.encode())
