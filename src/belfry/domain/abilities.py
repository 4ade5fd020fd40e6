"""What operators are trained for and which languages they speak, and which incident is handed to whom.

Skills are a closed list by groups of kinds; languages only find a speaker. Both are a preference and never a filter:
they choose among incidents of one priority and rank and among people who are free, and what has waited for as long as
its priority wants goes to whoever is there. Nothing else may ask for them: no list, no report, no export.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from belfry.domain.clocks import CARE, TAKE, limits
from belfry.domain.incident import Incident
from belfry.domain.presets import Rules, span

BAND_MOST: Final = 64
"""Incidents of one priority and rank that are compared; behind them age decides alone."""


class Skill(StrEnum):
    FIRE = "fire"
    MEDICAL = "medical"
    CARE = "care"
    CARE_VOICE = "care_voice"
    """Speaks with whoever pressed."""
    RESCUE = "rescue"
    TRAFFIC = "traffic"
    INTRUSION = "intrusion"
    PERSON = "person"
    TECHNICAL = "technical"
    ENVIRONMENT = "environment"


OF_GROUP: Final[Mapping[str, Skill]] = {
    "FIRE": Skill.FIRE,
    "MED": Skill.MEDICAL,
    "RES": Skill.RESCUE,
    "TRF": Skill.TRAFFIC,
    "PROP": Skill.INTRUSION,
    "PERS": Skill.PERSON,
    "TECH": Skill.TECHNICAL,
    "ENV": Skill.ENVIRONMENT,
}
"""Administration wants none."""


class Abilities(Struct, frozen=True):
    """Of one person. No skill at all: trained for everything, as in a small room."""

    skills: frozenset[str] = frozenset()
    speaks: frozenset[str] = frozenset()
    """Languages such as `de`."""


GENERALIST: Final = Abilities()


def skill_for(kind: str) -> Skill | None:
    """The skill that a kind wants; None: none."""
    if kind in CARE:
        return Skill.CARE_VOICE
    if kind.startswith("MED.CARE"):
        return Skill.CARE
    return OF_GROUP.get(kind.partition(".")[0])


def fit(kind: str, language: str | None, person: Abilities) -> tuple[bool, bool]:
    """How well somebody fits: trained for it, speaks the language of the site. The larger the better."""
    wanted = skill_for(kind)
    trained = not person.skills or wanted is None or wanted in person.skills
    return trained, language is not None and language.partition("-")[0] in person.speaks


def is_overdue(incident: Incident, now: datetime, rules: Rules) -> bool:
    """Whether it has waited for as long as its priority wants: from here on it waits for nobody in particular."""
    wanted = limits(incident.kind, incident.priority, rules).get(TAKE)
    return wanted is not None and now - incident.queued_at >= span(wanted.target_s)


class Candidate(Struct, frozen=True):
    """Somebody who is free for an incident."""

    name: str
    abilities: Abilities


def choose(
    waiting: Iterable[Incident],
    people: Sequence[Candidate],
    *,
    may: Callable[[Incident, Candidate], bool],
    language: Callable[[Incident], str | None],
    now: datetime,
    rules: Rules,
) -> tuple[Incident, Candidate] | None:
    """Which incident goes to whom; None where nobody may have any of them.

    `waiting` in the order of the queue, `people` with whoever is free longest first. Only incidents of the first
    priority and rank that anybody may have are compared. What is overdue goes first, and of the others the best pair;
    where several are as good, the first of the queue and the longest free.
    """
    best: tuple[tuple[bool, bool, bool], Incident, Candidate] | None = None
    band: tuple[int, int] | None = None
    compared = 0
    for incident in waiting:
        if band is not None and (incident.order[:2] != band or compared == BAND_MOST):
            break
        able = [one for one in people if may(incident, one)]
        if not able:
            continue
        band, compared = incident.order[:2], compared + 1  # an exercise is no part of a real band
        overdue, spoken = is_overdue(incident, now, rules), language(incident)
        for one in able:
            worth = (overdue, *fit(incident.kind, spoken, one.abilities))
            if best is None or worth > best[0]:
                best = (worth, incident, one)
        if overdue and best is not None:
            break  # the first of the queue that may wait no longer
    return None if best is None else (best[1], best[2])
