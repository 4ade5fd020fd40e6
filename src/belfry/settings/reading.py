"""From TOML to `Settings`: every unknown key by its dotted name with the nearest known one, every bad value with its
field, value and limit. A value under a secret's name is never shown.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Final, TypeVar

import msgspec
from msgspec import Struct, inspect

from belfry.settings.reaching import NotifierTable
from belfry.settings.shape import ReceiverTable, Settings

FILE_MAX_BYTES: Final = 1_000_000
"""Nobody writes settings this long; a wrong file name (a database, say) is named instead of read."""
PATH_MAX_BYTES: Final = 2_048
NAME_MAX_BYTES: Final = 200
"""Somewhat less than systems bear, since files below a folder have names too."""
SECRET: Final = frozenset({"key", "keys", "password", "secret", "secrets", "token"})
COMMON: Final = frozenset({"type", "name", "listen"})
"""Keys of `[[receiver]]` that the house itself knows."""
PARTS: Final = {"receiver": COMMON, "notifier": frozenset({"type", "name", "carries", "persons"})}
"""Tables whose other keys belong to a plug-in, and the keys that do not."""

PROBLEM_MAX: Final = 1_000
"""Characters of one problem. A longer one repeats a long key or value: its beginning and its end are shown."""

S = TypeVar("S", bound=Struct)


class SettingsError(Exception):
    """The settings cannot be used. `problems` says why, one sentence each, every one to be mended."""

    def __init__(self, file: str, problems: Sequence[str]) -> None:
        problems = [_readable(problem) for problem in problems]
        super().__init__("\n".join(f"{file}: {problem}" for problem in problems))
        self.file, self.problems = file, tuple(problems)


def _readable(problem: str) -> str:
    half = PROBLEM_MAX // 2
    return problem if len(problem) <= PROBLEM_MAX else f"{problem[:half]} ... {problem[-half:]}"


def load(path: Path) -> Settings:
    """Read a settings file. Relative paths in it count from its folder. Raises SettingsError."""
    try:
        with path.open("rb") as file:
            content = file.read(FILE_MAX_BYTES + 1)
    except OSError as error:
        raise SettingsError(str(path), [f"cannot be read: {error.strerror or error}"]) from error
    if len(content) > FILE_MAX_BYTES:
        raise SettingsError(str(path), [f"is longer than {FILE_MAX_BYTES} bytes, so it is no settings file"])
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SettingsError(str(path), [f"is not UTF-8 at byte {error.start}"]) from error
    return parse(text, file=str(path)).beside(path.absolute().parent)


def parse(text: str, *, file: str = "settings") -> Settings:
    """Return the settings that a TOML text says; `file` names it in errors. Raises SettingsError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(file, [f"is not TOML: {error}"]) from error
    except RecursionError as error:
        raise SettingsError(file, ["is nested too deep"]) from error
    except ValueError as error:  # a number of more digits than Python reads
        raise SettingsError(file, [f"has a number that is too long: {error}"]) from error
    for several in ("receiver", "notifier", "on_call", "shift", "operator_group", "report"):
        tables = data.get(several)
        if isinstance(tables, dict):
            raise SettingsError(
                file, [f"{several}: wants [[{several}]] in double brackets, since there may be several"]
            )
        if several in PARTS and isinstance(tables, list) and all(isinstance(table, dict) for table in tables):
            data[several] = [_apart(table, PARTS[several]) for table in tables]
    return _checked(data, Settings, file=file, within="")


def part(receiver: ReceiverTable, shape: type[S], *, file: str = "settings") -> S:
    """Return a receiver's table as its plug-in's own `Settings`.

    The plug-in gets `name` (always) and `listen` (where given) only if its shape has those fields.
    """
    known = {field.name for field in msgspec.structs.fields(shape)}
    table = {key: value for key, value in receiver.table.items() if key in known or key not in COMMON}
    return _checked(table, shape, file=file, within=f"receiver.{receiver.called}")


def notifier_part(notifier: NotifierTable, shape: type[S], *, file: str = "settings") -> S:
    """Return a notifier's table as its plug-in's own `Settings`; paths in it are relative as they stand."""
    known = {field.name for field in msgspec.structs.fields(shape)}
    table = {key: value for key, value in notifier.table.items() if key in known or key != "name"}
    return _checked(table, shape, file=file, within=f"notifier.{notifier.name}")


def _apart(table: Mapping[str, object], common: frozenset[str]) -> Mapping[str, object]:
    """Split a part's table into what the house knows and the rest."""
    rest = {key: value for key, value in table.items() if key not in common}
    return {**{key: value for key, value in table.items() if key in common}, "rest": rest}


def _checked(data: Mapping[str, object], shape: type[S], *, file: str, within: str) -> S:
    if problems := list(_unknown(data, inspect.type_info(shape), within)):
        raise SettingsError(file, problems)
    try:
        return msgspec.convert(data, shape, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise SettingsError(file, [_explain(str(error), data, shape, within)]) from error


def _path(kind: type, value: object) -> object:
    if kind is not Path:
        return value  # the rest of a receiver's table, which is the plug-in's to judge
    if not isinstance(value, str):
        raise ValueError("Expected `str`, a path")
    if not value.isprintable() or len(value.encode()) > PATH_MAX_BYTES:
        raise ValueError(f"wants a path of at most {PATH_MAX_BYTES} bytes, in one line")
    if any(len(name.encode()) > NAME_MAX_BYTES for name in value.split("/")):
        raise ValueError(f"wants no name of more than {NAME_MAX_BYTES} bytes in a path")
    return Path(value)


# -- unknown keys -----------------------------------------------------------------------------------------------------


def _unknown(value: object, kind: inspect.Type, name: str) -> Iterator[str]:
    match _parts(kind):
        case inspect.StructType(fields=fields) if isinstance(value, dict):
            known = {field.encode_name: field.type for field in fields}
            for key, inner in value.items():
                dotted = f"{name}.{key}" if name else str(key)
                if key in known:
                    yield from _unknown(inner, known[key], dotted)
                else:
                    yield f"unknown key {dotted}{_nearest(key, known)}"
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item) if isinstance(value, list):
            for index, inner in enumerate(value):
                yield from _unknown(inner, item, f"{name}[{index}]")
        case _:
            pass


def _parts(kind: inspect.Type) -> inspect.Type:
    """See through `X | None` and annotations to the one type that has parts."""
    if isinstance(kind, inspect.Metadata):
        return _parts(kind.type)
    if isinstance(kind, inspect.UnionType):
        inner = [member for member in kind.types if not isinstance(member, inspect.NoneType)]
        return _parts(inner[0]) if len(inner) == 1 else kind
    return kind


def _nearest(key: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(key, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else f"; known here: {', '.join(sorted(known))}"


# -- bad values -------------------------------------------------------------------------------------------------------

_WHERE: Final = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?$", re.DOTALL)
_STEP: Final = re.compile(r"\.([^.\[]+)|\[(\d+)\]")


def _explain(message: str, data: object, shape: type[Struct], within: str) -> str:
    """Turn msgspec's sentence into `console.session_hours = 99: Expected int <= 24`."""
    found = _WHERE.match(message)
    what, path = (found["what"], found["path"] or "") if found else (message, "")
    steps = [match[1] or int(match[2]) for match in _STEP.finditer(path)]
    value, kind = _follow(data, inspect.type_info(shape), steps)
    name = f"{within}{path}" if within else path.removeprefix(".")
    what = what.replace("`", "")
    if isinstance(value, (dict, list)) or "missing required" in what:
        # A table as a whole: the sentence comes from __post_init__ and names its key itself.
        return f"{name}: {what}" if name else what
    if what.startswith("Invalid enum value"):
        what = f"Expected one of {', '.join(_choices(kind))}"
    hidden = any(step in SECRET for step in steps)
    return f"{name} = {'(not shown)' if hidden else _short(value)}: {what}"


def _follow(value: object, kind: inspect.Type, steps: Sequence[str | int]) -> tuple[object, inspect.Type]:
    for step in steps:
        kind = _parts(kind)
        match value, step:
            case dict(), str():
                value = value.get(step)
            case list(), int():
                value = value[step]
            case _:
                break
        match kind:
            case inspect.StructType(fields=fields):
                kind = next((field.type for field in fields if field.encode_name == step), kind)
            case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
                kind = item
            case _:
                pass
    return value, _parts(kind)


def _choices(kind: inspect.Type) -> Sequence[str]:
    match kind:
        case inspect.LiteralType(values=values):
            return [str(value) for value in values]
        case inspect.EnumType(cls=members):
            return [str(member.value) for member in members]
        case _:
            return []


def _short(value: object) -> str:
    try:
        text = repr(value)
    except ValueError:  # Python writes no number of more than 4 300 digits
        return "(a number of many digits)"
    return text if len(text) <= 60 else f"{text[:57]}..."
