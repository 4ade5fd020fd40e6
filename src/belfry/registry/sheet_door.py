"""The door for sheets (`ports.sheets`) over the registry.

A small sheet is read and compared in a thread, and one of few accounts is written there. A large one costs seconds of
Python, which threads share with whoever answers alarms, so it is handed to a process of its own that runs at a lower
priority and ends with it.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct
from sqlalchemy import func, select

from belfry.ports.sheets import Checked, ImportReport, OutcomeDiffers, ProfileName, SheetForm, SheetKind, Upload
from belfry.ports.staff import StaffUnavailable
from belfry.registry.doors import in_thread
from belfry.registry.sheet import Sheet, parse_sheet
from belfry.registry.sheets.bring import bring
from belfry.registry.sheets.export import export
from belfry.registry.sheets.profiles import PLAIN, Profile, built_in, columns_of, listed, mapping, translate
from belfry.registry.sheets.propose import SAMPLED, propose
from belfry.registry.sheets.rows import Translate, first_rows
from belfry.registry.store import Store
from belfry.registry.tables import ACCOUNT
from belfry.sql import make_engine, reading

BESIDE_BYTES: Final = 300_000
"""A sheet of this size is read in a third of a second."""
EXPORT_BESIDE: Final = 1_000
"""Accounts from which on an export is written beside. Of twenty thousand it held the loop up for 380 ms at worst."""
BESIDE_NICE: Final = 10
PROCESSES_MOST: Final = 1
"""The next one waits: two of them would wait for each other's lock anyhow."""


class Job(Struct, frozen=True, kw_only=True, tag="import"):
    """What is asked of one sheet that comes in. `by` None: a dry run."""

    upload: Upload
    receivers: tuple[str, ...] = ()
    tenants: frozenset[str] | None = None
    expect: str | None = None
    by: str | None = None


class ExportJob(Struct, frozen=True, kw_only=True, tag="export"):
    """What is asked of one sheet that goes out."""

    kind: SheetKind
    form: SheetForm
    tenants: frozenset[str] | None


class _Beside(Struct, frozen=True):
    """A job with the address of its registry, for a process of its own."""

    database: str
    job: Job | ExportJob


class _Answer(Struct, frozen=True):
    report: ImportReport
    differs: bool = False


class SheetsDoor:
    """Implements `ports.sheets.Sheets`."""

    def __init__(self, store: Store, receivers: Sequence[str] = ()) -> None:
        self._store, self._receivers = store, tuple(receivers)
        self._beside = asyncio.Semaphore(PROCESSES_MOST)
        self._going_out = asyncio.Semaphore(PROCESSES_MOST)

    async def profiles(self) -> Sequence[ProfileName]:
        return await in_thread(listed)

    def columns(self, kind: SheetKind) -> Sequence[str]:
        return columns_of(kind)

    async def check(self, upload: Upload, *, tenants: frozenset[str] | None) -> Checked:
        """Raises RegistryError for a profile that there is not."""
        job = Job(upload=upload, receivers=self._receivers, tenants=tenants)
        matches = await in_thread(matched, upload)
        return Checked(report=(await self._run(job)).report, columns=matches)

    async def apply(self, upload: Upload, *, tenants: frozenset[str] | None, expect: str, by: str) -> ImportReport:
        job = Job(upload=upload, receivers=self._receivers, tenants=tenants, expect=expect, by=by)
        answer = await self._run(job)
        if answer.differs:
            raise OutcomeDiffers(answer.report)
        return answer.report

    async def export(self, kind: SheetKind, form: SheetForm, *, tenants: frozenset[str] | None) -> Sequence[bytes]:
        def pieces() -> Sequence[bytes]:
            return list(export(self._store, kind, form, tenants=tenants))

        if await in_thread(_count_accounts, self._store) <= EXPORT_BESIDE:
            return await in_thread(pieces)
        async with self._going_out:
            return [await _in_process(self._store, ExportJob(kind=kind, form=form, tenants=tenants))]

    async def _run(self, job: Job) -> _Answer:
        if len(job.upload.content) <= BESIDE_BYTES:
            return await in_thread(done, self._store, job)
        async with self._beside:
            return msgspec.msgpack.decode(await _in_process(self._store, job), type=_Answer)


# -- what is done -----------------------------------------------------------------------------------------------------


def done(store: Store, job: Job) -> _Answer:
    """Do a job here and now."""
    sheet = _sheet(job)
    more: dict[str, Any] = {"replace": job.upload.replace, "tenants": job.tenants, "expect": job.expect}
    try:
        return _Answer(bring(store, [sheet], by=job.by or "", dry_run=job.by is None, **more))
    except OutcomeDiffers as differs:
        return _Answer(differs.report, differs=True)


def matched(upload: Upload) -> Any:
    """Return what each column is taken for: as the upload says, else as its profile does, else as is likely."""
    profile = _profile(upload)
    rows = first_rows(upload.content, _raw(profile, upload.kind), SAMPLED)
    header = rows[0] if rows else ()
    return propose(upload.kind, rows, {**mapping(profile, upload.kind, header), **(upload.columns or {})})


def _sheet(job: Job) -> Sheet:
    upload = job.upload
    profile, columns = _profile(upload), {one.header: one.column for one in matched(upload)}
    how = translate(profile, upload.kind, columns, lenient=True)
    return parse_sheet(upload.content, job.receivers, kind=upload.kind, translate=how, name=upload.name)


def _profile(upload: Upload) -> Profile:
    return built_in(upload.profile) if upload.profile else PLAIN


def _raw(profile: Profile, kind: SheetKind) -> Translate:
    return translate(profile, kind, lenient=True)


# -- in a process of its own ------------------------------------------------------------------------------------------


def _count_accounts(store: Store) -> int:
    with reading(store.engine) as connection:
        return connection.scalar(select(func.count()).select_from(ACCOUNT)) or 0


async def _in_process(store: Store, job: Job | ExportJob) -> bytes:
    """What a process of its own says to a job. Raises StaffUnavailable where it fails."""
    database = store.engine.url.render_as_string(hide_password=False)
    asked = msgspec.msgpack.encode(_Beside(database, job))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "belfry.registry.sheet_door"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        told, _ = await process.communicate(asked)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise StaffUnavailable(f"a sheet failed with exit status {process.returncode}")
    return told


def _beside() -> None:
    """Read a job from standard input, do it, write the answer, or the sheet that goes out, to standard output."""
    os.nice(BESIDE_NICE)
    asked = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Beside)
    store = Store(make_engine(asked.database))
    try:
        match asked.job:
            case Job() as job:
                sys.stdout.buffer.write(msgspec.msgpack.encode(done(store, job)))
            case ExportJob(kind=kind, form=form, tenants=tenants):
                for piece in export(store, kind, form, tenants=tenants):
                    sys.stdout.buffer.write(piece)
    finally:
        store.engine.dispose()


if __name__ == "__main__":
    _beside()
