"""What is read out on the telephone: to a contact in his language, and to an agency.

Before the pass-word nothing is said of what happened, but where a life is at stake: there nobody is asked for one. The
words hold what everybody at the desk sees anyway; nothing of this is kept.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

import msgspec
from msgspec import Struct

from belfry.domain.tables import table_bytes

TABLE: Final = "read_out_v1.json"


class Said(Struct, frozen=True, kw_only=True):
    """What the words name. Empty: not known, and then nothing is said of it. `time` by the site's own clock."""

    centre: str
    site: str
    label: str
    time: str
    number: int
    """Of the incident."""
    address: str = ""
    zone: str = ""
    level: int | None = None
    """The validation score as it is passed on, and why."""
    why: str = ""
    permit: str = ""
    life: bool = False


class ReadOut(Struct, frozen=True):
    """`greeting` first, and `message` once the word was right."""

    language: str
    greeting: str
    message: str


@cache
def load() -> Mapping[str, Mapping[str, str]]:
    """Return the words of this release, by language."""
    return msgspec.json.decode(table_bytes(TABLE), type=dict[str, dict[str, str]])


def to_contact(said: Said, language: str, otherwise: str) -> ReadOut:
    """What somebody is told in his language, or in another one where his is none of ours."""
    chosen, words = _words(language, otherwise)
    greeting = words["greeting_life" if said.life else "greeting"]
    fields = _fields(said, words)
    return ReadOut(chosen, greeting.format_map(fields), words["contact"].format_map(fields))


def to_agency(said: Said, language: str) -> str:
    """What police, brigade or guard are told: what, where, since when, how sure, and what we call it."""
    _, words = _words(language, "en")
    return words["agency"].format_map(_fields(said, words))


def spoken(language: str, otherwise: str) -> str:
    """The language in which somebody is spoken to: his, else another one, else English."""
    return next(one for one in (language.split("-")[0].lower(), otherwise, "en") if one in load())


def _words(language: str, otherwise: str) -> tuple[str, Mapping[str, str]]:
    chosen = spoken(language, otherwise)
    return chosen, load()[chosen]


def _fields(said: Said, words: Mapping[str, str]) -> Mapping[str, object]:
    return {
        "centre": said.centre,
        "site": said.site,
        "label": said.label,
        "time": said.time,
        "number": said.number,
        "address": f", {said.address}" if said.address else "",
        "where": _where(said.zone, words),
        "score": "" if said.level is None else words["score"].format(level=said.level, why=said.why),
        "permit": words["permit"].format(permit=said.permit) if said.permit else "",
    }


def _where(zone: str, words: Mapping[str, str]) -> str:
    """By its name, or by the number that a detector has where nobody named it."""
    if not zone:
        return ""
    return words["where_number" if zone.isdigit() else "where"].format(zone=zone)
