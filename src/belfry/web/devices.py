"""Devices over HTTP: which there are, adding and changing them, their secrets, and proving that their alarms arrive.

Whoever is of some tenants, or an installer of some sites, keeps up the devices of those. The address and secret of a
device are the door through which it is believed, so who saw one is a change row.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, Final

from litestar import Router, delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from belfry.domain.device import Device, DevicePoint, Login
from belfry.domain.site import Account
from belfry.domain.site_map import SiteMap
from belfry.ports.devices import DeviceChanged, Devices, DeviceTaken, DeviceUnfit, NoSuchDevice
from belfry.web.bodies import Asked, takes
from belfry.web.device_asks import DeviceBody, LoginBody, ProveBody, SecretBody
from belfry.web.device_views import DayList, DayView, DeviceList, DevicePointView, DeviceView, SecretView
from belfry.web.front import Front, front
from belfry.web.identity import need, visitor_of
from belfry.web.incidents import LIMIT, Limit
from belfry.web.problems import Problem, Refused, refused, refused_field, told
from belfry.web.rights import Right
from belfry.web.sight import sees_site
from belfry.web.sites import unfit

DAYS: Final = timedelta(days=31)
_REFUSED: Final = {
    400: told("Something in it cannot be kept: `flaws` names all of it"),
    403: told("The role may not"),
    404: told("There is no such device, or it is at a site of others"),
    409: told("Somebody else changed it since, or its address is another device's"),
}
_CHANGE: Final[dict[str, Any]] = {"guards": [need(Right.EDIT_DEVICES)], "responses": _REFUSED}


# -- reading ----------------------------------------------------------------------------------------------------------


@get("/devices", guards=[need(Right.DEVICES)], summary="Devices")
async def devices(
    request: Asked,
    account_id: Annotated[str | None, QueryParameter(max_length=60)] = None,
    receiver: Annotated[str | None, QueryParameter(max_length=60)] = None,
    unproved: FromQuery[bool | None] = None,
    lost: FromQuery[bool | None] = None,
    limit: Limit = LIMIT,
    after: Annotated[str | None, QueryParameter(max_length=60)] = None,
) -> DeviceList:
    """By id. `unproved`: those of which a point never proved its alarm; `lost`: those that are silent for too long."""
    desk, kept = front(request), kept_devices(request)
    found: list[DeviceView] = []
    for device in sorted(kept.book.all(), key=lambda one: one.id):
        if (after is not None and device.id <= after) or (account_id is not None and device.account_id != account_id):
            continue
        if receiver is not None and device.receiver != receiver:
            continue
        account = _site(request, device)
        if account is None:
            continue
        view = _view(desk, kept, device, account)
        if unproved is not None and bool(view.unproved) is not unproved:
            continue
        if lost is not None and (view.lost_since is not None) is not lost:
            continue
        found.append(view)
        if len(found) > limit:
            break
    return DeviceList(found[:limit], found[limit - 1].id if len(found) > limit else None)


@get("/devices/{device_id:str}", guards=[need(Right.DEVICES)], responses={404: _REFUSED[404]}, summary="One device")
async def device(request: Asked, device_id: FromPath[str]) -> DeviceView:
    return _told(request, known(request, device_id))


@get(
    "/devices/{device_id:str}/days",
    guards=[need(Right.DEVICES)],
    responses={404: _REFUSED[404]},
    summary="How much of what it said was refused or stripped, by day",
)
async def device_days(request: Asked, device_id: FromPath[str]) -> DayList:
    """None, some or many, of the last month: refusals are no counters."""
    one = known(request, device_id)
    since = (front(request).house.clock() - DAYS).date()
    days = await kept_devices(request).days(device=one.id, since=since)
    return DayList([DayView(day=one.day, refused=one.refused, stripped=one.stripped) for one in days])


# -- changing ---------------------------------------------------------------------------------------------------------


@post("/devices", status_code=201, opt=takes(DeviceBody), summary="Add a device", **_CHANGE)
async def add_device(request: Asked, data: JSONBody[DeviceBody]) -> DeviceView:
    """Its secret is shown by `POST /devices/{id}/secret`."""
    _must_have(request, data)
    try:
        kept = await kept_devices(request).add(_of(data, "", 0), by=visitor_of(request).user.name)
    except DeviceUnfit as error:
        raise unfit(error.flaws) from None
    except DeviceTaken as error:
        raise _taken(error) from None
    return _told(request, kept)


@put("/devices/{device_id:str}", opt=takes(DeviceBody), summary="Change a device", **_CHANGE)
async def change_device(request: Asked, device_id: FromPath[str], data: JSONBody[DeviceBody]) -> DeviceView:
    """In place of the version that it names. A point that is changed has to prove its alarm again."""
    known(request, device_id)
    _must_have(request, data)
    if data.version is None:
        raise refused_field("version", "version: the one that was seen", limit="required")
    try:
        kept = await kept_devices(request).change(_of(data, device_id, data.version), by=visitor_of(request).user.name)
    except DeviceUnfit as error:
        raise unfit(error.flaws) from None
    except DeviceTaken as error:
        raise _taken(error) from None
    except DeviceChanged:
        raise _changed() from None
    except NoSuchDevice:
        raise _nothing() from None
    return _told(request, kept)


@delete("/devices/{device_id:str}", status_code=204, summary="Take a device out", **_CHANGE)
async def remove_device(
    request: Asked, device_id: FromPath[str], version: Annotated[int, QueryParameter(ge=1)]
) -> None:
    """Nothing that it says is believed any more."""
    known(request, device_id)
    try:
        await kept_devices(request).remove(device_id, version, by=visitor_of(request).user.name)
    except DeviceChanged:
        raise _changed() from None
    except NoSuchDevice:
        raise _nothing() from None


@post(
    "/devices/{device_id:str}/secret",
    status_code=200,
    opt=takes(SecretBody),
    summary="Show what an installer types into a device",
    **_CHANGE,
)
async def device_secret(request: Asked, device_id: FromPath[str], data: JSONBody[SecretBody]) -> SecretView:
    """That it was shown, and to whom, is a change row."""
    one, kept, by = known(request, device_id), kept_devices(request), visitor_of(request).user.name
    try:
        secret = await (kept.renew_secret(one.id, by=by) if data.renew else kept.secret(one.id, by=by))
    except NoSuchDevice:
        raise _nothing() from None
    now = kept.book.by_id(one.id) or one
    return SecretView(
        secret=secret, path=f"/d/{secret}", recipient=secret, signing_key=kept.book.signing_key(now).hex()
    )


@put(
    "/devices/{device_id:str}/login",
    status_code=204,
    opt=takes(LoginBody),
    summary="Set what we say to a device that we fetch from",
    **_CHANGE,
)
async def device_login(request: Asked, device_id: FromPath[str], data: JSONBody[LoginBody]) -> None:
    """It is sealed and never shown."""
    one = known(request, device_id)
    login = None if data.user is None else Login(data.user, data.password)
    try:
        await kept_devices(request).set_login(one.id, login, by=visitor_of(request).user.name)
    except NoSuchDevice:
        raise _nothing() from None


@post(
    "/devices/{device_id:str}/prove",
    status_code=200,
    opt=takes(ProveBody),
    summary="Tick off a point whose alarm arrived",
    **_CHANGE,
)
async def prove_point(request: Asked, device_id: FromPath[str], data: JSONBody[ProveBody]) -> DeviceView:
    one, desk = known(request, device_id), front(request)
    if all(row.point != data.point for row in one.points):
        raise refused_field("point", "point: the device has no row for it", value=data.point)
    try:
        kept = await kept_devices(request).prove(
            one.id, data.point, desk.house.clock(), by=visitor_of(request).user.name
        )
    except NoSuchDevice:
        raise _nothing() from None
    return _told(request, kept)


# -- pieces -----------------------------------------------------------------------------------------------------------


def may_see(request: Asked, device_id: str) -> bool:
    found = kept_devices(request).book.by_id(device_id)
    return found is not None and _site(request, found) is not None


def kept_devices(request: Asked) -> Devices:
    kept = front(request).house.devices
    if kept is None:
        raise refused(404, "This centre keeps no devices")
    return kept


def known(request: Asked, device_id: str) -> Device:
    """Raises Refused where there is none, or it is at a site of others."""
    found = kept_devices(request).book.by_id(device_id)
    if found is None or _site(request, found) is None:
        raise _nothing()
    return found


def _site(request: Asked, device: Device) -> Account | None:
    """The site of a device; None where whoever asks may not know of it."""
    account = front(request).house.accounts.by_id(device.account_id)
    return account if account is not None and sees_site(request, account) else None


def _must_have(request: Asked, data: DeviceBody) -> None:
    house = front(request).house
    account = house.accounts.by_id(data.account_id)
    if account is None or not sees_site(request, account):
        raise refused_field("account_id", "account_id: there is no such site", value=data.account_id)
    if data.receiver not in house.receivers:
        names = ", ".join(house.receivers) or "none"
        raise refused_field("receiver", f"receiver: the settings have {names}", value=data.receiver)


def _of(data: DeviceBody, device_id: str, version: int) -> Device:
    return Device(
        id=device_id,
        version=version,
        account_id=data.account_id,
        receiver=data.receiver,
        wire=data.wire,
        address=data.address,
        name=data.name,
        points=tuple(one.row() for one in data.points),
        interval_s=data.interval_s,
        hold_s=data.hold_s,
        public_ground=data.public_ground,
        channel_offset=data.channel_offset,
        mapping=data.mapping,
        host=data.host,
        enabled=data.enabled,
    )


def _told(request: Asked, device: Device) -> DeviceView:
    account = _site(request, device)
    if account is None:
        raise _nothing()
    return _view(front(request), kept_devices(request), device, account)


def _view(desk: Front, kept: Devices, device: Device, account: Account) -> DeviceView:
    now = desk.house.device_now(device.id)
    site = SiteMap(desk.house.accounts.parts(account.id))
    return DeviceView(
        id=device.id,
        version=device.version,
        account_id=account.id,
        account=account.account,
        site=account.name,
        receiver=device.receiver,
        wire=device.wire,
        address=device.address,
        name=device.name,
        points=_points(device.points, site),
        interval_s=device.interval_s,
        hold_s=device.hold_s,
        public_ground=device.public_ground,
        channel_offset=device.channel_offset,
        mapping=device.mapping,
        host=device.host,
        has_login=kept.book.login(device.id) is not None,
        enabled=device.enabled,
        unproved=sum(row.proved_at is None for row in device.points),
        heard_at=now.heard_at,
        lost_since=now.lost_since,
        faulty_since=now.faulty_since,
    )


def _points(rows: Sequence[DevicePoint], site: SiteMap) -> Sequence[DevicePointView]:
    found = []
    for row in rows:
        zone = site.zone(row.area, row.zone)
        found.append(
            DevicePointView(
                point=row.point,
                area=row.area,
                zone=row.zone,
                zone_name=None if zone is None else zone.name or None,
                observed=row.observed,
                switches=sorted(row.switches),
                inverted=row.inverted,
                hold_s=row.hold_s,
                above=row.above,
                below=row.below,
                unit=row.unit,
                proved_at=row.proved_at,
            )
        )
    return found


def _nothing() -> Refused:
    return refused(404, "There is no such device")


def _taken(error: DeviceTaken) -> Refused:
    problem = Problem(status=409, type="belfry:taken", title=str(error), field="address")
    return Refused(problem)


def _changed() -> Refused:
    title = "The device was changed meanwhile; read it again"
    return Refused(Problem(status=409, type="belfry:changed", title=title))


def router() -> Router:
    handlers: list[Any] = [
        devices,
        device,
        device_days,
        add_device,
        change_device,
        remove_device,
        device_secret,
        device_login,
        prove_point,
    ]
    return Router("/", route_handlers=handlers, tags=["devices"])
