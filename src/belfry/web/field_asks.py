"""What the API is asked by people in the field."""

from typing import Annotated

from msgspec import Meta

from belfry.domain.accounting import Why
from belfry.domain.field_facts import Purpose
from belfry.domain.lone import EVERY_LEAST_S, EVERY_MOST_S
from belfry.web.asks import Ask, PositionBody, Reason


class DistressBody(Ask, frozen=True, kw_only=True):
    """`quiet`: nothing is to sound where whoever presses is."""

    position: PositionBody | None = None
    quiet: bool = False


class DistressEndBody(Ask, frozen=True, kw_only=True):
    reason: Reason


class CheckBody(Ask, frozen=True, kw_only=True):
    """How often somebody who works alone says that all is well; `site` is where he is, if it is one of ours."""

    minutes: Annotated[int, Meta(ge=EVERY_LEAST_S // 60, le=EVERY_MOST_S // 60)]
    site: Annotated[str, Meta(min_length=1, max_length=60)] | None = None


class LookBody(Ask, frozen=True, kw_only=True):
    purpose: Purpose


class RollCallBody(Ask, frozen=True, kw_only=True):
    why: Why = Why.ASKED


class RollAnswerBody(Ask, frozen=True, kw_only=True):
    """`unit`, an id or a call sign, may be left out by its crew."""

    unit: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
