"""What operators are trained for and speak: kept up by supervisors, used to hand out incidents and for nothing else."""

from typing import Any

from litestar import Router, get, put
from litestar.params import FromPath, JSONBody

from belfry.domain.abilities import Abilities, Skill
from belfry.ports.staff import AbilitiesRefused, NoSuchUser, User
from belfry.web.bodies import Asked, takes
from belfry.web.front import front
from belfry.web.identity import need, visitor_of
from belfry.web.problems import refused, refused_field, told
from belfry.web.rights import Right, may
from belfry.web.together_asks import AbilitiesBody
from belfry.web.together_views import AbilitiesList, AbilitiesView


def _view(user: User) -> AbilitiesView:
    able = user.abilities
    return AbilitiesView(name=user.name, skills=sorted(map(Skill, able.skills)), speaks=sorted(able.speaks))


@get("/abilities", guards=[need(Right.SKILLS)], summary="Who is trained for what")
async def abilities(request: Asked) -> AbilitiesList:
    """Of those who handle incidents; to a supervisor of some tenants those who are of no others."""
    return AbilitiesList(items=[_view(user) for user in await people_of(request)], skills=list(Skill))


@put("/abilities/{name:str}", guards=[need(Right.SKILLS)], opt=takes(AbilitiesBody),
     responses={400: told("No language, or no skill of the list"), 404: told("There is no such user")},
     summary="Say what somebody is trained for")  # fmt: skip
async def set_abilities(request: Asked, name: FromPath[str], data: JSONBody[AbilitiesBody]) -> AbilitiesView:
    """Holds for whoever is signed in within seconds."""
    if all(user.name != name for user in await people_of(request)):
        raise _nobody()
    chosen = Abilities(frozenset(map(str, data.skills)), frozenset(data.speaks))
    try:
        user = await front(request).house.users.set_abilities(name, chosen, by=visitor_of(request).user.name)
    except NoSuchUser:
        raise _nobody() from None
    except AbilitiesRefused as error:
        raise refused_field("speaks", f"speaks: {error}", limit=str(error)) from error
    return _view(user)


async def people_of(request: Asked) -> list[User]:
    """Those whom whoever asks may know of."""
    mine = visitor_of(request).user.tenants
    listed = await front(request).house.users.all()
    return [
        user
        for user in listed
        if may(user.role, Right.ACT)
        and not user.disabled
        and (mine is None or (user.tenants is not None and user.tenants <= mine))
    ]


def _nobody() -> Exception:
    return refused(404, "There is no such user", kind="belfry:user")


def router() -> Router:
    handlers: list[Any] = [abilities, set_abilities]
    return Router("/", route_handlers=handlers, tags=["together"])
