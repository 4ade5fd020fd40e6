"""What the API is asked by people who work together: the types of these bodies."""

from typing import Annotated

from msgspec import Meta

from belfry.domain.abilities import Skill
from belfry.domain.bulk import BulkAct, Filter
from belfry.domain.closing import Cause, Disposition
from belfry.web.asks import Ask, Name, Reason

Language = Annotated[str, Meta(min_length=2, max_length=3)]


class AbilitiesBody(Ask, frozen=True, kw_only=True):
    """In place of what was there before. No skill: trained for everything."""

    skills: Annotated[list[Skill], Meta(max_length=len(Skill))]
    speaks: Annotated[list[Language], Meta(max_length=12)]


Id = Annotated[str, Meta(min_length=8, max_length=60, pattern=r"^[0-9A-Za-z_-]+$(?!\n)")]


class BulkBody(Ask, frozen=True, kw_only=True):
    """`preview` shows what would be done, and gives `upto` and the count; the act itself wants both back, and a reason.
    `id` is any word that belongs to this act alone: the same again is not done twice. `to` is who gets what is
    assigned."""

    id: Id
    filter: Filter
    act: BulkAct
    preview: bool = False
    upto: Annotated[int, Meta(ge=0)] | None = None
    expect_count: Annotated[int, Meta(ge=0)] | None = None
    reason: Reason | None = None
    disposition: Disposition | None = None
    cause: Cause | None = None
    to: Name | None = None
