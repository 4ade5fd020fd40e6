"""Words are compared and never known; the code of a key safe is shown to who asks, and that it was is written down."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, event

from belfry.domain.contacts import Contact
from belfry.domain.site_file import SiteChange, SiteFile
from belfry.ports import Spoken, TooManyWords, Words, WordsRefused
from belfry.ports.staff import StaffUnavailable
from belfry.registry import Registry
from belfry.registry.words import WRONG_MOST, WRONG_WITHIN, WordKeys, fold_word
from belfry.sql import writing
from tests.registry.conftest import IN_A_FILE, Clock, everything_stored

KEYS = WordKeys(words=b"w" * 32, access=b"a" * 32)


@pytest.fixture
def file(registry: Registry) -> SiteFile:
    change = SiteChange(contacts=(Contact(order=2, name="Ana"), Contact(order=1, name="Bert")))
    return registry.add({"account": "1234"}, by="test", change=change)


@pytest.fixture
def words(registry: Registry) -> Words:
    return registry.words_door(KEYS)


async def test_a_word_says_whose_it_is_however_it_is_spoken(words: Words, file: SiteFile) -> None:
    ana, bert = (contact.id for contact in file.contacts)
    await words.set(file.account.id, ana, "Blauer Reiher", by="test")
    await words.set(file.account.id, bert, "Straße 7", by="test")
    for spoken in ("blauer reiher", "BLAUER-REIHER!", "ｂｌａｕｅｒ reiher", "blau er reiher"):
        assert await words.check(file.account.id, spoken) == Spoken(ana)
    assert await words.check(file.account.id, "strasse 7") == Spoken(bert)
    for spoken in ("blauer", "blauer reiher 2", "", "!?"):
        assert await words.check(file.account.id, spoken) == Spoken()


async def test_a_duress_word_is_told_from_every_other(words: Words, file: SiteFile) -> None:
    ana, bert = (contact.id for contact in file.contacts)
    await words.set(file.account.id, ana, "heron", by="test")
    await words.set(file.account.id, ana, "kingfisher", duress=True, by="test")
    assert await words.check(file.account.id, "Kingfisher") == Spoken(ana, duress=True)
    assert await words.check(file.account.id, "Heron") == Spoken(ana)
    for contact, word, duress in ((bert, "King Fisher", False), (bert, "heron", True), (ana, "heron", True)):
        with pytest.raises(WordsRefused, match="this word cannot be used here") as refused:
            await words.set(file.account.id, contact, word, duress=duress, by="test")
        assert word not in str(refused.value)


async def test_two_may_have_the_same_word_and_the_first_of_the_list_is_told(words: Words, file: SiteFile) -> None:
    ana, bert = (contact.id for contact in file.contacts)
    await words.set(file.account.id, ana, "heron", by="test")
    await words.set(file.account.id, bert, "heron", by="test")
    assert await words.check(file.account.id, "heron") == Spoken(bert)


async def test_a_word_of_another_site_is_none_here(words: Words, file: SiteFile, registry: Registry) -> None:
    other = registry.add({"account": "9"}, by="test", change=SiteChange(contacts=(Contact(order=1, name="C"),)))
    await words.set(other.account.id, other.contacts[0].id, "heron", by="test")
    assert await words.check(file.account.id, "heron") == Spoken()


async def test_a_card_says_that_there_is_a_word_and_the_word_goes_with_its_contact(
    words: Words, file: SiteFile, registry: Registry
) -> None:
    ana, bert = (contact.id for contact in file.contacts)
    await words.set(file.account.id, ana, "heron", by="test")
    await words.set(file.account.id, ana, "kingfisher", duress=True, by="test")
    await words.set_access(file.account.id, "4711#", by="test")
    found = registry.site(file.account.id)
    assert found is not None
    assert [(one.has_word, one.has_duress) for one in found.contacts] == [(True, True), (False, False)]
    assert found.details.has_access_code
    without = tuple(one for one in found.contacts if one.id == bert)
    after = registry.edit(file.account.id, SiteChange(contacts=without, details=found.details), version=1, by="test")
    assert after.details.has_access_code
    assert await words.check(file.account.id, "heron") == Spoken()
    assert await words.check(file.account.id, "kingfisher") == Spoken()


async def test_after_so_many_wrong_words_none_is_compared_for_a_while(
    words: Words, file: SiteFile, clock: Clock
) -> None:
    ana = file.contacts[0].id
    await words.set(file.account.id, ana, "heron", by="test")
    for _ in range(WRONG_MOST - 1):
        assert await words.check(file.account.id, "wrong") == Spoken()
    assert await words.check(file.account.id, "heron") == Spoken(ana)  # who is right begins anew
    for _ in range(WRONG_MOST):
        await words.check(file.account.id, "wrong")
    until = clock() + WRONG_WITHIN
    clock.turn(WRONG_WITHIN - timedelta(seconds=1))
    with pytest.raises(TooManyWords) as refused:
        await words.check(file.account.id, "heron")
    assert refused.value.until == until
    clock.turn(timedelta(seconds=1))
    assert await words.check(file.account.id, "heron") == Spoken(ana)


async def test_a_right_word_waits_for_nobody_who_writes(words: Words, file: SiteFile, registry: Registry) -> None:
    ana = file.contacts[0].id
    await words.set(file.account.id, ana, "heron", by="test")
    with writing(registry.store.engine):  # as an import does, for as long as it takes
        assert await words.check(file.account.id, "heron") == Spoken(ana)


async def test_of_many_guesses_at_once_no_more_are_compared_than_of_as_many_in_turn(
    words: Words, file: SiteFile
) -> None:
    await words.set(file.account.id, file.contacts[0].id, "heron", by="test")
    guesses = [f"guess {n}" for n in range(3 * WRONG_MOST)] + ["heron"]
    answers = await asyncio.gather(*(words.check(file.account.id, one) for one in guesses), return_exceptions=True)
    assert answers[:WRONG_MOST] == [Spoken()] * WRONG_MOST
    assert all(isinstance(answer, TooManyWords) for answer in answers[WRONG_MOST:])


@IN_A_FILE
async def test_guesses_count_though_the_registry_cannot_write(
    words: Words, file: SiteFile, registry: Registry, clock: Clock
) -> None:
    ana = file.contacts[0].id
    await words.set(file.account.id, ana, "heron", by="test")

    @event.listens_for(registry.store.engine, "begin")
    def _full(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only = ON")  # as a disk that is full: read, not written

    for _ in range(WRONG_MOST):
        with pytest.raises(StaffUnavailable):
            await words.check(file.account.id, "wrong")
    with pytest.raises(TooManyWords):
        await words.check(file.account.id, "heron")
    clock.turn(WRONG_WITHIN)
    assert await words.check(file.account.id, "heron") == Spoken(ana)


async def test_the_code_of_the_key_safe_is_shown_and_that_it_was_is_written_down(
    words: Words, file: SiteFile, registry: Registry
) -> None:
    assert await words.access(file.account.id, by="anna") is None
    await words.set_access(file.account.id, "4711#", by="anna")
    assert await words.access(file.account.id, by="bert") == "4711#"
    await words.set_access(file.account.id, None, by="anna")
    assert await words.access(file.account.id, by="bert") is None
    told = [(one.by, one.table, one.row, one.fields) for one in registry.changes_of(file.account.id)[-3:]]
    assert told == [
        ("anna", "word", "access", ("access",)),
        ("bert", "word", "access", ("shown",)),
        ("anna", "word", "access", ("access", "removed")),
    ]


async def test_a_word_that_is_none_and_one_of_nobody_are_refused(words: Words, file: SiteFile) -> None:
    ana = file.contacts[0].id
    for word in ("", "ab", "a-b!", "x" * 81):
        with pytest.raises(WordsRefused, match="3 letters or digits at least and 80 characters at most"):
            await words.set(file.account.id, ana, word, by="test")
    for code in ("", " 1", "1\n2", "x" * 61):
        with pytest.raises(WordsRefused, match="1 to 60 characters"):
            await words.set_access(file.account.id, code, by="test")
    with pytest.raises(LookupError):
        await words.set(file.account.id, "nobody", "heron", by="test")
    with pytest.raises(LookupError):
        await words.set_access("nowhere", "4711", by="test")
    assert await words.check("nowhere", "heron") == Spoken()


async def test_under_another_instance_key_nothing_opens(words: Words, file: SiteFile, registry: Registry) -> None:
    ana = file.contacts[0].id
    await words.set(file.account.id, ana, "heron", by="test")
    await words.set_access(file.account.id, "4711#", by="test")
    other: Words = registry.words_door(WordKeys(words=b"x" * 32, access=b"y" * 32))
    assert await other.check(file.account.id, "heron") == Spoken()
    with pytest.raises(WordsRefused, match="under another instance key") as refused:
        await other.access(file.account.id, by="test")
    assert "4711" not in str(refused.value)


@IN_A_FILE
async def test_neither_word_nor_code_is_on_the_disk_in_a_change_or_in_the_file(
    words: Words, file: SiteFile, registry: Registry, tmp_path: Path
) -> None:
    ana = file.contacts[0].id
    await words.set(file.account.id, ana, "Blauer Reiher", by="test")
    await words.set(file.account.id, ana, "Roter Milan", duress=True, by="test")
    await words.set_access(file.account.id, "4711-0815", by="test")
    assert await words.access(file.account.id, by="test") == "4711-0815"
    await words.check(file.account.id, "Blauer Reiher")
    told = repr(registry.changes(0)) + repr(registry.site(file.account.id)) + repr(registry.accounts())
    stored = everything_stored(tmp_path).lower()
    for secret in ("Reiher", "blauerreiher", "Milan", "rotermilan", "4711-0815"):
        assert secret not in told
        assert secret.lower().encode() not in stored


@given(st.text(max_size=40), st.sampled_from([" ", "-", ".", "'"]), st.integers(0, 40))
def test_spaces_punctuation_and_case_do_not_count(word: str, between: str, at: int) -> None:
    folded = fold_word(word)
    assert fold_word(folded) == folded
    assert fold_word(word[:at] + between + word[at:]) == folded or not word.isascii()
    assert word.isascii() <= (fold_word(word.upper()) == folded)
