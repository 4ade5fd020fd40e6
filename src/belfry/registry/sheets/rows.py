"""From bytes to rows of texts, each with its number: CSV as spreadsheets and databases save it, or JSON.

Nothing here knows what a column means. A file is read as a stream, so that only its bytes are in memory, not every row.
"""

import codecs
import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO, TextIOWrapper
from typing import Any, Final

import msgspec
from msgspec import Struct

from belfry.registry.columns import plainly
from belfry.registry.sheets.plain import unmarked

SEPARATORS: Final = ",;\t|"
COLUMNS_MOST: Final = 400
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_Scalar = str | int | float | bool | None
_OBJECT: Final = msgspec.json.Decoder(dict[str, _Scalar | list[str]])


class NotRows(ValueError):
    """The bytes are no table from this row on."""

    def __init__(self, row: int, reason: str, column: str = "") -> None:
        super().__init__(reason)
        self.row, self.column, self.reason = row, column, reason


class Translation(Struct, frozen=True):
    """How the columns of one foreign file become ours."""

    header: Sequence[str]
    """Our columns."""
    row: Callable[[Sequence[str]], Iterable[Sequence[str]]]
    """Cells of the file to cells of ours; one row may be several. Raises NotRows without a number."""
    called: Mapping[str, str]
    """What the file calls our columns."""


class Translate(Struct, frozen=True, kw_only=True):
    """How another system writes its files. `columns` is asked once, with the header as it came and what kind of file
    it is; raises NotRows."""

    columns: Callable[[Sequence[str]], Translation]
    encoding: str | None = None
    separator: str | None = None


@dataclass(slots=True)
class Rows:
    """A header and the rows below it, blank ones aside. Raises NotRows, while it is made or while it is walked."""

    header: Sequence[str]
    header_row: int
    body: Iterator[tuple[int, Sequence[str]]]
    called: Mapping[str, str] = field(default_factory=dict)
    may_be_empty: bool = False
    """Of JSON: a list of nothing has no columns, and is a list all the same."""

    def __iter__(self) -> Iterator[tuple[int, Sequence[str]]]:
        return self.body


def rows_of(raw: bytes, translate: Translate | None = None) -> Rows:
    """Read the header and leave the rest to be walked."""
    rows = _json(raw) if _is_json(raw) else _csv(raw, translate)
    return rows if translate is None or not rows.header else _translated(rows, translate.columns(rows.header))


def first_rows(raw: bytes, translate: Translate | None, count: int) -> Sequence[Sequence[str]]:
    """Return the header as it came and the first rows below it, as far as they can be read."""
    found: list[Sequence[str]] = []
    with suppress(NotRows):
        rows = _json(raw) if _is_json(raw) else _csv(raw, translate)
        found.append(rows.header)
        for _, cells in rows:
            found.append(cells)
            if len(found) > count:
                break
    return found


def _translated(rows: Rows, translation: Translation) -> Rows:
    width = len(rows.header)

    def body() -> Iterator[tuple[int, Sequence[str]]]:
        for row, cells in rows.body:
            if len(cells) != width:
                raise NotRows(row, f"has {len(cells)} cells, the header has {width}")
            try:
                for ours in translation.row(cells):
                    yield row, ours
            except NotRows as error:
                raise NotRows(row, error.reason, error.column) from None

    return Rows(translation.header, rows.header_row, body(), translation.called)


# -- CSV --------------------------------------------------------------------------------------------------------------


def _csv(raw: bytes, translate: Translate | None) -> Rows:
    encoding = (translate and translate.encoding) or ("utf-16" if raw.startswith(_UTF16) else "utf-8-sig")
    lines = _csv_lines(raw, encoding, (translate and translate.separator) or _separator(raw, encoding))
    row, header = next(lines, (0, ()))
    if len(header) > COLUMNS_MOST:
        raise NotRows(row, f"has {len(header)} columns, more than {COLUMNS_MOST}")
    return Rows(
        [name.strip() for name in header], row, ((row, [unmarked(cell) for cell in cells]) for row, cells in lines)
    )


def _separator(raw: bytes, encoding: str) -> str:
    first = raw[:65_536].partition(b"\n")[0] if encoding != "utf-16" else raw[:65_536]
    return max(SEPARATORS, key=first.decode(encoding, "replace").partition("\n")[0].count)


def _csv_lines(raw: bytes, encoding: str, separator: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Give the lines that are not blank, each with the number of its first line."""
    reader = csv.reader(TextIOWrapper(BytesIO(raw), encoding, newline=""), delimiter=separator, strict=True)
    row = 1
    try:
        for cells in reader:
            if any(cells):
                yield row, cells
            row = reader.line_num + 1
    except csv.Error as error:
        raise NotRows(row, f"is no CSV: {error}") from None
    except UnicodeError:
        raise NotRows(0, _not_in(raw, encoding)) from None


def _not_in(raw: bytes, encoding: str) -> str:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        name = "UTF-8" if encoding == "utf-8-sig" else encoding
        return f"is not {name} in line {line}; save it as CSV UTF-8"
    except UnicodeError:
        pass
    return f"is not {encoding}; save it as CSV UTF-8"


# -- JSON -------------------------------------------------------------------------------------------------------------


class _Exported(Struct):
    rows: list[msgspec.Raw]


def _is_json(raw: bytes) -> bool:
    return raw[:1_000].removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"{", b"[")


def _json(raw: bytes) -> Rows:
    """A list of flat objects, or an object with such a list as `rows`."""
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        if raw.lstrip()[:1] == b"[":
            rows = msgspec.json.decode(raw, type=list[msgspec.Raw])
        else:
            rows = msgspec.json.decode(raw, type=_Exported).rows
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise NotRows(0, f"is no JSON list of objects: {str(error)[:100]}") from None
    header: dict[str, None] = {}
    for number, one in enumerate(rows, 1):
        header.update(dict.fromkeys(_object(number, one)))
        if len(header) > COLUMNS_MOST:
            raise NotRows(number, f"makes more than {COLUMNS_MOST} columns")
    names = list(header)
    body = ((number, _cells(_object(number, one), names)) for number, one in enumerate(rows, 1))
    return Rows(names, 0, body, may_be_empty=True)


def _object(number: int, one: msgspec.Raw) -> Mapping[str, Any]:
    try:
        return _OBJECT.decode(one)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise NotRows(number, "is no object of texts, numbers, true, false, null or lists of texts") from None


def _cells(values: Mapping[str, Any], names: Sequence[str]) -> Sequence[str]:
    return [_cell(values.get(name)) for name in names]


def _cell(value: Any) -> str:
    return "; ".join(value) if isinstance(value, list) else plainly(value)
