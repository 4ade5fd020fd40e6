"""`belfry check`: whether a settings file can be used - settings, parts, stores - with nothing started or changed."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from secrets import token_bytes
from urllib.parse import quote

import typer

from belfry.app import ways
from belfry.app.keeping.before import FOLDER as BEFORE
from belfry.app.keeping.before import older_stores
from belfry.app.mapping import map_files
from belfry.cli.check_outlets import outlets
from belfry.cli.finding import Finding, State
from belfry.cli.talk import FAULT, AsJson, Config, tell
from belfry.domain.escalation import OUTSIDE, SUPERVISOR
from belfry.domain.own_faults import MIB
from belfry.journal.tables import FILE as JOURNAL_FILE
from belfry.keys.errors import InstanceKeyError
from belfry.keys.instance import load_or_make
from belfry.keys.tables import FILE as KEYS_FILE
from belfry.plugins import Group, PluginError, load, load_journal, settings_of
from belfry.ports import JournalError
from belfry.registry import read_sheet, registry_state
from belfry.settings import ReceiverTable, Settings, SettingsError, host_port, part
from belfry.settings import load as load_settings
from belfry.sql import SchemaState, SqlError
from belfry.web.certificate import unusable
from belfry.web.map_files import MapUnfit, archives, origins, own_style


def check(config: Config, as_json: AsJson = False) -> None:
    """Check settings, parts and stores; start nothing and change nothing. Exit code 1 where a fault was found."""
    findings = list(examine(config))
    well = all(finding.state is not State.FAULT for finding in findings)
    if as_json:
        tell({"ok": well, "items": findings})
    else:
        for finding in findings:
            typer.echo(f"{finding.state:7}  {finding.part}: {finding.detail}")
    if not well:
        raise typer.Exit(FAULT)


def examine(config: Path) -> Iterator[Finding]:
    """Give every finding; without readable settings there is nothing else to look at."""
    try:
        settings = load_settings(config)
    except SettingsError as error:
        for problem in error.problems:
            yield Finding("settings", State.FAULT, f"{error.file}: {problem}")
        return
    yield Finding("settings", State.OK, str(config))
    yield from _console(settings)
    yield from _map(settings)
    yield _journal(settings)
    yield from _receivers(settings, str(config))
    yield from _notifiers(settings)
    yield from _ports(settings)
    yield _folder(settings.data)
    yield from _facts_and_keys(settings.data)
    yield _registry(settings.registry_at)
    yield from outlets(settings)
    yield from _upgrade(settings)
    yield from _accounts(settings)


def _console(settings: Settings) -> Iterator[Finding]:
    console = settings.console
    encrypted = console.tls_cert is not None or (console.public_url or "").startswith("https:")
    if console.tls_cert is not None and (fault := unusable(console.tls_cert, console.tls_key)) is not None:
        yield Finding("console", State.FAULT, fault)
        return
    if not encrypted and not _is_loopback(console.listen):
        detail = f"{console.listen} is open to the network without TLS: passwords travel readable"
        yield Finding("console", State.WARNING, detail)
    else:
        yield Finding("console", State.OK, console.listen)


def _map(settings: Settings) -> Iterator[Finding]:
    """A map that cannot be shown is no reason not to start: lists do without it."""
    if settings.map.tiles is None:
        if settings.map.style is not None:
            yield Finding("map", State.WARNING, "a style is set, but no tiles: there is no map")
        return
    files = map_files(settings.map)
    try:
        found = archives(files)
        for dark in (False, True):
            own_style(files, dark=dark)
    except MapUnfit as unfit:
        yield Finding("map", State.WARNING, f"there will be no map: {unfit}")
        return
    asked = f"; operators' browsers ask {', '.join(places)}" if (places := origins(files)) else ""
    yield Finding("map", State.OK, f"{', '.join(one.name for one in found)}{asked}")


def _is_loopback(listen: str) -> bool:
    host, _ = host_port(listen)
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _journal(settings: Settings) -> Finding:
    """A journal elsewhere is asked; what it remarks is for a person to see to."""
    address = settings.journal_address
    try:
        journal = load_journal(settings.journal_type, address)
        remarks = None if address is None else asyncio.run(journal.examine(address))
    except (PluginError, JournalError) as error:
        return Finding("journal", State.FAULT, str(error))
    if remarks is None:
        return Finding("journal", State.OK, settings.journal)
    return Finding("journal", State.WARNING, remarks)


def _receivers(settings: Settings, file: str) -> Iterator[Finding]:
    if not settings.receiver:
        yield Finding("receiver", State.WARNING, "none in the settings: no panel can reach this centre")
    for receiver in settings.receiver:
        yield _receiver(receiver, file)


def _receiver(receiver: ReceiverTable, file: str) -> Finding:
    name = f"receiver {receiver.called}"
    try:
        built = load(Group.RECEIVERS, receiver.type)
        own = part(receiver, settings_of(Group.RECEIVERS, receiver.type, built), file=file)
    except (PluginError, SettingsError) as error:
        return Finding(name, State.FAULT, str(error))
    if hasattr(built, "examine") and (fault := built.examine(own)) is not None:
        return Finding(name, State.FAULT, fault)
    return Finding(name, State.OK, f"{receiver.type} on {receiver.listen or 'its usual port'}")


def _notifiers(settings: Settings) -> Iterator[Finding]:
    """Ways out to people: each is made, and nothing is sent."""
    used = {row.notifier for row in settings.on_call}
    for table in settings.notifier:
        name = f"notifier {table.name}"
        try:
            notifier = ways.notifier(table, lambda: datetime.now(UTC))
        except (PluginError, SettingsError, ways.WaysError) as error:
            yield Finding(name, State.FAULT, str(error))
            continue
        asyncio.run(notifier.close())
        secret = table.rest.get("url_file")
        if isinstance(secret, str) and Path(secret).stat().st_mode & 0o077:
            yield Finding(name, State.WARNING, f"{secret} can be read by others, but holds an address: chmod 600 it")
        elif table.name in used:
            yield Finding(name, State.OK, f"{table.type}, as {notifier.channel}")
        else:
            yield Finding(name, State.WARNING, "nobody is on call with it")
    levels = {row.level for row in settings.on_call}
    if settings.on_call and not levels & {SUPERVISOR, OUTSIDE}:
        yield Finding("on_call", State.WARNING, "nobody is reached as supervisor or outside")


def _ports(settings: Settings) -> Iterator[Finding]:
    """Two doors cannot listen at one address; devices never share the console's."""
    taken: dict[tuple[str, int], str] = {host_port(settings.console.listen): "the console"}
    for receiver in settings.receiver:
        if receiver.listen is None:
            continue
        host, port = host_port(receiver.listen)
        if port and (other := taken.setdefault((host, port), receiver.called)) != receiver.called:
            yield Finding(f"receiver {receiver.called}", State.FAULT, f"{receiver.listen} is taken by {other}")
    for table in settings.automation:
        if table.listen is None:
            continue
        at = table.where()
        if at[1] and (other := taken.setdefault(at, f"automation {table.name}")) != f"automation {table.name}":
            yield Finding(f"automation {table.name}", State.FAULT, f"{table.listen} is taken by {other}")


def _folder(data: Path) -> Finding:
    there = data
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        return Finding("data", State.FAULT, f"data = {data} is no folder: {there} is a file")
    if not os.access(there, os.W_OK | os.X_OK):
        return Finding("data", State.FAULT, f"{data} cannot be written: {there} does not allow it")
    if there != data:
        return Finding("data", State.OK, f"{data} will be made")
    if data.stat().st_mode & 0o077:
        return Finding("data", State.WARNING, f"{data} can be read by others, but holds keys: chmod 700 it")
    return Finding("data", State.OK, str(data))


def _facts_and_keys(data: Path) -> Iterator[Finding]:
    """The embedded journal and key store, where there are any: looked at, not opened, so a server may be running."""
    for part_of, file in (("journal", data / JOURNAL_FILE), ("keys", data / KEYS_FILE)):
        if file.exists() and (reason := _unreadable(file)):
            yield Finding(part_of, State.FAULT, f"{file} cannot be used: {reason}")
    if (data / KEYS_FILE).exists():
        try:
            load_or_make(data, token_bytes, first_start=False)
        except (InstanceKeyError, OSError) as error:
            yield Finding("keys", State.FAULT, str(error))
        else:
            yield Finding("keys", State.OK, "the instance key is there")


def _unreadable(file: Path) -> str | None:
    with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as database:
        try:
            database.execute("PRAGMA schema_version")
        except sqlite3.Error as error:
            return str(error)
    return None


def _registry(data: Path | str) -> Finding:
    try:
        state = registry_state(data)
    except SqlError as error:
        return Finding("registry", State.FAULT, str(error))
    match state:
        case None | SchemaState.EMPTY:
            return Finding("registry", State.OK, "will be made")
        case SchemaState.OLDER:
            return Finding("registry", State.OK, "of an older version; the next start brings it up to date")
        case SchemaState.NEWER:
            return Finding("registry", State.FAULT, "was written by a newer version of this program")
        case SchemaState.CURRENT:
            return Finding("registry", State.OK, "whole")


def _upgrade(settings: Settings) -> Iterator[Finding]:
    """What the next start would bring up to date, and what it keeps of it before."""
    try:
        older = older_stores(settings)
    except SqlError as error:
        yield Finding("upgrade", State.FAULT, str(error))
        return
    for one in older:
        detail = f"{one.file} is of an older version; the next start keeps a copy in {settings.data / BEFORE}"
        yield Finding("upgrade", State.WARNING, f"{detail} ({one.size_bytes // MIB + 1} MiB) and brings it up to date")


def _accounts(settings: Settings) -> Iterator[Finding]:
    if settings.accounts is None:
        return
    sheet = read_sheet(settings.accounts, [receiver.called for receiver in settings.receiver])
    for problem in sheet.problems[:20]:
        yield Finding("accounts", State.FAULT, str(problem))
    for warning in sheet.warnings:
        yield Finding("accounts", State.WARNING, str(warning))
    if not sheet.problems:
        yield Finding("accounts", State.OK, f"{len(sheet.drafts)} in {settings.accounts}")
