"""The pages of the camera receivers name every key with its default, and every type and topic of the lists."""

import re
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from belfry.protocols.isapi.lists import EXCEPT, REFUSED, REFUSED_WORDS, TYPES
from belfry.protocols.onvif import topics
from belfry.receivers.isapi import IsapiSettings
from belfry.receivers.onvif import OnvifSettings

FOLDER: Final = Path(__file__).parents[2] / "docs" / "receivers"
ISAPI: Final = (FOLDER / "isapi.md").read_text("utf-8")
ONVIF: Final = (FOLDER / "onvif.md").read_text("utf-8")
KEYS: Final = [
    pytest.param(page, field, id=f"{shape.__name__}.{field.name}")
    for page, shape in ((ISAPI, IsapiSettings), (ONVIF, OnvifSettings))
    for field in msgspec.structs.fields(shape)
]


def written(default: Any) -> str:
    if default is None:
        return "none"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f'`"{default}"`' if isinstance(default, str) else f"{default:g}"


@pytest.mark.parametrize(("page", "field"), KEYS)
def test_every_key_is_documented_with_its_default(page: str, field: msgspec.structs.FieldInfo) -> None:
    row = re.search(rf"^\| `{field.name}` \| (.*?) \|", page, re.MULTILINE)
    assert row is not None
    assert row[1] == written(field.default)


def test_every_type_of_isapi_is_on_its_page() -> None:
    named = {one.lower() for one in re.findall(r"`(\w+)`", ISAPI)}
    assert sorted((set(TYPES) | REFUSED | EXCEPT) - named) == []
    said = ISAPI.replace("\n  ", " ")
    assert [word for word in REFUSED_WORDS if not re.search(rf"\b{word}\b", said)] == []


def test_every_topic_of_onvif_is_on_its_page() -> None:
    assert [row for row in (*topics.TOPICS, *topics.REFUSED) if f"`{row}`" not in ONVIF] == []
    assert [word for word in topics.REFUSED_WORDS if word not in ONVIF.lower()] == []
