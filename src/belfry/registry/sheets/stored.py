"""What sheets need to know of the registry: which accounts there are, and sites with some of their collections."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from belfry.domain.premises import SiteParts
from belfry.domain.site import clash
from belfry.domain.site_file import SiteDetails, SiteFile
from belfry.ports.sheets import SheetKind
from belfry.registry.account_rows import COLUMNS, IDS_PER_QUERY, an_account
from belfry.registry.pieces import PIECES, Piece, read_details, read_pieces
from belfry.registry.tables import ACCOUNT

SCAN: Final = 5_000
"""So many account numbers are looked up faster by reading all."""
PIECE: Final[Mapping[str, Piece]] = {piece.name: piece for piece in PIECES}


class Line(NamedTuple):
    """By what an account is known."""

    id: str
    receiver: str | None
    prefix: str | None
    account: str
    tenant: str

    def visible(self, tenants: Collection[str] | None) -> bool:
        """Whether somebody who knows of these tenants, or single accounts, may know of it."""
        return tenants is None or self.tenant in tenants or self.id in tenants

    def clashes(self, other: "Line") -> bool:
        """Whether another account of the same number may not be kept beside this one."""
        return clash((self.receiver, self.prefix, self.tenant), (other.receiver, other.prefix, other.tenant))


def lines(connection: Connection, numbers: Iterable[str] | None = None) -> Iterator[Line]:
    """Give the accounts of these numbers, perhaps with others; or all, in the order of their numbers."""
    query = select(ACCOUNT.c.id, ACCOUNT.c.receiver, ACCOUNT.c.prefix, ACCOUNT.c.account, ACCOUNT.c.tenant)
    wanted = None if numbers is None else list(numbers)
    if wanted is None or len(wanted) > SCAN:
        for row in connection.execute(query.order_by(ACCOUNT.c.account, ACCOUNT.c.receiver, ACCOUNT.c.prefix)):
            yield Line(*row)
        return
    for at in range(0, len(wanted), IDS_PER_QUERY):
        for row in connection.execute(query.where(ACCOUNT.c.account.in_(wanted[at : at + IDS_PER_QUERY]))):
            yield Line(*row)


def files_of(connection: Connection, ids: Sequence[str], kinds: Collection[SheetKind]) -> Mapping[str, SiteFile]:
    """Return sites by id, with those collections that belong to some kinds; the others are empty."""
    wanted = set(kinds)
    if wanted & {SheetKind.CONTACTS, SheetKind.DETAILS}:  # their numbers are found by digits, of both together
        wanted |= {SheetKind.CONTACTS, SheetKind.DETAILS}
    details = read_details(connection, ids) if SheetKind.DETAILS in wanted else {}
    pieces = {name: read_pieces(connection, piece, ids) for name, piece in PIECE.items() if SheetKind(name) in wanted}
    found: dict[str, SiteFile] = {}
    for at in range(0, len(ids), IDS_PER_QUERY):
        query = select(*COLUMNS, ACCOUNT.c.version).where(ACCOUNT.c.id.in_(ids[at : at + IDS_PER_QUERY]))
        for row in connection.execute(query):
            account = an_account(row[:-1])
            some: dict[str, Any] = {name: tuple(of.get(account.id, ())) for name, of in pieces.items()}
            parts = SiteParts(**{name: some.pop(name) for name in list(some) if PIECE[name].in_parts})
            has = details.get(account.id, SiteDetails())
            found[account.id] = SiteFile(account=account, version=row[-1], details=has, parts=parts, **some)
    return found
