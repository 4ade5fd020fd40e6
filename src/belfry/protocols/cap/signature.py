"""Enveloped signatures of CAP messages (XML signature): whether one holds, and whether its certificate is trusted.

A signature that holds proves that nothing was changed since; who made it, only a certificate that the settings trust.
Weak algorithms (SHA-1) are refused with the reason.
"""

from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from msgspec import Struct
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.verifier import SignatureConfiguration, XMLVerifier

from belfry.protocols.common.unreadable import Unreadable

_DS: Final = "http://www.w3.org/2000/09/xmldsig#"
_STRONG: Final = frozenset(
    method for method in SignatureMethod if "SHA1" not in method.name and "HMAC" not in method.name
)
_DIGESTS: Final = frozenset(digest for digest in DigestAlgorithm if "SHA1" not in digest.name)


class Trust(Struct, frozen=True):
    """Whose signatures are believed. `required`: an unsigned message is rejected."""

    certificates: tuple[bytes, ...] = ()
    """DER, each of a source itself."""
    required: bool = False

    @classmethod
    def of(cls, *pems: bytes, required: bool = False) -> "Trust":
        """Raises ValueError for what is no certificate."""
        ders = [x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER) for pem in pems]
        return cls(tuple(ders), required)


def verified(root: etree._Element, trust: Trust, now: datetime | None) -> tuple[etree._Element, bool]:
    """Return what was signed, or the whole of an unsigned message, and whether who signed it is trusted. Raises
    Unreadable where its signature does not hold, or where one is wanted and missing."""
    found = list(root.iterfind(f"{{{_DS}}}Signature"))
    anywhere = sum(1 for _ in root.iter(f"{{{_DS}}}Signature"))
    if anywhere > len(found):
        raise Unreadable("its signature stands where none belongs")
    if not found:
        if trust.required:
            raise Unreadable("it is not signed")
        return root, False
    if any(_is_weak(one) for one in found):
        raise Unreadable("signed with an algorithm no longer trusted")
    if len(found) > 1:
        raise Unreadable("it has several signatures")
    certificate = _certificate(found[0])
    config = SignatureConfiguration(
        location="./", expect_references=1, signature_methods=_STRONG, digest_algorithms=_DIGESTS, verification_time=now
    )
    try:
        result = XMLVerifier().verify(
            etree.tostring(root), x509_cert=certificate, expect_config=config, validate_schema=False
        )
    except Exception:  # hostile keys and parameters raise more than the library says
        raise Unreadable("its signature does not hold") from None
    signed = None if isinstance(result, list) else result.signed_xml
    if signed is None or signed.tag != root.tag:
        raise Unreadable("its signature is not of the whole message")
    is_trusted = certificate.public_bytes(Encoding.DER) in trust.certificates
    if trust.required and not is_trusted:
        raise Unreadable("signed by a certificate that is not trusted")
    return signed, is_trusted


def _is_weak(signature: etree._Element) -> bool:
    algorithms = [
        one.get("Algorithm") or "" for one in signature.iter(f"{{{_DS}}}SignatureMethod", f"{{{_DS}}}DigestMethod")
    ]
    return any(one.lower().endswith(("sha1", "md5")) for one in algorithms)


def _certificate(signature: etree._Element) -> x509.Certificate:
    """The certificate that came along; without one nobody can check."""
    written = signature.find(f"{{{_DS}}}KeyInfo/{{{_DS}}}X509Data/{{{_DS}}}X509Certificate")
    text = "" if written is None else "".join((written.text or "").split())
    lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    pem = f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"
    try:
        return x509.load_pem_x509_certificate(pem.encode("ascii"))
    except Exception:  # the same: a certificate of a stranger
        raise Unreadable("its signature brings no certificate") from None
