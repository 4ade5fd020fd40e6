"""The rows of declarative mappings: a name, a version, and the mapping itself."""

from collections.abc import Mapping as Table
from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import structs
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from belfry.domain.flaws import Flaw
from belfry.domain.mapping import Mapping, check
from belfry.domain.mapping_file import flaws_of
from belfry.ports.devices import DeviceUnfit, MappingChanged, MappingInUse, NoSuchMapping
from belfry.registry.device_tables import DEVICE, MAPPING
from belfry.registry.store import Note, Store, write_notes
from belfry.sql import reading, writing

MAPPINGS_MOST: Final = 500


def read_mappings(store: Store) -> Table[str, Mapping]:
    with reading(store.engine) as connection:
        return {row.name: _mapping(row.body) for row in connection.execute(select(MAPPING))}


def put(store: Store, mapping: Mapping, *, by: str) -> Mapping:
    """Keep a mapping: a new one under a new name (version 0), else in place of the version that it names."""
    flaws = check(mapping)
    if flaws:
        raise DeviceUnfit(flaws)
    try:
        with writing(store.engine) as connection:
            before = _now(connection, mapping.name)
            if mapping.version != (0 if before is None else before.version):
                raise MappingChanged(before)
            if before is None and len(connection.execute(select(MAPPING.c.name)).all()) >= MAPPINGS_MOST:
                raise DeviceUnfit([Flaw("name", repr(mapping.name), f"at most {MAPPINGS_MOST} mappings")])
            kept = _write(connection, mapping, before)
            note = Note("mapping", kept.name, ["added"] if before is None else ["rules"])
            write_notes(connection, [note], by=by, at=store.clock())
    except IntegrityError as error:  # another node was quicker
        raise MappingChanged(None) from error
    return kept


def bring(store: Store, mappings: Sequence[Mapping], *, by: str, dry_run: bool = False) -> tuple[int, int]:
    """Keep the mappings of a file, all of them or none: new ones, and others in place of what they are now. Returns how
    many are new and how many changed. Raises DeviceUnfit, whose fields begin with `mapping[n]`."""
    flaws = list(flaws_of(mappings))
    if flaws:
        raise DeviceUnfit(flaws)
    added = changed = 0
    with store.engine.connect() as connection, connection.begin() as transaction:
        for mapping in mappings:
            before = _now(connection, mapping.name)
            if before is not None and structs.replace(before, version=mapping.version) == mapping:
                continue
            _write(connection, mapping, before)
            note = Note("mapping", mapping.name, ["added"] if before is None else ["rules"])
            write_notes(connection, [note], by=by, at=store.clock())
            added, changed = added + (before is None), changed + (before is not None)
        if len(connection.execute(select(MAPPING.c.name)).all()) > MAPPINGS_MOST:
            raise DeviceUnfit([Flaw("mapping", str(len(mappings)), f"at most {MAPPINGS_MOST} mappings in all")])
        if dry_run:
            transaction.rollback()
    return added, changed


def _write(connection: Connection, mapping: Mapping, before: Mapping | None) -> Mapping:
    kept = structs.replace(mapping, version=1 if before is None else before.version + 1)
    row = {"name": kept.name, "version": kept.version, "body": msgspec.json.encode(kept).decode("utf-8")}
    if before is None:
        connection.execute(insert(MAPPING).values(row))
    else:
        connection.execute(update(MAPPING).where(MAPPING.c.name == kept.name).values(row))
    return kept


def remove(store: Store, name: str, version: int, *, by: str) -> None:
    with writing(store.engine) as connection:
        before = _now(connection, name)
        if before is None:
            raise NoSuchMapping(name)
        if before.version != version:
            raise MappingChanged(before)
        using = _users(connection, name)
        if using:
            raise MappingInUse(name, len(using))
        connection.execute(delete(MAPPING).where(MAPPING.c.name == name))
        write_notes(connection, [Note("mapping", name, ["removed"])], by=by, at=store.clock())


def _users(connection: Connection, name: str) -> Sequence[str]:
    """Ids of the devices that name it."""
    rows = connection.execute(select(DEVICE.c.id, DEVICE.c.body).where(DEVICE.c.body.contains('"mapping"')))
    return [row.id for row in rows if msgspec.json.decode(row.body).get("mapping") == name]


def _now(connection: Connection, name: str) -> Mapping | None:
    body = connection.execute(select(MAPPING.c.body).where(MAPPING.c.name == name).with_for_update()).scalar()
    return None if body is None else _mapping(body)


def _mapping(body: str) -> Mapping:
    return msgspec.json.decode(body, type=Mapping)
