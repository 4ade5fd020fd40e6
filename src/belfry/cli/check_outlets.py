"""`belfry check` of what leaves by machine: whether each link has an agreement that holds, and can be used as set."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from belfry.cli.finding import Finding, State
from belfry.domain.agreement import Agreement, holds
from belfry.notify.whither import Unfit, context, secret
from belfry.registry import kept_agreements
from belfry.settings import OutputTable, Settings
from belfry.sql import SqlError


def outlets(settings: Settings) -> Iterator[Finding]:
    """Nothing is said to anybody, and no name is looked up."""
    if not settings.automation and not settings.output:
        return
    now = datetime.now(UTC)
    try:
        known = {one.id: one for one in kept_agreements(settings.registry_at)}
    except SqlError:
        known = {}  # the registry is a finding of its own
    for link in settings.automation:
        yield _agreed(f"automation {link.name}", link.agreement, known, now)
    for output in settings.output:
        name = f"output {output.name}"
        yield _agreed(name, output.agreement, known, now)
        yield from _usable(name, output)


def _agreed(name: str, wanted: str, known: Mapping[str, Agreement], now: datetime) -> Finding:
    """Without an agreement a centre starts as well as with one; then nothing leaves."""
    found = known.get(wanted)
    if found is None:
        return Finding(name, State.WARNING, f"agreement {wanted} is not known: nothing leaves")
    if holds(found, now):
        return Finding(name, State.OK, f"agreed with {found.partner} until {found.ends:%Y-%m-%d %H:%M} UTC")
    if found.ended_at is not None or found.ends <= now:
        return Finding(name, State.WARNING, f"the agreement with {found.partner} is over: nothing leaves")
    return Finding(name, State.WARNING, f"the agreement with {found.partner} begins {found.begins:%Y-%m-%d %H:%M} UTC")


def _usable(name: str, output: OutputTable) -> Iterator[Finding]:
    try:
        context(output)
        secret(output)
    except Unfit as unfit:
        yield Finding(name, State.FAULT, str(unfit))
        return
    file = output.secret_file
    if file is not None and file.stat().st_mode & 0o077:
        yield Finding(name, State.WARNING, f"{file} can be read by others, but holds a secret: chmod 600 it")
