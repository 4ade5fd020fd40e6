"""The application: every handler below its address, refusals as problem+json, and the hub of the event stream."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any, Final

from litestar import Litestar, MediaType, Response, get
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler

from belfry.centre.locating import Locating
from belfry.centre.neighbours import Neighbours
from belfry.centre.silent import SilentSites
from belfry.domain.incident import Incident
from belfry.domain.site_handling import site_of
from belfry.domain.unit import Unit
from belfry.web import bulk_acts, duty, units
from belfry.web.alerts import Telling as AlertTelling
from belfry.web.attempts import Attempts, Gate
from belfry.web.bodies import BODY_MOST_BYTES, Asked
from belfry.web.centre import machine_handlers, pulse_of
from belfry.web.dry_runs import DryRuns
from belfry.web.ears import Ears
from belfry.web.front import Front, Page
from belfry.web.house import House
from belfry.web.identity import check_loopback
from belfry.web.openapi import document_bytes
from belfry.web.pages import built_pages, console
from belfry.web.places import Places
from belfry.web.problems import HANDLERS
from belfry.web.quick import Application
from belfry.web.repeats import Said
from belfry.web.routes import PREFIX, api, nowhere
from belfry.web.silences import Silences
from belfry.web.stream import Hub
from belfry.web.telling import Teller
from belfry.web.tenants import Tenants

TRIES: Final = 5
"""Sign-ins under one name from one source before one has to wait; one more every AGAIN."""
AGAIN: Final = timedelta(minutes=1)
NAME_TRIES: Final = 50
"""The same for one name from anywhere: so many that whoever guesses elsewhere keeps nobody from the desk."""
NAME_AGAIN: Final = timedelta(seconds=18)
SOURCE_TRIES: Final = 30
"""The same for one address; a control room may have one for all its desks."""
SOURCE_AGAIN: Final = timedelta(seconds=10)
SET_UP_TRIES: Final = 5
CODE_TRIES: Final = 5
"""Technicians' codes from one source; one more every AGAIN."""
CODE_TRIES_OF_ALL: Final = 60
CODE_AGAIN: Final = timedelta(seconds=5)
"""The same from everywhere."""


@get(f"{PREFIX}/openapi.json", include_in_schema=False)
async def openapi() -> Response[bytes]:
    """What this API is, for programs; needs no sign-in, since it says nothing of this centre."""
    return Response(document_bytes(), media_type=MediaType.JSON, headers={"Cache-Control": "max-age=300"})


def create_app(house: House, pages: Mapping[str, Page] | None = None) -> Litestar:
    """Return the application of a house. Its hub runs from start to end of the application's lifespan.

    `pages` are the files of the console by path; None: what was built into the package.
    """
    front = front_of(house, built_pages() if pages is None else pages)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        locating = Locating(house.board, house.seals, front.neighbours)
        front.hub.start()
        locating.start()
        try:
            yield
        finally:
            await locating.stop()
            await front.hub.stop()

    return Application(
        route_handlers=[api(), openapi, nowhere, *machine_handlers(), console],
        guards=[_loopback_only] if house.demo else [],
        request_class=Asked,
        request_max_body_size=BODY_MOST_BYTES,
        exception_handlers=dict(HANDLERS),
        lifespan=[lifespan],
        state=State({"front": front}),
        openapi_config=None,
        logging_config=None,
    )


def front_of(house: House, pages: Mapping[str, Page]) -> Front:
    silent = SilentSites(house.board, house.accounts, house.clock)
    teller = Teller(
        house.accounts,
        house.kinds,
        house.codes,
        house.rules,
        silent.of,
        beside=partial(_beside, house),
        device_name=partial(_device_name, house),
    )
    places = Places(house.accounts, house.seals, house.clock)
    tenants = Tenants(house.accounts, house.clock, kinds=house.kinds, unit_of=partial(_unit_of, house))
    neighbours = Neighbours(house.board, house.accounts, house.rules)
    silences = Silences(house, tenants)
    hub = Hub(
        board=house.board,
        journal=house.journal,
        teller=teller,
        silent=silent,
        places=places,
        tenants=tenants,
        neighbours=neighbours,
        moves=house.moves,
        pulse=partial(pulse_of, house, silences),
        clock=house.clock,
        lost=partial(_lost, house),
        back=partial(_back, house),
        duty=partial(duty.spoken, house),
    )
    neighbours.tell(hub.owe)
    if house.feed is not None:
        house.feed.sees, house.feed.tell = hub.sees, hub.tell_duty
    if house.bulk is not None:
        house.bulk.tell = partial(bulk_acts.tell, hub)
    made = Front(
        house=house,
        teller=teller,
        silent=silent,
        places=places,
        tenants=tenants,
        neighbours=neighbours,
        silences=silences,
        hub=hub,
        pages=pages,
        visitors=count(),
        said=Said(timedelta(seconds=house.rules.idempotency_s)),
        sign_ins=Gate(Attempts(TRIES, AGAIN), Attempts(NAME_TRIES, NAME_AGAIN), Attempts(SOURCE_TRIES, SOURCE_AGAIN)),
        set_ups=Gate(Attempts(SET_UP_TRIES, AGAIN)),
        dry_runs=DryRuns(),
        ears=Ears(),
        technicians=Gate(Attempts(CODE_TRIES, AGAIN), Attempts(CODE_TRIES_OF_ALL, CODE_AGAIN)),
    )
    if house.dispatch is not None:
        hub.unit_for = partial(units.encoded, made)
        hub.unit_known_to = units.Witnesses(made)
        house.dispatch.now.news.append(lambda now: hub.unit_changed(now.unit))
    if house.alerts is not None:
        AlertTelling(made, house.alerts)
    return made


def _unit_of(house: House, name: str) -> Unit | None:
    """The unit that somebody is on duty with."""
    now = None if house.dispatch is None else house.dispatch.now.of(name)
    return None if house.dispatch is None or now is None else house.dispatch.book.by_id(now.unit)


def _lost(house: House, name: str) -> None:
    house.deadlines.console_lost(name)
    if house.feed is not None:
        house.feed.console_lost(name)


def _back(house: House, name: str) -> None:
    house.deadlines.console_back(name)
    if house.feed is not None:
        house.feed.console_back(name)


def _device_name(house: House, device_id: str) -> str | None:
    known = None if house.devices is None else house.devices.book.by_id(device_id)
    return None if known is None else known.name or None


def _beside(house: House, incident: Incident) -> Sequence[Incident]:
    """What is open at the site of an incident."""
    return house.board.of_site(site_of(incident))


async def _loopback_only(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    check_loopback(connection)
