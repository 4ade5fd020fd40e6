"""What is written down of public warnings. Subject `warnings`."""

from typing import Final, final

from msgspec import Struct

from belfry.domain.warning import PublicWarning

WARNINGS_SUBJECT: Final = "warnings"


@final
class WarningHeard(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="warning_heard"
):
    """An authority has warned, changed a warning, or taken it back. `source`: the receiver that heard it, by name."""

    source: str
    warning: PublicWarning
