"""From a wire's code to what it means, and from there to kind, priority and act (RULES 1), all as data.

A code has one or more rows; the first whose conditions all hold counts. What a code *means* (category, subtype,
state) does not depend on conditions, except an opening from a closing, which the Contact ID qualifier tells.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Final

from msgspec import Struct, structs

from belfry.domain.signal import Category, SignalState, Wire
from belfry.domain.tables import digest, rows

TABLE: Final = "codes_v1.csv"
DEVICES: Final = "devices_v1.csv"
"""Meanings that no panel code has, with their rules: what devices other than panels say."""

_UNLISTED_SUBTYPE: Final = "unlisted"


class Meaning(Struct, frozen=True):
    """What a code says. `address` tells what its number is: zone, user, area, other or none."""

    category: Category
    subtype: str
    state: SignalState
    address: str
    listed: bool
    name: str


class Rule(Struct, frozen=True, kw_only=True):
    """What triage does with a code under the conditions that were given."""

    kind: str | None
    priority: int | None
    act: str
    """open_or_join, annotate, log or banner."""
    restore: str
    auto_close: str
    pending_s: int | None
    when: str
    source: str


class CodeRow(Struct, frozen=True):
    meaning: Meaning
    when: frozenset[str]
    rule: Rule
    pair: tuple[str, ...]


RESTORED_BY: Final[Mapping[SignalState, SignalState]] = {
    SignalState.ALARM: SignalState.RESTORE,
    SignalState.VERIFIED: SignalState.RESTORE,
    SignalState.UNVERIFIED: SignalState.RESTORE,
    SignalState.PRE_ALARM: SignalState.RESTORE,
    SignalState.TROUBLE: SignalState.TROUBLE_RESTORE,
    SignalState.TEST_FAIL: SignalState.TROUBLE_RESTORE,
    SignalState.SUPERVISORY: SignalState.SUPERVISORY_RESTORE,
    SignalState.BYPASS: SignalState.UNBYPASS,
    SignalState.DISABLED: SignalState.UNBYPASS,
    SignalState.TEST_START: SignalState.TEST_END,
    SignalState.TEST: SignalState.TEST_END,
}
"""The state that a Contact ID qualifier 3 gives to a code of a state; absent: the state stays."""


RAISING: Final = frozenset(
    {
        SignalState.ALARM,
        SignalState.VERIFIED,
        SignalState.UNVERIFIED,
        SignalState.PRE_ALARM,
        SignalState.TROUBLE,
        SignalState.SUPERVISORY,
    }
)
"""States that a person must see even where no code is listed for their meaning."""

ENDS_TOO: Final[Mapping[str, tuple[str, ...]]] = {"628": ("627",)}
"""Contact ID has a code of its own for the end of programming, and the table names no pair."""

_CID: Final = Wire.CID


def pair_key(wire: Wire, code: str) -> str:
    """What a restore and its alarm share: the Contact ID code without qualifier, or the SIA letters."""
    return code[1:] if wire is _CID and len(code) == 4 else code


class Codes:
    """Both code lists of one release, and the meanings of devices beside them."""

    def __init__(
        self, table: Mapping[tuple[Wire, str], Sequence[CodeRow]], sha256: str, devices: Sequence[CodeRow] = ()
    ) -> None:
        self._table = table
        self._asked: dict[tuple[Wire, str], frozenset[str]] = {}
        self._meanings: dict[tuple[Wire, str], Meaning] = {}
        self.digest = sha256
        self._by_meaning: dict[tuple[Category | None, str | None, SignalState | None], list[CodeRow]] = {}
        for code_rows in (*table.values(), devices):
            for row in code_rows:
                key = (row.meaning.category, row.meaning.subtype, row.meaning.state)
                self._by_meaning.setdefault(key, []).append(row)
        self.devices = devices
        self.subtypes = frozenset({_UNLISTED_SUBTYPE, *(subtype for _, subtype, _ in self._by_meaning if subtype)})
        """Every subtype that a list of ours names, with the word for what none names."""

    def listed(self, wire: Wire) -> Sequence[str]:
        return [code for w, code in self._table if w is wire]

    def rows(self, wire: Wire, code: str) -> Sequence[CodeRow]:
        """The rows of a code, in table order; empty when it is not listed. `code` as `BA` or `1130`."""
        return self._table.get((wire, pair_key(wire, code)), ())

    def meaning(self, wire: Wire, code: str) -> Meaning:
        """What a code says; an unlisted one is `other`, with an alarm's state where its class is alarm."""
        known = self._meanings.get((wire, code))
        if known is None:
            known = self._meaning(wire, code)
            if len(self._meanings) < 4096:  # a code list has under 500 codes times three qualifiers
                self._meanings[wire, code] = known
        return known

    def _meaning(self, wire: Wire, code: str) -> Meaning:
        qualifier = code[:1] if wire is Wire.CID else ""
        table = self.rows(wire, code)
        if not table:
            return Meaning(Category.OTHER, _UNLISTED_SUBTYPE, _unlisted_state(wire, code), "zone", False, "")
        chosen = next((row for row in table if f"q{qualifier}" in row.when), table[0])
        if qualifier == "3" and "q3" not in chosen.when:
            state = RESTORED_BY.get(chosen.meaning.state, chosen.meaning.state)
            return structs.replace(chosen.meaning, state=state)
        return chosen.meaning

    def asks(self, wire: Wire, code: str) -> frozenset[str]:
        """The conditions that any row of a code asks for; most codes ask for none."""
        asked = self._asked.get((wire, code))
        if asked is None:
            asked = frozenset().union(*(row.when for row in self.rows(wire, code)))
            if len(self._asked) < 4096:
                self._asked[wire, code] = asked
        return asked

    def rule(self, wire: Wire, code: str, conditions: Collection[str] = frozenset()) -> Rule:
        """The first row whose conditions all hold. A Contact ID restore (qualifier 3) annotates its pair."""
        held = frozenset(conditions)
        if wire is Wire.CID and code[:1] in "136":
            held |= {"q3" if code[0] == "3" else "q1"}
        table = self.rows(wire, code)
        for row in table:
            if row.when <= held:
                if code[:1] == "3" and wire is Wire.CID and "q3" not in row.when and _restores(row):
                    return structs.replace(row.rule, kind=None, priority=None, act="annotate", pending_s=None)
                return row.rule
        return _unlisted_rule(wire, code)

    def rule_for(
        self,
        category: Category | None,
        subtype: str | None,
        state: SignalState | None,
        conditions: Collection[str] = frozenset(),
    ) -> Rule:
        """The rule of a signal that came without a code, by the first listed code of the same meaning."""
        if subtype == _UNLISTED_SUBTYPE:
            return structs.replace(UNLISTED_MEANING, priority=4)
        held = frozenset(conditions) | {"q1", "q3"}
        for row in self._by_meaning.get((category, subtype, state), ()):
            if row.when <= held:
                return row.rule
        return UNLISTED_MEANING if state in RAISING else LOGGED

    def name_of(self, category: Category | None, subtype: str | None, state: SignalState | None) -> str | None:
        """What a device says by this, in the words of the list; None where no list names it."""
        rows = self._by_meaning.get((category, subtype, state), ())
        return rows[-1].meaning.name if rows else None  # those of devices come behind those of panels

    def restores(self, wire: Wire, code: str) -> frozenset[str]:
        """The pair keys of the codes that this one restores or ends."""
        if wire is Wire.CID:
            pair = pair_key(wire, code)
            return frozenset({pair, *ENDS_TOO.get(pair, ())})
        table = self.rows(wire, code)
        return frozenset(table[0].pair) if table else frozenset()


def _restores(row: CodeRow) -> bool:
    """A closing of the arm state is no restore; everything else with a restored state is."""
    return row.meaning.state in RESTORED_BY or row.rule.act != "log"


def _unlisted_state(wire: Wire, code: str) -> SignalState:
    """State of an unlisted code by its class (RULES 1): CID 1xx or SIA ?A alarm, 2xx
    supervisory, 3xx trouble, else status."""
    if wire is Wire.SIA:
        return SignalState.ALARM if code[1:2] == "A" else SignalState.STATUS
    states = {"1": SignalState.ALARM, "2": SignalState.SUPERVISORY, "3": SignalState.TROUBLE}
    state = states.get(code[1:2], SignalState.STATUS)
    return RESTORED_BY.get(state, state) if code[:1] == "3" else state


def _unlisted_rule(wire: Wire, code: str) -> Rule:
    """ADM.UNKNOWN: 2 where it is CID 1xx or SIA ?A, 3 for 2xx and 3xx, else 4 (RULES 1).
    A restore annotates or is logged."""
    restore = wire is Wire.CID and code[:1] == "3"
    if wire is Wire.SIA:
        priority = 2 if code[1:2] == "A" else 4
    else:
        priority = {"1": 2, "2": 3, "3": 3}.get(code[1:2], 4)
    return Rule(
        kind=None if restore else "ADM.UNKNOWN",
        priority=None if restore else priority,
        act="annotate" if restore else "open_or_join",
        restore="none" if restore else "wanted",
        auto_close="never",
        pending_s=None,
        when="",
        source="unlisted",
    )


UNLISTED_MEANING: Final = Rule(
    kind="ADM.UNKNOWN",
    priority=2,
    act="open_or_join",
    restore="wanted",
    auto_close="never",
    pending_s=None,
    when="",
    source="unlisted",
)
LOGGED: Final = Rule(
    kind=None, priority=None, act="log", restore="none", auto_close="never", pending_s=None, when="", source="unlisted"
)


def _row(row: Mapping[str, str]) -> CodeRow:
    return CodeRow(
        Meaning(
            Category(row["category"]),
            row["subtype"],
            SignalState(row["state"]),
            row["address"],
            True,
            row["name"],
        ),
        frozenset(row["when"].split("+")) - {""},
        Rule(
            kind=row["kind"] or None,
            priority=int(row["priority"]) if row["priority"] else None,
            act=row["act"],
            restore=row["restore"],
            auto_close=row["auto_close"],
            pending_s=int(row["pending_s"]) if row["pending_s"] else None,
            when=row["when"],
            source=row["source"],
        ),
        tuple(row["pair"].split()),
    )


@cache
def load() -> Codes:
    """Return the code lists of this release."""
    table: dict[tuple[Wire, str], list[CodeRow]] = {}
    for row in rows(TABLE):
        table.setdefault((Wire(row["wire"]), row["code"]), []).append(_row(row))
    return Codes(table, digest(TABLE, DEVICES), [_row(row) for row in rows(DEVICES)])
