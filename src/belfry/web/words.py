"""Pass-words, duress words and access codes over HTTP: set, compared, and - a code alone - shown to who needs it.

A duress word is answered exactly as the right one, and no sooner or later: in every case the registry compares with all
words, and the answer waits for a fact of the same size. What the word means goes to the journal in the same turn, as a
signal of its own (RULES 2, silent sites).
"""

import asyncio
from math import ceil
from typing import Any, Final

from litestar import Router, post, put
from litestar.params import FromPath, JSONBody
from litestar.response import Response
from msgspec import UNSET

from belfry.centre.board import load
from belfry.centre.duress import duress_alarm
from belfry.domain.commands import SayWord, ShowAccess
from belfry.domain.contacts import Authority, Contact
from belfry.domain.incident import Incident
from belfry.domain.site_file import SiteFile
from belfry.ports import Spoken, TooManyWords, Words, WordsRefused
from belfry.web.bodies import Asked, takes
from belfry.web.front import front
from belfry.web.house import House
from belfry.web.identity import need, visitor_of
from belfry.web.incidents import act, nothing, staff_of
from belfry.web.problems import Problem, Refused, refused, refused_field, told
from belfry.web.rights import Right
from belfry.web.sight import sees
from belfry.web.site_asks import AccessBody, WordBody, WordsBody
from belfry.web.site_views import AccessCode, ContactName, SiteCard, WordAnswer
from belfry.web.sites import UNSEEN, card_of, is_of, own_site_of, site_of
from belfry.web.spoken import heard_as

_GIVEN: Final = ("word", "duress_word", "access_code")

_ASKED: Final = {
    **UNSEEN,
    409: told("The incident is not open, or nobody has taken it, or somebody else has; `incident` is its detail now"),
    429: told("Too many wrong words; Retry-After says how long to wait"),
}


@put(
    "/accounts/{account_id:str}/words",
    guards=[need(Right.WORDS)],
    opt=takes(WordsBody),
    responses=UNSEEN,
    summary="Set a word or code",
)
async def set_words(request: Asked, account_id: FromPath[str], data: JSONBody[WordsBody]) -> Response[SiteCard]:
    """Set or take away one of `word` and `duress_word` of a contact, or the `access_code` of the site. None of them is
    ever read back but the code, by who handles an alarm there."""
    await own_site_of(request, account_id)
    given = [name for name in _GIVEN if getattr(data, name) is not UNSET]
    if len(given) != 1:
        raise refused_field(given[-1] if given else _GIVEN[0], f"one of {', '.join(_GIVEN)} at a time")
    name, by = given[0], visitor_of(request).user.name
    words, text = _words(front(request).house), getattr(data, name)
    try:
        if name == "access_code":
            await words.set_access(account_id, text, by=by)
        elif data.contact is None:
            raise refused_field("contact", f"contact: is needed with {name}")
        else:
            await words.set(account_id, data.contact, text, duress=name == "duress_word", by=by)
    except WordsRefused as error:
        raise refused_field(name, f"{name}: {error}", limit=str(error)) from None
    except LookupError:
        raise refused_field("contact", "contact: there is no such contact here", value=data.contact) from None
    return await card_of(request, await site_of(request, account_id))


@post(
    "/accounts/{account_id:str}/words/check",
    status_code=200,
    guards=[need(Right.ASK_WORD)],
    opt=takes(WordBody),
    responses=_ASKED,
    summary="Whose word is this",
)
async def check_word(request: Asked, account_id: FromPath[str], data: JSONBody[WordBody]) -> WordAnswer:
    """Compare a word that was said. With `incident` it is a line of its story, and wrong ones are counted there: after
    the second help is sent, and nobody else is called."""
    house, file = front(request).house, await site_of(request, account_id)
    incident = None if data.incident is None else await _incident_at(request, file, data.incident)
    try:
        spoken = await _words(house).check(account_id, data.word)
    except TooManyWords as error:
        wait = max(ceil((error.until - house.clock()).total_seconds()), 1)
        raise refused(
            429, "Too many wrong words: wait", kind="belfry:attempts", headers={"Retry-After": str(wait)}
        ) from None
    contact = next((one for one in file.contacts if one.id == spoken.contact), None)
    right = spoken.contact is not None or spoken.duress
    raised = _raise(house, file, spoken, incident)
    cancels = contact is not None and not spoken.duress and Authority.CANCEL in contact.authority
    noted = _note(request, file, incident, right=right, contact=contact, cancels=cancels)
    told_at, *_ = await asyncio.gather(noted, *raised)
    return WordAnswer(
        accepted=right,
        contact=None if contact is None else ContactName(id=contact.id, name=contact.name, role=contact.role),
        authority=[] if contact is None else list(contact.authority),
        wrong_words=0 if told_at is None else told_at.wrong_words,
    )


@post(
    "/accounts/{account_id:str}/access-code",
    status_code=200,
    guards=[need(Right.ASK_WORD)],
    opt=takes(AccessBody),
    responses=_ASKED,
    summary="The code of the key safe",
)
async def show_access(request: Asked, account_id: FromPath[str], data: JSONBody[AccessBody]) -> AccessCode:
    """For an open incident of this site that whoever asks has taken. That it was shown stands in the story."""
    house, file = front(request).house, await site_of(request, account_id)
    await _incident_at(request, file, data.incident)
    await act(request, data.incident, ShowAccess(account_id))
    return AccessCode(await _words(house).access(account_id, by=visitor_of(request).user.name))


def _words(house: House) -> Words:
    if house.words is None:
        raise refused(503, "This centre compares no pass-words")
    return house.words


async def _incident_at(request: Asked, file: SiteFile, incident_id: str) -> Incident:
    """An open incident of a site that whoever asks may see. Raises Refused."""
    house = front(request).house
    found = await load(house.board, house.journal, incident_id)
    if found is None or not sees(request, found) or not is_of(found, file.account):
        raise nothing()
    if not found.open:
        raise Refused(Problem(status=409, type="belfry:conflict", title="This incident is closed"))
    return found


def _raise(house: House, file: SiteFile, spoken: Spoken, incident: Incident | None) -> "list[asyncio.Future[Any]]":
    """The silent alarm of a duress word, on its way to the disk."""
    if not spoken.duress:
        return []
    named = None if incident is None else incident.account
    return [house.intake.deliver(duress_alarm(file.account, house.clock(), named or heard_as(house, file.account)))]


async def _note(
    request: Asked, file: SiteFile, incident: Incident | None, *, right: bool, contact: Contact | None, cancels: bool
) -> Incident | None:
    """Write down that a word was compared; returns its incident as it is then."""
    whose = None if contact is None else contact.id
    if incident is not None:
        return await act(request, incident.id, SayWord(right, whose, cancels))
    desk = front(request).house.desk
    await desk.word_tried(file.account.id, staff_of(request), right=right, contact=whose)
    return None


def router() -> Router:
    handlers: list[Any] = [set_words, check_word, show_access]
    return Router("/", route_handlers=handlers, tags=["sites"])
