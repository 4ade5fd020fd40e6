"""Exercises over HTTP: begin one for oneself, or as a supervisor for somebody; see who practises; end it."""

from collections.abc import Awaitable
from typing import Any, Final

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody

from belfry.centre.training import CannotTrain, NoSuchExercise, TrainingDesk
from belfry.domain.merging import HEADS
from belfry.domain.training import SCENARIOS, Exercise
from belfry.web.abilities import people_of
from belfry.web.bodies import Asked, takes
from belfry.web.front import front
from belfry.web.identity import need, visitor_of
from belfry.web.problems import Refused, refused, refused_field, told
from belfry.web.rights import Right
from belfry.web.training_views import ExerciseView, TrainingBody, TrainingList

_REFUSALS: Final = {
    400: told("A field is outside its limit"),
    403: told("Only a supervisor begins or ends it for somebody else"),
    404: told("There is no such exercise"),
    409: told("He is in an exercise already, or it is over"),
}
_ACT: Final[dict[str, Any]] = {"guards": [need(Right.ACT)], "responses": _REFUSALS}
LISTED_MOST: Final = 50


@get("/training", guards=[need(Right.ACT)], summary="Who practises, and what there is to practise")
async def exercises(request: Asked) -> TrainingList:
    user, found = visitor_of(request).user, list(_desk(request).book.all())
    if user.tenants is not None:
        known = {user.name, *(one.name for one in await people_of(request))}
        found = [one for one in found if one.trainee in known]
    return TrainingList([_view(one) for one in found[:LISTED_MOST]], list(SCENARIOS))


@post("/training", status_code=201, opt=takes(TrainingBody), **_ACT, summary="Begin an exercise")
async def begin_exercise(request: Asked, data: JSONBody[TrainingBody]) -> ExerciseView:
    """Marked incidents come as the scene says; nothing of them leaves, and a real alarm always comes before."""
    user = visitor_of(request).user
    trainee = data.trainee or user.name
    if data.scenario not in SCENARIOS:
        raise refused_field("scenario", "scenario: there is no such scene", value=data.scenario)
    if trainee != user.name:
        _must_head(request)
        if all(one.name != trainee for one in await people_of(request)):
            raise refused_field("trainee", "trainee: there is nobody of that name", value=trainee)
    return await _done(_desk(request).begin(data.scenario, trainee, data.minutes, by=user.name))


@post("/training/{exercise_id:str}/end", status_code=200, **_ACT, summary="End it now")
async def end_exercise(request: Asked, exercise_id: FromPath[str]) -> ExerciseView:
    """What it left open is closed."""
    desk, user = _desk(request), visitor_of(request).user
    known = desk.book.get(exercise_id)
    if known is not None and user.name not in (known.trainee, known.by):
        _must_head(request)
        if user.tenants is not None and all(one.name != known.trainee for one in await people_of(request)):
            raise _nothing()
    return await _done(desk.end(exercise_id, by=user.name))


async def _done(doing: Awaitable[Exercise]) -> ExerciseView:
    try:
        return _view(await doing)
    except CannotTrain as error:
        raise refused(409, str(error), kind="belfry:training") from error
    except NoSuchExercise:
        raise _nothing() from None


def _must_head(request: Asked) -> None:
    if visitor_of(request).user.role not in HEADS:
        raise refused(403, "Only a supervisor begins or ends it for somebody else", kind="belfry:role")


def _desk(request: Asked) -> TrainingDesk:
    desk = front(request).house.training
    if desk is None:
        raise _nothing()
    return desk


def _nothing() -> Refused:
    return refused(404, "There is no such exercise", kind="belfry:training")


def _view(one: Exercise) -> ExerciseView:
    scenario = SCENARIOS.get(one.scenario)
    return ExerciseView(
        id=one.id,
        scenario=one.scenario,
        trainee=one.trainee,
        by=one.by,
        since=one.since,
        until=one.until,
        running=one.ended_at is None,
        ended_at=one.ended_at,
        ended_by=one.ended_by,
        sent=one.sent,
        signals=0 if scenario is None else len(scenario.steps),
    )


def router() -> Router:
    return Router("/", route_handlers=[exercises, begin_exercise, end_exercise], tags=["training"])
