"""Mappings as a file: TOML, as people write them, or JSON, as they are exported."""

import tomllib
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from belfry.domain.flaws import Flaw
from belfry.domain.mapping import Mapping, check


class MappingFile(Struct, frozen=True, forbid_unknown_fields=True):
    mapping: tuple[Mapping, ...]


def read(text: str, *, is_toml: bool) -> Sequence[Mapping]:
    """Return the mappings of a text. Raises ValueError (TOMLDecodeError, msgspec.DecodeError among them)."""
    if not is_toml:
        return msgspec.json.decode(text, type=MappingFile, strict=True).mapping
    try:
        told = tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
    return msgspec.convert(told, MappingFile, strict=True).mapping


def flaws_of(mappings: Sequence[Mapping]) -> Sequence[Flaw]:
    """Everything that keeps the mappings of a file from being kept; fields begin with `mapping[n]`."""
    found = [
        msgspec.structs.replace(flaw, field=f"mapping[{n}].{flaw.field}")
        for n, mapping in enumerate(mappings)
        for flaw in check(mapping)
    ]
    names = [mapping.name for mapping in mappings]
    return found + [
        Flaw(f"mapping[{n}].name", repr(name[:60]), "each name once")
        for n, name in enumerate(names)
        if name in names[:n]
    ]
