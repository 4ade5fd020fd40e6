"""TLS for the doors of equipment: a context out of files, or an error that says which setting and file is at fault."""

import ssl
from pathlib import Path


def server_context(cert: Path, key: Path | None, *, client_ca: Path | None = None) -> ssl.SSLContext:
    """Return a context for a server, TLS 1.2 or later; with `client_ca` only for clients whose certificate it signed.

    Raises OSError naming setting and file; never asks at a terminal.
    """
    for setting, file in (("tls_cert", cert), ("tls_key", key or cert), ("tls_client_ca", client_ca)):
        if file is None:
            continue
        try:
            with file.open("rb"):
                pass
        except OSError as error:
            raise OSError(error.errno, f"{setting} = {file} cannot be read: {error.strerror}") from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # Nobody types a pass-phrase at the start of a server, and OpenSSL would ask for it.
        context.load_cert_chain(cert, key, password=lambda: b"")
    except (OSError, ValueError) as error:
        raise OSError(f"tls_cert = {cert} and tls_key = {key} are no certificate and its own key in PEM") from error
    if client_ca is not None:
        try:
            context.load_verify_locations(client_ca)
        except (OSError, ValueError) as error:
            raise OSError(f"tls_client_ca = {client_ca} is no certificate in PEM") from error
        context.verify_mode = ssl.CERT_REQUIRED
    return context
