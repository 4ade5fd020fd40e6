"""With what a new site begins, by its account type: a closed list as the occupancies are.

A template is read once, when a site is added; nothing follows it later. Whatever is given for the site wins over it.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

import msgspec
from msgspec import Struct

from belfry.domain.contacts import CallList, Contact, ContactRole
from belfry.domain.schedules import Schedule
from belfry.domain.site_file import SiteChange
from belfry.domain.tables import table_bytes

TABLE: Final = "templates_v1.json"


class Template(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`account` holds fields of Account by name."""

    account: Mapping[str, Any] = {}
    schedules: tuple[Schedule, ...] = ()
    lists: Mapping[ContactRole, tuple[CallList, ...]] = {}
    """The call lists of a contact who names none, by his role; a role that is absent is on every list."""


@cache
def load() -> Mapping[str, Template]:
    """Return the templates of this release, by account type."""
    return msgspec.json.decode(table_bytes(TABLE), type=dict[str, Template])


def begin(kind: str, fields: Mapping[str, object], change: SiteChange) -> tuple[Mapping[str, object], SiteChange]:
    """Return what a new site of a type begins with. Raises KeyError for a type that has no template."""
    template = load()[kind]
    schedules: Sequence[Schedule] = template.schedules if change.schedules is None else change.schedules
    contacts = change.contacts and tuple(_on_lists(contact, template) for contact in change.contacts)
    begun = msgspec.structs.replace(change, schedules=tuple(schedules), contacts=contacts)
    return {**template.account, "type": kind, **fields}, begun


def _on_lists(contact: Contact, template: Template) -> Contact:
    return msgspec.structs.replace(contact, lists=contact.lists or template.lists.get(contact.role, ()))
