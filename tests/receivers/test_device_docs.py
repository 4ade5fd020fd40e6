"""The pages of the doors for devices name every key with its default, every wire, and every word that they promise."""

import re
from enum import Enum
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from belfry.domain.reading import Disposition
from belfry.protocols.hint import Hint
from belfry.protocols.readers import READERS
from belfry.protocols.shelly_hook import EVENTS, NUMBERS
from belfry.protocols.surgard import Quirk
from belfry.receivers.cap import CapSettings
from belfry.receivers.http import HttpSettings
from belfry.receivers.http_door import OVER_HTTP
from belfry.receivers.http_signature import HEADERS, TIMESTAMP
from belfry.receivers.smtp import SmtpSettings
from belfry.receivers.surgard import SurgardSettings

PAGES: Final = Path(__file__).parents[2] / "docs" / "receivers"
KEYS: Final = [
    (page, field)
    for page, settings in (
        ("http", HttpSettings),
        ("smtp", SmtpSettings),
        ("surgard", SurgardSettings),
        ("cap", CapSettings),
    )
    for field in msgspec.structs.fields(settings)
]


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text("utf-8")


def written(default: Any) -> str:
    if default in (None, ()):
        return "none"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, str | Enum):
        return f'`"{default}"`'
    return f"{default:,.0f}".replace(",", " ")


@pytest.mark.parametrize(("name", "field"), KEYS, ids=lambda one: getattr(one, "name", one))
def test_every_key_is_documented_with_its_default(name: str, field: msgspec.structs.FieldInfo) -> None:
    row = re.search(rf"^\| `{field.name}` \| (.*?) \|", page(name), re.MULTILINE)
    assert row is not None
    assert row[1] == written(field.default)


def test_every_signature_header_is_documented() -> None:
    told = page("http").lower()
    assert all(f"`{header}`" in told for header in (*HEADERS, TIMESTAMP))


def test_every_wire_that_has_no_page_of_its_own_has_a_row() -> None:
    told = page("webhooks")
    for wire in OVER_HTTP:
        assert f"| `{wire}` |" in told or (PAGES / f"{wire}.md").exists() or wire in ("isapi", "onvif", "mapping"), wire


def test_every_word_of_a_shelly_on_the_page_is_one_and_none_is_missing() -> None:
    told = page("webhooks")
    found = set(re.findall(r"`((?:smoke|flood|gas|input|door|devicepower)\.\w+)`", told))
    assert found == {word for word in EVENTS if not word.startswith("input.button_") or word == "input.button_push"}
    for word in found:
        assert READERS["shelly-hook"](b"", Hint(query={"event": word})).disposition is Disposition.ACCEPT
    assert {word.replace(".measurement", ".change") for word in NUMBERS} <= set(re.findall(r"`([\w.]+)`", told))


def test_every_quirk_of_a_receivers_line_is_documented() -> None:
    told = page("surgard")
    assert all(f"| `{quirk}` |" in told for quirk in Quirk)
