"""Bringing sheets in: all of them or nothing, in one transaction of the registry.

Everything is looked up and every mistake told before the first row is written. A large import is made ready beside the
registry (`sheets.stage`), from one state of it, and the write lock is held for a few statements alone: if nothing that
it builds on was changed since, it is written, else made ready anew. After some times it takes the lock first, as a
small one does at once; whoever else writes to the registry waits that long, the journal and its answers never do. A
change row is written for each account, not for each of its zones and contacts.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, func, select, union

from belfry.domain.premises import SiteParts
from belfry.domain.site import Account
from belfry.domain.site_checks import PARENTS_MOST, Neighbours, check
from belfry.domain.site_file import SiteDetails, SiteFile
from belfry.ports.sheets import ImportReport, OutcomeDiffers, SheetKind
from belfry.registry.account_rows import IDS_PER_QUERY, account_row, differences
from belfry.registry.pieces import PIECES, Pen
from belfry.registry.sheet import Draft, Identity, Sheet, Told
from belfry.registry.sheets.merge import details_after, merged
from belfry.registry.sheets.stage import Paper, Stage, Straight
from belfry.registry.sheets.stored import PIECE, Line, files_of, lines
from belfry.registry.site_tables import AREA, CALENDAR, DETAIL
from belfry.registry.store import Note, Store
from belfry.registry.tables import ACCOUNT, CHANGE
from belfry.sql import committing, preparing, reading, writing

AT_ONCE: Final = 1_000
"""Accounts that are read, compared and written together."""

BESIDE: Final = 1_000
"""Rows from which on an import is made ready beside the registry; fewer are written within a fraction of a second."""
TRIES: Final = 3
"""How often it is made ready before it takes the lock first."""

_REFERS: Final = {"parent": "parent", "sub_account": "sub"}
"""Columns that name another account, and what its receiver's and prefix's columns begin with."""


class _Undone(Exception):
    """Rolls the transaction back."""


@dataclass(slots=True)
class _Work:
    """What the sheets say of one account."""

    id: str
    identity: Identity
    new: bool
    own: tuple[Sheet, Draft] | None = None
    rows: dict[SheetKind, list[tuple[Sheet, Draft]]] = field(default_factory=dict)


def bring(
    store: Store,
    sheets: Sequence[Sheet],
    *,
    by: str,
    dry_run: bool = False,
    replace: bool = False,
    tenants: frozenset[str] | None = None,
    expect: str | None = None,
) -> ImportReport:
    """Add what sheets have and change what exists, all or nothing; with `dry_run` tell what would happen.

    `tenants` None: of all; else names of tenants, and ids of single accounts. `expect` is the outcome of a dry run:
    raises OutcomeDiffers, with nothing written, where it would be another one now.
    """

    def begun() -> _Bringing:
        return _Bringing(store, sheets, replace=replace, tenants=tenants)

    bringing = begun()
    if bringing.problems:
        return bringing.report(dry_run=dry_run)
    if dry_run:
        with reading(store.engine) as connection:
            bringing.run(connection, None)
        return bringing.report(dry_run=True)
    for _ in range(TRIES if sum(len(sheet.drafts) for sheet in sheets) > BESIDE else 0):
        report = _beside(store, begun(), by=by, expect=expect)
        if report is not None:
            return report
    try:
        with writing(store.engine) as connection:
            bringing.run(connection, Straight(connection, by=by, at=store.clock()))
            if bringing.problems or (expect is not None and bringing.outcome != expect):
                raise _Undone
    except _Undone:
        if not bringing.problems:
            raise OutcomeDiffers(bringing.report(dry_run=True)) from None
    return bringing.report(dry_run=False)


def _beside(store: Store, bringing: "_Bringing", *, by: str, expect: str | None) -> ImportReport | None:
    """Make ready beside the registry, then write; None, with nothing written, where what it builds on was changed."""
    with _own(store.engine) as connection:
        stage = Stage(connection)
        with preparing(connection):
            seen = connection.scalar(select(func.max(CHANGE.c.id))) or 0
            bringing.run(connection, stage)
        if bringing.problems or stage.empty():
            return bringing.report(dry_run=False)
        if expect is not None and bringing.outcome != expect:
            raise OutcomeDiffers(bringing.report(dry_run=True))
        with committing(connection):
            if bringing.outdated(connection, seen):
                return None
            stage.write(by=by, at=store.clock())
    return bringing.report(dry_run=False)


@contextmanager
def _own(engine: Engine) -> Iterator[Connection]:
    """Give a connection that nobody has after us: what is laid ready on it goes with it, whatever happens."""
    with engine.connect() as connection:
        try:
            yield connection
        finally:
            connection.invalidate()


class _Bringing:
    """One import. Remembers counts, problems and a digest of everything that changes."""

    def __init__(self, store: Store, sheets: Sequence[Sheet], *, replace: bool, tenants: frozenset[str] | None) -> None:
        self.store, self.sheets = store, sorted(sheets, key=lambda sheet: list(SheetKind).index(sheet.kind))
        self.replace, self.tenants = replace, tenants
        self.problems, self.warnings = Told(), Told()
        self.counts: Counter[str] = Counter()
        self._known: dict[Identity, Line] = {}
        self._numbers: dict[str, list[Line]] = {}
        self._work: dict[str, _Work] = {}
        self._digest = blake2b(digest_size=16)
        self._places: dict[tuple[str, SheetKind], Sequence[int]] = {}
        """Of the accounts at hand: at which place of a collection each row ended."""
        self._tenant_of: dict[str, str] = {}
        self._parent_of: dict[str, str | None] = {}
        """As the sheets say it."""
        self._calendars: frozenset[str] = frozenset()
        self._named_numbers: frozenset[str] = frozenset()
        self._sites: frozenset[str] = frozenset()
        self._moving = False
        """A site goes to another tenant, so that it matters which others name it."""
        for sheet in sheets:
            self.take_over(sheet)

    @property
    def outcome(self) -> str:
        return self._digest.hexdigest()

    def take_over(self, sheet: Sheet) -> None:
        name = sheet.name if len(self.sheets) > 1 else ""
        self.problems.take_over(sheet.problems, sheet.more_problems, name)
        self.warnings.take_over(sheet.warnings, sheet.more_warnings, name)

    def report(self, *, dry_run: bool) -> ImportReport:
        counts = Counter[str]() if self.problems else self.counts
        return ImportReport(
            rows=sum(sheet.rows for sheet in self.sheets),
            added=counts["added"],
            changed=counts["changed"],
            unchanged=counts["unchanged"],
            removed=counts["removed"],
            accounts=counts["accounts"],
            dry_run=dry_run,
            problems=self.problems.first,
            more_problems=self.problems.more,
            warnings=self.warnings.first,
            more_warnings=self.warnings.more,
            outcome="" if self.problems else self.outcome,
        )

    def run(self, connection: Connection, paper: Paper | None) -> None:
        """Look everything up, then write if there is something to write on."""
        self._look_up(connection)
        self._calendars = frozenset(connection.scalars(select(CALENDAR.c.name)))
        for sheet in self.sheets:
            take = self._take_account if sheet.kind is SheetKind.ACCOUNTS else self._take_row
            for draft in sheet.drafts:
                take(sheet, draft)
        if self.problems:
            return
        works = iter(self._work.values())
        while chunk := list(islice(works, AT_ONCE)):
            self._bring(connection, chunk, paper)

    def outdated(self, connection: Connection, seen: int) -> bool:
        """Whether a change after `seen` could make it another import: of a site or a number that the sheets name, of
        one that is asked about, of a calendar."""
        query = select(CHANGE.c.account_id).where(CHANGE.c.id > seen, CHANGE.c.table.in_(_OF_SITES))
        ids: set[str] = set()
        for (account_id,) in connection.execute(query):
            if account_id is None or self._moving:
                return True
            ids.add(account_id)
        if not ids.isdisjoint(self._work.keys() | self._tenant_of.keys() | self._parent_of.keys()):
            return True
        at_hand = list(ids)
        for at in range(0, len(at_hand), IDS_PER_QUERY):
            some = ACCOUNT.c.id.in_(at_hand[at : at + IDS_PER_QUERY])
            if not self._named_numbers.isdisjoint(connection.scalars(select(ACCOUNT.c.account).where(some))):
                return True
        return False

    # -- whose rows they are

    def _look_up(self, connection: Connection) -> None:
        """Learn the ids of every account whose number a sheet names."""
        numbers = {draft.identity[2] for sheet in self.sheets for draft in sheet.drafts}
        for sheet in self.sheets:
            for name in _REFERS.keys() & set(sheet.fields):
                at = sheet.fields.index(name)
                numbers |= {draft.values[at] for draft in sheet.drafts if draft.values[at]}
        self._named_numbers = frozenset(numbers)
        self._sites = self._called_as_sites(connection)
        for line in lines(connection, numbers):
            if line.account in numbers:
                self._know(line)

    def _called_as_sites(self, connection: Connection) -> frozenset[str]:
        """Which of the tenants are ids of sites: whoever is linked to such a site would see whatever is given to it."""
        tenants = set(self.tenants or ())
        for sheet in self.sheets:
            if sheet.kind is SheetKind.ACCOUNTS and "tenant" in sheet.fields:
                at = sheet.fields.index("tenant")
                tenants |= {draft.values[at] for draft in sheet.drafts}
        found: set[str] = set()
        named = sorted(tenant for tenant in tenants if tenant)
        for at in range(0, len(named), IDS_PER_QUERY):
            query = select(ACCOUNT.c.id).where(ACCOUNT.c.id.in_(named[at : at + IDS_PER_QUERY]))
            found |= set(connection.scalars(query))
        return frozenset(found)

    def _know(self, line: Line) -> None:
        self._known[line.receiver, line.prefix, line.account] = line
        self._tenant_of[line.id] = line.tenant
        self._numbers.setdefault(line.account, []).append(line)

    def _visible(self, number: str) -> Sequence[str]:
        """The accounts of a number that whoever imports may know of."""
        return [line.id for line in self._numbers.get(number, ()) if line.visible(self.tenants)]

    def _clashes(self, line: Line) -> bool:
        """Whether another tenant's account may be meant by the same frame."""
        others = (one._replace(tenant=self._tenant_of[one.id]) for one in self._numbers.get(line.account, ()))
        return any(line.clashes(one) for one in others if one.id != line.id)

    def _find(self, identity: Identity) -> str | None:
        """The account that a row means: exactly it, or where it says neither receiver nor prefix the only one."""
        known = self._known.get(identity)
        if known is not None and known.visible(self.tenants):
            return known.id
        receiver, prefix, number = identity
        if receiver is None and prefix is None:
            among = self._visible(number)
            return among[0] if len(among) == 1 else None
        return None

    def _take_account(self, sheet: Sheet, draft: Draft) -> None:
        known = self._known.get(draft.identity)
        if known is not None and not known.visible(self.tenants):
            self._taken(sheet, draft)
            return
        tenant = sheet.given(draft).get("tenant", "" if known is None else known.tenant)
        if not self._may_be_of(sheet, draft, tenant, new=known is None):
            return
        account_id = self.store.new_id("a") if known is None else known.id
        line = Line(account_id, *draft.identity, tenant or (self._only_tenant() if known is None else ""))
        if (known is None or known.tenant != line.tenant) and self._clashes(line):
            self._taken(sheet, draft)
            return
        if known is None:
            self._know(line)
        self._work[account_id] = _Work(account_id, draft.identity, known is None, own=(sheet, draft))
        self._tenant_of[account_id] = line.tenant

    def _taken(self, sheet: Sheet, draft: Draft) -> None:
        reason = "is taken; a receiver or prefix tells an account from another one of its number"
        self._problem(sheet, draft.row, "account", f"{draft.identity[2]!r} {reason}")

    def _may_be_of(self, sheet: Sheet, draft: Draft, tenant: str, *, new: bool) -> bool:
        if tenant in self._sites:
            self._problem(sheet, draft.row, "tenant", f"{tenant!r} wants a name that is no site's id")
            return False
        if self.tenants is None or tenant in self.tenants:
            return True
        if new and not tenant and self._only_tenant():
            return True
        if not new and "tenant" not in sheet.fields:
            return True
        self._problem(sheet, draft.row, "tenant", f"{tenant!r} is none of yours, which are {self._tenants_text()}")
        return False

    def _only_tenant(self) -> str:
        """The tenant of a new account of somebody who works for one alone."""
        mine = (self.tenants or frozenset()) - self._sites
        return next(iter(mine)) if len(mine) == 1 else ""

    def _tenants_text(self) -> str:
        return ", ".join(sorted((self.tenants or frozenset()) - self._sites)) or "none"

    def _take_row(self, sheet: Sheet, draft: Draft) -> None:
        account_id = self._find(draft.identity)
        if account_id is None:
            self._problem(sheet, draft.row, "account", self._missing(draft.identity))
            return
        work = self._work.get(account_id)
        if work is None:
            work = self._work[account_id] = _Work(account_id, draft.identity, new=False)
        work.rows.setdefault(sheet.kind, []).append((sheet, draft))
        if sheet.kind is SheetKind.DETAILS and "parent" in sheet.fields:
            self._parent_of[account_id] = self._referred(sheet, draft, sheet.given(draft), "parent")

    def _missing(self, identity: Identity) -> str:
        receiver, prefix, number = identity
        several = len(self._visible(number))
        if several > 1 and receiver is None and prefix is None:
            return f"{number!r} is the number of {several} accounts; give receiver or prefix as they have them"
        beside = "".join(
            f", {name} {value!r}" for name, value in (("receiver", receiver), ("prefix", prefix)) if value is not None
        )
        return f"there is no account {number!r}{beside}"

    def _referred(self, sheet: Sheet, draft: Draft, given: Mapping[str, Any], name: str) -> str | None:
        """The id of the account that a column of a row names."""
        number, before = given.get(name), _REFERS[name]
        if not number:
            return None
        identity = (given.get(f"{before}_receiver"), given.get(f"{before}_prefix"), number)
        account_id = self._find(identity)
        if account_id is None:
            self._problem(sheet, draft.row, name, self._missing(identity))
        return account_id

    def _problem(self, sheet: Sheet, row: int, column: str, reason: str) -> None:
        self.problems.add(row, column, reason, sheet.name if len(self.sheets) > 1 else "")

    # -- what they change

    def _bring(self, connection: Connection, works: Sequence[_Work], paper: Paper | None) -> None:
        kinds = {kind for work in works for kind in work.rows}
        before = files_of(connection, [work.id for work in works if not work.new], kinds)
        self._places.clear()
        pen, added, changed = Pen(), list[SiteFile](), list[tuple[SiteFile, SiteFile]]()
        notes: list[Note] = []
        forgotten: list[dict[str, str]] = []
        for work in works:
            was = before.get(work.id)
            after = self._after(work, was)
            self._check(connection, work, was, after)
            if after == was:
                continue
            self.counts["accounts"] += 1
            self._remember(work, was, after)
            if paper is None:
                continue
            after = self._named(after)
            touched = [*dict.fromkeys(_TABLE_WORDS[note.table] for note in pen.put(was, after))]
            if was is None:
                added.append(after)
                notes.append(Note("account", work.id, ["added", *touched], work.id, 1))
            else:
                after = msgspec.structs.replace(after, version=was.version + 1)
                gone = {one.id for one in was.contacts} - {one.id for one in after.contacts}
                forgotten += [{"account_id": work.id, "contact": contact} for contact in gone]
                changed.append((was, after))
                differing = differences(was.account, after.account)
                notes.append(Note("account", work.id, [*differing, *touched], work.id, after.version))
        if paper is not None and not self.problems:
            rows = [_row(file) for file in added], [_row(after) for _, after in changed]
            paper.put(added=rows[0], changed=rows[1], pen=pen, forgotten=forgotten, notes=notes)

    def _after(self, work: _Work, was: SiteFile | None) -> SiteFile:
        rest: dict[str, Any] = {}
        if was is None:
            account, details, parts = _bare_account(work), SiteDetails(), SiteParts()
        else:
            account, details, parts = was.account, was.details, was.parts
            rest |= {"contacts": was.contacts, "agencies": was.agencies}
        account = self._account_after(work, account, new=was is None)
        for kind, rows in work.rows.items():
            if kind is SheetKind.DETAILS:
                details = self._details_after(work, details, rows)
            elif PIECE[kind].in_parts:
                present = getattr(parts, kind)
                parts = msgspec.structs.replace(parts, **{kind: self._merged(work, kind, present, rows)})
            else:
                rest[kind] = self._merged(work, kind, rest.get(kind, ()), rows)
        if was is None:
            return SiteFile(account=account, version=1, details=details, parts=parts, **rest)
        return msgspec.structs.replace(was, account=account, details=details, parts=parts, **rest)

    def _account_after(self, work: _Work, account: Account, *, new: bool) -> Account:
        if work.own is None:
            return account
        sheet, draft = work.own
        values = sheet.given(draft)
        if new and not values.get("tenant") and self.tenants is not None:
            values["tenant"] = self._only_tenant()
        after = msgspec.structs.replace(account, **values)
        self.counts["added" if new else "changed" if after != account else "unchanged"] += 1
        return after

    def _details_after(self, work: _Work, details: SiteDetails, rows: Sequence[tuple[Sheet, Draft]]) -> SiteDetails:
        for sheet, draft in rows:
            given = sheet.given(draft)
            after = details_after(details, given, self._parent_of.get(work.id))
            self.counts["unchanged" if after == details else "added" if details == SiteDetails() else "changed"] += 1
            details = after
        return details

    def _merged(
        self, work: _Work, kind: SheetKind, present: Sequence[Any], rows: Sequence[tuple[Sheet, Draft]]
    ) -> tuple[Any, ...]:
        given = [(sheet, draft, sheet.given(draft)) for sheet, draft in rows]
        if kind is SheetKind.AREAS:
            for sheet, draft, values in given:
                if "sub_account" in values:
                    values["sub_account"] = self._referred(sheet, draft, values, "sub_account")
        result = merged(kind, present, [values for _, _, values in given], replace=self.replace)
        self.counts += result.counts
        self._places[work.id, kind] = result.places
        return result.after

    def _check(self, connection: Connection, work: _Work, was: SiteFile | None, after: SiteFile) -> None:
        """Hold a site to what its parts have to be together; its cells were looked at one by one."""
        moved = was is not None and was.account.tenant != after.account.tenant
        self._moving |= moved
        if not work.rows and not moved:
            return
        for flaw in check(after, self._neighbours(connection, after, moved=moved)):
            name, _, rest = flaw.field.partition("[")
            kind = next((kind for kind in work.rows if kind.value == name.partition(".")[0]), None)
            sheet, draft = self._row_of(work, kind, int(rest.partition("]")[0]) if rest else None)
            self._problem(sheet, draft.row, "", f"account {work.identity[2]!r}, {flaw}")

    def _neighbours(self, connection: Connection, file: SiteFile, *, moved: bool) -> Neighbours:
        """What the checks ask about other sites, as it is after the sheets; seldom more than the calendars."""
        own, named = file.account.id, {area.sub_account for area in file.parts.areas} | {file.details.parent}
        named.discard(None)
        if not named and not moved:
            return Neighbours(calendars=self._calendars)
        parents: dict[str, str | None] = {}
        at = file.details.parent
        while at is not None and at not in parents and len(parents) <= PARENTS_MOST:
            if at not in self._parent_of:
                query = select(DETAIL.c.parent).where(DETAIL.c.account_id == at)
                self._parent_of[at] = connection.scalar(query)
            parents[at] = self._parent_of[at]
            at = parents[at]
        naming = union(
            select(DETAIL.c.account_id).where(DETAIL.c.parent == own),
            select(AREA.c.account_id).where(AREA.c.sub_account == own),
        )
        below = {self._tenant(connection, one) for one in connection.scalars(naming)} if moved else set()
        tenants = {one: self._tenant(connection, one) for one in named if one is not None}
        return Neighbours(tenants=tenants, parents=parents, calendars=self._calendars, below=frozenset(below))

    def _tenant(self, connection: Connection, account_id: str) -> str:
        if account_id not in self._tenant_of:
            found = connection.scalar(select(ACCOUNT.c.tenant).where(ACCOUNT.c.id == account_id))
            self._tenant_of[account_id] = "" if found is None else found
        return self._tenant_of[account_id]

    def _row_of(self, work: _Work, kind: SheetKind | None, place: int | None) -> tuple[Sheet, Draft]:
        """The row that made a piece, as far as that is known."""
        rows = work.rows.get(kind) if kind is not None else None
        if rows is None or kind is None:
            return next(iter(work.rows.values()))[0] if work.own is None else work.own
        places = self._places.get((work.id, kind), ())
        return rows[places.index(place)] if place in places else rows[0]

    def _named(self, file: SiteFile) -> SiteFile:
        """Give ids to what is new."""
        new_id = self.store.new_id
        return msgspec.structs.replace(
            file,
            contacts=_with_ids(file.contacts, lambda: new_id("c")),
            agencies=_with_ids(file.agencies, lambda: new_id("g")),
            parts=msgspec.structs.replace(file.parts, schedules=_with_ids(file.parts.schedules, lambda: new_id("s"))),
        )

    def _remember(self, work: _Work, was: SiteFile | None, after: SiteFile) -> None:
        """Take into the digest what changes. A new account's id is chance, so it is left out."""
        blank = msgspec.structs.replace(after, account=msgspec.structs.replace(after.account, id=""))
        self._digest.update(msgspec.msgpack.encode((work.identity, was, blank)))


_TABLE_WORDS: Final = {piece.table.name: piece.name for piece in PIECES} | {"detail": "details"}


def _with_ids(things: tuple[Any, ...], new_id: Any) -> tuple[Any, ...]:
    return tuple(one if one.id else msgspec.structs.replace(one, id=new_id()) for one in things)


def _bare_account(work: _Work) -> Account:
    receiver, prefix, number = work.identity
    return Account(id=work.id, account=number, receiver=receiver, prefix=prefix)


_OF_SITES: Final = frozenset({"account", "calendar", *_TABLE_WORDS})
"""Tables whose change rows an import that is ready has to look at."""


def _row(file: SiteFile) -> dict[str, Any]:
    return account_row(file.account) | {"version": file.version}
