"""Finding a site: by number, name and address, or by the telephone number of a contact. Nothing else is searched: no
note, no name of a person.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import ColumnElement, and_, case, literal, or_, select, tuple_

from belfry.domain.phone import LEAST, SURE, digits_of, is_number
from belfry.domain.site import Account
from belfry.registry.account_rows import COLUMNS, an_account, fold
from belfry.registry.errors import NoSuchCursor
from belfry.registry.site_tables import PHONE
from belfry.registry.store import Store
from belfry.registry.tables import ACCOUNT
from belfry.sql import reading

LIMIT_MOST: Final = 1_000
TEXT_MOST: Final = 200
WORDS_MOST: Final = 8
BEHIND_DIGITS: Final = ":"
"""The character behind 9: what lies between a number and it begins with that number."""

_Place = tuple[Annotated[int, Meta(ge=0, le=2)], str, str]
"""How well it fits (0 best), number, id: the order of what is found."""


class SitePage(Struct, frozen=True):
    """Accounts in their order, and the cursor of what follows; None at the end."""

    items: Sequence[Account]
    next: str | None = None


def search(
    store: Store, text: str, *, tenants: frozenset[str] | None, limit: int, after: str | None, phones: bool = True
) -> SitePage:
    """`phones` False: by number, name and address alone, for who must not learn whose a telephone number is."""
    limit = max(1, min(limit, LIMIT_MOST))
    rank = _rank(text.replace("\x00", " ").strip())
    query = select(*COLUMNS, rank).where(*_found(text[:TEXT_MOST], phones=phones))
    if tenants is not None:
        query = query.where(or_(ACCOUNT.c.tenant.in_(tenants), ACCOUNT.c.id.in_(tenants)))
    if after is not None:
        query = query.where(tuple_(rank, ACCOUNT.c.account, ACCOUNT.c.id) > tuple_(*map(literal, _place(after))))
    query = query.order_by(rank, ACCOUNT.c.account, ACCOUNT.c.id).limit(limit + 1)
    with reading(store.engine) as connection:
        rows = connection.execute(query).all()
    items = [an_account(row[:-1]) for row in rows[:limit]]
    if len(rows) <= limit:
        return SitePage(items)
    return SitePage(items, _cursor((rows[limit - 1][-1], items[-1].account, items[-1].id)))


def _rank(text: str) -> ColumnElement[int]:
    """The account that has exactly this number first, then those whose number begins so."""
    begins = ACCOUNT.c.account.startswith(text, autoescape=True)
    return case((ACCOUNT.c.account == text, 0), (begins, 1), else_=2) if text else literal(0)


def _found(text: str, *, phones: bool) -> Sequence[ColumnElement[bool]]:
    words = fold(text.replace("\x00", " ")).split()[:WORDS_MOST]  # PostgreSQL has no text with such a character
    if not words:
        return ()
    named = and_(*(ACCOUNT.c.folded.contains(word, autoescape=True) for word in words))
    if not (phones and is_number(text)):
        return (named,)
    return (or_(named, ACCOUNT.c.id.in_(select(PHONE.c.account_id).where(_ends_alike(digits_of(text))))),)


def _ends_alike(digits: str) -> ColumnElement[bool]:
    """Numbers that end as this one does; or that it ends as, where one has its country and the other has not."""
    backwards, column = digits[::-1], PHONE.c.digits_backwards
    longer: list[ColumnElement[bool]] = []
    if len(digits) >= LEAST:
        longer = [and_(column >= backwards, column < backwards + BEHIND_DIGITS)]
    shorter = [backwards[:length] for length in range(SURE, len(digits))]
    return or_(*longer, column.in_(shorter))


def _cursor(place: _Place) -> str:
    return urlsafe_b64encode(msgspec.json.encode(place)).rstrip(b"=").decode("ascii")


def _place(cursor: str) -> _Place:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        place: _Place = msgspec.json.decode(urlsafe_b64decode(padded.encode("ascii")), type=_Place)
    except (ValueError, NoBase64, msgspec.MsgspecError) as error:
        raise NoSuchCursor from error
    if "\x00" in place[1] + place[2]:
        raise NoSuchCursor
    return place
