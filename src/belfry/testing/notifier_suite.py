"""The promise of `ports.outbox.Notifier`, as tests that every notifier runs.

class TestMine(NotifierSuite):
    SECRET = "word"                                  # a part of its address; no message may hold it

    @asynccontextmanager
    async def carried(self, folder, clock):          # a notifier and the carrier at its other end, on loopback
        async with my_carrier() as carrier:
            yield MyNotifier(..., clock), carrier
"""

from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar, Final, Protocol

import pytest

from belfry.centre.board import Board
from belfry.centre.silent import SilentSites
from belfry.domain.reach import Audience, Channel
from belfry.ports import Clock
from belfry.ports.leave import LASTS, Leave, NoLeave
from belfry.ports.outbox import Notifier, NotSent, Push
from belfry.registry.book import AccountBook

NOON: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
PUSH: Final = Push("Priority 1: incident 7", "Automatic fire alarm · Linden School\nNobody has taken it.")


class Carrier(Protocol):
    """What takes pushes at the other end."""

    def arrived(self) -> Sequence[tuple[str, str]]:
        """Title and body of each push that was taken, in order."""
        ...

    def refuse_next(self) -> None: ...


def leave(channel: Channel, at: datetime = NOON, audience: Audience = Audience.ROOM) -> Leave:
    """Leave to reach the room, as the outbox is given it."""
    return SilentSites(Board(), AccountBook(), lambda: at).may_reach(None, audience, channel)


class NotifierSuite:
    """Subclass it as `Test...`, say how to make one, and run."""

    SECRET: ClassVar[str]

    @abstractmethod
    def carried(self, folder: Path, clock: Clock) -> AbstractAsyncContextManager[tuple[Notifier, Carrier]]: ...

    async def test_it_hands_over_what_it_was_given(self, tmp_path: Path) -> None:
        async with self.carried(tmp_path, lambda: NOON) as (notifier, carrier):
            await notifier.send(leave(notifier.channel), PUSH, audience=Audience.ROOM)
            assert list(carrier.arrived()) == [(PUSH.title, PUSH.body)]

    async def test_a_leave_is_good_for_one_sending(self, tmp_path: Path) -> None:
        async with self.carried(tmp_path, lambda: NOON) as (notifier, carrier):
            given = leave(notifier.channel)
            await notifier.send(given, PUSH, audience=Audience.ROOM)
            with pytest.raises(NoLeave):
                await notifier.send(given, PUSH, audience=Audience.ROOM)
            assert len(carrier.arrived()) == 1

    async def test_nothing_leaves_with_a_leave_for_something_else(self, tmp_path: Path) -> None:
        async with self.carried(tmp_path, lambda: NOON) as (notifier, carrier):
            other = next(one for one in Channel if one not in (notifier.channel, Channel.SIREN))
            for given, audience in (
                (leave(other), Audience.ROOM),
                (leave(notifier.channel, audience=Audience.UNIT), Audience.ROOM),
            ):
                with pytest.raises(NoLeave):
                    await notifier.send(given, PUSH, audience=audience)
            assert list(carrier.arrived()) == []

    async def test_nothing_leaves_with_an_old_leave(self, tmp_path: Path) -> None:
        late = NOON + LASTS + timedelta(milliseconds=1)
        async with self.carried(tmp_path, lambda: late) as (notifier, carrier):
            with pytest.raises(NoLeave):
                await notifier.send(leave(notifier.channel), PUSH, audience=Audience.ROOM)
            assert list(carrier.arrived()) == []

    async def test_a_refusal_is_told_without_the_address_and_the_next_one_goes(self, tmp_path: Path) -> None:
        async with self.carried(tmp_path, lambda: NOON) as (notifier, carrier):
            carrier.refuse_next()
            with pytest.raises(NotSent) as refused:
                await notifier.send(leave(notifier.channel), PUSH, audience=Audience.ROOM)
            assert self.SECRET not in f"{refused.value!r} {refused.value.reason} {refused.value.__cause__!r}"
            before = len(carrier.arrived())
            await notifier.send(leave(notifier.channel), PUSH, audience=Audience.ROOM)
            assert len(carrier.arrived()) == before + 1
