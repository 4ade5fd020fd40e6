"""The pictures of one incident, as its facts tell them: what is kept of each, until when, and who looked at it.

Pictures are of places and things. Of kinds that are about a person none is taken (SCOPE, pictures).
"""

from datetime import datetime
from typing import Final

from msgspec import Struct, structs

from belfry.domain.field_facts import PictureAdded, PictureShown, Purpose

PICTURES_MOST: Final = 20
"""Of one incident; a phone that sends without end fills no disk."""
LOOKS_MOST: Final = 200
"""Looks that an incident remembers of a picture, the newest; the journal has them all."""
OF_PERSONS: Final = frozenset({"MED", "PERS"})


class Look(Struct, frozen=True, gc=False):
    at: datetime
    by: str
    purpose: Purpose


class Picture(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    id: str
    at: datetime
    by: str
    until: datetime
    position: int
    """Where the fact stands that holds it."""
    looks: tuple[Look, ...] = ()


def takes_pictures(kind: str) -> bool:
    """Whether pictures may be added to an incident of a kind."""
    return kind.partition(".")[0] not in OF_PERSONS


def added(pictures: tuple[Picture, ...], fact: PictureAdded, position: int, at: datetime) -> tuple[Picture, ...]:
    if any(one.id == fact.picture for one in pictures):
        return pictures
    new = Picture(
        id=fact.picture,
        at=at,
        by=fact.by,
        until=fact.until,
        position=position,
    )
    return (*pictures, new)


def shown(pictures: tuple[Picture, ...], fact: PictureShown, at: datetime) -> tuple[Picture, ...]:
    look = Look(at, fact.by, fact.purpose)
    return tuple(
        structs.replace(one, looks=(*one.looks[1 - LOOKS_MOST :], look)) if one.id == fact.picture else one
        for one in pictures
    )
