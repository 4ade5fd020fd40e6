"""Who may work here: staff accounts, their roles, and the two ways to prove to be one. Nobody else is listed."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Role(StrEnum):
    """What a staff account is for (DESIGN 5). What a role may do is settled where it is done."""

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
    """A staff account. `name` is what a person signs in with and what the record shows."""

    name: str
    role: Role
    language: str = "en"
    created_at: datetime
    disabled_at: datetime | None = None


class Session(Struct, frozen=True, kw_only=True):
    """A signed-in browser. `csrf` is the word that an unsafe request of it must repeat."""

    name: str
    role: Role
    language: str
    csrf: str
    created_at: datetime
    seen_at: datetime
    """When it last asked for something, to the minute."""
    expires_at: datetime


class Bearer(Struct, frozen=True, kw_only=True):
    """Whoever holds a token: acts under `name` until it expires. `tenant` None: all of them."""

    name: str
    role: Role
    tenant: str | None
    expires_at: datetime
