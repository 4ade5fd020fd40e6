"""Sheets over HTTP: a dry run first, then exactly what it told, or nothing; and exports.

What was dry-run is kept here for half an hour, with the digest of its outcome. Somebody of some tenants brings in and
gets out their accounts alone.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

import msgspec
from litestar import MediaType, Response, Router, get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from belfry.ports.sheets import (
    ImportReport,
    OutcomeDiffers,
    Problem,
    SheetForm,
    SheetKind,
    Sheets,
    SheetsRefused,
    Upload,
)
from belfry.web.bodies import Asked, raw_body
from belfry.web.dry_runs import KEPT, Kept
from belfry.web.front import front
from belfry.web.identity import need, visitor_of
from belfry.web.problems import refused, refused_field, told
from belfry.web.rights import Right
from belfry.web.sheet_views import (
    ColumnView,
    ImportChoices,
    ImportView,
    ProblemView,
    ProfileView,
    SheetKindView,
)
from belfry.web.tenants import tenants_of

SHEET_MOST_BYTES: Final = 16_777_216
"""Some 200 000 accounts; what is larger comes in by the command line."""
SHEET_WITHIN_S: Final = 120
COLUMNS_MOST: Final = 4_000
"""Characters of a mapping: in the address each may take twelve bytes, and the parser reads 64 KiB of an address."""
NAME_MOST: Final = 200

_GONE: Final = {404: told("There is no such dry run any more"), 409: told("It would do something else now")}
_TOO_LARGE: Final = {
    400: told("A parameter cannot be read"),
    408: told("The file did not come in time"),
    413: told("The file is too large"),
}
_MAPPING: Final = msgspec.json.Decoder(dict[str, str | None])


@get("/imports", guards=[need(Right.IMPORT)], tags=["sheets"], summary="What can be imported, and from whom")
async def import_choices(request: Asked) -> ImportChoices:
    sheets = _sheets(request)
    return ImportChoices(
        kinds=[SheetKindView(kind=kind, columns=list(sheets.columns(kind))) for kind in SheetKind],
        profiles=[
            ProfileView(name=one.name, about=one.about, kinds=list(one.kinds)) for one in await sheets.profiles()
        ],
        most_bytes=SHEET_MOST_BYTES,
    )


@post(
    "/imports",
    status_code=200,
    guards=[need(Right.IMPORT)],
    request_max_body_size=SHEET_MOST_BYTES,
    responses=_TOO_LARGE,
    tags=["sheets"],
    summary="Dry run of a file",
)
async def dry_run(
    request: Asked,
    kind: FromQuery[SheetKind],
    name: Annotated[str, QueryParameter(max_length=NAME_MOST)] = "",
    profile: Annotated[str | None, QueryParameter(max_length=60)] = None,
    columns: Annotated[str | None, QueryParameter(max_length=COLUMNS_MOST)] = None,
    replace: FromQuery[bool] = False,
) -> ImportView:
    """The body is the file as it is, CSV or JSON. `columns` is a JSON object of its headers to our columns, null for
    none; what it does not name is taken as the profile says, or as is likely. Nothing is written."""
    sheets, user = _sheets(request), visitor_of(request).user
    chosen = _mapping(columns)
    content = await raw_body(request, most_bytes=SHEET_MOST_BYTES, within_s=SHEET_WITHIN_S)
    upload = Upload(kind=kind, content=content, name=name, profile=profile or None, columns=chosen, replace=replace)
    try:
        checked = await sheets.check(upload, tenants=tenants_of(user))
    except SheetsRefused as error:
        raise refused_field("profile", f"profile: {error}", value=profile or "") from None
    now = front(request).house.clock()
    kept = Kept(user.name, upload, checked, now + KEPT)
    return view(front(request).dry_runs.keep(kept, now), kept, checked.report, applied=False)


@post(
    "/imports/{import_id:str}/apply",
    status_code=200,
    guards=[need(Right.IMPORT)],
    responses=_GONE,
    tags=["sheets"],
    summary="Do what a dry run told",
)
async def apply_import(request: Asked, import_id: FromPath[str]) -> ImportView:
    """Exactly what was told, or nothing: refused where the registry changed such that it would do something else."""
    desk, user = front(request), visitor_of(request).user
    kept = desk.dry_runs.find(import_id, user.name, desk.house.clock())
    if kept is None:
        raise refused(404, "There is no such dry run any more: make it again", kind="belfry:import")
    if not kept.checked.report.ok:
        raise refused(409, "The file has problems: nothing of it can be imported", kind="belfry:import-problems")
    expect = kept.checked.report.outcome
    try:
        report = await _sheets(request).apply(kept.upload, tenants=tenants_of(user), expect=expect, by=user.name)
    except OutcomeDiffers as error:
        raise refused(409, f"Nothing was imported: {error}", kind="belfry:changed") from None
    desk.dry_runs.forget(import_id)
    if not report.ok:
        raise refused(409, f"Nothing was imported: {report.problems[0]}", kind="belfry:changed")
    return view(import_id, kept, report, applied=True)


@get("/exports/{kind:str}", guards=[need(Right.EXPORT)], tags=["sheets"], summary="A sheet that imports again")
async def export_sheet(
    request: Asked, kind: FromPath[SheetKind], form: Annotated[SheetForm, QueryParameter(name="format")] = SheetForm.CSV
) -> Response[bytes]:
    """CSV or JSON of everything of a kind, without keys, words and codes."""
    pieces = await _sheets(request).export(kind, form, tenants=tenants_of(visitor_of(request).user))
    media_type = "text/csv; charset=utf-8" if form is SheetForm.CSV else MediaType.JSON
    headers = {"Content-Disposition": f'attachment; filename="{kind}.{form}"'}
    return Response(b"".join(pieces), media_type=media_type, headers=headers)


def router() -> Router:
    return Router("", route_handlers=[import_choices, dry_run, apply_import, export_sheet])


# -- saying it --------------------------------------------------------------------------------------------------------


def view(name: str, kept: Kept, report: ImportReport, *, applied: bool) -> ImportView:
    return ImportView(
        id=name,
        kind=kept.upload.kind,
        name=kept.upload.name,
        profile=kept.upload.profile,
        replace=kept.upload.replace,
        rows=report.rows,
        added=report.added,
        changed=report.changed,
        unchanged=report.unchanged,
        removed=report.removed,
        accounts=report.accounts,
        problems=_told(report.problems),
        more_problems=report.more_problems,
        warnings=_told(report.warnings),
        more_warnings=report.more_warnings,
        columns=[
            ColumnView(header=one.header, column=one.column, likeness=one.likeness, samples=list(one.samples))
            for one in kept.checked.columns
        ],
        applied=applied,
        expires_at=kept.until,
    )


def _told(problems: Sequence[Problem]) -> Sequence[ProblemView]:
    return [ProblemView(row=one.row, column=one.column, reason=one.reason) for one in problems]


def _sheets(request: Asked) -> Sheets:
    sheets = front(request).house.sheets
    if sheets is None:
        raise refused(503, "This centre takes no sheets")
    return sheets


def _mapping(columns: str | None) -> Mapping[str, str | None] | None:
    try:
        return None if not columns else _MAPPING.decode(columns)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise refused_field(
            "columns", "columns: wants a JSON object of texts to texts or null", value=columns
        ) from None
