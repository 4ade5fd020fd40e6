"""Plans of buildings over HTTP: kept up with their site, and shown at the map of an incident there.

A site's plans are for whoever may read all that is kept about it. Who is in the field is shown those of the site where
his unit was sent to, once it has accepted: what they show of a building is as sealed as a note there, and that he was
shown one stands in the incident's story, as with the key safe.
"""

from typing import Annotated, Any, Final

from litestar import Response, Router, delete, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter

from belfry.domain.floor_plan import FLOOR_PLANS_MOST, LABEL_MOST, FloorPlan
from belfry.domain.site import Account
from belfry.ports.floor_plans import (
    Drawn,
    FloorPlanChanged,
    FloorPlans,
    FloorPlanUnfit,
    NoSuchFloorPlan,
    TooManyFloorPlans,
)
from belfry.safeguards.floor_plan import size_of
from belfry.safeguards.pixelate import PICTURE_MOST_BYTES, PictureError
from belfry.web.bodies import Asked, media_type, raw_body, takes
from belfry.web.floor_plan_views import FloorPlanBody, FloorPlanList, FloorPlanView
from belfry.web.front import front
from belfry.web.identity import need, visitor_of
from belfry.web.incidents import seen, staff_of
from belfry.web.pictures import TYPES, UPLOAD_WITHIN_S
from belfry.web.problems import Problem, Refused, refused, told
from belfry.web.rights import Right, may
from belfry.web.sight import reads
from belfry.web.sites import own_site_of, site_of, unfit
from belfry.web.telling import account_of
from belfry.web.tenants import owns, tenants_of
from belfry.web.units import dispatch_of

PNG: Final = "image/png"
_UNSEEN: Final = {404: told("There is no such site or plan, or it is another tenant's")}
_CHANGED: Final = {
    **_UNSEEN,
    400: told("A field is outside its limit, or it is no picture that is taken, and why"),
    409: told("Somebody else changed it since, or there are as many as are kept"),
}
_ADDED: Final = {**_CHANGED, 413: told("Larger than is taken"), 415: told("Neither JPEG, PNG nor WebP")}
_THERE: Final = {403: told("The unit is not sent there, or has not accepted"), 404: told("There is no such incident")}


# -- with the site ----------------------------------------------------------------------------------------------------


@get(
    "/accounts/{account_id:str}/floor-plans",
    guards=[need(Right.ACCOUNTS)],
    responses=_UNSEEN,
    summary="Plans of a site's building",
)
async def floor_plans(request: Asked, account_id: FromPath[str]) -> FloorPlanList:
    account = (await site_of(request, account_id)).account
    user = visitor_of(request).user
    may_edit = may(user.role, Right.FLOOR_PLANS) and owns(tenants_of(user), account)
    return await _list(request, account, may_edit=may_edit)


@post(
    "/accounts/{account_id:str}/floor-plans",
    status_code=201,
    guards=[need(Right.FLOOR_PLANS)],
    responses=_ADDED,
    summary="Add a plan",
)
async def add_floor_plan(
    request: Asked, account_id: FromPath[str], label: Annotated[str, QueryParameter(max_length=LABEL_MOST)]
) -> FloorPlanView:
    """The body is a picture of one floor: JPEG, PNG or WebP, at most 8 MiB and 50 megapixels. It is drawn anew in few
    colours, at most 2048 pixels long. The same one under the same label again is one."""
    await own_site_of(request, account_id)
    if media_type(request) not in TYPES:
        raise refused(415, "The body has to be a picture: image/jpeg, image/png or image/webp")
    raw = await raw_body(request, most_bytes=PICTURE_MOST_BYTES, within_s=UPLOAD_WITHIN_S)
    desk = front(request)
    try:
        content = await desk.house.plan_drawing.draw(raw)
        drawn = Drawn(content, *size_of(content))
        plan = await plans_of(request).add(account_id, label, drawn, by=visitor_of(request).user.name)
    except PictureError as error:
        raise Refused(Problem(status=400, type="belfry:picture", title=f"No picture that is taken: {error}")) from None
    except FloorPlanUnfit as error:
        raise unfit(error.flaws) from None
    except TooManyFloorPlans:
        raise refused(409, f"The site has {FLOOR_PLANS_MOST} plans already", kind="belfry:too-many") from None
    except NoSuchFloorPlan:
        raise no_plan() from None
    return _view(plan)


@put(
    "/accounts/{account_id:str}/floor-plans/{plan_id:str}",
    guards=[need(Right.FLOOR_PLANS)],
    opt=takes(FloorPlanBody),
    responses=_CHANGED,
    summary="Name a plan, and place it on the map",
)
async def change_floor_plan(
    request: Asked, account_id: FromPath[str], plan_id: FromPath[str], data: JSONBody[FloorPlanBody]
) -> FloorPlanView:
    """Corners in the order of the picture's, one way round, at most 5 km across."""
    await own_site_of(request, account_id)
    by = visitor_of(request).user.name
    try:
        plan = await plans_of(request).put(account_id, plan_id, data.label, data.corners, version=data.version, by=by)
    except FloorPlanUnfit as error:
        raise unfit(error.flaws) from None
    except FloorPlanChanged as error:
        raise changed(error) from None
    except NoSuchFloorPlan:
        raise no_plan() from None
    return _view(plan)


@delete(
    "/accounts/{account_id:str}/floor-plans/{plan_id:str}",
    guards=[need(Right.FLOOR_PLANS)],
    responses=_CHANGED,
    summary="Remove a plan",
)
async def remove_floor_plan(
    request: Asked, account_id: FromPath[str], plan_id: FromPath[str], version: Annotated[int, QueryParameter(ge=1)]
) -> None:
    await own_site_of(request, account_id)
    by = visitor_of(request).user.name
    try:
        await plans_of(request).remove(account_id, plan_id, version=version, by=by)
    except FloorPlanChanged as error:
        raise changed(error) from None
    except NoSuchFloorPlan:
        raise no_plan() from None


@get(
    "/accounts/{account_id:str}/floor-plans/{plan_id:str}/picture",
    guards=[need(Right.ACCOUNTS)],
    responses=_UNSEEN,
    media_type=PNG,
    summary="What a plan shows",
)
async def floor_plan_picture(request: Asked, account_id: FromPath[str], plan_id: FromPath[str]) -> Response[bytes]:
    return await _picture(request, (await site_of(request, account_id)).account.id, plan_id)


# -- at an incident ---------------------------------------------------------------------------------------------------


@get(
    "/incidents/{incident_id:str}/floor-plans",
    guards=[need(Right.QUEUE)],
    responses=_THERE,
    summary="Plans of the building where it is",
)
async def incident_floor_plans(request: Asked, incident_id: FromPath[str]) -> FloorPlanList:
    """Those that are placed on the map."""
    account = await _site_there(request, incident_id)
    if account is None:
        return FloorPlanList(items=[], most=FLOOR_PLANS_MOST, may_edit=False)
    return await _list(request, account, may_edit=False, placed=True)


@get(
    "/incidents/{incident_id:str}/floor-plans/{plan_id:str}/picture",
    guards=[need(Right.QUEUE)],
    responses=_THERE,
    media_type=PNG,
    summary="What a plan shows, at an incident",
)
async def incident_floor_plan_picture(
    request: Asked, incident_id: FromPath[str], plan_id: FromPath[str]
) -> Response[bytes]:
    """To the crew of a unit once it is written down, once of each plan; the room reads the whole site anyway."""
    account = await _site_there(request, incident_id)
    if account is None:
        raise no_plan()
    picture = await _picture(request, account.id, plan_id)
    if not may(visitor_of(request).user.role, Right.ACT):
        crew = dispatch_of(front(request)).crew
        await crew.plan_shown(incident_id, account.id, plan_id, staff_of(request))
    return picture


async def _site_there(request: Asked, incident_id: str) -> Account | None:
    """Raises Refused for whoever may not know what the building is like."""
    desk = front(request)
    incident = await seen(desk, request, incident_id)
    room = may(visitor_of(request).user.role, Right.ACT)
    if not room and not (incident.open and reads(request, incident)):
        raise refused(403, "Plans are for the crew of a unit that has accepted", kind="belfry:unit")
    return account_of(desk.house.accounts, incident)


# -- saying it --------------------------------------------------------------------------------------------------------


def plans_of(request: Asked) -> FloorPlans:
    found = front(request).house.floor_plans
    if found is None:
        raise refused(404, "This centre keeps no plans of buildings")
    return found


async def _list(request: Asked, account: Account, *, may_edit: bool, placed: bool = False) -> FloorPlanList:
    plans = await plans_of(request).of(account.id)
    items = [_view(one) for one in plans if one.corners is not None or not placed]
    return FloorPlanList(items=items, most=FLOOR_PLANS_MOST, may_edit=may_edit)


async def _picture(request: Asked, account_id: str, plan_id: str) -> Response[bytes]:
    try:
        content = await plans_of(request).picture(account_id, plan_id)
    except NoSuchFloorPlan:
        raise no_plan() from None
    return Response(content, media_type=PNG, headers={"Cache-Control": "no-store"})


def _view(plan: FloorPlan) -> FloorPlanView:
    return FloorPlanView(
        id=plan.id,
        label=plan.label,
        width=plan.width,
        height=plan.height,
        mark=plan.mark,
        corners=plan.corners,
        version=plan.version,
    )


def no_plan() -> Refused:
    return refused(404, "There is no such plan", kind="belfry:floor-plan")


def changed(error: FloorPlanChanged) -> Refused:
    return refused(409, f"Changed since you saw it: it is at version {error.current.version}", kind="belfry:changed")


def router() -> Router:
    handlers: list[Any] = [
        floor_plans,
        add_floor_plan,
        change_floor_plan,
        remove_floor_plan,
        floor_plan_picture,
        incident_floor_plans,
        incident_floor_plan_picture,
    ]
    return Router("/", route_handlers=handlers, tags=["sites"])
