"""The page of the DC-09 receiver names every key, with its default, and every quirk."""

import re
from pathlib import Path
from typing import Final

import msgspec
import pytest

from belfry.protocols.dc09 import Quirk, parse
from belfry.receivers.dc09 import Dc09Settings

PAGE: Final = (Path(__file__).parents[2] / "docs" / "receivers" / "dc09.md").read_text("utf-8")


@pytest.mark.parametrize("field", msgspec.structs.fields(Dc09Settings), ids=lambda field: field.name)
def test_every_key_is_documented_with_its_default(field: msgspec.structs.FieldInfo) -> None:
    row = re.search(rf"^\| `{field.name}` \| (.*?) \|", PAGE, re.MULTILINE)
    assert row is not None
    written = {True: "`true`", (): "`[]`"}.get(field.default) or (
        f'`"{field.default}"`' if isinstance(field.default, str) else f"{field.default:,.0f}".replace(",", " ")
    )
    assert row[1] == written


@pytest.mark.parametrize("quirk", Quirk)
def test_every_quirk_is_documented(quirk: Quirk) -> None:
    assert f"`{quirk}`" in PAGE


def test_the_frame_on_the_page_is_a_frame() -> None:
    found = re.search(r"decode dc09 ([0-9A-F]{20,})", PAGE)
    assert found is not None
    assert not hasattr(parse(bytes.fromhex(found[1])), "error")
