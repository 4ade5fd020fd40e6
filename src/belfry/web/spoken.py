"""Whose word was said on the telephone, whether he may decide what he asks for, and what follows where he is forced.

A duress word is answered as if it had been right, nothing is done, and PERS.ALARM.DURESS opens (RULES 2, silent sites).
"""

from collections.abc import Sequence
from typing import Final

from litestar.openapi.datastructures import ResponseSpec

from belfry.centre.duress import duress_alarm
from belfry.domain.commands import SayWord
from belfry.domain.contacts import Authority
from belfry.domain.signal import AccountKey
from belfry.domain.site import Account
from belfry.domain.site_file import SiteFile
from belfry.ports import Spoken, TooManyWords
from belfry.ports.staff import Role
from belfry.web.bodies import Asked
from belfry.web.front import front
from belfry.web.house import House
from belfry.web.identity import visitor_of
from belfry.web.incidents import act, staff_of
from belfry.web.problems import refused, told
from belfry.web.staff import too_often

_UNFIT: Final = {
    Authority.SCHEDULE: "Whose word this is may not change the schedule",
    Authority.ON_TEST: "Whose word this is may not put the site on test",
}

SPOKEN: Final[dict[int, ResponseSpec]] = {
    403: told("The word is wrong or was not said, or whose it is may not decide this"),
    429: told("Too many wrong words; Retry-After says how long to wait"),
}


async def spoken_for(
    request: Asked, file: SiteFile, word: str | None, authority: Authority, *, incident: str | None = None
) -> Spoken | None:
    """Whose word it was; None where none is needed: no contact has one, or who runs the room decides. Raises Refused
    where it is wrong or missing, or its owner may not decide this. Whoever goes on notes the word (`noted`)."""
    house = front(request).house
    if word is None:
        if any(one.has_word for one in file.contacts) and not decides(request):
            raise refused(403, "The pass-word of the site is needed", kind="belfry:word-needed")
        return None
    if house.words is None:
        raise refused(503, "This centre compares no pass-words")
    try:
        spoken = await house.words.check(file.account.id, word)
    except TooManyWords as error:
        raise too_often(error.until - house.clock()) from None
    if spoken.contact is None and not spoken.duress:
        await noted(request, file, spoken, incident=incident)
        raise refused(403, "This is nobody's word at this site", kind="belfry:word")
    if not spoken.duress and authority not in _authority(file, spoken):
        raise refused(403, _UNFIT.get(authority, "Whose word this is may not decide this"), kind="belfry:authority")
    return spoken


def decides(request: Asked) -> bool:
    """Who runs the room answers for what is done without a word."""
    return visitor_of(request).user.role in (Role.SUPERVISOR, Role.ADMINISTRATOR)


def _authority(file: SiteFile, spoken: Spoken) -> Sequence[Authority]:
    return next((one.authority for one in file.contacts if one.id == spoken.contact), ())


async def noted(request: Asked, file: SiteFile, spoken: Spoken, *, incident: str | None = None) -> None:
    """That a word was compared stands in the story of the incident, or of the site."""
    right = spoken.contact is not None or spoken.duress
    if incident is not None:
        await act(request, incident, SayWord(right, spoken.contact))
    else:
        desk = front(request).house.desk
        await desk.word_tried(file.account.id, staff_of(request), right=right, contact=spoken.contact)


async def raise_alarm(house: House, site: Account) -> None:
    """Whoever asked is forced to: nobody is told who could be overheard."""
    await house.intake.deliver(duress_alarm(site, house.clock(), heard_as(house, site)))


async def raise_alarm_at(house: House, account_id: str) -> None:
    """As `raise_alarm`, by the site's account id; nothing where the account is gone."""
    site = house.accounts.by_id(account_id)
    if site is not None:
        await raise_alarm(house, site)


def heard_as(house: House, site: Account) -> AccountKey | None:
    """How signals of an account name it, so that its alarms stand together."""
    for receiver in house.receivers if site.receiver is None else (site.receiver,):
        key = AccountKey(receiver, site.prefix, site.account)
        if house.accounts.by_key(key) == site:
            return key
    return None
