"""The staff door: who may come in, by pass-word, session or token. The registry keeps it, the web asks it.

Secrets (pass-words, session secrets, tokens) go in and out of this door only as arguments; nothing behind it stores
one readable, and no message or value of it contains one.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from unicodedata import normalize

from msgspec import Struct

from belfry.domain.abilities import GENERALIST, Abilities


def fold(name: str) -> str:
    """Return what two names share that people would take for the same."""
    return normalize("NFKC", name).casefold()


class Role(StrEnum):
    """What a staff account is there for (DESIGN 5)."""

    OPERATOR = "operator"
    DISPATCHER = "dispatcher"
    RESPONDER = "responder"
    SUPERVISOR = "supervisor"
    INSTALLER = "installer"
    HOLDER = "holder"
    AUDITOR = "auditor"
    OVERSEER = "overseer"
    ADMINISTRATOR = "administrator"
    SERVICE = "service"


class User(Struct, frozen=True, kw_only=True):
    """A staff account, or whom a token acts for. `name` is unique and is what facts call `by`."""

    id: str
    name: str
    role: Role
    disabled: bool = False
    tenants: frozenset[str] | None = None
    """Whose accounts this person may know of: names of tenants, or ids of single accounts. None: all of them; of a
    holder, none."""
    abilities: Abilities = GENERALIST
    """What this person is handed first; asked for that alone."""
    agreement: str | None = None
    """Of a service: the agreement that it is let in by, and with which it ends."""


class Session(Struct, frozen=True, kw_only=True):
    """A signed-in browser. `csrf` is told to its pages and wanted back with every unsafe request."""

    user: User
    csrf: str
    expires_at: datetime


class StaffError(ValueError):
    """StaffError
    ├── NameTaken      a staff account has this name
    ├── NoSuchUser     none has it
    ├── AbilitiesRefused   not of the closed list of skills, or no language
    └── NameRefused, PasswordRefused   too short, too long or not allowed; the message names the limit
    """


class NameTaken(StaffError): ...


class NameRefused(StaffError): ...


class PasswordRefused(StaffError): ...


class AbilitiesRefused(StaffError): ...


class NoSuchUser(StaffError): ...


class StaffUnavailable(Exception):
    """The staff store fails, for want of room or at all: nobody can be looked up, signed in or signed out now."""


class Users(Protocol):
    """Staff accounts. What the three doors of this page raise beside StaffError is StaffUnavailable."""

    async def empty(self) -> bool:
        """No staff account yet: the centre shows its set-up page."""
        ...

    async def all(self) -> Sequence[User]: ...

    async def add(self, name: str, role: Role, password: str) -> User:
        """Add an account. Raises NameTaken, NameRefused, PasswordRefused."""
        ...

    async def add_first(self, name: str, role: Role, password: str) -> User | None:
        """Add the first account of all; None where somebody was quicker. Raises NameRefused, PasswordRefused."""
        ...

    async def set_abilities(self, name: str, abilities: Abilities, *, by: str) -> User:
        """Say what somebody is trained for and speaks. Raises NoSuchUser, AbilitiesRefused."""
        ...

    async def check(self, name: str, password: str) -> User | None:
        """Return whose pass-word this is. Takes as long for a name that does not exist; never blocks the loop."""
        ...


class Sessions(Protocol):
    """Signed-in browsers. Answers from memory: it is asked with every request."""

    async def open(self, user: User, now: datetime) -> tuple[str, Session]:
        """Return the secret for the cookie, and the session that it opens."""
        ...

    def find(self, secret: str, now: datetime) -> Session | None:
        """Return the session of a secret; None when it is unknown or over."""
        ...

    async def end(self, secret: str) -> None: ...


class Tokens(Protocol):
    """Bearer tokens of persons (at most 12 hours) and services. Answers from memory where it can."""

    async def find(self, secret: str, now: datetime) -> User | None:
        """Return whom a token acts for; None when it is unknown, over or withdrawn."""
        ...
