"""What a decision of triage is written down as: which of its facts come first, and how many an entry holds.

One signal may restore a thousand points at several incidents; an entry holds 65 535 bytes, and an append names one
`expect`.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import structs

from belfry.centre.triage.case import Decided, Decision
from belfry.domain.facts import Joined, Logged, Mended, OnIncident, Opened

FACTS_IN_ENTRY: Final = 64
ENTRY_WEIGHT_MOST: Final = 60_000
FACT_WEIGHT: Final = 900
SEALED_WEIGHT: Final = 220
POINT_WEIGHT: Final = 180
POINTS_IN_FACT: Final = 256
"""What an entry of 65 535 bytes holds, reckoned on the safe side; a test holds the reckoning against the encoder."""


def in_turn(decision: Decision) -> tuple[Sequence[OnIncident], Decided]:
    """What must be stored before a signal may count as settled, each fact marked so, and what settles it then.

    First comes what it does beside its own incident and, of a restore that brings several to rest, all but the last:
    an append names one `expect`. A crash in between leaves the signal open; decided again, it finds those done already,
    since each of them changes what made it necessary.
    """
    last = where(decision.settled[-1])
    settling = [fact for fact in decision.settled if where(fact) == last]
    others = [fact for fact in decision.settled if not isinstance(fact, Logged) and fact.incident != last]
    first = [
        structs.replace(fact, beside=True) if isinstance(fact, Opened | Joined) else fact
        for fact in (*others, *decision.beside)
    ]
    return first, settling


def by_weight(facts: Sequence[OnIncident | Logged]) -> Sequence[Sequence[OnIncident | Logged]]:
    """Cut facts into entries: at most FACTS_IN_ENTRY, and never more than an entry holds."""
    facts = [part for fact in facts for part in _parts(fact)]
    if len(facts) == 1:
        return (facts,)
    chunks: list[list[OnIncident | Logged]] = []
    weight = ENTRY_WEIGHT_MOST
    for fact in facts:
        more = _weight(fact)
        if weight + more > ENTRY_WEIGHT_MOST or len(chunks[-1]) == FACTS_IN_ENTRY:
            chunks.append([])
            weight = 0
        chunks[-1].append(fact)
        weight += more
    return chunks


def _weight(fact: OnIncident | Logged) -> int:
    """At least the bytes of a fact as stored: its open part, the points that it restores, and each sealed box as
    base64 with its key."""
    weight = FACT_WEIGHT
    if type(fact) is Joined or type(fact) is Mended:
        weight += POINT_WEIGHT * len(fact.restored)
    if (type(fact) is Joined or type(fact) is Opened) and fact.signal.sealed:
        weight += sum(SEALED_WEIGHT + len(sealed.box) * 4 // 3 for sealed in fact.signal.sealed)
    return weight


def _parts(fact: OnIncident | Logged) -> Sequence[OnIncident | Logged]:
    """A fact that restores more points than an entry holds, in several of one append: those before it restore alone,
    and are no signals of their own."""
    if not (type(fact) is Joined or type(fact) is Mended) or len(fact.restored) <= POINTS_IN_FACT:
        return (fact,)
    signal = fact.signal.position if type(fact) is Joined else fact.signal
    cuts = [fact.restored[n : n + POINTS_IN_FACT] for n in range(0, len(fact.restored), POINTS_IN_FACT)]
    before = [Mended(incident=fact.incident, signal=signal, restored=cut) for cut in cuts[:-1]]
    return (*before, structs.replace(fact, restored=cuts[-1]))


def where(fact: OnIncident | Logged) -> str | None:
    """The incident that a fact is about; None for a line in the log."""
    return None if type(fact) is Logged else fact.incident
