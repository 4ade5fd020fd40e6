"""What every answer tells the browser not to do, and how the console's own pages are fenced."""

from collections.abc import Mapping, Sequence
from typing import Final

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; "
    "img-src 'self' data:; "
    "media-src 'self' data: blob:; "
    "object-src 'none'; "
    "base-uri 'none'; "
    "form-action 'self'; "
    "frame-ancestors 'none'"
)

SECURE: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every answer."""

PAGE: Final = {
    **SECURE,
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), payment=(), usb=(), geolocation=(self)",
}
"""On pages and what they are made of."""


def page_headers(origins: Sequence[str]) -> Mapping[str, str]:
    """PAGE, where the map's style may fetch from these places too. Scripts still come from nowhere else."""
    if not origins:
        return PAGE
    listed = " ".join(origins)
    policy = CONTENT_SECURITY_POLICY.replace("img-src 'self' data:", f"img-src 'self' data: {listed}")
    return {**PAGE, "Content-Security-Policy": f"{policy}; connect-src 'self' {listed}"}


HTTPS_ONLY: Final = {"Strict-Transport-Security": "max-age=31536000"}
"""Beside PAGE where the centre is reached by https alone."""
