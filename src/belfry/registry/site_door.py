"""The door to whole sites (`ports.sites`) over the registry: asked in threads, its refusals in the port's words."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, ParamSpec, TypeVar

from belfry.domain.schedules import Calendar
from belfry.domain.site import Account
from belfry.domain.site_file import Agency, SiteChange, SiteFile
from belfry.ports.sites import (
    Edited,
    Found,
    ListChanged,
    NoSuchCursor,
    NoSuchList,
    NoSuchSite,
    SiteChanged,
    SiteTaken,
    SiteUnfit,
    StillNamed,
)
from belfry.registry import districts, search, sites
from belfry.registry import errors as refusals
from belfry.registry.doors import in_thread
from belfry.registry.errors import Changed, InUse, NoSuchAccount, NoSuchCalendar, Outdated, Taken, Unfit
from belfry.registry.store import Change, Store

P = ParamSpec("P")
T = TypeVar("T")


class SitesDoor:
    """Implements `ports.sites.SiteDesk`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def site(self, account_id: str) -> SiteFile | None:
        return await in_thread(sites.read_site, self._store, account_id)

    async def search(
        self, text: str, *, tenants: frozenset[str] | None, limit: int, after: str | None = None, phones: bool = True
    ) -> Found:
        how: dict[str, Any] = {"tenants": tenants, "limit": limit, "after": after, "phones": phones}
        try:
            page = await in_thread(search.search, self._store, text, **how)
        except refusals.NoSuchCursor as error:
            raise NoSuchCursor(str(error)) from error
        return Found(page.items, page.next)

    async def edit(self, account_id: str, change: SiteChange, *, version: int, by: str) -> SiteFile:
        return await _asked(sites.edit, self._store, account_id, change, version=version, by=by)

    async def imagined(self, account_id: str, change: SiteChange, *, version: int) -> SiteFile:
        return await _asked(sites.imagined, self._store, account_id, change, version=version)

    async def add(self, fields: Mapping[str, object], *, template: str | None, by: str) -> SiteFile:
        return await _asked(sites.add, self._store, fields, template=template, by=by)

    async def confirm(self, account_id: str, *, version: int, by: str) -> SiteFile:
        return await _asked(sites.confirm, self._store, account_id, version=version, by=by)

    async def changes_of(self, account_id: str) -> Sequence[Edited]:
        return [_edited(change) for change in await in_thread(sites.changes_of, self._store, account_id)]

    async def calendars(self) -> Sequence[Calendar]:
        return await in_thread(districts.read_calendars, self._store)

    async def holidays(self, names: Collection[str]) -> Collection[date]:
        return await in_thread(districts.read_holidays, self._store, names)

    async def put_calendar(self, calendar: Calendar, *, seen: str, by: str) -> Calendar:
        return await _asked(districts.put_calendar, self._store, calendar, by=by, seen=seen)

    async def remove_calendar(self, name: str, *, seen: str, by: str) -> None:
        await _asked(districts.remove_calendar, self._store, name, by=by, seen=seen)

    async def districts(self) -> Sequence[Agency]:
        return await in_thread(districts.read_districts, self._store)

    async def put_districts(self, agencies: Sequence[Agency], *, seen: str, by: str) -> Sequence[Agency]:
        return await _asked(districts.put_districts, self._store, agencies, by=by, seen=seen)

    async def agencies_for(self, account: Account) -> Sequence[Agency]:
        return await in_thread(districts.agencies_for, self._store, account)


async def _asked(ask: Callable[P, T], /, *words: P.args, **named: P.kwargs) -> T:
    """What the registry answers in a thread. Raises its refusals in the words of the port."""
    try:
        return await in_thread(ask, *words, **named)
    except NoSuchAccount as error:
        raise NoSuchSite(str(error)) from error
    except Changed as error:
        raise SiteChanged(error.current, [_edited(change) for change in error.changes]) from error
    except Unfit as error:
        raise SiteUnfit(error.flaws) from error
    except Outdated as error:
        raise ListChanged(str(error)) from error
    except InUse as error:
        raise StillNamed(error.schedules) from error
    except NoSuchCalendar as error:
        raise NoSuchList(str(error)) from error
    except Taken as error:
        raise SiteTaken(str(error)) from error


def _edited(change: Change) -> Edited:
    return Edited(id=change.id, at=change.at, by=change.by, table=change.table, row=change.row, fields=change.fields)
