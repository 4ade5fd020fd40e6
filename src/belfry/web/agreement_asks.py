"""What is asked where something is to leave by machine."""

from datetime import datetime
from typing import Annotated, Final

from msgspec import Meta

from belfry.domain.agreement import KINDS_MOST, PARTNER_MOST, WHY_MOST, AgreedField
from belfry.web.asks import Ask

FIELDS_MOST: Final = 6
"""Each of `AgreedField` once."""

KindCode = Annotated[str, Meta(min_length=1, max_length=40)]


class AgreementBody(Ask, frozen=True, kw_only=True):
    """Who is handed which fields of signals of which kinds, why, from when until when: at most 366 days."""

    partner: Annotated[str, Meta(min_length=1, max_length=PARTNER_MOST)]
    kinds: Annotated[tuple[KindCode, ...], Meta(min_length=1, max_length=KINDS_MOST)]
    """Codes of the closed list, or their beginnings."""
    fields: Annotated[tuple[AgreedField, ...], Meta(min_length=1, max_length=FIELDS_MOST)]
    why: Annotated[str, Meta(min_length=1, max_length=WHY_MOST)]
    ends: Annotated[datetime, Meta(tz=True)]
    begins: Annotated[datetime, Meta(tz=True)] | None = None
    """Null: now."""
    medical: bool = False
    person: bool = False
    tenant: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    """Of its sites alone; null: of all."""
