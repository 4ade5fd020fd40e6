"""What the journal's things are called on a NATS server, and where that server is.

A stream holds the entries, a second one the leaf hashes of those that were pruned. A subject of the journal becomes a
subject of NATS part by part, so that `incident/a` is `belfry.entry.incident.a`.
"""

import re
from typing import Final, Self
from urllib.parse import quote, urlsplit

from msgspec import Struct

from belfry.ports import Refused, Unusable

STREAM: Final = "belfry"
"""Stream of an address without a path."""
_STREAM: Final = re.compile(r"[A-Za-z0-9_-]{1,60}")
SUBJECT_MAX_BYTES: Final = 2_048
"""A line of the protocol holds 4 096 bytes at most: subject, reply subject and sizes."""


class Names(Struct, frozen=True):
    server: str
    """URL without the path; may hold a password, so it is never shown."""
    shown: str
    stream: str

    @classmethod
    def of(cls, address: str) -> Self:
        """Names for `nats://[USER:PASSWORD@]HOST[:PORT][/STREAM]`. Raises Unusable."""
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
        stream = parts.path.strip("/") or STREAM
        if parts.scheme not in {"nats", "tls"} or not host or parts.query or parts.fragment:
            raise Unusable(f"a journal at {host or 'no host'}: its address wants to be nats://HOST:PORT[/STREAM]")
        if not _STREAM.fullmatch(stream):
            raise Unusable(f"a journal in {stream!r}: a stream has 1 to 60 letters, digits, '-' or '_'")
        return cls(f"{parts.scheme}://{parts.netloc}", f"{parts.scheme}://{host}/{stream}", stream)

    @property
    def pruned(self) -> str:
        """The stream of leaf hashes."""
        return f"{self.stream}-pruned"

    def entry(self, subject: str) -> str:
        """The NATS subject of an entry. Raises Refused where it is too long."""
        name = f"{self.stream}.entry.{_tokens(subject)}"
        if len(name) > SUBJECT_MAX_BYTES:
            raise Refused(f"a subject of {len(name)} bytes as NATS has it, at most {SUBJECT_MAX_BYTES} are kept")
        return name

    @property
    def entries(self) -> str:
        return f"{self.stream}.entry.>"

    @property
    def leaves(self) -> str:
        return f"{self.stream}.pruned"


def _tokens(subject: str) -> str:
    """Every part quoted, so that it holds no blank, dot or wildcard; a lone `%` is a part that is empty."""
    return ".".join(quote(part, safe="").replace(".", "%2E") or "%" for part in subject.split("/"))
