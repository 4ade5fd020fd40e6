"""What is changed in place: the accounts that are watched, and the staff that watches."""

from belfry.registry.accounts import ImportReport
from belfry.registry.book import AccountBook
from belfry.registry.doors import SessionsDoor, TokensDoor, UsersDoor
from belfry.registry.registry import Registry, registry_state
from belfry.registry.sheet import Problem, Sheet, parse_sheet, read_sheet
from belfry.registry.store import Change, RegistryError

__all__ = [
    "AccountBook",
    "Change",
    "ImportReport",
    "Problem",
    "Registry",
    "RegistryError",
    "SessionsDoor",
    "Sheet",
    "TokensDoor",
    "UsersDoor",
    "parse_sheet",
    "read_sheet",
    "registry_state",
]
