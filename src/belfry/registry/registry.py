"""The registry: what is changed in place - accounts, users, sessions, tokens, last-seen times.

Synchronous throughout; each call is one transaction and safe from any thread. `doors` and `asyncio.to_thread` are for
the event loop. Several processes may have it open: a server beside `belfry user` or `belfry import`.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from sqlalchemy import URL, Engine, text
from sqlalchemy.exc import DatabaseError

from belfry.domain.agreement import Agreement
from belfry.domain.plan import Plan
from belfry.domain.premises import SiteParts
from belfry.domain.schedules import Calendar
from belfry.domain.site import Account
from belfry.domain.site_file import Agency, SiteChange, SiteFile
from belfry.ports import Chance, Clock
from belfry.ports.sheets import ImportReport, SheetForm, SheetKind
from belfry.registry import accounts, districts, plan_rows, search, sites
from belfry.registry.agreement_rows import AgreementsDoor, read_agreements
from belfry.registry.automation_rows import PositionsDoor
from belfry.registry.book import AccountBook
from belfry.registry.device_door import DevicesDoor
from belfry.registry.device_rows import DeviceKeys
from belfry.registry.doors import SessionsDoor, TokensDoor, UsersDoor
from belfry.registry.floor_plan_rows import FloorPlansDoor
from belfry.registry.people import TokenTable, UserTable
from belfry.registry.plan_door import PlansDoor
from belfry.registry.push_rows import PushPhonesDoor
from belfry.registry.search import SitePage
from belfry.registry.seen import LastSeenTable
from belfry.registry.sessions import SessionTable
from belfry.registry.sheet import Sheet
from belfry.registry.sheet_door import SheetsDoor
from belfry.registry.sheets.bring import bring
from belfry.registry.sheets.export import export, note_keys
from belfry.registry.site_door import SitesDoor
from belfry.registry.store import CHANGES_PER_PAGE, Change, Store, count_changes_from, read_changes, utc_now
from belfry.registry.unit_door import UnitsDoor
from belfry.registry.words import WordKeys, WordsDoor, WordTable
from belfry.sql import SchemaState, SqlError, called, make_engine, migrate, reading, schema_state

FILE: Final = "registry.sqlite3"
MIGRATIONS: Final = "belfry.registry:migrations"


class Registry:
    """`users`, `tokens`, `sessions` are its tables of staff; the rest is here."""

    def __init__(self, store: Store, hasher: PasswordHasher) -> None:
        self.store = store
        self.users = UserTable(store, hasher)
        self.tokens = TokenTable(store)
        self.sessions = SessionTable(store)

    @classmethod
    def open(
        cls,
        where: str | Path,
        *,
        clock: Clock = utc_now,
        chance: Chance = secrets.token_bytes,
        hasher: PasswordHasher | None = None,
    ) -> "Registry":
        """Open a folder or a database URL, making or migrating it. Raises SqlError (NewerSchema among them)."""
        engine = make_engine(_url(where))
        with _whole(engine):
            migrate(engine, MIGRATIONS)
        return cls(Store(engine, clock, chance), PasswordHasher() if hasher is None else hasher)

    def close(self) -> None:
        self.store.engine.dispose()

    # -- accounts --

    def accounts(self) -> Sequence[Account]:
        return accounts.read_accounts(self.store)

    def some_sites(self, ids: Iterable[str]) -> tuple[Sequence[Account], Mapping[str, SiteParts]]:
        """Return those of the accounts that exist and, by account id, the parts of those that have any, as of one
        moment: no signal is decided by half a change."""
        return sites.read_for_memory(self.store, ids)

    def book(self) -> AccountBook:
        """Return every account with its parts, as memory needs them."""
        found, parts = sites.read_for_memory(self.store)
        book = AccountBook(found)
        for account_id, some in parts.items():
            book.put_parts(account_id, some)
        for account_id, parent in sites.parents(self.store).items():
            book.put_parent(account_id, parent)
        return book

    def parents(self, ids: Iterable[str]) -> Mapping[str, str]:
        """Return the sites that these accounts are part of, of those that are."""
        return sites.parents(self.store, ids)

    def import_accounts(self, sheet: Sheet, *, dry_run: bool = False, by: str) -> ImportReport:
        return accounts.import_sheet(self.store, sheet, dry_run=dry_run, by=by)

    # -- sheets --

    def bring(
        self,
        sheets: Sequence[Sheet],
        *,
        by: str,
        dry_run: bool = False,
        replace: bool = False,
        tenants: frozenset[str] | None = None,
        expect: str | None = None,
    ) -> ImportReport:
        """Add what sheets have and change what exists, all or nothing (`sheets.bring`). Raises OutcomeDiffers."""
        return bring(self.store, sheets, by=by, dry_run=dry_run, replace=replace, tenants=tenants, expect=expect)

    def export(
        self,
        kind: SheetKind,
        form: SheetForm = SheetForm.CSV,
        *,
        tenants: frozenset[str] | None = None,
        with_keys: bool = False,
    ) -> Iterator[bytes]:
        """Give a sheet that `bring` reads back to the same, in pieces; without words and codes (`sheets.export`)."""
        return export(self.store, kind, form, tenants=tenants, with_keys=with_keys)

    def note_keys_exported(self, *, by: str) -> None:
        note_keys(self.store, by=by)

    # -- whole sites --

    def site(self, account_id: str) -> SiteFile | None:
        """Return everything that is kept about a site; None where there is no such account."""
        return sites.read_site(self.store, account_id)

    def search(
        self, text: str, *, tenants: frozenset[str] | None = None, limit: int = 50, after: str | None = None
    ) -> SitePage:
        """Return accounts by number, name, address or a contact's telephone number.

        `tenants` are names of tenants or ids of single accounts (as `User.tenants`); None: all of them.

        Every word of `text` has to be found; '' finds all. Raises RegistryError for a cursor that is none.
        """
        return search.search(self.store, text, tenants=tenants, limit=limit, after=after)

    def edit(self, account_id: str, change: SiteChange, *, version: int, by: str) -> SiteFile:
        """Change a site, all or nothing. `version` is the one that was seen.

        Raises NoSuchAccount, Changed where it moved on since, Unfit with every value that cannot be kept, Taken.
        """
        return sites.edit(self.store, account_id, change, version=version, by=by)

    def add(
        self, fields: Mapping[str, object], *, template: str | None = None, by: str, change: SiteChange | None = None
    ) -> SiteFile:
        """Add an account; `fields` of Account by name, `template` an account type whose defaults it begins with.

        `change` is what it has beside the account from the first day on. Raises Unfit, Taken.
        """
        return sites.add(self.store, fields, template=template, by=by, change=change)

    def confirm(self, account_id: str, *, by: str, version: int | None = None) -> SiteFile:
        """Write down that its holder says all of it is right, as of the `version` that he read.

        Raises NoSuchAccount, and Changed where the version is given and is not the present one.
        """
        return sites.confirm(self.store, account_id, by=by, version=version)

    def parts(self) -> Mapping[str, SiteParts]:
        """Return the parts of those accounts that have any, by account id."""
        return sites.parts_of_all(self.store)

    def agencies_for(self, account: Account) -> Sequence[Agency]:
        """Return who is dialled: the account's own first, then those whose polygon holds it; none withdrawn."""
        return districts.agencies_for(self.store, account)

    def districts(self) -> Sequence[Agency]:
        """Return the agencies of every site inside a polygon, in their order."""
        return districts.read_districts(self.store)

    def put_districts(self, agencies: Sequence[Agency], *, by: str, seen: str | None = None) -> Sequence[Agency]:
        """Keep these agencies with polygons in place of all that were there; `seen` is the mark of what was read.

        Raises Outdated, Unfit.
        """
        return districts.put_districts(self.store, agencies, by=by, seen=seen)

    def calendars(self) -> Sequence[Calendar]:
        return districts.read_calendars(self.store)

    def put_calendar(self, calendar: Calendar, *, by: str, seen: str | None = None) -> None:
        """Keep public holidays under their name, in place of what was there. Raises Outdated, Unfit."""
        districts.put_calendar(self.store, calendar, by=by, seen=seen)

    def remove_calendar(self, name: str, *, by: str, seen: str | None = None) -> None:
        """Raises LookupError, Outdated, and InUse while a schedule names it."""
        districts.remove_calendar(self.store, name, by=by, seen=seen)

    # -- changes --

    def changes_of(self, account_id: str) -> Sequence[Change]:
        """Return what was changed at an account, oldest first."""
        return sites.changes_of(self.store, account_id)

    def changes(self, after: int, limit: int = CHANGES_PER_PAGE) -> Sequence[Change]:
        return read_changes(self.store, after, limit)

    def count_changes_from(self, last: int) -> None:
        """See to it that new change rows have ids above one that is in the journal already."""
        count_changes_from(self.store, last)

    # -- the doors of others, for the event loop --

    def last_seen_door(self) -> LastSeenTable:
        return LastSeenTable(self.store)

    def users_door(self) -> UsersDoor:
        return UsersDoor(self.users)

    def sessions_door(self, lives: timedelta) -> SessionsDoor:
        return SessionsDoor(self.sessions, lives=lives)

    def words_door(self, keys: WordKeys) -> WordsDoor:
        return WordsDoor(WordTable(self.store, keys))

    def tokens_door(self, agreements: AgreementsDoor | None = None) -> TokensDoor:
        return TokensDoor(self.tokens, agreements)

    def sheets_door(self, receivers: Sequence[str] = ()) -> SheetsDoor:
        """`receivers` are the names in the settings: an account of another one is warned about."""
        return SheetsDoor(self.store, receivers)

    def sites_door(self) -> SitesDoor:
        return SitesDoor(self.store)

    def floor_plans_door(self) -> FloorPlansDoor:
        return FloorPlansDoor(self.store)

    def plans_door(self) -> PlansDoor:
        """With the book of all plans read."""
        return PlansDoor(self.store)

    def devices_door(self, keys: DeviceKeys) -> DevicesDoor:
        """With the book of all devices read."""
        return DevicesDoor(self.store, keys)

    def units_door(self) -> UnitsDoor:
        """With the book of units, stations and the rota read."""
        return UnitsDoor(self.store)

    def agreements_door(self) -> AgreementsDoor:
        """With all agreements read."""
        return AgreementsDoor(self.store)

    def push_door(self, key: bytes) -> PushPhonesDoor:
        """With every phone read; `key` are 32 bytes of this instance."""
        return PushPhonesDoor(self.store, key)

    def automation_door(self) -> PositionsDoor:
        return PositionsDoor(self.store)

    def bring_library(self, plans: Iterable[Plan]) -> int:
        """Keep the plans of a release, but for those that somebody changed or took out; returns how many are new."""
        return plan_rows.bring_library(self.store, plans)


def registry_state(where: str | Path) -> SchemaState | None:
    """Say what `open` would find, changing nothing; None where there is no registry yet.

    Raises SqlError, also where a page of the file is damaged.
    """
    if isinstance(where, Path) and not (where / FILE).exists():
        return None
    engine = make_engine(_url(where))
    damage = "ok"
    with _whole(engine):
        state = schema_state(engine, MIGRATIONS)
        if engine.dialect.name == "sqlite":
            with reading(engine) as connection:
                damage = connection.scalar(text("PRAGMA quick_check(1)")) or "unreadable"
    engine.dispose()
    if damage != "ok":
        raise SqlError(f"{called(engine)} is damaged: {damage}")
    return state


def kept_agreements(where: str | Path) -> Sequence[Agreement]:
    """Read the agreements of a registry that is up to date, changing nothing; none of another one. Raises SqlError."""
    if registry_state(where) is not SchemaState.CURRENT:
        return ()
    engine = make_engine(_url(where))
    with _whole(engine):
        found = read_agreements(Store(engine))
    engine.dispose()
    return found


@contextmanager
def _whole(engine: Engine) -> Iterator[None]:
    """Say in our words that a file is no database, is locked for long or cannot be read, or that no server answers."""
    try:
        yield
    except DatabaseError as error:
        engine.dispose()
        raise SqlError(f"{called(engine)} cannot be used: {error.orig}") from error
    except SqlError:
        engine.dispose()
        raise


def _url(where: str | Path) -> str | URL:
    return URL.create("sqlite", database=str(where / FILE)) if isinstance(where, Path) else where
