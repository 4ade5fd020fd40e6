"""The people whom a site itself named, when each can be called and what each may decide (SCOPE 3: nobody else).

Pass-words, duress words and codes are not here: they are checked, never shown (`ports.Words`).
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

CONTACTS_MOST: Final = 200
NUMBERS_MOST: Final = 8
NAME_MOST: Final = 120
NUMBER_MOST: Final = 40

MINUTES_OF_DAY: Final = 1_440


class ContactRole(StrEnum):
    HOLDER = "holder"
    DEPUTY = "deputy"
    MANAGER = "manager"
    CARETAKER = "caretaker"
    RESIDENT = "resident"
    RELATIVE = "relative"
    GUARD = "guard"
    TECHNICIAN = "technician"
    OTHER = "other"


class Authority(StrEnum):
    """What a contact may decide once his word was checked."""

    CANCEL = "cancel"
    ON_TEST = "on_test"
    SCHEDULE = "schedule"
    CONTACTS = "contacts"
    KEYS = "keys"
    """Holds keys and comes."""


class CallList(StrEnum):
    """Which calls a contact is for (RULES 4)."""

    FIRE = "fire"
    INTRUSION = "intrusion"
    TECHNICAL = "technical"
    OPEN_CLOSE = "open_close"
    CARE = "care"


class WeekWindow(Struct, frozen=True, omit_defaults=True):
    """A time that comes back every week, by the site's own clock. Minutes since midnight; `until` before or at `since`
    reaches into the next day. `days`: 0 Monday to 6 Sunday, 7 public holidays."""

    days: tuple[int, ...]
    since: int = 0
    until: int = MINUTES_OF_DAY


class Absence(Struct, frozen=True):
    """From one instant until another nobody is to be called."""

    since: datetime
    until: datetime


class Number(Struct, frozen=True, omit_defaults=True):
    """A telephone number as one would dial it."""

    number: str
    label: str = ""
    texts: bool = False
    """Takes text messages."""


class Contact(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person to call. `order` begins at 1; two of the same order are called in the order of their ids."""

    id: str = ""
    """Ours; empty for one that is new."""
    order: int
    name: str
    role: ContactRole = ContactRole.OTHER
    numbers: tuple[Number, ...] = ()
    """None: he can only be met on site, and the card says so."""
    language: str = ""
    lists: tuple[CallList, ...] = ()
    """Empty: every list."""
    authority: tuple[Authority, ...] = ()
    hours: tuple[WeekWindow, ...] = ()
    """When he can be called; empty: always."""
    absences: tuple[Absence, ...] = ()
    panel_user: str = ""
    """His number at the panel, so that a cancel can be named after him while it is handled."""
    has_word: bool = False
    has_duress: bool = False
