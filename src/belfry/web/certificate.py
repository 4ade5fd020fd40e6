"""Whether a certificate and its key can be used, said so that a person can mend it; asked before anything listens."""

import ssl
from pathlib import Path


def unusable(cert: Path, key: Path | None) -> str | None:
    """Return why not, naming setting and file; None where they can."""
    for setting, file in (("tls_cert", cert), ("tls_key", key or cert)):
        try:
            with file.open("rb"):
                pass
        except OSError as error:
            return f"{setting} = {file} cannot be read: {error.strerror}"
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        # Nobody types a pass-phrase at the start of a server, and OpenSSL would ask for it.
        context.load_cert_chain(cert, key, password=lambda: b"")
    except (OSError, ValueError) as error:
        return f"tls_cert = {cert} and tls_key = {key} are no certificate and its own key in PEM: {error}"
    return None
