"""Whom somebody may name: people who work here, of one's own tenants where one is of some."""

from collections.abc import Sequence
from typing import Final

from belfry.ports.staff import Role
from belfry.web.bodies import Asked
from belfry.web.front import front
from belfry.web.identity import visitor_of
from belfry.web.tenants import tenants_of

WORKING: Final = frozenset(Role) - {Role.SERVICE, Role.HOLDER, Role.INSTALLER, Role.AUDITOR, Role.OVERSEER}


async def colleagues(request: Asked) -> Sequence[str]:
    """Names, as their accounts have them."""
    mine = tenants_of(visitor_of(request).user)
    users = await front(request).house.users.all()
    return [
        one.name
        for one in users
        if one.role in WORKING
        and not one.disabled
        and (mine is None or (one.tenants is not None and bool(one.tenants & mine)))
    ]
