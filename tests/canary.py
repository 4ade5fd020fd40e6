"""Markers: put into every place of a message, and looked for in everything that is kept, in every form of them.

A form is how somebody who did not mean to keep a word keeps it all the same: in other letters, turned round, as base64
beginning at any byte, as hex, in UTF-16, or packed.
"""

import re
import zlib
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Final

MARK: Final = "zqMARKqz"

PLACES: Final = re.compile(
    rb'"((?:[^"\\]|\\.)*)"'  # a JSON text, a key, an XML attribute
    rb"|>([^<>]+)<"  # a text of XML
    rb"|(?<=[ </])([A-Za-z]+)(?=[ >=/])"  # the name of an element or of an attribute
    rb"|: ?(\d[\d.]*|true|false|null)"  # a JSON value that is no text, a length
)
PACKED: Final = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
UNPACKED_MOST: Final = 4 << 20
DEEP: Final = 3


def in_every_place(body: bytes, mark: bytes = MARK.encode()) -> Iterator[bytes]:
    """Yield the message with the marker in one place after the other: instead of what stands there, and behind it."""
    for found in PLACES.finditer(body):
        group = found.lastindex or 0
        before, after = body[: found.start(group)], body[found.end(group) :]
        yield before + (b'"' + mark + b'"' if group == 4 else mark) + after
        if group in (1, 2):
            yield before + found[group] + mark + after


def in_every_line(mail: bytes, mark: bytes = MARK.encode()) -> Iterator[bytes]:
    """The same of a mail: instead of a line, behind it, and in a header instead of its value and of its name."""
    lines = mail.replace(b"\r\n", b"\n").split(b"\n")
    for n, line in enumerate(lines):
        name, colon, value = line.partition(b":")
        changed = [mark, line + mark]
        if colon:
            changed += [name + b": " + mark, mark + b":" + value]
        for new in changed:
            yield b"\r\n".join([*lines[:n], new, *lines[n + 1 :]])


def _base64(mark: bytes) -> Iterator[bytes]:
    for offset in range(3):
        text = b64encode(bytes(offset) + mark)
        yield text[-(-offset * 8 // 6) : (offset + len(mark)) * 8 // 6]


def _forms(mark: str) -> dict[str, tuple[bytes, ...]]:
    cased = {mark, mark.lower(), mark.upper(), mark.swapcase()}
    return {
        "base64": tuple(text for one in sorted(cased) for text in _base64(one.encode())),
        "plain": (mark.lower().encode(),),
        "reversed": (mark[::-1].lower().encode(),),
        "hex": tuple({one.encode().hex().encode() for one in cased}),
        "utf-16-le": (mark.lower().encode("utf-16-le"),),
        "utf-16-be": (mark.lower().encode("utf-16-be"),),
    }


FORMS: Final = _forms(MARK)


def forms_in(content: bytes, depth: int = DEEP) -> set[str]:
    """Return in which forms the marker is in there; what was packed counts as `packed`."""
    low = content.lower()
    found = {name for name, texts in FORMS.items() for one in texts if one in (content if name == "base64" else low)}
    if depth:
        for start in PACKED.finditer(content):
            if forms_in(_unpacked(content[start.start() :]), depth - 1):
                found.add("packed")
    return found


def _unpacked(content: bytes) -> bytes:
    """As much of it as can be unpacked; what only looks like something packed is nothing."""
    unpack = zlib.decompressobj(47)  # gzip or zlib, by its head
    pieces = bytearray()
    try:
        for n in range(0, len(content), 65_536):
            pieces += unpack.decompress(content[n : n + 65_536], UNPACKED_MOST)
            if unpack.eof or len(pieces) >= UNPACKED_MOST:
                break
    except zlib.error:
        pass
    return bytes(pieces)


def forms_on_disk(folder: Path) -> dict[str, set[str]]:
    """Return every file below a folder that has the marker in its name or its content, and in which forms."""
    found = {}
    for path in sorted(folder.rglob("*")):
        forms = forms_in(str(path.relative_to(folder)).encode())
        if path.is_file():
            forms |= forms_in(path.read_bytes())
        if forms:
            found[path.name] = forms
    return found
