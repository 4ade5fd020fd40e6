"""Accounts and their rows: nobody else names a column of theirs. Beside the fields there are two that the row keeps for
itself: `version`, which every change of the site raises, and `folded`, the text that a search looks into.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from sys import intern
from typing import Any, Final
from unicodedata import combining, normalize

import msgspec
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from belfry.domain.site import Account, TimeWindow
from belfry.registry.store import Note, write_notes
from belfry.registry.tables import ACCOUNT

NAMES: Final = tuple(field.name for field in msgspec.structs.fields(Account))
COLUMNS: Final = tuple(ACCOUNT.c[name] for name in NAMES)
WINDOWS: Final = {window.value: window for window in TimeWindow}
REPEATED: Final = ("time_zone", "language", "tenant", "type", "verify_fire")
"""Texts that many accounts share: one copy of each is kept, which for a million accounts saves 300 MB."""
IDS_PER_QUERY: Final = 500


def read_accounts(connection: Connection, ids: Sequence[str] | None = None) -> Sequence[Account]:
    """Return those of the accounts that exist; `ids` None: all."""
    query = select(*COLUMNS)
    if ids is None:
        return [an_account(row) for row in connection.execute(query)]
    found: list[Account] = []
    for at in range(0, len(ids), IDS_PER_QUERY):
        some = query.where(ACCOUNT.c.id.in_(ids[at : at + IDS_PER_QUERY]))
        found += [an_account(row) for row in connection.execute(some)]
    return found


def an_account(row: Row[Any] | Sequence[Any]) -> Account:
    """Return the account of a row of `COLUMNS`."""
    values: dict[str, Any] = dict(zip(NAMES, row, strict=True))
    for name in REPEATED:
        values[name] = intern(values[name])
    values["window"] = WINDOWS[values["window"]]
    return Account(**values)


def account_row(account: Account) -> dict[str, Any]:
    """Return the columns of an account, all but its version."""
    return {**msgspec.structs.asdict(account), "window": account.window.value, "folded": folded(account)}


def folded(account: Account) -> str:
    """Return the text of an account that a search looks into."""
    return fold(f"{account.account} {account.name} {account.address}")


def fold(text: str) -> str:
    """Return what two texts share that people would take for the same: no case, no accents, one space between words."""
    if not text.isascii():
        text = "".join(letter for letter in normalize("NFKD", text) if not combining(letter))
    return re.sub(r"\s+", " ", text.casefold())


def differences(before: Account, after: Account) -> Sequence[str]:
    return [name for name in NAMES if getattr(before, name) != getattr(after, name)]


def write_accounts(
    connection: Connection,
    *,
    added: Sequence[Account] = (),
    changed: Sequence[tuple[Account, Account]] = (),
    by: str,
    at: datetime,
) -> None:
    """Write accounts alone, with their change rows; of those that change (before, after) the version goes up."""
    if added:
        connection.execute(insert(ACCOUNT), [account_row(account) for account in added])
    if changed:
        matching = update(ACCOUNT).where(ACCOUNT.c.id == bindparam("same_id"))
        values: dict[str, Any] = {name: bindparam(name) for name in (*NAMES, "folded")}
        values["version"] = ACCOUNT.c.version + 1
        connection.execute(
            matching.values(values), [account_row(after) | {"same_id": after.id} for _, after in changed]
        )
    versions = _versions(connection, [after.id for _, after in changed])
    notes = [Note("account", account.id, ["added"], account.id, 1) for account in added]
    notes += [
        Note("account", after.id, differences(before, after), after.id, versions[after.id]) for before, after in changed
    ]
    write_notes(connection, notes, by=by, at=at)


def _versions(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at in range(0, len(ids), IDS_PER_QUERY):
        some = ACCOUNT.c.id.in_(ids[at : at + IDS_PER_QUERY])
        found |= {
            row.id: row.version for row in connection.execute(select(ACCOUNT.c.id, ACCOUNT.c.version).where(some))
        }
    return found
