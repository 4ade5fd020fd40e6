"""Each key is in docs/settings.md with the default that it has, and the page names no key that does not exist."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import pytest
from msgspec import Struct, inspect

from belfry.settings import Settings, parse

PAGE: Final = (Path(__file__).resolve().parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
ROW: Final = re.compile(r"^\| `(\w+)` \| ([^|]+?) \| ", re.MULTILINE)
IN_WORDS: Final = {"none": None, "must be given": msgspec.NODEFAULT, "the type": "", "that of the type": None}


def sections() -> dict[str, dict[str, object]]:
    """Return the tables of the page: section ('' for the top of the file) to key to default."""
    found: dict[str, dict[str, object]] = {}
    for heading, body in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL):
        name = "" if heading == "Top of the file" else heading.strip("`[]").rpartition(".")[2]
        found[name] = {key: default(text) for key, text in ROW.findall(body)}
    return found


def default(text: str) -> object:
    return IN_WORDS[text] if text in IN_WORDS else json.loads(text.strip("`"))


def structs(shape: type[Struct], name: str = "") -> Iterator[tuple[str, type[Struct]]]:
    yield name, shape
    kind = inspect.type_info(shape)
    assert isinstance(kind, inspect.StructType)
    for field in kind.fields:
        inner = field.type.item_type if isinstance(field.type, inspect.VarTupleType) else field.type
        if isinstance(inner, inspect.StructType):
            yield from structs(inner.cls, field.encode_name)


def defaults(shape: type[Struct]) -> dict[str, object]:
    """Return the keys that a file may hold, with their defaults as JSON knows them."""
    tables = {name for name, _ in structs(shape) if name} | {"rest"}
    return {
        field.name: field.default
        if field.default is msgspec.NODEFAULT
        else msgspec.to_builtins(field.default, enc_hook=str, builtin_types=())
        for field in msgspec.structs.fields(shape)
        if field.name not in tables
    }


@pytest.mark.parametrize(("name", "shape"), list(structs(Settings)), ids=lambda value: str(value))
def test_every_key_is_documented_with_its_default(name: str, shape: type[Struct]) -> None:
    assert {key: listed(value) for key, value in defaults(shape).items()} == sections()[name]


def listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def test_the_page_has_no_section_that_settings_do_not_have() -> None:
    assert set(sections()) == {name for name, _ in structs(Settings)}


def test_the_example_on_the_page_can_be_used() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert parse(example).receiver[0].type == "dc09"
