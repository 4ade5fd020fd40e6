"""The closed list of kinds. Nobody can add or rename one: the list is package data, under one digest.

A kind says what an incident is, who may report it, whom it reaches and how it closes. Labels in four languages.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from msgspec import Struct

from belfry.domain.signal import Method
from belfry.domain.tables import digest, rows

VERSION: Final = 1
TABLE: Final = "kinds_v1.csv"
LANGUAGES: Final = ("en", "de", "fr", "es")

_METHODS: Final = {"e": Method.EQUIPMENT, "d": Method.DUTY, "c": Method.CALL, "s": Method.SYSTEM}


class UnknownKind(LookupError):
    """A code that is not in the closed list; carries the code."""


class Kind(Struct, frozen=True, kw_only=True):
    """One row of the closed list; columns as in `data/README.md`."""

    code: str
    parent: str
    label: str
    definition: str
    not_this: str
    priority: int
    rank: int | None
    lead: tuple[str, ...]
    methods: tuple[Method, ...]
    reach: str
    audience: str
    life: bool
    silent: bool
    group_key: str
    restore: str
    auto_close: str
    pending_s: int | None
    cap: str
    apco: str
    neris: str
    emsi: str

    @property
    def group(self) -> str:
        """One of the nine groups: FIRE MED RES TRF PROP PERS TECH ENV ADM."""
        return self.code.partition(".")[0]


class Words(Struct, frozen=True):
    """A kind in one language."""

    label: str
    definition: str
    not_this: str


class Kinds:
    """The closed list, in the order of its table."""

    def __init__(self, kinds: Sequence[Kind], words: Mapping[str, Mapping[str, Words]], sha256: str) -> None:
        self._by_code = {kind.code: kind for kind in kinds}
        self._words = words
        self.digest = sha256
        self.version = VERSION

    def __getitem__(self, code: str) -> Kind:
        try:
            return self._by_code[code]
        except KeyError:
            raise UnknownKind(code) from None

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self):  # type: ignore[no-untyped-def]  # iterates Kind; typed through `all`
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    def all(self) -> Sequence[Kind]:
        return list(self._by_code.values())

    def for_method(self, method: Method) -> Sequence[Kind]:
        """The kinds that may be raised in this way."""
        return [kind for kind in self._by_code.values() if method in kind.methods]

    def words(self, code: str, language: str) -> Words:
        """Label and definition in a language; English where the language is not one of ours."""
        spoken = self._words.get(language, {}).get(code)
        kind = self[code]
        return spoken or Words(kind.label, kind.definition, kind.not_this)


def _kind(row: Mapping[str, str]) -> Kind:
    return Kind(
        code=row["code"],
        parent=row["parent"],
        label=row["label"],
        definition=row["definition"],
        not_this=row["not_this"],
        priority=int(row["priority"]),
        rank=int(row["rank"]) if row["rank"] else None,
        lead=tuple(row["lead"].split()),
        methods=tuple(_METHODS[letter] for letter in row["methods"]),
        reach=row["reach"],
        audience=row["audience"],
        life=row["life"] == "yes",
        silent=row["silent"] == "yes",
        group_key=row["group_key"],
        restore=row["restore"],
        auto_close=row["auto_close"],
        pending_s=int(row["pending_s"]) if row["pending_s"] else None,
        cap=row["cap"],
        apco=row["apco"],
        neris=row["neris"],
        emsi=row["emsi"],
    )


@cache
def load() -> Kinds:
    """Return the closed list of this release."""
    words = {
        language: {
            row["code"]: Words(row["label"], row["definition"], row["not_this"])
            for row in rows(f"kinds_{language}.csv")
        }
        for language in LANGUAGES
        if language != "en"
    }
    return Kinds([_kind(row) for row in rows(TABLE)], words, digest(TABLE))
