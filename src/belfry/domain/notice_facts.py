"""What is written down of the outbox: who was to be reached, and what came of it. Subject `notice/ID`."""

from datetime import datetime
from typing import final

from msgspec import Struct

from belfry.domain.reach import Audience, Channel


@final
class NoticeAsked(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="notice_asked"
):
    """Somebody is to be reached. Written before anything leaves: no attempt is forgotten, nor made in secret."""

    notice: str
    audience: Audience
    channel: Channel
    to: str
    """Our name for whoever it is, such as `supervisor`; never a number or an address."""
    why: str
    """`untaken`, `take`, `act`, `told`, `arrive`, `report` ..."""
    incident: str | None = None
    account_id: str | None = None
    training: bool = False
    """Of an exercise: it is kept, and never leaves."""
    level: str = ""
    """Which step of the escalation reached him (`domain.escalation`)."""
    alert: str | None = None
    """The alert that is told; `to` is the name of a staff account on duty then."""
    way: str = ""
    """Of an alert: the notifier of the settings that reaches him otherwise; empty: his phones, by web push."""


@final
class NoticeTried(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="notice_tried"
):
    """An attempt is about to be made. One that has no `NoticeSent` or `NoticeFailed` behind it may have left."""

    notice: str
    attempt: int


@final
class NoticeSent(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="notice_sent"):
    """Whoever carries it took it over."""

    notice: str
    attempt: int


@final
class NoticeFailed(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="notice_failed"
):
    notice: str
    attempt: int
    reason: str
    """A word of ours, or the carrier's status; never its text."""
    again_at: datetime | None = None
    """None: it is given up."""


@final
class NoticeDropped(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="notice_dropped"
):
    """It does not leave any more: the incident was taken, is over, the site is silent, it is an exercise."""

    notice: str
    reason: str


@final
class NoticeDelivered(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="notice_delivered"
):
    """The phone has it, as it said by the word that came with it. Whether anybody read it is another matter."""

    notice: str


AboutNotice = NoticeAsked | NoticeTried | NoticeSent | NoticeFailed | NoticeDropped | NoticeDelivered
