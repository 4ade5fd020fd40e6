"""What plans cost: choosing one at the first take, and keeping many in memory.

    python -m bench.plans [--accounts 100000] [--takes 2000]

Every account has a plan of its own, beside the library and as many plans by place as the centre may have. Choosing is
timed by itself, for accounts drawn at random; takes go through the desk into a journal on disk, one after the other,
with plans and without. Reading is what the start does: all rows of a registry in SQLite into the book. Prints one JSON
object.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Final

import msgspec
from sqlalchemy import insert

from belfry.centre.board import Board
from belfry.centre.desk import Desk
from belfry.centre.plans import Planner
from belfry.centre.seals import Seals
from belfry.domain import kinds, plan_library
from belfry.domain.commands import Staff, Take
from belfry.domain.facts import Brief, Entry, IncidentState, Opened, Retention, Taken, incident_subject
from belfry.domain.folding import opened
from belfry.domain.plan import Level, Outcome, Plan, Step, StepType, When
from belfry.domain.presets import Rules
from belfry.domain.signal import AccountKey, Category, Method, SignalState
from belfry.domain.site import Account
from belfry.journal.sqlite import SqliteJournal
from belfry.keys.memory import MemoryKeyStore
from belfry.ports import Journal
from belfry.registry import Registry
from belfry.registry.book import AccountBook
from belfry.registry.plan_door import PlanBook
from belfry.registry.plan_rows import PLANS_MOST, read_plans
from belfry.registry.plan_tables import PLAN

NOW: Final = datetime(2026, 3, 14, 2, 14, tzinfo=UTC)
BY: Final = Staff("anna", "operator")
KIND: Final = "PROP.ALARM.INTR"
CHOICES: Final = 5_000
ROWS_AT_ONCE: Final = 5_000


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Measure what plans cost.")
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--takes", type=int, default=2_000)
    asked = parser.parse_args(words)
    accounts = [Account(id=f"a{n}", account=str(n), latitude=54.0, longitude=0.5) for n in range(asked.accounts)]
    plans = [*plan_library.load(), *placed(), *(own(account) for account in accounts)]
    book = AccountBook(accounts)
    few, many = (Planner(PlanBook(some), book) for some in (plan_library.load(), plans))
    dice = random.Random(7)
    told: dict[str, object] = {"accounts": asked.accounts, "plans": len(plans), "takes": asked.takes}
    for name, planner in (("library", few), ("many", many)):
        told[f"choosing_{name}_us"] = [round(each * 1e6, 1) for each in chosen(planner, dice, asked.accounts)]
    told["take_without_ms"] = [round(each * 1e3, 2) for each in asyncio.run(taken(None, asked.takes, asked.accounts))]
    told["take_library_ms"] = [round(each * 1e3, 2) for each in asyncio.run(taken(few, asked.takes, asked.accounts))]
    told["take_many_ms"] = [round(each * 1e3, 2) for each in asyncio.run(taken(many, asked.takes, asked.accounts))]
    told["read_s"] = round(read(plans), 2)
    print(json.dumps(told))
    return 0


def own(account: Account) -> Plan:
    steps = (
        Step(id="premises", do=StepType.CALL_PREMISES, text="Ring twice", then={Outcome.WRONG_WORD: "police"}),
        Step(id="holder", do=StepType.CALL_CONTACT, text="Who comes?", arrival=True),
        Step(id="police", do=StepType.NOTIFY, text="Tell them", demanded=True, reference=True),
    )
    return Plan(id=f"own-{account.id}", name="Own", level=Level.ACCOUNT, of=account.id, steps=steps)


def placed() -> Sequence[Plan]:
    """As many plans by place as the centre may have; one in ten holds the accounts."""
    step = (Step(id="told", do=StepType.READ, text="Tell the harbour"),)
    far, here = ((10.0, 10.0), (11.0, 10.0), (11.0, 11.0)), ((53.0, 0.0), (55.0, 0.0), (55.0, 1.0), (53.0, 1.0))
    return [
        Plan(id=f"place-{n}", name="Place", when=When(polygon=here if n % 10 == 0 else far), steps=step)
        for n in range(PLANS_MOST - len(plan_library.load()))
    ]


def opening(n: int, accounts: int) -> Opened:
    account = n * 7_919 % accounts
    signal = Brief(
        position=n + 1,
        method=Method.EQUIPMENT,
        received_at=NOW,
        area="1",
        zone="12",
        category=Category.INTRUSION,
        subtype="zone",
        state=SignalState.ALARM,
    )
    return Opened(
        incident=f"i{n}",
        number=n + 1,
        kind=KIND,
        priority=2,
        state=IncidentState.WAITING,
        account=AccountKey("panels", None, str(account)),
        account_id=f"a{account}",
        group=f"g{n}",
        signal=signal,
    )


def chosen(planner: Planner, dice: random.Random, accounts: int) -> Sequence[float]:
    """Seconds for one choice: median and 99th percentile."""
    spent = []
    for _ in range(CHOICES):
        incident = opened(opening(dice.randrange(accounts), accounts), 1)
        fact = Taken(incident=incident.id, by=BY.name, seen_upto=1)
        began = time.perf_counter()
        planner.beside(incident, fact, NOW)
        spent.append(time.perf_counter() - began)
    return median(spent), quantiles(spent, n=100)[98]


async def taken(planner: Planner | None, takes: int, accounts: int) -> Sequence[float]:
    """Seconds from a take to its being durable and on the board: median and 99th percentile."""
    with TemporaryDirectory() as folder:
        journal: Journal = await SqliteJournal.open(Path(folder))
        board, chance = Board(), random.Random(7).randbytes
        periods = dict.fromkeys(Retention, timedelta(days=30))
        seals = Seals(await MemoryKeyStore.open(chance), chance, lambda: NOW, periods)
        desk = Desk(
            board, journal, seals, kinds=kinds.load(), rules=Rules(), clock=lambda: NOW, chance=chance, plans=planner
        )
        spent = []
        for n in range(takes):
            fact = opening(n, accounts)
            entry = Entry(id=chance(16), subject=incident_subject(fact.incident), at=NOW, facts=(fact,))
            (position,) = await journal.append([entry])
            board.fold(position, entry)
            began = time.perf_counter()
            await desk.act(fact.incident, Take(1), BY)
            spent.append(time.perf_counter() - began)
        await journal.close()
    return median(spent), quantiles(spent, n=100)[98]


def read(plans: Sequence[Plan]) -> float:
    """Seconds to read all plans of a registry into a book."""
    with TemporaryDirectory() as folder:
        registry = Registry.open(Path(folder))
        rows = [
            {
                "id": plan.id,
                "version": 1,
                "level": plan.level,
                "of": plan.of,
                "body": msgspec.json.encode(plan).decode(),
            }
            for plan in plans
        ]
        with registry.store.engine.begin() as connection:
            for n in range(0, len(rows), ROWS_AT_ONCE):
                connection.execute(insert(PLAN), rows[n : n + ROWS_AT_ONCE])
        began = time.perf_counter()
        book = PlanBook(read_plans(registry.store))
        spent = time.perf_counter() - began
        assert len(book) == len(plans)
        registry.close()
    return spent


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
