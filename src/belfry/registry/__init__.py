"""What is changed in place: the accounts that are watched, and the staff that watches."""

from belfry.ports.sheets import ImportReport, Problem
from belfry.registry.book import AccountBook
from belfry.registry.doors import SessionsDoor, TokensDoor, UsersDoor
from belfry.registry.errors import Changed, NoSuchAccount, NoSuchCursor, Taken, Unfit
from belfry.registry.registry import Registry, kept_agreements, registry_state
from belfry.registry.search import SitePage
from belfry.registry.sheet import Sheet, parse_sheet, read_sheet
from belfry.registry.store import Change, RegistryError

__all__ = [
    "AccountBook",
    "Change",
    "Changed",
    "ImportReport",
    "NoSuchAccount",
    "NoSuchCursor",
    "Problem",
    "Registry",
    "RegistryError",
    "SessionsDoor",
    "Sheet",
    "SitePage",
    "Taken",
    "TokensDoor",
    "Unfit",
    "UsersDoor",
    "kept_agreements",
    "parse_sheet",
    "read_sheet",
    "registry_state",
]
