"""Declarative mappings over HTTP: what somebody's own JSON means, and trying one on a message before it counts.

A mapping names points, never sites, so it is of the whole centre: whoever is of some tenants reads and tries them.
"""

from typing import Annotated, Any, Final

import msgspec
from litestar import Router, delete, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter

from belfry.domain.mapping import Mapping, check
from belfry.ports.devices import DeviceUnfit, MappingChanged, MappingInUse, NoSuchMapping
from belfry.protocols.mapping import read
from belfry.web.bodies import Asked, takes
from belfry.web.device_asks import MappingBody, TryMappingBody
from belfry.web.device_views import MappingList, TriedView, reading_view
from belfry.web.devices import kept_devices
from belfry.web.front import front
from belfry.web.identity import need, visitor_of
from belfry.web.problems import Problem, Refused, refused, refused_field, told
from belfry.web.rights import Right
from belfry.web.sites import flaw_view, unfit
from belfry.web.tenants import tenants_of

_REFUSED: Final = {
    400: told("Something in it cannot be kept: `flaws` names all of it"),
    403: told("The role may not, or the user is of some tenants"),
    404: told("There is no such mapping"),
    409: told("Somebody else changed it since, or devices still name it"),
}
_CHANGE: Final[dict[str, Any]] = {"guards": [need(Right.MAPPINGS)], "responses": _REFUSED}


@get("/mappings", guards=[need(Right.DEVICES)], summary="Mappings of devices' own JSON")
async def mappings(request: Asked) -> MappingList:
    return MappingList(kept_devices(request).book.mappings(), None)


@get("/mappings/schema", guards=[need(Right.DEVICES)], summary="What a mapping is, as JSON schema")
async def mapping_schema(request: Asked) -> dict[str, Any]:
    """JSON Schema 2020-12 of a mapping, in JSON or TOML."""
    return msgspec.json.schema(Mapping)


@post(
    "/mappings/try", status_code=200, guards=[need(Right.DEVICES)], opt=takes(TryMappingBody), summary="Try a mapping"
)
async def try_mapping(request: Asked, data: JSONBody[TryMappingBody]) -> TriedView:
    """Keeps nothing and raises nothing."""
    flaws = check(data.mapping)
    if flaws:
        return TriedView(disposition=None, reason="", readings=(), flaws=[flaw_view(one) for one in flaws])
    said = read(data.message.encode(), data.mapping, now=front(request).house.clock())
    return TriedView(
        disposition=said.disposition, reason=said.reason, readings=list(map(reading_view, said.readings)), flaws=()
    )


@put("/mappings/{name:str}", opt=takes(MappingBody), summary="Add or change a mapping", **_CHANGE)
async def put_mapping(request: Asked, name: FromPath[str], data: JSONBody[MappingBody]) -> Mapping:
    """In place of the version that it names. Counts for every device that names it, from the next message on."""
    _must_be_of_all(request)
    if data.mapping.name != name:
        raise refused_field("mapping.name", "mapping.name: is not the one of the address", value=data.mapping.name)
    try:
        return await kept_devices(request).put_mapping(data.mapping, by=visitor_of(request).user.name)
    except DeviceUnfit as error:
        raise unfit(error.flaws) from None
    except MappingChanged:
        raise _conflict("belfry:changed", "The mapping was changed meanwhile; read it again") from None


@delete("/mappings/{name:str}", status_code=204, summary="Take a mapping out", **_CHANGE)
async def remove_mapping(request: Asked, name: FromPath[str], version: Annotated[int, QueryParameter(ge=1)]) -> None:
    _must_be_of_all(request)
    try:
        await kept_devices(request).remove_mapping(name, version, by=visitor_of(request).user.name)
    except NoSuchMapping:
        raise refused(404, "There is no such mapping") from None
    except MappingChanged:
        raise _conflict("belfry:changed", "The mapping was changed meanwhile; read it again") from None
    except MappingInUse as error:
        raise _conflict("belfry:in-use", f"{error.devices} devices still name it") from None


def _must_be_of_all(request: Asked) -> None:
    if tenants_of(visitor_of(request).user) is not None:
        raise refused(403, "A mapping counts for all tenants")


def _conflict(kind: str, title: str) -> Refused:
    return Refused(Problem(status=409, type=kind, title=title))


def router() -> Router:
    handlers: list[Any] = [mappings, mapping_schema, try_mapping, put_mapping, remove_mapping]
    return Router("/", route_handlers=handlers, tags=["devices"])
