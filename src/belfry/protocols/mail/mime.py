"""The text of a mail, whatever the camera made of MIME: one pass, bounded in bytes, parts and depth, and no exception.

Of parts that are no text nothing is decoded; that they were there is all that is known of them. A mail without its last
boundary is read as far as it goes, and says so.
"""

import re
from binascii import Error as BadBase64
from binascii import a2b_base64, a2b_qp
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Final

from msgspec import Struct

HEAD_MOST_BYTES: Final = 65_536
HEADERS_MOST: Final = 200
VALUE_MOST: Final = 2_000
"""Characters of one header, unfolded; the rest of it is not looked at."""
PARTS_MOST: Final = 64
DEPTH_MOST: Final = 4
TEXT_MOST_BYTES: Final = 65_536
"""Of one text part, decoded; cameras write some hundred."""
TEXTS_MOST: Final = 8

_CHARSETS: Final[Mapping[str, str]] = {
    "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "x-gbk": "gb18030", "utf-8": "utf-8", "utf8": "utf-8",
    "us-ascii": "utf-8", "ascii": "utf-8", "iso-8859-1": "cp1252", "latin1": "cp1252", "windows-1252": "cp1252",
    "iso-8859-15": "iso-8859-15", "windows-1251": "cp1251", "koi8-r": "koi8-r", "big5": "big5", "euc-kr": "euc-kr",
    "ks_c_5601-1987": "euc-kr", "shift_jis": "shift_jis", "iso-2022-jp": "iso-2022-jp", "utf-16": "utf-16",
}  # fmt: skip
"""Any other one is guessed: what matters is ASCII in all of them but the last."""

_PARAMETER: Final = re.compile(r';\s*([\w*-]{1,40})\s*=\s*(?:"([^"]{0,200})"|([^;\s]{1,200}))')
_ENCODED: Final = re.compile(r"=\?([\w*-]{1,40})\?([bBqQ])\?([^?]{0,1000})\?=(?:\s+(?==\?))?")
_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]")
_TAG: Final = re.compile(r"<[^<>]{0,2000}>")

Headers = dict[str, str]


class Mail(Struct, frozen=True):
    """`texts` in the order met, plain before HTML. `others`: parts that are no text, none of them looked at."""

    headers: Headers
    texts: tuple[str, ...]
    others: int
    is_truncated: bool

    def __repr__(self) -> str:
        return f"Mail(of {len(self.texts)} texts)"


class _Parts(Struct):
    """What a walk through the parts has found."""

    plain: list[str] = []
    html: list[str] = []
    parts: int = 0
    others: int = 0
    is_truncated: bool = False


def parse(body: bytes) -> Mail:
    """Return the mail; one without a header is a text."""
    headers, content = _split(body)
    found = _Parts()
    _walk(headers, content, found, depth=0)
    texts = found.plain or [_without_tags(text) for text in found.html]
    return Mail(headers, tuple(texts), found.others, found.is_truncated)


def header(value: str) -> str:
    """Return a header as people read it: encoded words (RFC 2047) decoded, as far as they can be."""
    return _ENCODED.sub(_decoded_word, value[:VALUE_MOST])


def parameters(value: str) -> Mapping[str, str]:
    """The parameters of a header such as `multipart/mixed; boundary="x"`, names in lower case."""
    return {name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(value[:VALUE_MOST])}


# -- parts ------------------------------------------------------------------------------------------------------------


def _walk(headers: Headers, content: bytes, found: _Parts, *, depth: int) -> None:
    found.parts += 1
    kind = headers.get("content-type", "text/plain")
    media = kind.partition(";")[0].strip().lower()
    if media.startswith("multipart/"):
        boundary = parameters(kind).get("boundary", "")
        if depth >= DEPTH_MOST or not boundary:
            found.others += 1
            return
        for part in _pieces(content, boundary.encode("utf-8", "replace"), found):
            if found.parts >= PARTS_MOST:
                found.is_truncated = True
                return
            inner, below = _split(part)
            _walk(inner, below, found, depth=depth + 1)
    elif media in ("text/plain", "text/html", "text") and not _is_attached(headers):
        texts = found.html if media == "text/html" else found.plain
        if len(texts) < TEXTS_MOST:
            texts.append(_text(content, headers, parameters(kind).get("charset", "")))
    else:
        found.others += 1


def _is_attached(headers: Headers) -> bool:
    return headers.get("content-disposition", "").strip().lower().startswith("attachment")


def _pieces(content: bytes, boundary: bytes, found: _Parts) -> Iterator[bytes]:
    """Yield what stands between the boundary's lines; what comes before the first is none."""
    line = re.compile(rb"(?:\A|(?<=\n))--" + re.escape(boundary) + rb"(--)?[ \t]*+\r?(?:\n|\Z)")
    start: int | None = None
    for mark in line.finditer(content):
        if start is not None:
            yield content[start : mark.start()]
        if mark[1] is not None:
            return
        start = mark.end()
    found.is_truncated = True
    if start is not None:
        yield content[start:]


def _split(body: bytes) -> tuple[Headers, bytes]:
    """Head and content. The first of two headers with one name counts; a body that begins with none has no head."""
    headers: Headers = {}
    at, name = 0, ""
    for _ in range(HEADERS_MOST):
        if at >= min(len(body), HEAD_MOST_BYTES):
            return headers, body[at:]
        end = body.find(b"\n", at)
        end = len(body) if end == -1 else end
        line = body[at:end].rstrip(b"\r")
        if not line:
            return headers, body[end + 1 :]
        if line[:1] in b" \t" and name:
            if len(headers[name]) < VALUE_MOST:
                headers[name] += " " + _loose(line.strip())[:VALUE_MOST]
        elif (colon := line.find(b":", 0, 80)) > 0 and b" " not in line[:colon].rstrip():
            name = line[:colon].decode("ascii", "replace").strip().lower()
            # A second one is read under a name that nobody asks for, so that its folded lines go there too.
            name = name if name not in headers else "x-second"
            headers[name] = _loose(line[colon + 1 :].strip())[:VALUE_MOST]
        else:
            return headers, body[at:]
        at = end + 1
    return headers, body[at:]


# -- text -------------------------------------------------------------------------------------------------------------


def _text(content: bytes, headers: Headers, charset: str) -> str:
    return _in_charset(_decoded(content, headers.get("content-transfer-encoding", "").strip().lower()), charset)


def _decoded(content: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        return _base64(content[: TEXT_MOST_BYTES * 3 // 2])[:TEXT_MOST_BYTES]
    content = content[:TEXT_MOST_BYTES]
    return a2b_qp(content) if encoding == "quoted-printable" else content


def _base64(text: bytes) -> bytes:
    """As much as can be decoded: a cut mail ends anywhere."""
    letters = _NOT_BASE64.sub(b"", text)
    letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    try:
        return a2b_base64(letters + b"=" * (-len(letters) % 4))
    except BadBase64:
        return b""


def _in_charset(raw: bytes, charset: str) -> str:
    known = _CHARSETS.get(charset.strip().lower())
    if known is None:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            known = "gb18030"  # old firmware of cameras names no charset and writes this one
    return raw.decode(known, "replace")


def _loose(line: bytes) -> str:
    return _in_charset(line, "")


def _decoded_word(found: re.Match[str]) -> str:
    charset, how, text = found.groups()
    raw = text.encode("ascii", "replace")
    decoded = _base64(raw) if how in "bB" else a2b_qp(raw.replace(b"_", b" "))
    return _in_charset(decoded, charset.partition("*")[0])


def _without_tags(text: str) -> str:
    return unescape(_TAG.sub("\n", text))
