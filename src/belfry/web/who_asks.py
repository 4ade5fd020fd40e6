"""Who asks for a test, and how that was made sure: by his word, by a technician's code, or by his role (RULES 3)."""

from collections.abc import Sequence

from msgspec import Struct

from belfry.domain.contacts import Authority, ContactRole
from belfry.domain.muting import Asked, Asker, Proof
from belfry.domain.site import Account
from belfry.ports import TooManyWords
from belfry.ports.staff import Role
from belfry.web.bodies import Asked as Request
from belfry.web.front import front
from belfry.web.house import House
from belfry.web.identity import visitor_of
from belfry.web.incidents import staff_of
from belfry.web.problems import refused, refused_field
from belfry.web.sight import sees_site
from belfry.web.spoken import raise_alarm_at
from belfry.web.staff import too_often


class Verified(Struct, frozen=True):
    """Who asks, as far as he could prove it. `forced`: he is to be answered, and nothing is to be done; `alarmed`: the
    silent alarm is raised already."""

    asked: Asked
    forced: bool = False
    alarmed: bool = False


async def verify(request: Request, site: Account, word: str | None, code: str | None) -> Verified:
    """Raises Refused where he is nobody, or may not."""
    if word is not None and code is not None:
        raise refused_field("code", "code: a word or a code, not both")
    if word is not None:
        return await _by_word(request, site, word)
    if code is not None:
        return await _by_code(request, site, code)
    if visitor_of(request).user.role not in (Role.SUPERVISOR, Role.ADMINISTRATOR):
        raise refused(403, "A word or a technician's code is needed", kind="belfry:word")
    return Verified(Asked(Asker.SUPERVISOR, Proof.ROLE))


async def _by_word(request: Request, site: Account, word: str) -> Verified:
    house = front(request).house
    if house.words is None:
        raise refused(403, "This centre keeps no words", kind="belfry:word")
    try:
        spoken = await house.words.check(site.id, word)
    except TooManyWords as error:
        raise too_often(error.until - house.clock()) from error
    contact = await contact_of(house, site.id, spoken.contact)
    await house.desk.word_tried(site.id, staff_of(request), right=contact is not None, contact=spoken.contact)
    if contact is None:
        raise refused(403, "This is nobody's word at this site", kind="belfry:word")
    asker = Asker.TECHNICIAN if contact[1] is ContactRole.TECHNICIAN else Asker.OWNER
    asked = Asked(asker, Proof.WORD, contact=spoken.contact)
    if not spoken.duress and Authority.ON_TEST not in contact[2]:
        raise refused(403, f"{contact[0]} may not put the site on test", kind="belfry:authority")
    return Verified(asked, forced=spoken.duress)


async def _by_code(request: Request, site: Account, said: str) -> Verified:
    house = front(request).house
    technician = await house.technicians.told(said, site.id, lambda account: raise_alarm_at(house, account))
    if technician is None:
        raise refused(403, "This is no code of this site", kind="belfry:word")
    return Verified(Asked(Asker.TECHNICIAN, Proof.CODE, code=technician.code), forced=technician.forced, alarmed=True)


async def contact_of(
    house: House, account_id: str, contact: str | None
) -> tuple[str, ContactRole, Sequence[Authority]] | None:
    file = None if contact is None else await house.sites.site(account_id)
    found = None if file is None else next((one for one in file.contacts if one.id == contact), None)
    return None if found is None else (found.name, found.role, found.authority)


def site_asked(request: Request, account_id: str, *, field: str | None = None) -> Account:
    """The account, if there is one that this person may know of; `field` names where it was asked for."""
    found = front(request).house.accounts.by_id(account_id)
    if found is not None and sees_site(request, found):
        return found
    if field is None:
        raise refused(404, "There is no such account", kind="belfry:account")
    raise refused_field(field, f"{field}: there is no such account", value=account_id)
