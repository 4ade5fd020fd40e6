"""Escalation chains: who is called next when nobody accepts, or fewer than are needed, and after how long.

A chain is a list of rounds. The first one is the alert itself; each later one comes once the one before had its time,
or at once where nobody is left who could accept.
"""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from belfry.domain.escalation import OUTSIDE, ROOM, SUPERVISOR
from belfry.domain.kinds import Kinds

AGAIN: Final = "again"
"""Those who were told and have not answered."""
NEXT: Final = "next"
"""The next ones whom the kind reaches: the nearest that were not told yet, or who came on duty since."""
LEVELS: Final = frozenset({SUPERVISOR, ROOM, OUTSIDE})
"""Levels of `[[on_call]]`."""

STEPS_MOST: Final = 20
NEEDS_MOST: Final = 50


class ChainStep(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[chain.step]]`: `after_s` behind the round before, `who` is called, and again `repeat` times."""

    who: Literal["again", "next", "supervisor", "room", "outside"]
    after_s: Annotated[int, Meta(ge=5, le=86_400)] = 60
    repeat: Annotated[int, Meta(ge=0, le=10)] = 0


class Chain(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[chain]]`: for kinds by their codes or beginnings of codes, up to a dot."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    kinds: Annotated[tuple[str, ...], Meta(min_length=1, max_length=50)] = ("*",)
    needs: Annotated[int, Meta(ge=0, le=NEEDS_MOST)] = 1
    """So many have to accept; 0: it is told, and nobody is called again."""
    step: Annotated[tuple[ChainStep, ...], Meta(max_length=STEPS_MOST)] = ()


class Round(Struct, frozen=True):
    """One calling more, `after_s` behind the one before."""

    who: str
    after_s: int


DEFAULT: Final = Chain(
    name="",
    step=(
        ChainStep(who="next", after_s=60),
        ChainStep(who="again", after_s=60),
        ChainStep(who="supervisor", after_s=60),
    ),
)


def chain_of(kind: str, chains: Sequence[Chain]) -> Chain:
    """The first that names a kind, longest beginning first; else the one of this release."""
    fitting = [(len(begin) if begin != "*" else 0, one) for one in chains for begin in one.kinds if _is_of(kind, begin)]
    return max(fitting, key=lambda pair: pair[0], default=(0, DEFAULT))[1]


def named(name: str | None, chains: Sequence[Chain]) -> Chain:
    """What an alert goes on with; one that the settings lost goes on as this release does."""
    return next((one for one in chains if one.name == name), DEFAULT)


def rounds(chain: Chain) -> Sequence[Round]:
    """Every round behind the first, in order."""
    return [Round(one.who, one.after_s) for one in chain.step for _ in range(1 + one.repeat)]


def check(chains: Sequence[Chain], kinds: Kinds) -> None:
    """Judge chains beside each other. Raises ValueError."""
    names = [one.name for one in chains]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"chain.name: {', '.join(twice)} is used twice")
    codes = [one.code for one in kinds.all()]
    for chain in chains:
        for begin in chain.kinds:
            if begin != "*" and not any(_is_of(code, begin) for code in codes):
                raise ValueError(f"chain {chain.name}: kinds = {begin[:60]!r}: is no kind, nor the beginning of one")


def _is_of(kind: str, begin: str) -> bool:
    return begin in ("*", kind) or kind.startswith(f"{begin}.")
