"""What is written down of handing over a shift. Subject `handover/ID`."""

from datetime import datetime
from typing import final

from msgspec import Struct

from belfry.domain.sealed import Sealed


@final
class HandoverWritten(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="handover_written"
):
    """What a shift leaves to the next one, as it was at that moment. The words are sealed."""

    handover: str
    by: str
    since: datetime
    """From when the shift counts."""
    incidents: tuple[str, ...] = ()
    """Those that were open."""
    tests: tuple[str, ...] = ()
    storms: tuple[str, ...] = ()
    follow_ups: tuple[str, ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    sealed: tuple[Sealed, ...] = ()


@final
class HandoverSigned(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="handover_signed"
):
    """The next shift has read it."""

    handover: str
    by: str
    sealed: tuple[Sealed, ...] = ()


AboutHandover = HandoverWritten | HandoverSigned
