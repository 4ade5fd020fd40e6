"""What the API is asked about tests: the bodies of `/tests` and of the technician's own page."""

from typing import Annotated, Final

from msgspec import Meta

from belfry.domain.muting import LISTED_MOST, Reach, Tick
from belfry.domain.premises import Hazard
from belfry.web.asks import ADDRESS, AREA, Ask

WORD_MOST: Final = 200
CODE_MOST: Final = 40
MINUTES_MOST: Final = 7 * 24 * 60

ZoneNumber = Annotated[str, Meta(pattern=ADDRESS)]
AreaNumber = Annotated[str, Meta(pattern=AREA)]
PanelCode = Annotated[str, Meta(pattern=r"^(?:[A-Z]{2}|[0-9]{3})$(?!\n)")]
Minutes = Annotated[int, Meta(ge=1, le=MINUTES_MOST)]
Word = Annotated[str, Meta(min_length=1, max_length=WORD_MOST)]
Code = Annotated[str, Meta(min_length=1, max_length=CODE_MOST)]
AccountId = Annotated[str, Meta(min_length=1, max_length=60)]


class ScopeBody(Ask, frozen=True, kw_only=True):
    """Where: the whole `site` (no lists), `only` what the lists name, or `all_except` it."""

    reach: Reach = Reach.SITE
    areas: Annotated[tuple[AreaNumber, ...], Meta(max_length=LISTED_MOST)] = ()
    zones: Annotated[tuple[ZoneNumber, ...], Meta(max_length=LISTED_MOST)] = ()
    hazards: Annotated[tuple[Hazard, ...], Meta(max_length=len(Hazard))] = ()


class ExpectedBody(Ask, frozen=True, kw_only=True):
    """A signal that the test shall bring; SIA letters, or Contact ID without its qualifier, as `code`."""

    zone: ZoneNumber | None = None
    area: AreaNumber | None = None
    code: PanelCode | None = None


ExpectedList = Annotated[tuple[ExpectedBody, ...], Meta(max_length=LISTED_MOST)]
Ticks = Annotated[tuple[Tick, ...], Meta(max_length=len(Tick))]


class OnTestBody(Ask, frozen=True, kw_only=True):
    """A site is to be put on test. Who asks for it on the phone says a `word`, a technician his `code`; with neither a
    supervisor does it in his own name."""

    account_id: AccountId
    scope: ScopeBody = ScopeBody()
    ticks: Ticks = ()
    minutes: Minutes
    expected: ExpectedList = ()
    word: Word | None = None
    code: Code | None = None


class ExtendBody(Ask, frozen=True, kw_only=True):
    """From now on for so many minutes. Without a word the time counts from the beginning of the test."""

    minutes: Minutes
    word: Word | None = None


class ExpectBody(Ask, frozen=True, kw_only=True):
    """The whole list of what is expected."""

    expected: ExpectedList


class IssueBody(Ask, frozen=True, kw_only=True):
    """A code for a technician: for which site, and for how long it and his session are good."""

    account_id: AccountId
    minutes: Annotated[int, Meta(ge=1, le=24 * 60)]


class TechnicianSignIn(Ask, frozen=True, kw_only=True):
    code: Code


class TechnicianTest(Ask, frozen=True, kw_only=True):
    """As `OnTestBody`; the site is that of his code."""

    scope: ScopeBody = ScopeBody()
    ticks: Ticks = ()
    minutes: Minutes
    expected: ExpectedList = ()


class TechnicianExtend(Ask, frozen=True, kw_only=True):
    minutes: Minutes
