"""The plans that come with a release: good ones for every group of kinds, as a centre may begin with.

They are kept in the registry as the centre's own, where a supervisor changes or takes out whatever does not suit.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import msgspec
from msgspec import Struct, structs

from belfry.domain.kinds import LANGUAGES
from belfry.domain.plan import Plan
from belfry.domain.tables import table_bytes

GROUPS: Final = ("fire", "med", "res", "trf", "prop", "pers", "tech", "env", "adm")
"""One file for each group of kinds."""


class Library(Struct, frozen=True, forbid_unknown_fields=True):
    """A file: a list of plans, as `docs/plans.md` says."""

    plan: tuple[Plan, ...]


def read(text: str) -> Sequence[Plan]:
    """Return the plans of a TOML text. Raises tomllib.TOMLDecodeError, msgspec.ValidationError."""
    return msgspec.convert(tomllib.loads(text), Library, strict=True).plan


@cache
def load(language: str = "en") -> Sequence[Plan]:
    """Return the plans of this release, group by group, in a language; in English where it is not one of ours."""
    plans = [plan for group in GROUPS for plan in read(table_bytes(f"plans/{group}.toml").decode("utf-8"))]
    if language == "en" or language not in LANGUAGES:
        return tuple(plans)
    said = tomllib.loads(table_bytes(f"plans/{language}.toml").decode("utf-8"))
    return tuple(_in(plan, said.get(plan.id, {})) for plan in plans)


def _in(plan: Plan, said: Mapping[str, str]) -> Plan:
    steps = tuple(structs.replace(step, text=said.get(step.id, step.text)) for step in plan.steps)
    return structs.replace(plan, name=said.get("name", plan.name), steps=steps)
