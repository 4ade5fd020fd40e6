"""Whole sites: reading what is kept about one, and changing it as people do.

Each change is one transaction that has the write lock from its beginning, so what was checked still holds when it is
written. It raises the site's version and leaves change rows: who, which piece, which fields - never a value.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, delete, insert, select, union, update

from belfry.domain import templates
from belfry.domain.account_checks import with_fields
from belfry.domain.contacts import Contact
from belfry.domain.flaws import Flaw
from belfry.domain.premises import SiteParts
from belfry.domain.site import Account, clash
from belfry.domain.site_checks import PARENTS_MOST, Neighbours, check
from belfry.domain.site_file import SiteChange, SiteDetails, SiteFile
from belfry.registry.account_rows import COLUMNS, account_row, an_account, differences, read_accounts
from belfry.registry.errors import Changed, NoSuchAccount, Taken, Unfit
from belfry.registry.pieces import PIECES, Pen, read_details, read_parents, read_parts, read_pieces
from belfry.registry.site_tables import AREA, CALENDAR, CONFIRMED, DETAIL, WORD
from belfry.registry.store import Change, Note, Store, a_change, write_notes
from belfry.registry.tables import ACCOUNT, CHANGE
from belfry.sql import reading, writing

WITH_IDS: Final = {"contacts": "c", "schedules": "s", "agencies": "g"}
"""Collections whose pieces have an id of ours, and its letter."""
CHANGES_MOST: Final = 1_000

NewId = Callable[[str], str]


# -- reading ----------------------------------------------------------------------------------------------------------


def read_site(store: Store, account_id: str) -> SiteFile | None:
    with reading(store.engine) as connection:
        return next(iter(site_files(connection, [account_id])), None)


def site_files(connection: Connection, ids: Sequence[str]) -> Sequence[SiteFile]:
    """Return the files of those of the accounts that exist, in the order of their ids; at most 500 ids."""
    rows = connection.execute(select(*COLUMNS, ACCOUNT.c.version).where(ACCOUNT.c.id.in_(ids)))
    accounts = sorted(((an_account(row[:-1]), row[-1]) for row in rows), key=lambda one: one[0].id)
    details, parts = read_details(connection, ids), read_parts(connection, ids)
    others = {piece.name: read_pieces(connection, piece, ids) for piece in PIECES if not piece.in_parts}
    confirmed = {
        row.account_id: row for row in connection.execute(select(CONFIRMED).where(CONFIRMED.c.account_id.in_(ids)))
    }
    words = _words(connection, ids)
    files: list[SiteFile] = []
    for account, version in accounts:
        used = words.get(account.id, frozenset())
        seen = confirmed.get(account.id)
        files.append(
            SiteFile(
                account=account,
                version=version,
                details=msgspec.structs.replace(
                    details.get(account.id, SiteDetails()), has_access_code=("", "access") in used
                ),
                parts=parts.get(account.id, SiteParts()),
                contacts=tuple(_with_words(one, used) for one in others["contacts"].get(account.id, ())),
                agencies=tuple(others["agencies"].get(account.id, ())),
                confirmed_at=None if seen is None else seen.at,
                confirmed_by=None if seen is None else seen.by,
            )
        )
    return files


def read_for_memory(
    store: Store, ids: Iterable[str] | None = None
) -> tuple[Sequence[Account], Mapping[str, SiteParts]]:
    """Accounts and their parts, as of one moment: a signal is never decided by half a change."""
    wanted = None if ids is None else list(dict.fromkeys(ids))
    with reading(store.engine) as connection:
        return read_accounts(connection, wanted), read_parts(connection, wanted)


def parents(store: Store, ids: Iterable[str] | None = None) -> Mapping[str, str]:
    """Return the site that an account is part of, of those that are part of one."""
    wanted = None if ids is None else list(dict.fromkeys(ids))
    with reading(store.engine) as connection:
        return read_parents(connection, wanted)


def parts_of_all(store: Store) -> Mapping[str, SiteParts]:
    with reading(store.engine) as connection:
        return read_parts(connection, None)


def changes_of(store: Store, account_id: str, limit: int = CHANGES_MOST) -> Sequence[Change]:
    """Return the newest changes of an account, oldest first."""
    query = select(CHANGE).where(CHANGE.c.account_id == account_id).order_by(CHANGE.c.id.desc()).limit(limit)
    with reading(store.engine) as connection:
        return [a_change(row) for row in connection.execute(query)][::-1]


# -- changing ---------------------------------------------------------------------------------------------------------


def edit(store: Store, account_id: str, change: SiteChange, *, version: int, by: str) -> SiteFile:
    with writing(store.engine) as connection:
        before = _present(connection, account_id)
        if before.version != version:
            raise Changed(before, _since(connection, account_id, version))
        after, flaws = changed(before, change, store.new_id)
        _refuse(connection, after, flaws)
        if after == before:
            return before
        _refuse_taken(connection, after.account, before.account)
        after = msgspec.structs.replace(after, version=version + 1)
        write_sites(connection, [(before, after)], by=by, at=store.clock())
    return after


def imagined(store: Store, account_id: str, change: SiteChange, *, version: int) -> SiteFile:
    """Return what `edit` would, and refuse what it would; nothing is kept."""
    with reading(store.engine) as connection:
        before = _present(connection, account_id)
        if before.version != version:
            raise Changed(before, _since(connection, account_id, version))
        after, flaws = changed(before, change, store.new_id)
        _refuse(connection, after, flaws)
        _refuse_taken(connection, after.account, before.account)
    return before if after == before else msgspec.structs.replace(after, version=version + 1)


def add(
    store: Store, fields: Mapping[str, object], *, template: str | None, by: str, change: SiteChange | None = None
) -> SiteFile:
    change = change or SiteChange()
    if template is not None:
        if template not in templates.load():
            raise Unfit([Flaw("template", repr(template[:40]), f"one of {', '.join(templates.load())}")])
        fields, change = templates.begin(template, fields, change)
    account, flaws = with_fields(Account(id=store.new_id("a"), account=""), fields)
    bare = SiteFile(account=account, version=1, details=SiteDetails(), parts=SiteParts())
    file, more = changed(bare, change, store.new_id)
    with writing(store.engine) as connection:
        _refuse(connection, file, [*flaws, *more])
        _refuse_taken(connection, account)
        write_sites(connection, [(None, file)], by=by, at=store.clock())
    return file


def confirm(store: Store, account_id: str, *, by: str, version: int | None = None) -> SiteFile:
    """`version` is the one that was read, where it is known. Raises NoSuchAccount, Changed."""
    with writing(store.engine) as connection:
        file = _present(connection, account_id)
        if version is not None and file.version != version:
            raise Changed(file, _since(connection, account_id, version))
        at = store.clock()
        connection.execute(delete(CONFIRMED).where(CONFIRMED.c.account_id == account_id))
        connection.execute(insert(CONFIRMED).values(account_id=account_id, at=at, by=by))
        note = Note("confirmed", account_id, ["at", "by"], account_id, file.version)
        write_notes(connection, [note], by=by, at=at)
    return msgspec.structs.replace(file, confirmed_at=at, confirmed_by=by)


def changed(before: SiteFile, change: SiteChange, new_id: NewId) -> tuple[SiteFile, Sequence[Flaw]]:
    """Return a file with a change made to it, and what cannot be read of the change. Nothing else is checked."""
    account, found = with_fields(before.account, change.account or {})
    flaws = list(found)
    values: dict[str, Any] = {"account": account}
    parts: dict[str, Any] = {}
    if change.details is not None:
        has_code = before.details.has_access_code
        values["details"] = msgspec.structs.replace(change.details, has_access_code=has_code)
    for piece in PIECES:
        given = getattr(change, piece.name)
        if given is None:
            continue
        if piece.name in WITH_IDS:
            given, strangers = _with_ids(given, piece.keyed(before), piece.name, new_id)
            flaws += strangers
        if piece.shape is Contact:
            given = _keep_words(given, piece.keyed(before))
        (parts if piece.in_parts else values)[piece.name] = tuple(given)
    values["parts"] = msgspec.structs.replace(before.parts, **parts)
    return msgspec.structs.replace(before, **values), flaws


def write_sites(connection: Connection, sites: Iterable[tuple[SiteFile | None, SiteFile]], *, by: str, at: Any) -> None:
    """Write sites as they are after a change that was checked, `None` before for a new one, with their change rows.

    `version` of what comes after is the one that is written. For any number of sites it is the same few statements.
    """
    pen, notes = Pen(), list[Note]()
    new: list[dict[str, Any]] = []
    moved: list[SiteFile] = []
    forgotten: list[tuple[str, str]] = []
    for before, after in sites:
        account_id, version = after.account.id, after.version
        if before is None:
            new.append(account_row(after.account) | {"version": version})
            notes.append(Note("account", account_id, ["added"], account_id, version))
        else:
            moved.append(after)
            if fields := differences(before.account, after.account):
                notes.append(Note("account", account_id, fields, account_id, version))
            gone = {one.id for one in before.contacts} - {one.id for one in after.contacts}
            forgotten += [(account_id, contact) for contact in gone]
        notes += [note._replace(account_id=account_id, version=version) for note in pen.put(before, after)]
    if new:
        connection.execute(insert(ACCOUNT), new)
    for file in moved:
        values = account_row(file.account) | {"version": file.version}
        connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == file.account.id).values(**values))
    pen.write(connection)
    for account_id, contact in forgotten:  # his words go with him
        connection.execute(delete(WORD).where(WORD.c.account_id == account_id, WORD.c.contact == contact))
    write_notes(connection, notes, by=by, at=at)


# -- refusing ---------------------------------------------------------------------------------------------------------


def _present(connection: Connection, account_id: str) -> SiteFile:
    for file in site_files(connection, [account_id]):
        return file
    raise NoSuchAccount(account_id)


def _since(connection: Connection, account_id: str, version: int) -> Sequence[Change]:
    query = select(CHANGE).where(CHANGE.c.account_id == account_id, CHANGE.c.version > version)
    return [a_change(row) for row in connection.execute(query.order_by(CHANGE.c.id).limit(CHANGES_MOST))]


def _refuse(connection: Connection, file: SiteFile, flaws: Sequence[Flaw]) -> None:
    """Raises Unfit with all that is wrong. A field that could not even be read is told once, for that."""
    told = {flaw.field for flaw in flaws}
    found = [*flaws, *(flaw for flaw in check(file, neighbours(connection, file)) if flaw.field not in told)]
    if found:
        raise Unfit(found)


def _refuse_taken(connection: Connection, account: Account, before: Account | None = None) -> None:
    """Two accounts share no number, unless a receiver or prefix tells them apart; within a tenant it is enough that one
    of them says more. Otherwise who registers another tenant's number at his receiver would be given its alarms."""
    if before is not None and _whose_line(before) == _whose_line(account):
        return
    columns = ACCOUNT.c.receiver, ACCOUNT.c.prefix, ACCOUNT.c.tenant
    others = select(*columns).where(ACCOUNT.c.account == account.account, ACCOUNT.c.id != account.id)
    own = account.receiver, account.prefix, account.tenant
    if any(clash(own, (row.receiver, row.prefix, row.tenant)) for row in connection.execute(others)):
        raise Taken(account.account, account.receiver, account.prefix)


def _whose_line(account: Account) -> tuple[str | None, ...]:
    return account.account, account.receiver, account.prefix, account.tenant


def neighbours(connection: Connection, file: SiteFile) -> Neighbours:
    """Return what the checks of a site ask about others."""
    own = file.account.id
    parents: dict[str, str | None] = {}
    at = file.details.parent
    while at is not None and at not in parents and len(parents) <= PARENTS_MOST:
        parents[at] = connection.scalar(select(DETAIL.c.parent).where(DETAIL.c.account_id == at))
        at = parents[at]
    named = {area.sub_account for area in file.parts.areas} | {file.details.parent}
    wanted = [one for one in named if one is not None]
    rows = connection.execute(select(ACCOUNT.c.id, ACCOUNT.c.tenant).where(ACCOUNT.c.id.in_(wanted)))
    tenants = {row.id: row.tenant for row in rows}
    naming = union(
        select(DETAIL.c.account_id).where(DETAIL.c.parent == own),
        select(AREA.c.account_id).where(AREA.c.sub_account == own),
    )
    below = connection.scalars(select(ACCOUNT.c.tenant).where(ACCOUNT.c.id.in_(naming)).distinct())
    calendars = connection.scalars(select(CALENDAR.c.name))
    return Neighbours(tenants=tenants, parents=parents, calendars=frozenset(calendars), below=frozenset(below))


# -- ids and words ----------------------------------------------------------------------------------------------------


def _with_ids(
    given: Iterable[Any], present: Collection[str], name: str, new_id: NewId
) -> tuple[list[Any], Sequence[Flaw]]:
    """Give an id to what is new. One that nobody gave out, or that is there twice, is refused."""
    pieces: list[Any] = []
    flaws: list[Flaw] = []
    used: set[str] = set()
    for n, piece in enumerate(given):
        if not piece.id:
            piece = msgspec.structs.replace(piece, id=new_id(WITH_IDS[name]))
        elif piece.id not in present or piece.id in used:
            flaws.append(Flaw(f"{name}[{n}].id", repr(piece.id[:40]), "the id of one that is here, once, or none"))
            continue
        used.add(piece.id)
        pieces.append(piece)
    return pieces, flaws


def _keep_words(given: Iterable[Contact], present: Mapping[str, Contact]) -> Sequence[Contact]:
    """Whether a contact has a word is read from his words, whatever an editor sent back."""
    kept: list[Contact] = []
    for contact in given:
        was = present.get(contact.id)
        has = (False, False) if was is None else (was.has_word, was.has_duress)
        kept.append(msgspec.structs.replace(contact, has_word=has[0], has_duress=has[1]))
    return kept


def _words(connection: Connection, ids: Sequence[str]) -> Mapping[str, frozenset[tuple[str, str]]]:
    """Return which contacts of which accounts have which words: ids and uses, never what they are."""
    found: dict[str, set[tuple[str, str]]] = {}
    query = select(WORD.c.account_id, WORD.c.contact, WORD.c.use).where(WORD.c.account_id.in_(ids))
    for account_id, contact, use in connection.execute(query):
        found.setdefault(account_id, set()).add((contact, use))
    return {account_id: frozenset(uses) for account_id, uses in found.items()}


def _with_words(contact: Contact, used: Collection[tuple[str, str]]) -> Contact:
    has_word, has_duress = (contact.id, "word") in used, (contact.id, "duress") in used
    if has_word or has_duress:
        return msgspec.structs.replace(contact, has_word=has_word, has_duress=has_duress)
    return contact
