"""The samples, and notifications made to order: for the tests of the reader, of the receiver, and for the fuzzers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from xml.sax.saxutils import quoteattr

FOLDER: Final = Path(__file__).resolve().parents[2] / "samples" / "onvif"
NAMES: Final = sorted(path.name for path in FOLDER.iterdir() if path.suffix != ".md")
NAMESPACES: Final = (
    'xmlns:env="http://www.w3.org/2003/05/soap-envelope" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" '
    'xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:tns1="http://www.onvif.org/ver10/topics"'
)


def sample(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def notice(
    topic: str,
    source: Mapping[str, str] | None = None,
    data: Mapping[str, str] | None = None,
    *,
    operation: str = "Changed",
    at: str = "2026-03-14T08:00:00Z",
    extra: str = "",
) -> str:
    """One NotificationMessage."""

    def items(part: str, values: Mapping[str, str] | None) -> str:
        inner = "".join(f"<tt:SimpleItem Name={quoteattr(k)} Value={quoteattr(v)}/>" for k, v in (values or {}).items())
        return "" if values is None else f"<tt:{part}>{inner}</tt:{part}>"

    written = f"{items('Source', source)}{items('Data', data)}{extra}"
    return (
        f"<wsnt:NotificationMessage><wsnt:Topic>{topic}</wsnt:Topic><wsnt:Message>"
        f'<tt:Message UtcTime="{at}" PropertyOperation="{operation}">{written}</tt:Message>'
        "</wsnt:Message></wsnt:NotificationMessage>"
    )


def notify(*notices: str) -> bytes:
    """A Notify with them."""
    body = f"<wsnt:Notify>{''.join(notices)}</wsnt:Notify>"
    return f"<env:Envelope {NAMESPACES}><env:Body>{body}</env:Body></env:Envelope>".encode()
