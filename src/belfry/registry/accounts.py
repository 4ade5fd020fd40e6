"""Accounts in the registry: reading them, and importing a sheet whole or not at all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from sys import intern
from typing import Any, Final

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from belfry.domain.site import Account, TimeWindow
from belfry.registry.sheet import KEEP, LISTED, Draft, Identity, Problem, Sheet
from belfry.registry.store import Store, note_changes
from belfry.registry.tables import ACCOUNT
from belfry.sql import reading, writing

FIELDS: Final = msgspec.structs.fields(Account)
NAMES: Final = tuple(field.name for field in FIELDS)
WINDOWS: Final = {window.value: window for window in TimeWindow}
REPEATED: Final = ("time_zone", "language", "tenant", "type", "verify_fire")
"""Texts that many accounts share: one copy of each is kept, which for a million accounts saves 300 MB."""
IDS_PER_QUERY: Final = 500


class ImportReport(Struct, frozen=True, kw_only=True):
    """What an import did, or with `dry_run` would do. With problems nothing was written."""

    rows: int
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    dry_run: bool = False
    problems: Sequence[Problem] = ()
    more_problems: int = 0
    """Problems beyond the first 200, which `problems` lists."""
    warnings: Sequence[Problem] = ()

    @property
    def ok(self) -> bool:
        return not self.problems


def read_accounts(store: Store) -> Sequence[Account]:
    with reading(store.engine) as connection:
        return _accounts(connection)


def read_some(store: Store, ids: Iterable[str]) -> Sequence[Account]:
    """Return those of the accounts that exist, to refresh what is in memory after a change."""
    wanted = list(dict.fromkeys(ids))
    found: list[Account] = []
    with reading(store.engine) as connection:
        for at in range(0, len(wanted), IDS_PER_QUERY):
            some = ACCOUNT.c.id.in_(wanted[at : at + IDS_PER_QUERY])
            found += [_account(row) for row in connection.execute(select(ACCOUNT).where(some))]
    return found


def import_sheet(store: Store, sheet: Sheet, *, dry_run: bool = False, by: str) -> ImportReport:
    """Add the accounts of a sheet and change those that exist, all or none.

    An account is the same if receiver, prefix and number are. Fields without a column stay as they are, and accounts
    that the sheet does not have stay too.
    """
    if sheet.problems:
        listed, more = sheet.problems[:LISTED], max(0, len(sheet.problems) - LISTED)
        return ImportReport(
            rows=len(sheet.drafts), dry_run=dry_run, problems=listed, more_problems=more, warnings=sheet.warnings
        )
    transaction: Callable[..., Any] = reading if dry_run else writing
    with transaction(store.engine) as connection:
        added, changed = _sort(sheet, {_identity(account): account for account in _accounts(connection)}, store)
        if not dry_run:
            _write(connection, store, added=added, changed=changed, by=by)
    return ImportReport(
        rows=len(sheet.drafts),
        added=len(added),
        changed=len(changed),
        unchanged=len(sheet.drafts) - len(added) - len(changed),
        dry_run=dry_run,
        warnings=sheet.warnings,
    )


_Changed = list[tuple[Account, Account]]
"""Before and after."""


def _sort(sheet: Sheet, existing: Mapping[Identity, Account], store: Store) -> tuple[list[Account], _Changed]:
    """Tell apart what is new and what changes."""
    added: list[Account] = []
    changed: _Changed = []
    for draft in sheet.drafts:
        present = existing.get(draft.identity)
        values = _values(sheet, draft)
        if present is None:
            added.append(Account(id=store.new_id("a"), **values))
        elif (after := msgspec.structs.replace(present, **values)) != present:
            changed.append((present, after))
    return added, changed


def _values(sheet: Sheet, draft: Draft) -> dict[str, Any]:
    pairs = zip(sheet.fields, draft.values, strict=True)
    return {field: value for field, value in pairs if value is not KEEP}


def _write(connection: Connection, store: Store, *, added: list[Account], changed: _Changed, by: str) -> None:
    if added:
        connection.execute(insert(ACCOUNT), [msgspec.structs.asdict(account) for account in added])
    if changed:
        matching = update(ACCOUNT).where(ACCOUNT.c.id == bindparam("same_id"))
        rows = [{**msgspec.structs.asdict(after), "same_id": after.id} for _, after in changed]
        connection.execute(matching.values({name: bindparam(name) for name in NAMES}), rows)
    at = store.clock()
    note_changes(connection, ((account.id, ["added"]) for account in added), table="account", by=by, at=at)
    differences = ((after.id, _differences(before, after)) for before, after in changed)
    note_changes(connection, differences, table="account", by=by, at=at)


def _differences(before: Account, after: Account) -> Sequence[str]:
    return [name for name in NAMES if getattr(before, name) != getattr(after, name)]


def _identity(account: Account) -> Identity:
    return account.receiver, account.prefix, account.account


def _accounts(connection: Connection) -> Sequence[Account]:
    return [_account(row) for row in connection.execute(select(ACCOUNT))]


def _account(row: Row[Any]) -> Account:
    values: dict[str, Any] = dict(zip(NAMES, row, strict=True))
    for name in REPEATED:
        values[name] = intern(values[name])
    values["window"] = WINDOWS[values["window"]]
    return Account(**values)
