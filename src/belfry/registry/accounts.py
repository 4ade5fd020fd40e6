"""Accounts in the registry: reading them, and importing a sheet of them whole or not at all."""

from collections.abc import Sequence

from belfry.domain.site import Account
from belfry.ports.sheets import ImportReport
from belfry.registry.account_rows import read_accounts as rows_of_accounts
from belfry.registry.sheet import Sheet
from belfry.registry.sheets.bring import bring
from belfry.registry.store import Store
from belfry.sql import reading


def read_accounts(store: Store) -> Sequence[Account]:
    with reading(store.engine) as connection:
        return rows_of_accounts(connection)


def import_sheet(store: Store, sheet: Sheet, *, dry_run: bool = False, by: str) -> ImportReport:
    """Add the accounts of a sheet and change those that exist, all or none.

    An account is the same if receiver, prefix and number are. Fields without a column stay as they are, and accounts
    that the sheet does not have stay too.
    """
    return bring(store, [sheet], dry_run=dry_run, by=by)
