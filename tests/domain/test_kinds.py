"""The closed list of kinds: whole, consistent, and closed."""

import pytest

from belfry.domain import kinds
from belfry.domain.kinds import Kind, UnknownKind
from belfry.domain.signal import Method
from belfry.domain.tables import digest

ALL = kinds.load().all()
REACHES = {"group", "nearest", "assigned", "room"}
GROUP_KEYS = {
    "account", "account+area", "account+building", "account+path", "account+point", "account+point+subtype",
    "cause", "centre+part", "none",
}  # fmt: skip


def test_the_list_has_its_171_kinds_in_nine_groups() -> None:
    assert len(ALL) == 171
    assert {kind.group for kind in ALL} == {"FIRE", "MED", "RES", "TRF", "PROP", "PERS", "TECH", "ENV", "ADM"}


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.code)
def test_every_kind_has_a_whole_policy(kind: Kind) -> None:
    assert 1 <= kind.priority <= 5
    assert kind.rank is None or (kind.priority == 1 and 1 <= kind.rank <= 4)
    assert kind.methods
    assert kind.reach in REACHES
    assert kind.group_key in GROUP_KEYS
    assert kind.restore in {"required", "wanted", "none"}
    assert kind.auto_close in {"never", "by_restore", "pending_then_restore", "opt_in"}
    assert not (kind.life and kind.auto_close != "never" and kind.priority == 1)
    assert len(kind.definition) <= 110
    assert len(kind.not_this) <= 90


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.code)
def test_every_parent_is_listed_or_the_group(kind: Kind) -> None:
    assert kind.parent == kind.group or kind.parent in kinds.load()
    assert kind.code.startswith(f"{kind.parent}.")


def test_medical_kinds_are_hidden_from_police_and_guards() -> None:
    for kind in ALL:
        if kind.group == "MED":
            assert kind.audience == "no police or guards unless crew or caller asks"
            assert not set(kind.lead) & {"police", "guard"} or kind.lead == ("fire", "ems", "police")


def test_nobody_can_add_a_kind() -> None:
    with pytest.raises(UnknownKind):
        kinds.load()["FIRE.MADE.UP"]
    assert not hasattr(kinds.load(), "add")


def test_a_changed_list_has_another_digest() -> None:
    assert kinds.load().digest == digest("kinds_v1.csv")
    assert digest("kinds_v1.csv") != digest("kinds_de.csv")


def test_a_method_finds_only_its_kinds() -> None:
    duty = kinds.load().for_method(Method.DUTY)
    assert duty
    assert all(Method.DUTY in kind.methods for kind in duty)
    assert "PERS.ABDUCTION" not in {kind.code for kind in duty}


@pytest.mark.parametrize("language", ["de", "fr", "es"])
def test_kinds_speak_the_languages_of_the_house(language: str) -> None:
    words = kinds.load().words("FIRE.STRUCT", language)
    assert words.label != kinds.load()["FIRE.STRUCT"].label


def test_an_unknown_language_is_answered_in_english() -> None:
    assert kinds.load().words("FIRE.STRUCT", "xx").label == "Building fire"


FENCED = (
    "assembl", "protest", "demonstrat", "petition", "strike", "worship", "faith", "religio", "ethnic", "migrant",
    "crowd", "gathering", "riot", "disturbance", "opinion", "union", "gender", "face recog", "number plate",
)  # fmt: skip


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.code)
def test_no_kind_is_a_code_for_a_right(kind: Kind) -> None:
    said = f"{kind.code} {kind.label} {kind.definition}".lower()
    assert not [word for word in FENCED if word in said]
