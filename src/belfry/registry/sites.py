"""Whole sites: reading what is kept about one, finding one, and changing it as people do."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct
from sqlalchemy import insert, select, update

from belfry.domain.premises import SiteParts
from belfry.domain.schedules import Calendar
from belfry.domain.site import Account
from belfry.domain.site_checks import Flaw
from belfry.domain.site_file import Agency, SiteChange, SiteDetails, SiteFile
from belfry.registry.accounts import read_accounts, read_some
from belfry.registry.errors import NoSuchAccount, Unfit
from belfry.registry.store import Change, Store, note_changes
from belfry.registry.tables import ACCOUNT, CHANGE
from belfry.sql import reading, writing


class SitePage(Struct, frozen=True):
    """Accounts in their order, and the cursor of what follows; None at the end."""

    items: Sequence[Account]
    next: str | None = None


def read_site(store: Store, account_id: str) -> SiteFile | None:
    for account in read_some(store, [account_id]):
        return SiteFile(account=account, version=1, details=SiteDetails(), parts=SiteParts())
    return None


def search(store: Store, text: str, *, tenants: frozenset[str] | None, limit: int, after: str | None) -> SitePage:
    asked = text.casefold()
    found = [
        account
        for account in sorted(read_accounts(store), key=lambda one: (one.account, one.id))
        if (tenants is None or account.tenant in tenants or account.id in tenants)
        and asked in f"{account.account}\n{account.name}\n{account.address}".casefold()
    ]
    at = int(after) if after else 0
    return SitePage(found[at : at + limit], str(at + limit) if len(found) > at + limit else None)


def edit(store: Store, account_id: str, change: SiteChange, *, version: int, by: str) -> SiteFile:
    before = read_site(store, account_id)
    if before is None:
        raise NoSuchAccount(account_id)
    values = _account_values(change.account or {})
    with writing(store.engine) as connection:
        if values:
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account_id).values(**values))
            note_changes(connection, [(account_id, list(values))], table="account", by=by, at=store.clock())
    after = read_site(store, account_id)
    return before if after is None else after


def add(store: Store, fields: Mapping[str, object], *, template: str | None, by: str) -> SiteFile:
    account = Account(id=store.new_id("a"), **_account_values(fields))  # type: ignore[arg-type]  # until it is checked
    with writing(store.engine) as connection:
        connection.execute(insert(ACCOUNT).values(**msgspec.structs.asdict(account)))
        note_changes(connection, [(account.id, ["added"])], table="account", by=by, at=store.clock())
    return SiteFile(account=account, version=1, details=SiteDetails(), parts=SiteParts())


def confirm(store: Store, account_id: str, *, by: str) -> SiteFile:
    file = read_site(store, account_id)
    if file is None:
        raise NoSuchAccount(account_id)
    return msgspec.structs.replace(file, confirmed_at=store.clock(), confirmed_by=by)


def changes_of(store: Store, account_id: str) -> Sequence[Change]:
    query = select(CHANGE).where(CHANGE.c.table == "account", CHANGE.c.row == account_id).order_by(CHANGE.c.id)
    with reading(store.engine) as connection:
        rows = connection.execute(query).all()
    return [
        Change(id=row.id, at=row.at, by=row.by, table=row.table, row=row.row, fields=tuple(row.fields)) for row in rows
    ]


def read_parts(store: Store, ids: Iterable[str] | None = None) -> Mapping[str, SiteParts]:
    return {}


def read_calendars(store: Store) -> Sequence[Calendar]:
    return []


def put_calendar(store: Store, calendar: Calendar, *, by: str) -> None:
    raise Unfit([Flaw("calendar", calendar.name, "a place to be kept, which comes with the next migration")])


def agencies_for(store: Store, account: Account) -> Sequence[Agency]:
    return []


def _account_values(fields: Mapping[str, object]) -> dict[str, object]:
    known = {field.name for field in msgspec.structs.fields(Account)} - {"id"}
    if strangers := [name for name in fields if name not in known]:
        raise Unfit([Flaw(f"account.{name}", "", f"one of {', '.join(sorted(known))}") for name in strangers])
    return dict(fields)
