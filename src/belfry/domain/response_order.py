"""Which units a kind asks for, by alarm level: the response orders of `data/response_orders_v1.csv`.

The order of the longest beginning of the kind's code counts; a level that it does not name is its highest one below.
A kind without an order asks for one unit of each service that leads it, and what the room or the keyholders lead for
nobody. Presets of the trade; a centre sets its own in `[[response]]`.
"""

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Final

from msgspec import Meta, Struct

from belfry.domain.kinds import Kind
from belfry.domain.tables import rows
from belfry.domain.unit import Service, UnitEquipment, UnitSkill, UnitType

TABLE: Final = "response_orders_v1.csv"
LEVELS_MOST: Final = 5
SLOTS_MOST: Final = 40
"""Units that one order may ask for."""

_LEADS: Final = {str(one): one for one in Service}


class Need(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """`count` units that do one thing. Empty sets ask for nothing; of `services` and `types` any one will do, of skills
    and equipment all are needed."""

    role: Annotated[str, Meta(min_length=1, max_length=40)]
    count: Annotated[int, Meta(ge=1, le=20)] = 1
    services: frozenset[Service] = frozenset()
    types: frozenset[UnitType] = frozenset()
    skills: frozenset[UnitSkill] = frozenset()
    equipment: frozenset[UnitEquipment] = frozenset()


class Order(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What kinds below `kind` ask for at a level."""

    kind: str
    level: Annotated[int, Meta(ge=1, le=LEVELS_MOST)] = 1
    needs: tuple[Need, ...] = ()


def needs_of(kind: Kind, level: int, orders: Sequence[Order] = ()) -> Sequence[Need]:
    """What an incident of a kind asks for; `orders` of the centre itself come before the presets of the same length."""
    found = _longest(kind.code, level, [*orders, *presets()])
    if found is not None:
        return found.needs
    return [Need(role=lead, services=frozenset({_LEADS[lead]})) for lead in kind.lead if lead in _LEADS]


def _longest(code: str, level: int, orders: Sequence[Order]) -> Order | None:
    best: Order | None = None
    for one in orders:
        if one.level > level or not (code == one.kind or code.startswith(f"{one.kind}.")):
            continue
        if best is None or (len(one.kind), one.level) > (len(best.kind), best.level):
            best = one
    return best


def check(orders: Sequence[Order], kinds: Sequence[Kind]) -> None:
    """Raises ValueError naming what is wrong with orders of the settings."""
    codes = [one.code for one in kinds]
    for order in orders:
        if not any(code == order.kind or code.startswith(f"{order.kind}.") for code in codes):
            raise ValueError(f"response.kind = {order.kind!r}: wants a code of the closed list, or its beginning")
        slots = sum(need.count for need in order.needs)
        if slots > SLOTS_MOST:
            raise ValueError(f"response {order.kind}: asks for {slots} units, at most {SLOTS_MOST}")
    known = [(order.kind, order.level) for order in orders]
    if twice := sorted({one for one in known if known.count(one) > 1}):
        raise ValueError(f"response {twice[0][0]}: level {twice[0][1]} is set twice")


@cache
def presets() -> tuple[Order, ...]:
    found: dict[tuple[str, int], list[Need]] = {}
    for row in rows(TABLE):
        need = Need(
            role=row["role"],
            count=int(row["count"]),
            services=frozenset(Service(one) for one in row["services"].split()),
            types=frozenset(UnitType(one) for one in row["types"].split()),
            skills=frozenset(UnitSkill(one) for one in row["skills"].split()),
            equipment=frozenset(UnitEquipment(one) for one in row["equipment"].split()),
        )
        found.setdefault((row["kind"], int(row["level"])), []).append(need)
    return tuple(Order(kind=kind, level=level, needs=tuple(needs)) for (kind, level), needs in found.items())
