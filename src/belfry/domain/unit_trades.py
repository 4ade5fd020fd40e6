"""Trading a shift: offered to a colleague, taken or not, and agreed to by a supervisor where the centre wants that.

Until it is agreed to, the shift is its owner's: nobody believes that somebody else comes.
"""

from datetime import datetime

from msgspec import structs

from belfry.domain.flaws import Flaw, shown
from belfry.domain.unit import Shift


class TradeRefused(ValueError):
    """It cannot be traded so; `flaw` names the field."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(str(flaw))
        self.flaw = flaw


def offer(shift: Shift, to: str | None, now: datetime) -> Shift:
    """Ask a colleague to take a shift over; None takes the question back."""
    _must_last(shift, now)
    if to == shift.user:
        raise TradeRefused(Flaw("to", shown(to), "a colleague"))
    return structs.replace(shift, offered_to=to, accepted=False)


def answer(shift: Shift, take: bool, now: datetime, *, agreed: bool) -> Shift:
    """What the colleague says. `agreed`: a supervisor has to agree first."""
    _must_last(shift, now)
    if shift.offered_to is None:
        raise TradeRefused(Flaw("take", "", "a shift that is offered to somebody"))
    if not take:
        return structs.replace(shift, offered_to=None, accepted=False)
    return structs.replace(shift, accepted=True) if agreed else _traded(shift)


def agree(shift: Shift, agreed: bool, now: datetime) -> Shift:
    """What the supervisor says to a shift that somebody would take over."""
    _must_last(shift, now)
    if not shift.accepted:
        raise TradeRefused(Flaw("agree", "", "a shift that somebody would take over"))
    return _traded(shift) if agreed else structs.replace(shift, offered_to=None, accepted=False)


def _traded(shift: Shift) -> Shift:
    return structs.replace(shift, user=shift.offered_to or shift.user, was=shift.user, offered_to=None, accepted=False)


def _must_last(shift: Shift, now: datetime) -> None:
    if shift.until <= now:
        raise TradeRefused(Flaw("until", shift.until.isoformat(), "a shift that is not over"))
