"""What the API says of sites. The parts of a site are the domain's own values, written out with all that has a default.

No AES key, pass-word, duress word or access code is in any of it; only whether there is one.
"""

from collections.abc import Mapping
from datetime import date

from msgspec import UNSET, Struct

from belfry.domain.contacts import Authority, Contact, ContactRole
from belfry.domain.premises import Area, CodeRule, TransmissionPath, Zone
from belfry.domain.schedules import Schedule
from belfry.domain.site import TimeWindow
from belfry.domain.site_file import Agency, SiteDetails
from belfry.web.centre_views import AccountView
from belfry.web.views import Instant, Row


class AccountFile(AccountView, frozen=True, kw_only=True):
    """An account with all its fields but the keys."""

    window: TimeWindow
    care: bool
    audible_panic: bool
    high_risk: bool
    line_cut: bool
    cancel_closes: bool
    verify_fire: str
    building: str


class SiteFileView(Struct, frozen=True, kw_only=True):
    """Everything that is kept about a site. `version` goes back with whatever is changed."""

    id: str
    version: int
    account: AccountFile
    details: SiteDetails
    areas: list[Area]
    zones: list[Zone]
    paths: list[TransmissionPath]
    codes: list[CodeRule]
    schedules: list[Schedule]
    contacts: list[Contact]
    agencies: list[Agency]
    """The site's own; `dialled` of a card has those of its district too."""
    confirmed_at: Instant | None
    confirmed_by: str | None


class HeardView(Struct, frozen=True, kw_only=True):
    """When a path was last heard. `path` is `panel` for the panel behind the line; `lost_since` null while it lives."""

    path: str
    heard_at: Instant | None
    lost_since: Instant | None


class OnTestBrief(Struct, frozen=True, kw_only=True):
    """That a site is on test: how many tests run, when the last of them ends, and whether one of them is of all of it.
    `GET /accounts/{id}/tests` says more."""

    tests: int
    until: Instant
    whole_site: bool


class FlawView(Struct, frozen=True, kw_only=True):
    """A value that cannot be kept, or is worth a look: its field, itself unless it is a secret, and what is wanted."""

    field: str
    value: str
    limit: str


class SiteCard(SiteFileView, frozen=True, kw_only=True):
    """A site as its card shows it: its file, and how it is now."""

    dialled: list[Agency]
    """Who is dialled: the site's own agencies first, then those whose district it lies in; none withdrawn."""
    incidents: list[Row]
    """What is open there, as far as whoever asks may see incidents."""
    owed: list[Row]
    """What was closed there without the restore that it needs, and is waited for; as `incidents`."""
    silent_site: bool
    """A silent alarm is open there: nobody calls the premises; their numbers are left out. Never said to the site."""
    on_test: OnTestBrief | None
    heard: list[HeardView]
    now: Instant
    local_time: str
    """The time at the site, with its distance from UTC."""
    holidays: list[date]
    """Which of yesterday, today and tomorrow there are public holidays, for the hours of contacts."""
    may_edit: list[str]
    """What whoever asks may change of it, as named in a PATCH; `details.notes`: nothing else of the details."""
    warnings: list[FlawView]


class EditedView(Struct, frozen=True, kw_only=True):
    """That somebody changed something: no value. `part` names a table of the registry and `row` one of its rows."""

    id: str
    at: Instant
    by: str
    part: str
    row: str
    fields: list[str]


class EditedList(Struct, frozen=True):
    items: list[EditedView]
    next: str | None = None


class CalendarView(Struct, frozen=True):
    """Public holidays of a region. `mark` goes back with whatever is changed."""

    name: str
    days: list[date]
    mark: str


class CalendarList(Struct, frozen=True):
    """`may_edit`: whether whoever asks may change them."""

    items: list[CalendarView]
    may_edit: bool
    next: str | None = None


class DistrictList(Struct, frozen=True):
    """Agencies of every site inside a polygon. `mark` goes back with a change; `may_edit` as of calendars."""

    items: list[Agency]
    mark: str
    may_edit: bool
    next: str | None = None


class ContactName(Struct, frozen=True, kw_only=True):
    id: str
    name: str
    role: ContactRole


class WordAnswer(Struct, frozen=True, kw_only=True):
    """Whether a word is one of the site's, whose, and what he may decide. `wrong_words` counts at the incident: at two,
    send help and call nobody else."""

    accepted: bool
    contact: ContactName | None
    authority: list[Authority]
    wrong_words: int


class AccessCode(Struct, frozen=True):
    """Null where none is kept."""

    code: str | None


def whole(value: object) -> object:
    """Return a value with everything that has a default written out; what is unset is left out."""
    match value:
        case Struct():
            pairs = ((name, getattr(value, name)) for name in value.__struct_fields__)
            return {name: whole(inner) for name, inner in pairs if inner is not UNSET}
        case Mapping():
            return {name: whole(inner) for name, inner in value.items()}
        case list() | tuple():
            return [whole(inner) for inner in value]
        case _:
            return value
