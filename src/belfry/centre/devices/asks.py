"""What the desk for devices asks the rest of the centre."""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from belfry.domain.condition import Condition
from belfry.domain.incident import Incident
from belfry.domain.signal import AccountKey


class Asks(Struct, frozen=True):
    conditions: Mapping[AccountKey, Condition]
    open_of: Callable[[AccountKey], Sequence[Incident]] = lambda _: ()
    """The open incidents of an account."""
    is_listed: Callable[[str], bool] = lambda _: False
    """Whether the name of a stripped field is of our own lists."""
    panels: tuple[str, ...] = ()
    """Names of the receivers of panels, in the order of the settings."""
