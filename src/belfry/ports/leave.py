"""Leave to reach somebody: without one nothing goes out by machine, and only `centre.silent` gives any.

A notifier takes a `Leave` with whatever it is handed, and spends it right before it sends. A leave is for one sending,
to one audience on one channel about one account, and for some seconds: whoever keeps one finds it worth nothing.
"""

from datetime import datetime, timedelta
from typing import Final, final

from belfry.domain.reach import Audience, Channel

LASTS: Final = timedelta(seconds=5)
"""A silent alarm that comes after it was given has to be asked for again."""


class NoLeave(Exception):
    """A leave that is spent, too old, or for somebody else: nothing may be sent with it."""


class _Giver:
    """Who may give leave: `centre.silent` alone; a test says so."""


GIVER: Final = _Giver()


@final
class Leave:
    """One sending that is allowed. `quiet`: it must make no sound (units at a silent site)."""

    __slots__ = ("_given_at", "_spent", "account_id", "audience", "channel", "quiet")

    def __init__(
        self,
        giver: _Giver,
        *,
        account_id: str | None,
        audience: Audience,
        channel: Channel,
        quiet: bool,
        at: datetime,
    ) -> None:
        if giver is not GIVER:
            raise TypeError("leave to reach somebody is given by centre.silent alone")
        self.account_id, self.audience, self.channel, self.quiet = account_id, audience, channel, quiet
        self._given_at, self._spent = at, False

    def spend(self, audience: Audience, channel: Channel, now: datetime) -> None:
        """To be called right before sending. Raises NoLeave."""
        if self._spent:
            raise NoLeave("it is spent")
        if (audience, channel) != (self.audience, self.channel):
            raise NoLeave(f"it is for {self.audience} by {self.channel}")
        if not timedelta(0) <= now - self._given_at <= LASTS:
            raise NoLeave("it is too old: ask again")
        self._spent = True
