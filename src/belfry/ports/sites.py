"""The door to whole sites: what people read, search and edit of the registry. The registry keeps it, the web asks it.

What it raises beside `SiteRefusal` is StaffUnavailable, as the staff door does: both are the registry's.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from msgspec import Struct

from belfry.domain.schedules import Calendar
from belfry.domain.site import Account
from belfry.domain.site_checks import Flaw
from belfry.domain.site_file import Agency, SiteChange, SiteFile


class Found(Struct, frozen=True):
    """Accounts in their order, and the cursor of what follows; None at the end."""

    items: Sequence[Account]
    next: str | None = None


class Edited(Struct, frozen=True, kw_only=True):
    """That somebody changed something of a site: no value. `table` and `row` name the part, `fields` what of it."""

    id: int
    at: datetime
    by: str
    table: str
    row: str
    fields: tuple[str, ...]


class SiteRefusal(Exception):
    """SiteRefusal
    ├── NoSuchSite      there is no account of this id
    ├── NoSuchCursor    a search goes on from a place that we never gave
    ├── SiteChanged     somebody else changed it since: how it is now, and what was changed; nothing was written
    ├── SiteUnfit       values that cannot be kept, all of them; nothing was written
    ├── ListChanged     somebody else changed a calendar, or the districts, since they were read; nothing was written
    ├── NoSuchList      there is no calendar of this name
    ├── StillNamed      a calendar that so many schedules name cannot go
    └── SiteTaken       another account answers to this receiver, prefix and number already
    """


class NoSuchSite(SiteRefusal): ...


class NoSuchCursor(SiteRefusal): ...


class SiteChanged(SiteRefusal):
    def __init__(self, current: SiteFile, changes: Sequence[Edited]) -> None:
        super().__init__(f"the account is at version {current.version}")
        self.current, self.changes = current, changes


class SiteUnfit(SiteRefusal):
    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__("; ".join(map(str, flaws)))
        self.flaws = flaws


class ListChanged(SiteRefusal): ...


class NoSuchList(SiteRefusal): ...


class StillNamed(SiteRefusal):
    def __init__(self, schedules: int) -> None:
        super().__init__(f"{schedules} schedules name it")
        self.schedules = schedules


class SiteTaken(SiteRefusal):
    """The text says number, receiver and prefix, never whose it is: it may be another tenant's."""


class SiteDesk(Protocol):
    """Whole sites, asked off the loop."""

    async def site(self, account_id: str) -> SiteFile | None: ...

    async def search(
        self, text: str, *, tenants: frozenset[str] | None, limit: int, after: str | None = None, phones: bool = True
    ) -> Found:
        """Find accounts by number, name, address or a contact's telephone number; '' finds all. Raises NoSuchCursor.

        `tenants` are names of tenants or ids of single accounts, as `User.tenants`; None: all of them. `phones` False:
        not by telephone numbers.
        """
        ...

    async def edit(self, account_id: str, change: SiteChange, *, version: int, by: str) -> SiteFile:
        """Change a site, all or nothing; `version` is the one that was seen.

        Raises NoSuchSite, SiteChanged, SiteUnfit, SiteTaken.
        """
        ...

    async def imagined(self, account_id: str, change: SiteChange, *, version: int) -> SiteFile:
        """Return what `edit` would, and refuse what it would; nothing is kept. For whoever was forced to ask."""
        ...

    async def add(self, fields: Mapping[str, object], *, template: str | None, by: str) -> SiteFile:
        """Add an account; `template` is an account type whose defaults it begins with. Raises SiteUnfit, SiteTaken."""
        ...

    async def confirm(self, account_id: str, *, version: int, by: str) -> SiteFile:
        """Write down that its holder says all of it is right, as he saw it. Raises NoSuchSite, SiteChanged."""
        ...

    async def changes_of(self, account_id: str) -> Sequence[Edited]:
        """Return what was changed at an account, oldest first."""
        ...

    async def calendars(self) -> Sequence[Calendar]: ...

    async def holidays(self, names: Collection[str]) -> Collection[date]:
        """Return the public holidays of some calendars together."""
        ...

    async def put_calendar(self, calendar: Calendar, *, seen: str, by: str) -> Calendar:
        """Keep public holidays under their name, in place of those of which `seen` is the mark (`domain.marks`).

        Raises ListChanged, SiteUnfit.
        """
        ...

    async def remove_calendar(self, name: str, *, seen: str, by: str) -> None:
        """Raises NoSuchList, ListChanged, StillNamed."""
        ...

    async def districts(self) -> Sequence[Agency]:
        """Return the agencies of every site inside a polygon, in their order."""
        ...

    async def put_districts(self, agencies: Sequence[Agency], *, seen: str, by: str) -> Sequence[Agency]:
        """Keep these in place of those of which `seen` is the mark; returns them with their ids.

        Raises ListChanged, SiteUnfit.
        """
        ...

    async def agencies_for(self, account: Account) -> Sequence[Agency]:
        """Return who is dialled: the account's own first, then those whose polygon holds it; none withdrawn."""
        ...
