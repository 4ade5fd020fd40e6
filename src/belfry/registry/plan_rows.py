"""The rows of plans. A version is written once and never again; what holds now is a row of its own beside it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import structs
from sqlalchemy import Connection, Row, delete, func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from belfry.domain import kinds
from belfry.domain.flaws import Flaw
from belfry.domain.plan import Level, Plan
from belfry.domain.plan_checks import check
from belfry.domain.templates import load as types_of_accounts
from belfry.ports.plans import NoSuchPlan, PlanChanged, PlanTaken, PlanUnfit, PlanVersion
from belfry.registry.plan_tables import PLAN, PLAN_VERSION
from belfry.registry.store import Note, Store, write_notes
from belfry.registry.tables import ACCOUNT
from belfry.sql import reading, writing

PLANS_MOST: Final = 200
"""Of the centre, of one tenant, of one type, of one account: they are gone through for every first take."""
LIBRARY: Final = "library"
"""By whom a plan is that came with a release, until somebody changes it."""
ROWS_AT_ONCE: Final = 400


def read_plans(store: Store) -> Sequence[Plan]:
    """Return every plan that holds now, by id."""
    with reading(store.engine) as connection:
        return [_plan(row.body) for row in connection.execute(select(PLAN).order_by(PLAN.c.id))]


def read_some(store: Store, ids: Collection[str]) -> Mapping[str, Plan]:
    """Return those of some ids that hold now."""
    with reading(store.engine) as connection:
        rows = connection.execute(select(PLAN).where(PLAN.c.id.in_(ids)))
        return {row.id: _plan(row.body) for row in rows}


def read_texts(store: Store, refs: Collection[tuple[str, int]]) -> Mapping[tuple[str, int], Plan]:
    """Return plans as they were, by id and version; those that nobody knows are missing."""
    found: dict[tuple[str, int], Plan] = {}
    wanted = list(refs)
    with reading(store.engine) as connection:
        for n in range(0, len(wanted), ROWS_AT_ONCE):
            which = tuple_(PLAN_VERSION.c.id, PLAN_VERSION.c.version).in_(wanted[n : n + ROWS_AT_ONCE])
            for row in connection.execute(select(PLAN_VERSION).where(which)):
                if row.body is not None:
                    found[row.id, row.version] = _plan(row.body)
    return found


def read_versions(store: Store, plan_id: str) -> Sequence[PlanVersion]:
    """Return every version of a plan, oldest first."""
    query = select(PLAN_VERSION).where(PLAN_VERSION.c.id == plan_id).order_by(PLAN_VERSION.c.version)
    with reading(store.engine) as connection:
        return [_version(row) for row in connection.execute(query)]


def add(store: Store, plan: Plan, *, by: str) -> Plan:
    """Keep a new plan. One that was taken out may come back: it goes on counting its versions."""
    try:
        with writing(store.engine) as connection:
            if _now(connection, plan.id) is not None:
                raise PlanTaken(plan.id)
            _must_fit(connection, plan)
            kept = structs.replace(plan, version=_last_version(connection, plan.id) + 1)
            connection.execute(insert(PLAN).values(_row(kept)))
            _write_version(connection, kept, at=store.clock(), by=by)
            write_notes(connection, [Note("plan", kept.id, ["added"])], by=by, at=store.clock())
    except IntegrityError as error:  # another node was quicker
        raise PlanTaken(plan.id) from error
    return kept


def change(store: Store, plan: Plan, *, by: str) -> Plan:
    """Keep a plan in place of the version that it names."""
    with writing(store.engine) as connection:
        before = _seen(connection, plan.id, plan.version)
        _must_fit(connection, plan, before)
        fields = _fields(before, plan)
        if not fields:
            return before
        kept = structs.replace(plan, version=before.version + 1)
        connection.execute(update(PLAN).where(PLAN.c.id == kept.id).values(_row(kept)))
        _write_version(connection, kept, at=store.clock(), by=by)
        write_notes(connection, [Note("plan", kept.id, fields)], by=by, at=store.clock())
    return kept


def bring(store: Store, plans: Iterable[Plan], *, by: str, dry_run: bool = False) -> tuple[int, int]:
    """Keep plans of a file, all of them or none: new ones, and others in place of what they are now. Returns how many
    are new and how many changed. Raises PlanUnfit, whose fields begin with `plan[n]`."""
    added, changed, flaws = 0, 0, list[Flaw]()
    with store.engine.connect() as connection, connection.begin() as transaction:
        for n, plan in enumerate(plans):
            before = _now(connection, plan.id)
            try:
                _must_fit(connection, plan, before)
            except PlanUnfit as error:
                flaws += [structs.replace(flaw, field=f"plan[{n}].{flaw.field}") for flaw in error.flaws]
                continue
            version = _last_version(connection, plan.id)
            kept = structs.replace(plan, version=version + 1)
            fields = ["added"] if before is None else _fields(before, plan)
            if not fields:
                continue
            connection.execute(delete(PLAN).where(PLAN.c.id == plan.id))
            connection.execute(insert(PLAN).values(_row(kept)))
            _write_version(connection, kept, at=store.clock(), by=by)
            write_notes(connection, [Note("plan", plan.id, fields)], by=by, at=store.clock())
            added, changed = added + (before is None), changed + (before is not None)
        if flaws:
            raise PlanUnfit(flaws)
        if dry_run:
            transaction.rollback()
    return added, changed


def remove(store: Store, plan_id: str, version: int, *, by: str) -> None:
    """Let a plan hold no more; its versions stay for those who are in the middle of it."""
    with writing(store.engine) as connection:
        before = _seen(connection, plan_id, version)
        connection.execute(delete(PLAN).where(PLAN.c.id == plan_id))
        row = {"id": plan_id, "version": before.version + 1, "at": store.clock(), "by": by, "body": None}
        connection.execute(insert(PLAN_VERSION).values(row))
        write_notes(connection, [Note("plan", plan_id, ["removed"])], by=by, at=store.clock())


def bring_library(store: Store, plans: Iterable[Plan]) -> int:
    """Keep the plans of a release, but for those that somebody changed or took out; returns how many were written."""
    wanted = {plan.id: plan for plan in plans}
    with reading(store.engine) as connection:
        if not _differs(connection, wanted):
            return 0
    try:
        with writing(store.engine) as connection:
            new = _differs(connection, wanted)
            for plan, before in new:
                kept = structs.replace(plan, version=before + 1)
                connection.execute(delete(PLAN).where(PLAN.c.id == kept.id))
                connection.execute(insert(PLAN).values(_row(kept)))
                _write_version(connection, kept, at=store.clock(), by=LIBRARY)
            notes = [Note("plan", plan.id, ["steps" if before else "added"]) for plan, before in new]
            write_notes(connection, notes, by=LIBRARY, at=store.clock())
    except IntegrityError:  # another node does the same at this moment
        return 0
    return len(new)


def of_library(store: Store) -> frozenset[str]:
    """Ids of the plans that are as a release brought them."""
    query = select(PLAN.c.id).join(
        PLAN_VERSION, (PLAN_VERSION.c.id == PLAN.c.id) & (PLAN_VERSION.c.version == PLAN.c.version)
    )
    with reading(store.engine) as connection:
        return frozenset(connection.execute(query.where(PLAN_VERSION.c.by == LIBRARY)).scalars())


def _differs(connection: Connection, wanted: Mapping[str, Plan]) -> Sequence[tuple[Plan, int]]:
    """The plans of a release that are not kept as they are, each with its newest version (0: none); without those that
    somebody has touched."""
    newest = select(PLAN_VERSION.c.id, func.max(PLAN_VERSION.c.version).label("version")).group_by(PLAN_VERSION.c.id)
    last = newest.subquery()
    query = select(PLAN_VERSION).join(
        last, (PLAN_VERSION.c.id == last.c.id) & (PLAN_VERSION.c.version == last.c.version)
    )
    known = {row.id: row for row in connection.execute(query.where(PLAN_VERSION.c.id.in_(list(wanted))))}
    found: list[tuple[Plan, int]] = []
    for plan_id, plan in wanted.items():
        row = known.get(plan_id)
        if row is None:
            found.append((plan, 0))
        elif row.by == LIBRARY and row.body not in (None, _body(structs.replace(plan, version=row.version))):
            found.append((plan, row.version))
    return found


def _must_fit(connection: Connection, plan: Plan, before: Plan | None = None) -> None:
    """Raises PlanUnfit with every flaw."""
    flaws = check(plan, kinds.load(), types=frozenset(types_of_accounts()))
    if plan.level is Level.ACCOUNT:
        known = connection.execute(select(ACCOUNT.c.id).where(ACCOUNT.c.id == plan.of)).first() is not None
        flaws += [] if known else [Flaw("of", repr(plan.of[:60]), "the id of an account")]
    if before is None or (before.level, before.of) != (plan.level, plan.of):
        same = (PLAN.c.level == plan.level) & (PLAN.c.of == plan.of)
        beside = connection.execute(select(func.count()).where(same)).scalar() or 0
        wants = f"at most {PLANS_MOST} of them"
        flaws += [] if beside < PLANS_MOST else [Flaw("of", plan.of[:60], wants)]
    if flaws:
        raise PlanUnfit(flaws)


def _fields(before: Plan, after: Plan) -> list[str]:
    """What differs between two plans, whatever their versions."""
    names = [name for name in Plan.__struct_fields__ if name != "version"]
    return [name for name in names if getattr(before, name) != getattr(after, name)]


def _seen(connection: Connection, plan_id: str, version: int) -> Plan:
    """The plan that holds now, where it is the version that was seen. Raises PlanChanged, NoSuchPlan."""
    now = _now(connection, plan_id)
    if now is None:
        if _last_version(connection, plan_id):
            raise PlanChanged(None)
        raise NoSuchPlan(plan_id)
    if now.version != version:
        raise PlanChanged(now)
    return now


def _now(connection: Connection, plan_id: str) -> Plan | None:
    body = connection.execute(select(PLAN.c.body).where(PLAN.c.id == plan_id).with_for_update()).scalar()
    return None if body is None else _plan(body)


def _last_version(connection: Connection, plan_id: str) -> int:
    query = select(func.max(PLAN_VERSION.c.version)).where(PLAN_VERSION.c.id == plan_id)
    return connection.execute(query).scalar() or 0


def _write_version(connection: Connection, plan: Plan, *, at: datetime, by: str) -> None:
    row = {"id": plan.id, "version": plan.version, "at": at, "by": by, "body": _body(plan)}
    connection.execute(insert(PLAN_VERSION).values(row))


def _version(row: Row[Any]) -> PlanVersion:
    plan = None if row.body is None else _plan(row.body)
    return PlanVersion(id=row.id, version=row.version, at=row.at, by=row.by, plan=plan)


def _row(plan: Plan) -> dict[str, Any]:
    return {"id": plan.id, "version": plan.version, "level": plan.level, "of": plan.of, "body": _body(plan)}


def _body(plan: Plan) -> str:
    return msgspec.json.encode(plan).decode("utf-8")


def _plan(body: str) -> Plan:
    return msgspec.json.decode(body, type=Plan)
