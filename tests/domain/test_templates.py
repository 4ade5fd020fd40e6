"""A template for each account type of the closed list, each of them a site that may be kept."""

import pytest

from belfry.domain import templates
from belfry.domain.account_checks import account_types, with_fields
from belfry.domain.contacts import CallList, Contact, ContactRole
from belfry.domain.premises import SiteParts
from belfry.domain.site import Account
from belfry.domain.site_checks import Neighbours, check
from belfry.domain.site_file import SiteChange, SiteDetails, SiteFile


def test_every_account_type_has_one_and_nothing_else_has() -> None:
    assert list(templates.load()) == list(account_types())


@pytest.mark.parametrize("kind", account_types())
def test_what_a_site_begins_with_may_be_kept(kind: str) -> None:
    people = tuple(Contact(order=1, name="A", role=role) for role in ContactRole)
    fields, change = templates.begin(kind, {"account": "1"}, SiteChange(contacts=people))
    account, flaws = with_fields(Account(id="a", account=""), fields)
    parts = SiteParts(schedules=change.schedules or ())
    file = SiteFile(account=account, version=1, details=SiteDetails(), parts=parts, contacts=change.contacts or ())
    assert [*flaws, *check(file, Neighbours())] == []
    assert account.type == kind


def test_only_a_home_may_be_called_before_the_brigade() -> None:
    assert [kind for kind, one in templates.load().items() if one.account.get("verify_fire", "none") != "none"] == [
        "dwelling"
    ]


def test_what_is_given_wins() -> None:
    contact = Contact(order=1, name="A", role=ContactRole.TECHNICIAN, lists=(CallList.FIRE,))
    given = SiteChange(schedules=(), contacts=(contact,))
    fields, change = templates.begin("shop", {"test_s": 3_600, "type": "office"}, given)
    assert (fields["test_s"], fields["type"]) == (3_600, "office")
    assert (change.schedules, change.contacts) == ((), (contact,))
