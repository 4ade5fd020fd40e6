"""Plans of buildings: a row each, the picture in it, so that a backup of the registry has them and a site that goes
takes them along. Each change is one transaction with its change row, which names fields and never what is drawn.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from belfry.domain.floor_plan import FLOOR_PLANS_MOST, Corners, FloorPlan, flaws_of
from belfry.ports.floor_plans import Drawn, FloorPlanChanged, FloorPlanUnfit, NoSuchFloorPlan, TooManyFloorPlans
from belfry.registry.doors import in_thread
from belfry.registry.store import Note, Store, write_notes
from belfry.registry.tables import ACCOUNT, METADATA
from belfry.sql import reading, writing

MARK_DIGITS: Final = 16

FLOOR_PLAN: Final = Table(
    "floor_plan",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("mark", Text, nullable=False),
    Column("corners", Text),  # JSON of domain.floor_plan.Corners
    Column("version", Integer, nullable=False),
    Column("picture", LargeBinary, nullable=False),
    Index("floor_plan_account", "account_id"),
)
_FIELDS: Final = [column for column in FLOOR_PLAN.c if column.name not in {"picture", "position"}]


class FloorPlansDoor:
    """Implements `ports.floor_plans.FloorPlans`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, account_id: str) -> Sequence[FloorPlan]:
        return await in_thread(read_plans, self._store, account_id)

    async def picture(self, account_id: str, plan_id: str) -> bytes:
        return await in_thread(read_picture, self._store, account_id, plan_id)

    async def add(self, account_id: str, label: str, drawn: Drawn, *, by: str) -> FloorPlan:
        return await in_thread(add_plan, self._store, account_id, label, drawn, by=by)

    async def put(
        self, account_id: str, plan_id: str, label: str, corners: Corners | None, *, version: int, by: str
    ) -> FloorPlan:
        return await in_thread(put_plan, self._store, account_id, plan_id, label, corners, version=version, by=by)

    async def remove(self, account_id: str, plan_id: str, *, version: int, by: str) -> None:
        await in_thread(remove_plan, self._store, account_id, plan_id, version=version, by=by)


def read_plans(store: Store, account_id: str) -> Sequence[FloorPlan]:
    with reading(store.engine) as connection:
        return _of(connection, account_id)


def read_picture(store: Store, account_id: str, plan_id: str) -> bytes:
    query = select(FLOOR_PLAN.c.picture).where(FLOOR_PLAN.c.id == plan_id, FLOOR_PLAN.c.account_id == account_id)
    with reading(store.engine) as connection:
        found = connection.scalar(query)
    if found is None:
        raise NoSuchFloorPlan(plan_id)
    return bytes(found)


def add_plan(store: Store, account_id: str, label: str, drawn: Drawn, *, by: str) -> FloorPlan:
    if flaws := flaws_of(label, None):
        raise FloorPlanUnfit(flaws)
    mark = sha256(drawn.content).hexdigest()[:MARK_DIGITS]
    with writing(store.engine) as connection:
        site = select(ACCOUNT.c.id).where(ACCOUNT.c.id == account_id).with_for_update()
        if connection.execute(site).first() is None:
            raise NoSuchFloorPlan(account_id)
        there = _of(connection, account_id)
        if (known := next((one for one in there if (one.mark, one.label) == (mark, label)), None)) is not None:
            return known
        if len(there) >= FLOOR_PLANS_MOST:
            raise TooManyFloorPlans(f"{FLOOR_PLANS_MOST} plans are kept of a site")
        last = connection.scalar(select(func.max(FLOOR_PLAN.c.position)).where(FLOOR_PLAN.c.account_id == account_id))
        plan = FloorPlan(
            id=store.new_id("f"),
            account_id=account_id,
            label=label,
            width=drawn.width,
            height=drawn.height,
            mark=mark,
        )
        row = {**_row(plan), "position": 0 if last is None else last + 1, "picture": drawn.content}
        connection.execute(insert(FLOOR_PLAN).values(row))
        _note(connection, store, plan, ["added"], by=by)
    return plan


def put_plan(
    store: Store, account_id: str, plan_id: str, label: str, corners: Corners | None, *, version: int, by: str
) -> FloorPlan:
    with writing(store.engine) as connection:
        before = _seen(connection, account_id, plan_id, version)
        if flaws := flaws_of(label, corners):
            raise FloorPlanUnfit(flaws)
        fields = [
            name
            for name, was, is_ in (("label", before.label, label), ("corners", before.corners, corners))
            if was != is_
        ]
        if not fields:
            return before
        plan = msgspec.structs.replace(before, label=label, corners=corners, version=version + 1)
        connection.execute(update(FLOOR_PLAN).where(FLOOR_PLAN.c.id == plan_id).values(_row(plan)))
        _note(connection, store, plan, fields, by=by)
    return plan


def remove_plan(store: Store, account_id: str, plan_id: str, *, version: int, by: str) -> None:
    with writing(store.engine) as connection:
        plan = _seen(connection, account_id, plan_id, version)
        connection.execute(delete(FLOOR_PLAN).where(FLOOR_PLAN.c.id == plan_id))
        _note(connection, store, plan, ["removed"], by=by)


# -- pieces -----------------------------------------------------------------------------------------------------------


def _of(connection: Connection, account_id: str) -> Sequence[FloorPlan]:
    query = select(*_FIELDS).where(FLOOR_PLAN.c.account_id == account_id).order_by(FLOOR_PLAN.c.position)
    return [_plan(row) for row in connection.execute(query)]


def _seen(connection: Connection, account_id: str, plan_id: str, version: int) -> FloorPlan:
    query = select(*_FIELDS).where(FLOOR_PLAN.c.id == plan_id, FLOOR_PLAN.c.account_id == account_id)
    row = connection.execute(query.with_for_update()).first()
    if row is None:
        raise NoSuchFloorPlan(plan_id)
    plan = _plan(row)
    if plan.version != version:
        raise FloorPlanChanged(plan)
    return plan


def _plan(row: Row[Any]) -> FloorPlan:
    corners = None if row.corners is None else msgspec.json.decode(row.corners, type=Corners)
    return FloorPlan(**{**row._mapping, "corners": corners})


def _row(plan: FloorPlan) -> dict[str, Any]:
    corners = None if plan.corners is None else msgspec.json.encode(plan.corners).decode("utf-8")
    return {**msgspec.structs.asdict(plan), "corners": corners}


def _note(connection: Connection, store: Store, plan: FloorPlan, fields: Sequence[str], *, by: str) -> None:
    write_notes(
        connection, [Note(FLOOR_PLAN.name, plan.id, fields, account_id=plan.account_id)], by=by, at=store.clock()
    )
