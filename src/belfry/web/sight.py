"""What whoever sends a request may know of: their viewer, and whether they see an incident or a site."""

from belfry.domain.incident import Incident
from belfry.domain.site import Account
from belfry.ports.staff import User
from belfry.web.bodies import Asked
from belfry.web.front import front
from belfry.web.identity import visitor_of
from belfry.web.languages import language_of
from belfry.web.outlet import Audience, Viewer
from belfry.web.rights import Right, may
from belfry.web.tenants import tenants_of


def audience_of(user: User, language: str) -> Audience:
    role = user.role
    acts = may(role, Right.ACT)
    field = may(role, Right.QUEUE) and not acts
    return Audience(language, medical=may(role, Right.MEDICAL), acts=acts, tenants=tenants_of(user), field=field)


def viewer_of(request: Asked) -> Viewer:
    user = visitor_of(request).user
    return Viewer(user.name, audience_of(user, language_of(request)))


def sees(request: Asked, incident: Incident) -> bool:
    return front(request).tenants.incident(viewer_of(request), incident)


def reads(request: Asked, incident: Incident) -> bool:
    """Whether somebody may read what is sealed of an incident that he sees: in the field once his unit has accepted."""
    return front(request).tenants.words(viewer_of(request), incident)


def sees_site(request: Asked, account: Account | None) -> bool:
    """None: what is of no known account."""
    return front(request).tenants.account(viewer_of(request).audience, account)
