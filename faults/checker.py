"""Compares what panels were told with what the journal holds, and says every difference in plain words.

What must hold after any fault: each acknowledged signal is in the journal exactly once; none is there twice; none came
from nowhere; positions have no gap. Once a restart has caught up: each stored signal has exactly one settling decision,
no incident and no number is given twice. The journal is read through its own door, from a copy, so that the next
start finds what the fault left.
"""

import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from belfry.domain.facts import Effect, Joined, Logged, Opened, Received
from belfry.domain.signal import Method
from belfry.journal.sqlite import SqliteJournal
from belfry.ports import Pruned, Stored
from faults.record import Name, Told

PAGE: Final = 4_096
JOURNAL_FILES: Final = ("journal.sqlite3", "journal.sqlite3-wal")


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken promise, in words that name account, sequence and position."""

    what: str
    """`lost`, `doubled`, `undecided`, `decided twice`, `from nowhere`, `gap`."""
    words: str

    def __str__(self) -> str:
        return f"{self.what}: {self.words}"


@dataclass(slots=True)
class Held:
    """What a journal holds, in the order of the positions."""

    received: dict[int, Received] = field(default_factory=dict)
    decided: dict[int, list[tuple[int, "Opened | Joined | Logged"]]] = field(default_factory=lambda: defaultdict(list))
    """The decisions about the signal at a position, each with the position where it stands."""
    positions: list[int] = field(default_factory=list)
    pruned: set[int] = field(default_factory=set)

    def add(self, item: Stored | Pruned) -> None:
        self.positions.append(item.position)
        if isinstance(item, Pruned):
            self.pruned.add(item.position)
            return
        for fact in item.entry.facts:
            match fact:
                case Received():
                    self.received[item.position] = fact
                case Opened() | Joined():
                    self.decided[fact.signal.position].append((item.position, fact))
                case Logged():
                    self.decided[fact.signal].append((item.position, fact))
                case _:
                    pass


def held(items: Iterable[Stored | Pruned]) -> Held:
    """Return what the entries of a journal say about signals."""
    found = Held()
    for item in items:
        found.add(item)
    return found


async def read_journal(data: Path, scratch: Path) -> Held:
    """Read the journal of a data folder whose centre is gone, from a copy made in `scratch`.

    Raises what `SqliteJournal.open` raises, which is a finding of its own.
    """
    _copy(data, scratch)
    journal = await SqliteJournal.open(scratch)
    try:
        found, after = Held(), 0
        while page := await journal.page(after, PAGE):
            for item in page:
                found.add(item)
            after = page[-1].position
        return found
    finally:
        await journal.close()
        shutil.rmtree(scratch)


def _copy(data: Path, scratch: Path) -> None:
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    for name in JOURNAL_FILES:
        if (data / name).exists():
            shutil.copyfile(data / name, scratch / name)


def check(told: Mapping[Name, Told], journal: Held, *, settled: bool) -> Sequence[Finding]:
    """Every broken promise. `settled`: a restart has caught up, so nothing may be left undecided."""
    return [
        *_gaps(journal),
        *_signals(told, journal),
        *_decisions(told, journal, settled=settled),
        *_incidents(journal),
    ]


# -- what arrived


def _gaps(journal: Held) -> Iterator[Finding]:
    wanted = 1
    for position in journal.positions:
        if position != wanted:
            yield Finding("gap", f"position {wanted} is missing, the journal goes on with {position}")
        wanted = position + 1


def _signals(told: Mapping[Name, Told], journal: Held) -> Iterator[Finding]:
    at: dict[Name, list[int]] = defaultdict(list)
    for position, received in journal.received.items():
        if received.method is Method.EQUIPMENT:
            at[_name(received)].append(position)
    for name, known in told.items():
        places = at.get(name, [])
        if known.acknowledged is not None and not places:
            yield Finding("lost", f"{name}, sequence {known.sequence}: acknowledged, and at no position of the journal")
        if len(places) > 1:
            where = _listed(places)
            yield Finding("doubled", f"{name}, sequence {known.sequence}: stored at positions {where}")
    for name, places in at.items():
        if name not in told:
            yield Finding("from nowhere", f"{name}: stored at position {places[0]}, and no panel sent it")


def _name(received: Received) -> Name:
    return Name(received.account or "", received.code or "", received.zone or "")


# -- what was concluded


def _decisions(told: Mapping[Name, Told], journal: Held, *, settled: bool) -> Iterator[Finding]:
    for position, received in journal.received.items():
        facts = journal.decided.get(position, [])
        settling = [(at, fact) for at, fact in facts if not is_beside(position, fact)]
        who = _who(told, position, received)
        if not settling and settled:
            yield Finding("undecided", f"{who}: nothing says what became of it")
        if len(settling) > 1 and not _is_one_decision([fact for _, fact in settling]):
            said = ", ".join(f"{_said(fact)} at position {at}" for at, fact in settling)
            yield Finding("decided twice", f"{who}: {said}")
        beside = [_said(fact) for _, fact in facts if is_beside(position, fact)]
        if len(set(beside)) < len(beside):
            yield Finding("decided twice", f"{who}: beside it {_listed(beside)}")
    for position in sorted(journal.decided.keys() - journal.received.keys() - journal.pruned):
        at, fact = journal.decided[position][0]
        yield Finding("from nowhere", f"{_said(fact)} at position {at}, for position {position} that holds no signal")


def is_beside(position: int, fact: Opened | Joined | Logged) -> bool:
    """Whether a decision is about something else than the signal itself: a flood told, an intrusion confirmed."""
    match fact:
        case Opened():
            return fact.incident != f"i{position}"
        case Joined():
            return fact.beside
        case Logged():
            return False


def _is_one_decision(facts: Sequence[Opened | Joined | Logged]) -> bool:
    """A restore may bring several incidents to rest, each once; everything else is one fact."""
    restores = [fact.incident for fact in facts if isinstance(fact, Joined) and fact.effect is Effect.RESTORE]
    return len(restores) == len(facts) == len(set(restores))


def _incidents(journal: Held) -> Iterator[Finding]:
    """No incident is opened twice, and no number stands for two."""
    opened = [(at, fact) for facts in journal.decided.values() for at, fact in facts if isinstance(fact, Opened)]
    ids: dict[str, int] = {}
    numbers: dict[int, int] = {}
    for at, fact in sorted(opened, key=lambda one: one[0]):
        first = ids.setdefault(fact.incident, at)
        if first != at:
            yield Finding("decided twice", f"incident {fact.incident} is opened at positions {first} and {at}")
        first = numbers.setdefault(fact.number, at)
        if first != at:
            yield Finding("decided twice", f"number {fact.number} is given at positions {first} and {at}")


# -- words


def _who(told: Mapping[Name, Told], position: int, received: Received) -> str:
    if received.method is not Method.EQUIPMENT:
        return f"{received.method} signal at position {position}"
    known = told.get(_name(received))
    sequence = "" if known is None else f", sequence {known.sequence}"
    return f"{_name(received)}{sequence}, at position {position}"


def _said(fact: Opened | Joined | Logged) -> str:
    match fact:
        case Opened():
            return f"opened {fact.incident}"
        case Joined():
            return f"joined to {fact.incident}"
        case Logged():
            return "logged"


def _listed(places: Sequence[object]) -> str:
    return " and ".join(str(place) for place in places)
