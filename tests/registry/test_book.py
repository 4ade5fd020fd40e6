"""The account book: the account of a frame, the most particular first."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.premises import Area, SiteParts
from belfry.domain.signal import AccountKey
from belfry.domain.site import Account
from belfry.registry import AccountBook


def an_account(account_id: str, number: str = "1234", **where: str | None) -> Account:
    return Account(id=account_id, account=number, receiver=where.get("receiver"), prefix=where.get("prefix"))


EXACT = an_account("exact", receiver="panels", prefix="1")
ANY_PREFIX = an_account("any prefix", receiver="panels")
ANY_RECEIVER = an_account("any receiver", prefix="1")
ANYWHERE = an_account("anywhere")


def found(book: AccountBook, receiver: str, prefix: str | None, number: str = "1234") -> str | None:
    account = book.by_key(AccountKey(receiver, prefix, number))
    return None if account is None else account.id


def test_the_account_that_says_most_is_found_whatever_the_order() -> None:
    for accounts in permutations([EXACT, ANY_PREFIX, ANY_RECEIVER, ANYWHERE]):
        book = AccountBook(accounts)
        assert found(book, "panels", "1") == "exact"
        assert found(book, "panels", "2") == "any prefix"
        assert found(book, "panels", None) == "any prefix"
        assert found(book, "radio", "1") == "any receiver"
        assert found(book, "radio", None) == "anywhere"


def test_panels_of_one_building_are_one_site_and_another_customers_are_not() -> None:
    def panel(account_id: str, building: str = "tower") -> Account:
        return Account(id=account_id, account=account_id, building=building)

    book = AccountBook(
        [panel("campus", ""), panel("fire"), panel("burglar"), panel("lift"), panel("annex", "annex"), panel("shop"),
         panel("bare", "")]
    )  # fmt: skip
    assert book.site("fire") == "fire"
    for account_id, parent in (("fire", "campus"), ("burglar", "campus"), ("lift", "fire"), ("annex", "campus")):
        book.put_parent(account_id, parent)
    book.put_parent("bare", "campus")
    book.put_parent("shop", "burglar")
    book.put_parts("burglar", SiteParts(areas=(Area(number="2", sub_account="shop"),)))
    one = book.site("fire")
    assert book.site("burglar") == book.site("lift") == book.site(one) == one
    assert book.site("annex") not in (one, "annex")
    assert (book.site("shop"), book.site("bare"), book.site("campus"), book.site("none")) == (
        "shop", "bare", "campus", "none",
    )  # fmt: skip
    book.put_parent("fire", None)
    assert book.site("lift") == book.site("fire") == "fire" != book.site("burglar")


def test_leading_zeros_and_case_are_significant() -> None:
    book = AccountBook([an_account("x", "00A1")])
    assert found(book, "panels", None, "00A1") == "x"
    assert found(book, "panels", None, "A1") is None
    assert found(book, "panels", None, "00a1") is None


def test_an_account_may_be_changed_and_removed() -> None:
    book = AccountBook([EXACT, ANY_PREFIX])
    book.put(an_account("exact", "9999", receiver="panels", prefix="1"))
    assert found(book, "panels", "1") == "any prefix"
    assert found(book, "panels", "1", "9999") == "exact"
    book.remove("any prefix")
    book.remove("never there")
    assert found(book, "panels", "1") is None
    assert [account.id for account in book.all()] == ["exact"]
    assert len(book) == 1
    assert book.by_id("any prefix") is None


def test_two_accounts_may_change_places_whichever_is_taken_over_first() -> None:
    old = [an_account("a", "1"), an_account("b", "2")]
    for swapped in permutations([an_account("a", "2"), an_account("b", "1")]):
        book = AccountBook(old)
        for account in swapped:
            book.put(account)
        assert [found(book, "panels", None, number) for number in ("1", "2")] == ["b", "a"]
        book.remove("a")
        assert [found(book, "panels", None, number) for number in ("1", "2")] == ["b", None]


Where = tuple[str | None, str | None, str]
WHERE = st.tuples(st.sampled_from([None, "r", "s"]), st.sampled_from([None, "1", "2"]), st.sampled_from(["7", "8"]))


@given(st.sets(WHERE), WHERE)
def test_it_finds_an_account_exactly_where_one_matches(present: set[Where], asked: Where) -> None:
    accounts = [
        an_account(str(n), number, receiver=receiver, prefix=prefix)
        for n, (receiver, prefix, number) in enumerate(sorted(present, key=str))
    ]
    key = AccountKey(asked[0] or "t", asked[1], asked[2])
    match = AccountBook(accounts).by_key(key)
    assert (match is not None) == any(account.matches(key) for account in accounts)
    assert match is None or match.matches(key)
