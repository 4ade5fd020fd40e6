"""What is read out: in the language of the other, nothing before the word, and all that an agency asks first."""

import pytest
from msgspec import structs

from belfry.domain.kinds import LANGUAGES
from belfry.domain.read_out import Said, load, spoken, to_agency, to_contact

SHOP = Said(
    centre="Harbour control",
    site="Corner shop",
    label="Intruder alarm",
    time="02:14",
    number=17,
    address="High Street 2",
    zone="Back door",
    level=2,
    why="two points indoors: 1, 4",
    permit="AN-2",
)


def test_an_agency_hears_what_where_since_when_how_sure_and_by_which_number() -> None:
    assert to_agency(SHOP, "en") == (
        "This is Harbour control. Intruder alarm: Corner shop, High Street 2, Back door, received at 02:14. "
        "Validation level 2 of 4: two points indoors: 1, 4. Permit AN-2. Our number is 17."
    )


def test_what_is_not_known_is_left_out() -> None:
    bare = structs.replace(SHOP, address="", zone="", level=None, permit="")
    assert to_agency(bare, "en") == (
        "This is Harbour control. Intruder alarm: Corner shop, received at 02:14. Our number is 17."
    )
    assert ", detector 004, " in to_agency(structs.replace(SHOP, zone="004"), "en")


def test_nothing_of_what_happened_is_said_before_the_word_but_where_a_life_is_at_stake() -> None:
    words = to_contact(SHOP, "en", "en")
    assert "pass-word" in words.greeting
    assert not any(said in words.greeting for said in ("Intruder", "Back door", "02:14"))
    assert "pass-word" not in to_contact(structs.replace(SHOP, life=True), "en", "en").greeting


def test_the_language_is_that_of_the_other_or_of_who_calls() -> None:
    assert [spoken(asked, "fr") for asked in ("de-CH", "ES", "it", "")] == ["de", "es", "fr", "fr"]
    assert spoken("it", "pt") == "en"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_sentence(language: str) -> None:
    assert set(load()[language]) == set(load()["en"])
    said = to_contact(SHOP, language, "en")
    assert not any("{" in text for text in (said.greeting, said.message, to_agency(SHOP, language)))
