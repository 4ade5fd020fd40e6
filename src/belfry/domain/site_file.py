"""Everything that is kept about a site: what its card shows, its editor edits and its holder reads."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from belfry.domain.contacts import Contact, Number
from belfry.domain.premises import Area, CodeRule, SiteParts, TransmissionPath, Zone
from belfry.domain.schedules import Schedule
from belfry.domain.site import Account

TEXT_MOST: Final = 2_000
LINE_MOST: Final = 200
AGENCIES_MOST: Final = 50


class AgencyType(StrEnum):
    POLICE = "police"
    BRIGADE = "brigade"
    AMBULANCE = "ambulance"
    GUARD = "guard"
    LIFT = "lift"
    INSTALLER = "installer"
    OTHER = "other"


class Response(StrEnum):
    """What an agency promises a site; `withdrawn` is not offered."""

    FULL = "full"
    CONFIRMED = "confirmed"
    """Only to a confirmed alarm."""
    WITHDRAWN = "withdrawn"


class Agency(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who is dialled for a site. Of an account, or of every site inside a polygon (`polygon`, WGS 84 latitude and
    longitude in turn); an account's own one comes first."""

    id: str = ""
    type: AgencyType
    name: str
    number: str
    permit: str = ""
    response: Response = Response.FULL
    polygon: tuple[tuple[float, float], ...] = ()


class RiskClass(StrEnum):
    """Grades of EN 50131 for intrusion; `none` where nobody said."""

    NONE = "none"
    GRADE_1 = "1"
    GRADE_2 = "2"
    GRADE_3 = "3"
    GRADE_4 = "4"


class SiteDetails(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person reads, and no rule asks for."""

    parent: str | None = None
    """Account id of the site that this one is part of."""
    notes: str = ""
    hazards: str = ""
    """What endangers those who come: solar panels on the roof, gas bottles, a dog."""
    access: str = ""
    """How to get in: gate, key safe, entrance. Its code is a secret (`ports.Words`)."""
    has_access_code: bool = False
    risk: RiskClass = RiskClass.NONE
    installer: str = ""
    service_contract: str = ""
    premises: tuple[Number, ...] = ()
    """Numbers of the site itself, for the call to the premises."""
    call_back: bool = False
    """The site wants to be called back after every alarm that was over by itself."""
    two_calls: bool = False
    """Before the police are told of an intruder alarm, two different numbers are called (`calling.unverified`)."""


class SiteFile(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The whole. `version` grows with every change; whoever edits names the one that he saw."""

    account: Account
    version: int
    details: SiteDetails
    parts: SiteParts
    contacts: tuple[Contact, ...] = ()
    agencies: tuple[Agency, ...] = ()
    confirmed_at: datetime | None = None
    """When its holder last said that all this is right; None: never, and the card says so."""
    confirmed_by: str | None = None


class SiteChange(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What an editor asks for. None: unchanged. A collection, and `details`, are replaced as a whole."""

    account: Mapping[str, object] | None = None
    """Fields of Account by name; those that are not named stay, `keys` among them."""
    details: SiteDetails | None = None
    areas: tuple[Area, ...] | None = None
    zones: tuple[Zone, ...] | None = None
    paths: tuple[TransmissionPath, ...] | None = None
    codes: tuple[CodeRule, ...] | None = None
    schedules: tuple[Schedule, ...] | None = None
    contacts: tuple[Contact, ...] | None = None
    agencies: tuple[Agency, ...] | None = None
