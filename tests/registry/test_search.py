"""Finding a site: by number, name, address or a contact's telephone number, page by page, within one's tenants."""

import pytest

from belfry.domain.contacts import Contact, Number
from belfry.domain.site_file import SiteChange, SiteDetails
from belfry.registry import NoSuchCursor, Registry, parse_sheet

SHEET = (
    "account,name,address,tenant\n"
    "1234,Müller & Sohn,Quay 1 Zürich,north\n"
    "12345,Mill,Mill Lane 12,north\n"
    "9999,100% Wool,Quay 56,south\n"
    "777,1234 Bikes,,south\n"
)


@pytest.fixture
def sites(registry: Registry) -> Registry:
    registry.import_accounts(parse_sheet(SHEET), by="test")
    mill = registry.search("mill").items[0].id
    contact = Contact(
        order=1, name="Quincy Unfindable", numbers=(Number("+41 (0)44 123 45 67"), Number("079 222 33 44"))
    )
    details = SiteDetails(notes="zebra", premises=(Number("0041 44 999 88 77"),))
    registry.edit(mill, SiteChange(contacts=(contact,), details=details), version=1, by="test")
    return registry


def found(registry: Registry, text: str, **words: object) -> list[str]:
    return [account.account for account in registry.search(text, **words).items]  # type: ignore[arg-type]  # of one test


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", ["1234", "12345", "777", "9999"]),
        ("1234", ["1234", "12345", "777"]),
        ("mul", ["1234"]),
        ("MÜLLER", ["1234"]),
        ("muller zurich", ["1234"]),
        ("quay", ["1234", "9999"]),
        ("quay 56", ["9999"]),
        ("%", ["9999"]),
        ("_", []),
        ("quincy", []),
        ("zebra", []),
        ("nowhere", []),
        (" ".join("abcdefghijk"), []),
    ],
)
def test_number_name_and_address_are_found_whatever_case_and_accents(
    sites: Registry, text: str, numbers: list[str]
) -> None:
    assert found(sites, text) == numbers


@pytest.mark.parametrize(
    "typed",
    [
        "+41 44 123 45 67",
        "0441234567",
        "044 123 45 67",
        "0041 44 123 45 67",
        "123 45 67",
        "4567",
        "079/222 33 44",
        "9998877",
    ],
)
def test_a_telephone_number_is_found_however_it_is_written(sites: Registry, typed: str) -> None:
    assert found(sites, typed) == ["12345"]


@pytest.mark.parametrize("typed", ["044 123 45 68", "+49 44 123 45 67", "567", "+41 44 123"])
def test_another_number_or_its_beginning_is_none(sites: Registry, typed: str) -> None:
    assert "12345" not in found(sites, typed)


def test_a_number_that_is_gone_is_found_no_more(sites: Registry) -> None:
    mill = sites.search("mill").items[0].id
    sites.edit(mill, SiteChange(contacts=(Contact(order=1, name="Other"),)), version=2, by="test")
    assert found(sites, "044 123 45 67") == []
    assert found(sites, "044 999 88 77") == ["12345"]


def test_nobody_finds_a_site_of_another_tenant(sites: Registry) -> None:
    assert found(sites, "", tenants=frozenset({"south"})) == ["777", "9999"]
    assert found(sites, "044 123 45 67", tenants=frozenset({"south"})) == []
    assert found(sites, "", tenants=frozenset()) == []
    wool = sites.search("wool").items[0].id
    assert found(sites, "", tenants=frozenset({wool})) == ["9999"]


def test_pages_follow_each_other_and_nothing_is_twice(sites: Registry) -> None:
    for text in ("", "1234"):
        whole, pages, after = found(sites, text), list[str](), None
        while True:
            page = sites.search(text, limit=1, after=after)
            pages += [account.account for account in page.items]
            after = page.next
            if after is None:
                break
        assert pages == whole


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "é", "WzEsMl0", "e30"])
def test_a_cursor_that_was_never_given_is_refused(sites: Registry, cursor: str) -> None:
    with pytest.raises(NoSuchCursor):
        sites.search("", after=cursor)
