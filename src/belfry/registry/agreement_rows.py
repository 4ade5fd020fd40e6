"""The rows of agreements: made and ended, never changed and never taken out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import structs
from sqlalchemy import func, insert, select, update

from belfry.domain.agreement import Agreement
from belfry.ports.agreements import AgreementOver, NoSuchAgreement, TooManyAgreements
from belfry.registry.agreement_table import AGREEMENT, agreement_of, body_of
from belfry.registry.doors import in_thread
from belfry.registry.store import Note, Store, write_notes
from belfry.sql import reading, writing

AGREEMENTS_MOST: Final = 2_000


def read_agreements(store: Store) -> Sequence[Agreement]:
    query = select(AGREEMENT.c.body).order_by(AGREEMENT.c.made_at.desc(), AGREEMENT.c.id)
    with reading(store.engine) as connection:
        return [agreement_of(row.body) for row in connection.execute(query)]


def make(store: Store, agreement: Agreement, *, by: str) -> Agreement:
    kept = structs.replace(agreement, id=store.new_id("g"), made_by=by, ended_at=None, ended_by=None)
    now = store.clock()
    with writing(store.engine) as connection:
        if (connection.execute(select(func.count()).select_from(AGREEMENT)).scalar() or 0) >= AGREEMENTS_MOST:
            raise TooManyAgreements(f"at most {AGREEMENTS_MOST} agreements")
        connection.execute(insert(AGREEMENT).values(id=kept.id, made_at=now, body=body_of(kept)))
        write_notes(connection, [Note("agreement", kept.id, ["added"])], by=by, at=now)
    return kept


def end(store: Store, agreement_id: str, now: datetime, *, by: str) -> Agreement:
    with writing(store.engine) as connection:
        query = select(AGREEMENT.c.body).where(AGREEMENT.c.id == agreement_id).with_for_update()
        body = connection.execute(query).scalar()
        if body is None:
            raise NoSuchAgreement(agreement_id)
        before = agreement_of(body)
        if before.ended_at is not None or before.ends <= now:
            raise AgreementOver(agreement_id)
        kept = structs.replace(before, ended_at=now, ended_by=by)
        connection.execute(update(AGREEMENT).where(AGREEMENT.c.id == agreement_id).values(body=body_of(kept)))
        write_notes(connection, [Note("agreement", agreement_id, ["ended"])], by=by, at=store.clock())
    return kept


class AgreementsDoor:
    """`ports.agreements.Agreements`, and `ports.automation.KnownAgreements` from memory. Call `refresh` whenever a
    change row names one; what is made or ended here counts at once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known = {one.id: one for one in read_agreements(store)}

    def get(self, agreement_id: str) -> Agreement | None:
        return self._known.get(agreement_id)

    async def refresh(self) -> None:
        self._known = {one.id: one for one in await self.all()}

    async def all(self) -> Sequence[Agreement]:
        return await in_thread(read_agreements, self._store)

    async def make(self, agreement: Agreement, *, by: str) -> Agreement:
        made = await in_thread(make, self._store, agreement, by=by)
        self._known[made.id] = made
        return made

    async def end(self, agreement_id: str, now: datetime, *, by: str) -> Agreement:
        ended = await in_thread(end, self._store, agreement_id, now, by=by)
        self._known[ended.id] = ended
        return ended
