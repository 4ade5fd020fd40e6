"""Where something may leave to: addresses that a name stands for, looked up at each try and connected to themselves.

A name whose answer changes leads nowhere else: what was judged is what is connected to.
"""

import os
import ssl
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from belfry.ports.output import OutputSettings

FILE_MOST_BYTES: Final = 65_536
KEY_LEAST: Final = 16
NAT64: Final = ip_network("64:ff9b::/96")


class Unfit(ValueError):
    """A setting cannot be used. Says which, and no secret."""


def may_reach(address: str, *, private: bool, only_private: bool = False) -> bool:
    """Whether an address is one to connect to: a public one, or, where that is meant, one of a private network or of
    this machine. Link-local ones, which hold clouds' own services, and what is no host's never are."""
    found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        found = _within(found)
    if found.is_multicast or found.is_unspecified or found.is_link_local:
        return False
    if found.is_global:
        return not only_private
    return private and (found.is_private or found.is_loopback)


def _within(found: IPv6Address) -> IPv4Address | IPv6Address:
    """The address of version 4 that one of version 6 stands for."""
    if found.ipv4_mapped is not None:
        return found.ipv4_mapped
    if found.sixtofour is not None:
        return found.sixtofour
    return IPv4Address(int(found) & 0xFFFF_FFFF) if found in NAT64 else found


def context(settings: OutputSettings) -> ssl.SSLContext | None:
    """What their certificate is held against; None: no TLS. Raises Unfit."""
    if not settings.is_tls:
        return None
    try:
        made = ssl.create_default_context(cafile=settings.tls_ca)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "is no certificate in PEM"
        raise Unfit(f"output {settings.name}: tls_ca = {settings.tls_ca}: {reason}") from None
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


def secret(settings: OutputSettings, environment: Mapping[str, str] = os.environ) -> str | None:
    """The key of the signature or the pass-word; None: there is none. Raises Unfit."""
    if settings.secret_env is not None:
        where, found = f"the variable {settings.secret_env}", environment.get(settings.secret_env, "")
    elif settings.secret_file is not None:
        where = f"the file {settings.secret_file}"
        try:
            with settings.secret_file.open(encoding="utf-8") as file:
                found = file.readline(FILE_MOST_BYTES)
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "is no text"
            raise Unfit(f"output {settings.name}: {where} cannot be read: {reason}") from None
    else:
        return None
    found = found.strip()
    least = KEY_LEAST if settings.type == "webhook" else 1
    if len(found) < least:
        raise Unfit(f"output {settings.name}: {where} wants {least} characters at least")
    return found
