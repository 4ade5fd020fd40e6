"""What the API is asked about alerts and telephones."""

from typing import Annotated

from msgspec import Meta

from belfry.domain.dispatch_facts import Answer
from belfry.web.asks import Ask


class AlertAnswerBody(Ask, frozen=True, kw_only=True):
    """`eta_s`: how long until he is there."""

    answer: Answer
    eta_s: Annotated[int, Meta(ge=0, le=86_400)] | None = None
