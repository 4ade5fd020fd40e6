"""Signatures of what devices send over HTTP: HMAC-SHA-256 over the body as it came, compared in constant time.

    X-Belfry-Signature: sha256=<hex>              over the body
    X-Belfry-Timestamp: <unix seconds>            with it: over "<seconds>:" and the body, at most five minutes old
    X-Hub-Signature-256: sha256=<hex>             as many hooks do
    X-Grafana-Alerting-Signature: <hex>           as Grafana does, with the timestamp header where it is set

The key is the device's own, 32 bytes; who takes only a text is given its 64 hexadecimal digits, and signs with them.
"""

import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Final

HEADERS: Final = ("x-belfry-signature", "x-hub-signature-256", "x-grafana-alerting-signature")
TIMESTAMP: Final = "x-belfry-timestamp"
WINDOW_S: Final = 300
STAMPED: Final = re.compile(rb"[0-9]{1,12}:")
"""How what was signed with a timestamp begins: as a body of its own it would be believed for ever."""


def is_there(headers: Mapping[str, str]) -> bool:
    return any(name in headers for name in HEADERS)


def is_right(key: bytes, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Whether every signature that is there is the one of this body under this key, and not too old."""
    signed = body
    is_fresh = STAMPED.match(body) is None
    if (stamp := headers.get(TIMESTAMP)) is not None:
        is_fresh = stamp.isascii() and stamp.isdigit() and len(stamp) <= 12
        is_fresh = is_fresh and abs(now.timestamp() - int(stamp)) <= WINDOW_S
        signed = stamp.encode("latin-1") + b":" + body
    digests = [hmac.digest(key, signed, sha256).hex(), hmac.digest(key.hex().encode(), signed, sha256).hex()]
    said = [headers[name] for name in HEADERS if name in headers]
    right = [any([_same(one, digest) for digest in digests]) for one in said]  # noqa: C419  # all are compared
    return is_fresh and bool(right) and all(right)


def _same(said: str, digest: str) -> bool:
    return hmac.compare_digest(said.strip().removeprefix("sha256=").lower().encode(), digest.encode())
