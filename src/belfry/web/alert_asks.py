"""What the API is asked about alerts and telephones."""

from typing import Annotated

from msgspec import Meta

from belfry.domain.dispatch_facts import Answer
from belfry.web.asks import Ask


class AlertAnswerBody(Ask, frozen=True, kw_only=True):
    """`eta_s`: how long until he is there."""

    answer: Answer
    eta_s: Annotated[int, Meta(ge=0, le=86_400)] | None = None


class PhoneKeys(Ask, frozen=True, kw_only=True):
    """As the browser gives them: URL-safe base64."""

    p256dh: Annotated[str, Meta(min_length=1, max_length=200)]
    auth: Annotated[str, Meta(min_length=1, max_length=100)]


class PhoneBody(Ask, frozen=True, kw_only=True):
    endpoint: Annotated[str, Meta(min_length=1, max_length=1_000)]
    keys: PhoneKeys
    label: Annotated[str, Meta(max_length=60)] = ""


class DeliveredBody(Ask, frozen=True, kw_only=True):
    """`notice` and `token` as the push carried them."""

    notice: Annotated[str, Meta(min_length=1, max_length=200)]
    token: Annotated[str, Meta(min_length=1, max_length=100)]
