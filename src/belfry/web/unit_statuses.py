"""The closed list of unit statuses, and what other systems' lists call each of them: for whoever couples a system."""

from functools import cache
from typing import Any

from litestar import Router, get
from msgspec import Struct

from belfry.domain.unit import FREE, UnitStatus
from belfry.domain.unit_status_map import Loss, StatusList, codes, eido_primary, label, ours, theirs
from belfry.web.bodies import Asked
from belfry.web.identity import visitor_guard
from belfry.web.languages import language_of


class StatusCalled(Struct, frozen=True):
    """What a status of ours is in a list of others. `code` null: they have no word for it, and nothing is sent."""

    code: str | None
    loss: Loss


class StatusMeant(Struct, frozen=True):
    """What a code of others means here. `status` null: nothing that a unit does; it stays as it was."""

    code: str
    status: UnitStatus | None
    loss: Loss


class StatusRow(Struct, frozen=True):
    """`eido_primary` stands beside the secondary status of the list `eido`."""

    status: UnitStatus
    label: str
    free: bool
    eido_primary: str
    called: dict[StatusList, StatusCalled]


class StatusTable(Struct, frozen=True):
    """Ours in the order of a mission, and every code of each list of others."""

    items: list[StatusRow]
    meant: dict[StatusList, list[StatusMeant]]
    next: str | None = None


@get("/unit-statuses", guards=[visitor_guard], summary="Unit statuses, and what other systems call them")
async def unit_statuses(request: Asked) -> StatusTable:
    """Both ways, with what is lost by each; labels in the asker's language."""
    return _table(language_of(request))


@cache
def _table(language: str) -> StatusTable:
    return StatusTable(
        items=[
            StatusRow(
                status=one,
                label=label(one, language),
                free=one in FREE,
                eido_primary=eido_primary(one),
                called={listed: _called(one, listed) for listed in StatusList},
            )
            for one in UnitStatus
        ],
        meant={listed: [_meant(code, listed) for code in codes(listed)] for listed in StatusList},
    )


def _called(status: UnitStatus, listed: StatusList) -> StatusCalled:
    called = theirs(status, listed)
    return StatusCalled(called.code, called.loss)


def _meant(code: str, listed: StatusList) -> StatusMeant:
    meant = ours(code, listed)
    return StatusMeant(code, meant.status, meant.loss)


def router() -> Router:
    handlers: list[Any] = [unit_statuses]
    return Router("/", route_handlers=handlers, tags=["units"])
