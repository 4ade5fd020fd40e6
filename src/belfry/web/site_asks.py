"""What is asked of sites: bodies of `/accounts`. Their parts are those of the domain, so what a card answers may be
sent back as it is; what may be kept of it is the registry's matter (`domain.site_checks`).
"""

from datetime import date
from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from belfry.domain.contacts import Contact
from belfry.domain.premises import Area, CodeRule, TransmissionPath, Zone
from belfry.domain.schedules import Schedule
from belfry.domain.site import TimeWindow
from belfry.domain.site_file import Agency, SiteChange, SiteDetails
from belfry.web.asks import KEY, Ask, Version

WORD_MOST: Final = 200

Word = Annotated[str, Meta(min_length=1, max_length=WORD_MOST)]
Mark = Annotated[str, Meta(max_length=40)]
Key = Annotated[str, Meta(pattern=KEY)]


class AccountFields(Ask, frozen=True, kw_only=True):
    """Fields of an account. Those that are left out stay as they are."""

    account: str | UnsetType = UNSET
    prefix: str | UnsetType | None = UNSET
    receiver: str | UnsetType | None = UNSET
    name: str | UnsetType = UNSET
    address: str | UnsetType = UNSET
    latitude: float | UnsetType | None = UNSET
    longitude: float | UnsetType | None = UNSET
    time_zone: str | UnsetType = UNSET
    language: str | UnsetType = UNSET
    tenant: str | UnsetType = UNSET
    type: str | UnsetType = UNSET
    keys: Annotated[list[Key], Meta(max_length=4)] | UnsetType = UNSET
    """AES keys, which no answer shows; an empty list takes them away."""
    window: TimeWindow | UnsetType = UNSET
    supervision_s: int | UnsetType | None = UNSET
    test_s: int | UnsetType | None = UNSET
    care: bool | UnsetType = UNSET
    audible_panic: bool | UnsetType = UNSET
    high_risk: bool | UnsetType = UNSET
    line_cut: bool | UnsetType = UNSET
    cancel_closes: bool | UnsetType = UNSET
    verify_fire: str | UnsetType = UNSET
    building: str | UnsetType = UNSET

    def given(self) -> dict[str, object]:
        """The fields that were sent, as the registry names and keeps them."""
        sent = {name: getattr(self, name) for name in self.__struct_fields__}
        found: dict[str, object] = {name: value for name, value in sent.items() if value is not UNSET}
        if self.keys is not UNSET:
            found["keys"] = tuple(bytes.fromhex(key) for key in self.keys)
        return found


class NewAccount(Ask, frozen=True, kw_only=True):
    """`template` is an account type whose defaults the new account begins with."""

    account: AccountFields
    template: Annotated[str, Meta(min_length=1, max_length=60)] | None = None


class SitePatch(Ask, frozen=True, kw_only=True):
    """What is changed of a site, seen at `version`. A list, and `details`, are replaced as a whole."""

    version: Version
    account: AccountFields | None = None
    details: SiteDetails | None = None
    areas: tuple[Area, ...] | None = None
    zones: tuple[Zone, ...] | None = None
    paths: tuple[TransmissionPath, ...] | None = None
    codes: tuple[CodeRule, ...] | None = None
    schedules: tuple[Schedule, ...] | None = None
    contacts: tuple[Contact, ...] | None = None
    agencies: tuple[Agency, ...] | None = None
    word: Word | None = None
    """Of whoever asks on the telephone for other schedules."""

    def change(self) -> SiteChange:
        return SiteChange(
            account=None if self.account is None else self.account.given(),
            details=self.details,
            areas=self.areas,
            zones=self.zones,
            paths=self.paths,
            codes=self.codes,
            schedules=self.schedules,
            contacts=self.contacts,
            agencies=self.agencies,
        )

    def sections(self) -> list[str]:
        """The names of what is to be changed."""
        return [name for name in SECTIONS if getattr(self, name) is not None]


SECTIONS: Final = tuple(name for name in SitePatch.__struct_fields__ if name not in ("version", "word"))


class ConfirmBody(Ask, frozen=True, kw_only=True):
    """`version` is what the holder has read: of what was changed since he confirms nothing."""

    version: Version


class WordsBody(Ask, frozen=True, kw_only=True):
    """One word or code to set, or null to take it away. A word is a contact's."""

    contact: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    word: Word | UnsetType | None = UNSET
    duress_word: Word | UnsetType | None = UNSET
    access_code: Word | UnsetType | None = UNSET


class WordBody(Ask, frozen=True, kw_only=True):
    """A pass-word as it was said, and about which open incident of the site it was asked for."""

    word: Word
    incident: Annotated[str, Meta(min_length=1, max_length=60)] | None = None


class AccessBody(Ask, frozen=True, kw_only=True):
    """The open incident of this site for which the code is needed; whoever asks has taken it."""

    incident: Annotated[str, Meta(min_length=1, max_length=60)]


class CalendarBody(Ask, frozen=True, kw_only=True):
    """Public holidays; the name is in the address. `mark` is of the days that were seen, empty for a new calendar."""

    mark: Mark
    days: Annotated[list[date], Meta(max_length=1_000)]


class DistrictsBody(Ask, frozen=True, kw_only=True):
    """All agencies of districts, in their order. `mark` is of those that were seen."""

    mark: Mark
    items: Annotated[list[Agency], Meta(max_length=10_000)]


def stranger(sent: object, value: object, at: str = "") -> str | None:
    """Return the first field that was sent and that its part does not have, as its path; None where there is none.

    Parts are the domain's own values, which a newer registry may have written with more fields, so they let pass what
    they do not know. Whoever sends a field by a wrong name must hear of it all the same.
    """
    if isinstance(value, Struct) and isinstance(sent, dict):
        for name, inner in sent.items():
            here = f"{at}.{name}" if at else name
            if name not in value.__struct_fields__:
                return here
            if found := stranger(inner, getattr(value, name), here):
                return found
    elif isinstance(value, tuple) and isinstance(sent, list):
        for n, (inner, part) in enumerate(zip(sent, value, strict=True)):
            if found := stranger(inner, part, f"{at}[{n}]"):
                return found
    return None
