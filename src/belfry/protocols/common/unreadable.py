"""The one error of the readers, and the net below them that lets nothing else through."""

from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec

from belfry.domain.reading import Disposition, Said

P = ParamSpec("P")

OUR_FAULT: Final = "the reader failed on this message"


class Unreadable(ValueError):
    """A message, or a part of it, cannot be read. Its text is a constant of ours, at most with a number.

    Raise it `from None`: the error below it quotes what it could not read.
    """


def rejected(reason: str) -> Said:
    """Return what an unreadable message comes to: a technical fault of its device."""
    return Said(disposition=Disposition.REJECT, reason=reason)


def never_raises(read: Callable[P, Said]) -> Callable[P, Said]:
    """Make a reader answer with REJECT where it raises, whatever it raises.

    `Unreadable` gives its own reason. Anything else is a mistake of ours: the message still becomes a technical fault
    of its device instead of vanishing, and no trace back shows what it said.
    """

    @wraps(read)
    def netted(*args: P.args, **kwargs: P.kwargs) -> Said:
        try:
            return read(*args, **kwargs)
        except Unreadable as error:
            return rejected(str(error))
        except Exception:  # the net below every reader: nothing that a device sends may stop its receiver
            return rejected(OUR_FAULT)

    return netted
