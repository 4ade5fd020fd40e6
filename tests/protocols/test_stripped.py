"""Names of stripped fields: those of our lists are shown live, and no text in their disguise."""

import json
from pathlib import Path
from typing import Final

import pytest

from belfry.protocols.hint import NO_HINT
from belfry.protocols.readers import READERS
from belfry.protocols.stripped import is_listed

SAMPLES: Final = Path(__file__).parents[1] / "samples"


@pytest.mark.parametrize("name", ["after.sub_label", "faceCapture", "action_code", "alerts.labels.instance"])
def test_a_name_of_the_lists_is_shown_in_any_case(name: str) -> None:
    assert is_listed(name)


@pytest.mark.parametrize("name", ["", "Jane Doe", "after.Jane Doe", "platesOfJane", "faces.jane", "phone555"])
def test_a_text_in_disguise_is_not(name: str) -> None:
    assert not is_listed(name)


def test_a_key_of_somebodys_making_is_not_shown_of_any_message() -> None:
    sample = json.loads((SAMPLES / "frigate/events_new_person.json").read_bytes())
    sample["payload"]["after"]["Jane Doe"] = 1
    said = READERS["frigate"](json.dumps(sample).encode(), NO_HINT)
    assert any("Jane" in name for name in said.dropped)
    assert not any("Jane" in name for name in said.dropped if is_listed(name))
