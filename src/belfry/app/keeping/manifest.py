"""What stands beside the files of a backup: which they are, their digests, and what the journal in them holds.

`SHA256SUMS` says the same digests, the manifest's among them, in the words of `sha256sum --check`, so that a backup can
be checked where no Belfry is. What is read here may have lain on a disk for years: it is believed field by field.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from belfry.app.keeping.errors import KeepingError

FORMAT: Final = 1
FILE: Final = "manifest.json"
SUMS: Final = "SHA256SUMS"
MANIFEST_MAX_BYTES: Final = 1_000_000
READ_AT_ONCE: Final = 1 << 20

JOURNAL: Final = "journal.sqlite3"
REGISTRY: Final = "registry.sqlite3"
KEYS: Final = "keys.sqlite3"
ARCHIVE: Final = "archive.sqlite3"
STORES: Final = frozenset({JOURNAL, REGISTRY, KEYS, ARCHIVE})
"""No other file is ever copied from a backup."""

Count = Annotated[int, Meta(ge=0)]
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Held(Struct, frozen=True, kw_only=True):
    """What a journal holds up to a position."""

    position: Count
    entries: Count
    """Those that are there; the others were pruned."""
    chain: Digest
    """SHA-256 over the leaf hashes in their order, each with the digest before it."""
    open_incidents: Count
    incidents: Digest
    """Of the open incidents, as they are folded from the entries."""
    first_at: datetime | None = None
    last_at: datetime | None = None


class StoreFile(Struct, frozen=True, kw_only=True):
    file: str
    size_bytes: Count
    sha256: Digest


class Manifest(Struct, frozen=True, kw_only=True):
    format: Annotated[int, Meta(ge=1)] = FORMAT
    kind: str = "backup"
    """`backup`; `keys`: the one of the key store; `kept`: what an upgrade found, of some stores alone."""
    made_at: datetime
    version: str
    """Of the program that made it."""
    centre: str = ""
    instance: str = ""
    """Fingerprint of the instance key that belongs to it; the key itself is in no backup."""
    journal: Held | None = None
    files: tuple[StoreFile, ...] = ()

    def file(self, name: str) -> StoreFile | None:
        return next((one for one in self.files if one.file == name), None)


_decoder: Final = msgspec.json.Decoder(Manifest)


def read(folder: Path) -> Manifest:
    """Return the manifest of a folder, its own digest checked. Raises KeepingError."""
    path = folder / FILE
    try:
        with path.open("rb") as file:
            data = file.read(MANIFEST_MAX_BYTES + 1)
        sums = (folder / SUMS).read_bytes()
    except OSError as error:
        raise KeepingError(f"{folder} is no backup that can be read: {error.strerror}: {error.filename}") from error
    said = dict(_sums(sums))
    if said.get(FILE) != sha256(data).hexdigest():
        raise KeepingError(f"{path} is not as it was written: its digest does not stand in {SUMS}")
    manifest = decode(data, str(path))
    for one in manifest.files:
        if said.get(one.file) != one.sha256:
            raise KeepingError(f"{folder / SUMS} is not as it was written: it says otherwise of {one.file}")
    return manifest


def decode(data: bytes, name: str = FILE) -> Manifest:
    """Return the manifest of some bytes. Raises KeepingError for what is none."""
    if len(data) > MANIFEST_MAX_BYTES:
        raise KeepingError(f"{name} is longer than {MANIFEST_MAX_BYTES} bytes, so it is no manifest")
    try:
        found = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise KeepingError(f"{name} is no manifest of a backup: {error}") from error
    if found.format > FORMAT:
        raise KeepingError(
            f"{name} has format {found.format}, this version reads up to {FORMAT}: use the version that made it "
            f"({found.version[:60]}), or a later one"
        )
    if strange := [one.file for one in found.files if one.file not in STORES]:
        raise KeepingError(f"{name} names {strange[0][:60]!r}, which is no store")
    if found.made_at.tzinfo is None:
        raise KeepingError(f"{name} was made at a time of no zone")
    return found


def write(folder: Path, manifest: Manifest) -> None:
    """Write the manifest and the sums, synced. Raises OSError."""
    prepare(folder, manifest)
    settle(folder)


def prepare(folder: Path, manifest: Manifest) -> None:
    """Write both beside their places, synced: `settle` needs no room on the disk then. Raises OSError."""
    data = msgspec.json.format(msgspec.json.encode(manifest))
    lines = [(sha256(data).hexdigest(), FILE), *((one.sha256, one.file) for one in manifest.files)]
    synced(folder / f"{FILE}.new", data)
    synced(folder / f"{SUMS}.new", "".join(f"{digest}  {name}\n" for digest, name in lines).encode())


def settle(folder: Path) -> None:
    """Put in place what was prepared. Raises OSError."""
    for name in (FILE, SUMS):
        (folder / f"{name}.new").replace(folder / name)
    sync_folder(folder)


def check_files(folder: Path, manifest: Manifest) -> None:
    """Compare every file with its digest. Raises KeepingError naming the first that differs."""
    for one in manifest.files:
        path = folder / one.file
        try:
            size, digest = path.stat().st_size, digest_of(path)
        except OSError as error:
            raise KeepingError(f"{path} cannot be read: {error.strerror}") from error
        if size != one.size_bytes or digest != one.sha256:
            raise KeepingError(f"{path} is not as it was written ({size} bytes, {one.size_bytes} were)")


def store_file(path: Path) -> StoreFile:
    return StoreFile(file=path.name, size_bytes=path.stat().st_size, sha256=digest_of(path))


def digest_of(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while data := file.read(READ_AT_ONCE):
            digest.update(data)
    return digest.hexdigest()


def synced(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_LINE: Final = re.compile(rb"^([0-9a-f]{64}) [ *]([^\r\n]{1,200})\r?$", re.MULTILINE)


def _sums(text: bytes) -> Iterator[tuple[str, str]]:
    for digest, name in _LINE.findall(text):
        yield name.decode("utf-8", "replace"), digest.decode()


# -- where backups are ------------------------------------------------------------------------------------------------

NAME: Final = re.compile(r"^belfry-\d{8}T\d{6}Z$")


def name_of(made_at: datetime) -> str:
    return f"belfry-{made_at:%Y%m%dT%H%M%S}Z"


def made_at_of(folder: Path) -> datetime | None:
    """When a folder of ours was made, as its name says; None for the folder of somebody else."""
    try:
        return datetime.strptime(folder.name, "belfry-%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def backups_in(folder: Path) -> Sequence[Path]:
    """The finished backups below a folder, the oldest first."""
    try:
        found = [one for one in folder.iterdir() if NAME.match(one.name) and (one / SUMS).is_file()]
    except OSError as error:
        raise KeepingError(f"{folder} cannot be read: {error.strerror}") from error
    return sorted(found, key=lambda one: one.name)


def find(folder: Path) -> Path:
    """The backup that a folder is, or the newest below it. Raises KeepingError where there is none."""
    if (folder / FILE).is_file():
        return folder
    found = backups_in(folder)
    if not found:
        raise KeepingError(f"{folder} holds no backup: no {FILE} in it, and no folder belfry-…Z below it")
    return found[-1]


def as_json(manifest: Manifest) -> Mapping[str, object]:
    told: Mapping[str, object] = msgspec.to_builtins(manifest)
    return told
