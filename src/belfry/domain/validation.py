"""How sure it is that somebody is where nobody should be: the validation score, by a table (RULES 4, validation score).

Levels 0 to 4 in the spirit of ANSI/TMA-AVS-01, each with its reasons. It weighs what detectors said and what people saw
or were told - never who anybody is, what a site is worth, or where it lies. What a person presses for help stands
outside: nobody asks for a second sign of a hold-up.

Evidence only ever raises the level. It falls to 0 by two things alone: a valid word of a contact who may cancel, or a
cause that somebody saw. Restores, a cancel at the panel and what was before only annotate.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Final

import msgspec
from msgspec import Struct

from belfry.domain.facts import Point
from belfry.domain.incident import WRONG_WORDS, Incident
from belfry.domain.plan import Outcome
from belfry.domain.presets import Rules, span
from belfry.domain.signal import Method
from belfry.domain.site_map import SiteMap, plain
from belfry.domain.tables import table_bytes
from belfry.domain.verdict import is_outdoor, is_pointless

TABLE: Final = "validation_v1.json"
LEVELS: Final = range(5)
NAMED_MOST: Final = 6
"""Points that a reason names; the table asks for two at most."""


class Rule(Struct, frozen=True, gc=False):
    """A level, and how much of which evidence it needs. `words` by language."""

    level: int
    rule: str
    needs: Mapping[str, int]
    words: Mapping[str, str]


class Table(Struct, frozen=True, gc=False):
    """The whole of a version. Kinds are codes or beginnings of codes up to a dot."""

    version: int
    scored: tuple[str, ...]
    user_pressed: tuple[str, ...]
    intrusion: tuple[str, ...]
    safe: tuple[str, ...]
    confirmed: tuple[str, ...]
    tamper: tuple[str, ...]
    tamper_subtypes: frozenset[str]
    verified_codes: frozenset[str]
    levels: tuple[Rule, ...]
    notes: Mapping[str, Mapping[str, str]]


class Why(Struct, frozen=True, gc=False):
    """A reason: a rule or a note of the table, and what its words name."""

    rule: str
    names: Mapping[str, str] = {}


class Score(Struct, frozen=True, gc=False):
    """`level` None: stands outside the levels, or there is nothing to judge. `table` is what the table alone says."""

    level: int | None
    table: int | None
    rules: int
    why: tuple[Why, ...]
    notes: tuple[Why, ...] = ()


@cache
def load() -> Table:
    """Return the table of this release."""
    return msgspec.json.decode(table_bytes(TABLE), type=Table)


@cache
def is_scored(kind: str) -> bool:
    """Whether the levels are for incidents of a kind."""
    return _of(kind, load().scored)


@cache
def is_user_pressed(kind: str) -> bool:
    """Whether somebody asks for help himself: such an incident stands outside the levels."""
    return _of(kind, load().user_pressed)


def may_be_scored(incident: Incident) -> bool:
    """Whether an incident has a level that somebody may judge otherwise."""
    return incident.method == Method.EQUIPMENT and is_scored(incident.kind)


def score(
    incident: Incident,
    *,
    beside: Iterable[Incident] = (),
    rules: Rules,
    site_of: Callable[[Incident], SiteMap | None] = lambda _: None,
) -> Score | None:
    """The score of an incident; None where the levels are not for it. `beside` are others open at its site: an alarm,
    a tamper or a safe of the same panel speaks for it as long as they lie within the time in which intrusions join."""
    table = load()
    if is_user_pressed(incident.kind):
        return Score(None, None, table.version, (Why("user_pressed"),))
    if not may_be_scored(incident):
        return None
    heard = [incident, *(one for one in beside if _speaks_for(one, incident, rules))]
    found = _Evidence(table)
    for one in heard:
        found.hear(one, site_of(one))
    found.seen(incident)
    return _judged(incident, table, found, max(_last_alarm(one) for one in heard))


def in_words(why: Why, language: str) -> str:
    """A reason in one language; English where the language is not one of ours."""
    table = load()
    rule = next((one for one in table.levels if one.rule == why.rule), None)
    words = table.notes[why.rule] if rule is None else rule.words
    return words.get(language, words["en"]).format_map(why.names)


# -- evidence ---------------------------------------------------------------------------------------------------------


class _Evidence:
    """Counts of evidence, by the words of the table's `needs`, and the points behind them."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.counts: Counter[str] = Counter()
        self.points: dict[str, dict[tuple[str | None, str | None], str]] = {}
        self.exits = False

    def hear(self, incident: Incident, site: SiteMap | None) -> None:
        table, kind = self._table, incident.kind
        tamper, safe = _of(kind, table.tamper), _of(kind, table.safe)
        for point in incident.in_alarm:
            self._point(point, tamper=tamper, outdoor=is_outdoor(point, site))
        if safe and not self.points.get("safe"):
            self._name("safe", Point(incident.first.area, incident.first.zone))
        if _of(kind, table.confirmed) and not self.counts["verified"] and len(self.points.get("indoor", ())) < 2:
            self.counts["path_loss"] = 1  # triage confirms by a second point, by the panel's word, or by a lost path

    def _point(self, point: Point, *, tamper: bool, outdoor: bool) -> None:
        self.counts["point"] += 1
        self._name("any", point)
        if tamper:
            self.counts["tamper"] += point.subtype in self._table.tamper_subtypes and not outdoor
        elif outdoor:
            self._name("outdoor", point)
        elif is_pointless(point):
            self.exits = True
        else:
            self._name("indoor", point)
            self.counts["verified"] += point.code in self._table.verified_codes
            if point.subtype == "safe":
                self._name("safe", point)

    def _name(self, word: str, point: Point) -> None:
        # Two devices to whom no zone was given are two places all the same.
        where = (plain(point.area), plain(point.zone) or point.device)
        self.points.setdefault(word, {}).setdefault(where, point.zone or point.area or "-")

    def seen(self, incident: Incident) -> None:
        """What people saw or were told; a rule counts what a place of a safe and another one indoors is."""
        for deed in incident.deeds:
            word = None if deed.outcome is None else _SEEN.get(deed.outcome)
            if word is not None:
                self.counts[word] += 1
        safe = self.points.get("safe", {})
        self.counts["safe"] = len(safe)
        self.counts["indoor"] = len(self.points.get("indoor", ()))
        self.counts["interior"] = sum(where not in safe for where in self.points.get("indoor", ()))

    def meets(self, rule: Rule) -> bool:
        return all(self.counts[word] >= least for word, least in rule.needs.items())

    def why(self, rule: Rule) -> Why:
        word = "any" if "point" in rule.needs else "indoor"
        named = {**self.points.get("safe", {}), **self.points.get(word, {})} if "safe" in rule.needs else None
        return Why(rule.rule, _names(named or self.points.get(word, {})))


_SEEN: Final[Mapping[Outcome, str]] = {
    Outcome.PERSON_SEEN: "person",
    Outcome.BREAK_IN_SEEN: "break_in",
    Outcome.VIOLENCE_SEEN: "violence",
}


def _speaks_for(other: Incident, incident: Incident, rules: Rules) -> bool:
    """Another incident of the same panel, of the same hazard or its tamper, and of the same time."""
    table = load()
    if other.id == incident.id or other.account is None or other.account != incident.account:
        return False
    if not _of(other.kind, table.intrusion) and not _of(other.kind, table.tamper):
        return False
    reach = span(rules.intrusion_group_s)
    return other.opened_at <= _last_alarm(incident) + reach and incident.opened_at <= _last_alarm(other) + reach


# -- judging ----------------------------------------------------------------------------------------------------------


def _judged(incident: Incident, table: Table, found: _Evidence, last_alarm: datetime) -> Score:
    met = [rule for rule in table.levels if rule.level and found.meets(rule)]
    level = max((rule.level for rule in met), default=None)
    why = tuple(found.why(rule) for rule in met if rule.level == level) or (Why("no_point"),)
    notes = [*_notes(incident, found)]
    over = _over(incident)
    if over is not None and level is not None:
        rule, at = over
        if found.counts["violence"] or _stands(incident):
            notes.append(Why("stands"))
        elif last_alarm > at or any(deed.at > at and deed.outcome in _SEEN for deed in incident.deeds):
            notes.append(Why("after"))
        else:
            level, why = 0, (Why(rule),)
    return _as_set(incident, Score(level, level, table.version, why, tuple(notes)))


def _over(incident: Incident) -> tuple[str, datetime] | None:
    """By which rule of level 0 it would be over, and since when: the newest of them."""
    seen = [deed.at for deed in incident.deeds if deed.outcome is Outcome.CAUSE_SEEN]
    found = [("cause", seen[-1])] if seen else []
    found += [] if incident.word_at is None else [("word", incident.word_at)]
    return max(found, key=lambda one: one[1], default=None)


def _stands(incident: Incident) -> bool:
    """Whoever gives a word now may be forced to, or guess it."""
    outcomes = [deed.outcome for deed in incident.deeds]
    wrong = incident.wrong_words + outcomes.count(Outcome.WRONG_WORD)
    return Outcome.DURESS in outcomes or wrong >= WRONG_WORDS


def _as_set(incident: Incident, by_table: Score) -> Score:
    """A level that a person set holds until the table says more than it did then."""
    chosen, table = incident.score_set, by_table.level
    if chosen is None or table is None:
        return by_table
    if incident.score_was is not None and table > max(incident.score_was, chosen):
        since = Why("more_since", {"set": str(chosen)})
        return msgspec.structs.replace(by_table, notes=(*by_table.notes, since))
    was = Why("set", {"table": str(table)})
    return msgspec.structs.replace(by_table, level=chosen, why=(was, *by_table.why))


def _notes(incident: Incident, found: _Evidence) -> Iterable[Why]:
    if found.points.get("outdoor"):
        yield Why("outdoor", _names(found.points["outdoor"]))
    if found.exits:
        yield Why("exit")
    if incident.cancelled and incident.word_at is None:
        yield Why("cancelled")
    elif incident.restored:
        yield Why("restored")
    if incident.previous is not None:
        yield Why("previous")


def _names(points: Mapping[tuple[str | None, str | None], str]) -> Mapping[str, str]:
    named: Sequence[str] = list(points.values())[:NAMED_MOST]
    return {"points": ", ".join(named) + (" …" if len(points) > NAMED_MOST else "")}


def _last_alarm(incident: Incident) -> datetime:
    return incident.last_alarm_at or incident.opened_at


@cache  # of a closed list, and asked for every row that is told
def _of(kind: str, prefixes: tuple[str, ...]) -> bool:
    return any(kind == one or kind.startswith(f"{one}.") for one in prefixes)
