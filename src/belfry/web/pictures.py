"""Pictures of staff over HTTP: taken in, listed without what is on them, and shown to whoever handles the incident.

A picture is the body of its request, not a field of a form. What is on it leaves the house through `look` alone, after
that look is in the journal.
"""

from typing import Any, Final

from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody

from belfry.centre.field import PictureDesk
from belfry.centre.field.pictures import NotHandling, PictureGone
from belfry.domain.commands import Conflict
from belfry.domain.incident import Incident
from belfry.domain.pictures import PICTURES_MOST, Picture, takes_pictures
from belfry.safeguards.pixelate import PICTURE_MOST_BYTES, PictureError
from belfry.web.bodies import Asked, media_type, raw_body, takes
from belfry.web.field import key_of, not_yet, own_report
from belfry.web.field_asks import LookBody
from belfry.web.field_views import LookView, PictureList, PictureView
from belfry.web.front import Front, front
from belfry.web.identity import need
from belfry.web.incidents import nothing, seen, staff_of
from belfry.web.problems import Problem, Refused, refused, told
from belfry.web.rights import Right

TYPES: Final = frozenset({"image/jpeg", "image/png", "image/webp", "application/octet-stream"})
UPLOAD_WITHIN_S: Final = 60
"""A phone with little net sends a megabyte slowly."""

_REFUSED: Final = {
    400: told("It is no picture that is taken, and why"),
    403: told("Whoever asks has nothing to do with the incident now"),
    404: told("There is no such incident or picture"),
    409: told("Of this incident no picture is taken"),
    410: told("Its time is over; since when"),
    413: told("Larger than is taken"),
    415: told("Neither JPEG, PNG nor WebP"),
}


@get("/incidents/{incident_id:str}/pictures", guards=[need(Right.QUEUE)], responses=_REFUSED, summary="Pictures of it")
async def pictures(request: Asked, incident_id: FromPath[str]) -> PictureList:
    """When and by whom, until when, who looked: not what is on them."""
    desk = front(request)
    found = await seen(desk, request, incident_id)
    takes_more = found.open and takes_pictures(found.kind) and len(found.pictures) < PICTURES_MOST
    return PictureList(items=[_view(request, desk, found, one) for one in found.pictures], takes=takes_more)


@post(
    "/incidents/{incident_id:str}/pictures",
    status_code=201,
    guards=[need(Right.REPORT)],
    responses=_REFUSED,
    summary="Add a picture",
)
async def add_picture(request: Asked, incident_id: FromPath[str]) -> PictureView:
    """The body is the picture: JPEG, PNG or WebP. What is kept are coarse blocks of it, for three days. An
    `Idempotency-Key` gives the same answer again."""
    await seen(front(request), request, incident_id)
    return await _add(request, incident_id)


@post(
    "/reports/{signal:int}/pictures",
    status_code=201,
    guards=[need(Right.REPORT)],
    responses=_REFUSED,
    summary="Add a picture to one's report",
)
async def add_to_report(request: Asked, signal: FromPath[int]) -> PictureView:
    """As to an incident; 409 `belfry:undecided` while it is not known which it is."""
    report = await own_report(request, signal)
    if report.incident is None:
        raise not_yet()
    return await _add(request, report.incident.id)


@post(
    "/incidents/{incident_id:str}/pictures/{picture_id:str}/look",
    status_code=200,
    guards=[need(Right.QUEUE)],
    opt=takes(LookBody),
    responses=_REFUSED,
    summary="Look at a picture",
    media_type="image/png",
)
async def look_at_picture(
    request: Asked, incident_id: FromPath[str], picture_id: FromPath[str], data: JSONBody[LookBody]
) -> Response[bytes]:
    """A PNG of blocks, each one pixel. Only for whoever has taken the incident or is sent there; the look is in its
    story, and whoever holds the site sees it."""
    desk = front(request)
    await seen(desk, request, incident_id)
    try:
        blocks = await pictures_of(desk).show(incident_id, picture_id, data.purpose, staff_of(request))
    except NotHandling:
        title = "Only whoever handles the incident now, or is sent there, sees its pictures"
        raise refused(403, title, kind="belfry:purpose") from None
    except PictureGone as error:
        raise Refused(Problem(status=410, type="belfry:gone", title=f"The picture is {error}")) from None
    except LookupError:
        raise refused(404, "There is no such picture", kind="belfry:picture") from None
    return Response(blocks, media_type="image/png", headers={"Cache-Control": "no-store"})


async def _add(request: Asked, incident_id: str) -> PictureView:
    desk = front(request)
    if media_type(request) not in TYPES:
        raise refused(415, "The body has to be a picture: image/jpeg, image/png or image/webp")
    raw = await raw_body(request, most_bytes=PICTURE_MOST_BYTES, within_s=UPLOAD_WITHIN_S)
    try:
        picture = await pictures_of(desk).add(incident_id, raw, staff_of(request), name=key_of(request))
    except PictureError as error:
        raise Refused(Problem(status=400, type="belfry:picture", title=f"No picture that is taken: {error}")) from None
    except Conflict as error:
        raise refused(409, error.title, kind="belfry:picture") from None
    except LookupError:
        raise nothing() from None
    found = desk.house.board.get(incident_id)
    if found is None:
        raise nothing()
    return _view(request, desk, found, picture)


def pictures_of(desk: Front) -> PictureDesk:
    if desk.house.pictures is None:
        raise refused(404, "This centre takes no pictures")
    return desk.house.pictures


def _view(request: Asked, desk: Front, incident: Incident, one: Picture) -> PictureView:
    gone = one.until <= desk.house.clock()
    purpose = None if gone else pictures_of(desk).purpose_of(incident, staff_of(request).name)
    return PictureView(
        id=one.id,
        at=one.at,
        by=one.by,
        until=one.until,
        gone=gone,
        purpose=purpose,
        looks=[LookView(at=each.at, by=each.by, purpose=each.purpose) for each in one.looks],
    )


def router() -> Router:
    handlers: list[Any] = [pictures, add_picture, add_to_report, look_at_picture]
    return Router("/", route_handlers=handlers, tags=["field"])
