"""HTTP authentication towards a device: Digest (RFC 7616), or Basic where TLS keeps it from being read.

Pure: the challenge of a 401 gives the header of the next request. A pass-word never leaves but in a digest, or in TLS.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from belfry.domain.device import Login

HASHES: Final[Mapping[str, Callable[[bytes], "hashlib._Hash"]]] = {
    "SHA-256": hashlib.sha256,
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False),  # what nearly every camera asks for
}
"""The better one first."""

_PARAMETER: Final = re.compile(r'([a-zA-Z0-9_-]{1,32})\s*=\s*(?:"((?:[^"\\]|\\.){0,512})"|([^\s,"]{1,512}))')

_SEVERAL: Final = re.compile(r",\s{0,8}(?=(?:Digest|Basic)\s)", re.IGNORECASE)
"""One header may hold several challenges."""


def authorization(
    challenges: Sequence[str], login: Login, method: str, path: str, *, cnonce: str, tls: bool
) -> str | None:
    """Return the value of `Authorization` for the best challenge that can be met; None: there is none."""
    challenges = [one for header in challenges for one in _SEVERAL.split(header)]
    digests = [_parameters(one) for one in challenges if one.strip()[:7].lower() == "digest "]
    for name in HASHES:
        for one in digests:
            algorithm = one.get("algorithm", "MD5").upper()
            if algorithm.removesuffix("-SESS") == name and one.get("nonce") and _qop(one) is not None:
                return _digest(one, login, method, path, cnonce)
    if tls and any(one.strip()[:5].lower() == "basic" for one in challenges):
        return "Basic " + b64encode(f"{login.user}:{login.password}".encode()).decode("ascii")
    return None


def _parameters(challenge: str) -> dict[str, str]:
    return {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(challenge)}


def _qop(challenge: Mapping[str, str]) -> str | None:
    """`auth`, or empty where the challenge is of the older kind (RFC 2069); None: only what we do not do."""
    if "qop" not in challenge:
        return ""
    return "auth" if "auth" in [one.strip() for one in challenge["qop"].lower().split(",")] else None


def _digest(challenge: Mapping[str, str], login: Login, method: str, path: str, cnonce: str) -> str:
    algorithm = challenge.get("algorithm", "MD5")
    make = HASHES[algorithm.upper().removesuffix("-SESS")]

    def digest(*parts: str) -> str:
        return make(":".join(parts).encode()).hexdigest()

    realm, nonce, qop, count = challenge.get("realm", ""), challenge["nonce"], _qop(challenge), "00000001"
    secret = digest(login.user, realm, login.password)
    if algorithm.upper().endswith("-SESS"):
        secret = digest(secret, nonce, cnonce)
    asked = digest(method, path)
    answer = digest(secret, nonce, count, cnonce, qop, asked) if qop else digest(secret, nonce, asked)
    said = {"username": login.user, "realm": realm, "nonce": nonce, "uri": path, "response": answer}
    if "opaque" in challenge:
        said["opaque"] = challenge["opaque"]
    quoted = ", ".join(f'{name}="{_escaped(value)}"' for name, value in said.items())
    bare = [f"algorithm={algorithm}"] if "algorithm" in challenge else []
    if qop:
        bare += [f"qop={qop}", f"nc={count}", f'cnonce="{cnonce}"']
    return "Digest " + ", ".join([quoted, *bare])


def _escaped(value: str) -> str:
    # A line break would end the header and begin one of somebody else's.
    return re.sub(r'(["\\])', r"\\\1", re.sub(r"[\r\n\x00]", "", value))
