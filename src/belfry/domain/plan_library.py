"""The plans that come with a release: good ones for every group of kinds, as a centre may begin with.

They are kept in the registry as the centre's own, where a supervisor changes or takes out whatever does not suit.
"""

import tomllib
from collections.abc import Sequence
from functools import cache
from typing import Final

import msgspec
from msgspec import Struct

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
def load() -> Sequence[Plan]:
    """Return the plans of this release, group by group."""
    return tuple(plan for group in GROUPS for plan in read(table_bytes(f"plans/{group}.toml").decode("utf-8")))
