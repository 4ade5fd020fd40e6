"""`belfry import` and `belfry export`: sheets into the registry, whole or not at all, and out of it."""

import gc
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from sys import stdout
from typing import Annotated, BinaryIO, Final

import msgspec
import typer

from belfry.cli.talk import FAULT, AsJson, Config, fail, registry_of, settings_of, tell
from belfry.gazetteer import FILE as GAZETTEER
from belfry.gazetteer import Built, FileRefused, build
from belfry.ports.sheets import ImportReport, SheetForm, SheetKind
from belfry.registry import RegistryError, Sheet, read_sheet
from belfry.registry.sheets.profiles import find_profile, listed, translate
from belfry.registry.sheets.propose import SAMPLED, likely_kind, profile_text, propose
from belfry.registry.sheets.rows import Translate, first_rows
from belfry.settings import Settings

BY: Final = "command line"
OWNER_ONLY: Final = 0o600
NICE: Final = 10
"""A centre beside an import answers first."""

import_app: typer.Typer = typer.Typer(help="Bring sheets into the registry: all of them, or nothing.")
export_app: typer.Typer = typer.Typer(no_args_is_help=True, help="Give sheets out that can be imported again.")

File = Annotated[Path, typer.Argument(help="CSV or JSON; columns in docs/import.md.", exists=True, dir_okay=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would happen and write nothing.")]
ProfileOption = Annotated[str, typer.Option("--profile", help="How another system writes: a name, or a file *.toml.")]
Replace = Annotated[
    bool, typer.Option("--replace", help="Of each account in the file, take away what the file does not have.")
]


@import_app.callback(invoke_without_command=True, no_args_is_help=True)
def _import(
    propose_file: Annotated[
        Path | None,
        typer.Option("--propose", help="Print a profile for a file of another system.", exists=True, dir_okay=False),
    ] = None,
    profiles: Annotated[bool, typer.Option("--profiles", help="List the profiles that there are.")] = False,
) -> None:
    """Bring sheets into the registry: all of them, or nothing."""
    if profiles:
        for one in listed():
            typer.echo(f"{one.name}: {one.about} ({', '.join(one.kinds)})")
    if propose_file is not None:
        rows = first_rows(propose_file.read_bytes(), None, SAMPLED)
        kind = likely_kind(rows)
        typer.echo(profile_text(kind, propose(kind, rows), rows), nl=False)


@import_app.command(epilog="Example: belfry import accounts accounts.csv --config belfry.toml --dry-run")
def accounts(
    file: File, config: Config, dry_run: DryRun = False, profile: ProfileOption = "", as_json: AsJson = False
) -> None:
    """Add accounts and change those that exist. One bad cell keeps the whole file out."""
    _bring(SheetKind.ACCOUNTS, file, config, dry_run=dry_run, profile=profile, as_json=as_json)


def _command(kind: SheetKind, about: str) -> None:
    """Make the command of a kind whose rows belong to accounts."""

    def command(
        file: File,
        config: Config,
        dry_run: DryRun = False,
        replace: Replace = False,
        profile: ProfileOption = "",
        as_json: AsJson = False,
    ) -> None:
        _bring(kind, file, config, dry_run=dry_run, replace=replace, profile=profile, as_json=as_json)

    command.__doc__ = about
    example = f"Example: belfry import {kind} {kind}.csv --config belfry.toml --dry-run"
    import_app.command(kind.value, epilog=example)(command)


_ABOUT: Final = {
    SheetKind.DETAILS: "Notes, hazards, access, installer and numbers of sites.",
    SheetKind.AREAS: "Areas of accounts.",
    SheetKind.ZONES: "Zones of accounts.",
    SheetKind.PATHS: "Transmission paths of accounts, with the interval of their polls.",
    SheetKind.CODES: "Codes that mean something else at one account.",
    SheetKind.CONTACTS: "Contacts of accounts; never their pass-words.",
    SheetKind.SCHEDULES: "Schedules of accounts, a row for each window.",
    SheetKind.AGENCIES: "Agencies that are dialled for an account.",
}
for _kind, _about in _ABOUT.items():
    _command(_kind, _about)


@import_app.command(
    epilog="Example: belfry import together accounts=a.csv zones=z.csv contacts=c.csv --config belfry.toml"
)
def together(
    files: Annotated[list[str], typer.Argument(help="KIND=FILE, each kind as above.", metavar="KIND=FILE...")],
    config: Config,
    dry_run: DryRun = False,
    replace: Replace = False,
    profile: ProfileOption = "",
    as_json: AsJson = False,
) -> None:
    """Bring several files in, all of them or nothing."""
    settings, named = settings_of(config), [_kind_and_file(word) for word in files]
    sheets = [_sheet(settings, kind, file, profile) for kind, file in named]
    _bring_sheets(settings, sheets, "together", dry_run=dry_run, replace=replace, as_json=as_json)


@import_app.command(epilog="Example: belfry import gazetteer town.csv check-points.csv --config belfry.toml --dry-run")
def gazetteer(
    files: Annotated[
        list[Path],
        typer.Argument(help="CSV, or OpenStreetMap .osm, .osm.bz2, .osm.gz; columns in docs/places.md.", exists=True,
                       dir_okay=False),
    ],
    config: Config,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Addresses, streets, crossings and places, in place of those there were. A bad row is left out and told."""
    settings = settings_of(config)
    os.nice(NICE)
    try:
        built = build(files, settings.data / GAZETTEER, now=datetime.now(UTC), dry_run=dry_run)
    except (FileRefused, OSError) as error:
        fail(str(error))
    rows = f"{built.addresses} addresses, {built.streets} streets, {built.crossings} crossings, {built.places} places"
    lines = [*map(str, built.problems), *_more(built), f"{'would import' if dry_run else 'imported'} {rows}"]
    if as_json:
        tell(built)
    else:
        typer.echo("\n".join(lines))
    if built.bad:
        raise typer.Exit(FAULT)


def _more(built: Built) -> list[str]:
    unsaid = built.bad - len(built.problems)
    return [f"{unsaid} more rows were left out"] if unsaid else []


def _kind_and_file(word: str) -> tuple[SheetKind, Path]:
    kind, equals, file = word.partition("=")
    if not equals or kind not in {*SheetKind} or not Path(file).is_file():
        raise typer.BadParameter(
            f"{word!r} wants KIND=FILE with a kind of {', '.join(SheetKind)} and a file that exists"
        )
    return SheetKind(kind), Path(file)


def _bring(
    kind: SheetKind,
    file: Path,
    config: Path,
    *,
    dry_run: bool,
    profile: str,
    as_json: bool,
    replace: bool = False,
) -> None:
    settings = settings_of(config)
    sheet = _sheet(settings, kind, file, profile)
    _bring_sheets(settings, [sheet], file.name, dry_run=dry_run, replace=replace, as_json=as_json)


def _sheet(settings: Settings, kind: SheetKind, file: Path, profile: str) -> Sheet:
    receivers = [receiver.called for receiver in settings.receiver]
    return read_sheet(file, receivers, kind=kind, translate=_translate(kind, profile))


def _translate(kind: SheetKind, profile: str) -> Translate | None:
    try:
        return translate(find_profile(profile), kind) if profile else None
    except RegistryError as error:
        fail(str(error))


def _bring_sheets(
    settings: Settings, sheets: Sequence[Sheet], name: str, *, dry_run: bool, replace: bool, as_json: bool
) -> None:
    gc.disable()  # what was read stays until the end, which is soon
    if hasattr(os, "nice"):
        os.nice(NICE)
    with registry_of(settings) as registry:
        report = registry.bring(sheets, dry_run=dry_run, replace=replace, by=BY)
    if as_json:
        tell({"ok": report.ok, **msgspec.structs.asdict(report)})
    else:
        _print(report, name)
    if not report.ok:
        raise typer.Exit(FAULT)


def _print(report: ImportReport, name: str) -> None:
    for warning in report.warnings:
        typer.echo(f"{name}: warning: {warning}", err=True)
    if report.more_warnings:
        typer.echo(f"{name}: and {report.more_warnings} more warnings", err=True)
    for problem in report.problems:
        typer.echo(f"{name}: {problem}", err=True)
    if report.more_problems:
        typer.echo(f"{name}: and {report.more_problems} more", err=True)
    if not report.ok:
        typer.echo(f"{name}: nothing was imported", err=True)
        return
    tense = "would be " if report.dry_run else ""
    removed = f", {report.removed} {tense}taken away" if report.removed else ""
    typer.echo(
        f"{name}: {report.rows} rows: {report.added} {tense}added, {report.changed} {tense}changed{removed}, "
        f"{report.unchanged} as they were"
    )


# -- out --------------------------------------------------------------------------------------------------------------


Tenant = Annotated[list[str], typer.Option("--tenant", help="Only accounts of this tenant; may be given again.")]
Form = Annotated[SheetForm, typer.Option("--format", help="csv for spreadsheets, json for programs.")]
Out = Annotated[Path | None, typer.Option("--out", help="A file that does not exist yet; else standard output.")]


@export_app.command("accounts", epilog="Example: belfry export accounts --config belfry.toml --out accounts.csv")
def export_accounts(
    config: Config,
    tenant: Tenant = [],  # noqa: B006  # Typer reads the default, nobody changes it
    form: Form = SheetForm.CSV,
    out: Out = None,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="The panels' AES keys too; the registry notes that it was done.")
    ] = False,
) -> None:
    """Accounts, without their AES keys unless asked."""
    _export(SheetKind.ACCOUNTS, config, tenant, form, out, with_keys=with_keys)


def _export_command(kind: SheetKind, about: str) -> None:
    def command(config: Config, tenant: Tenant = [], form: Form = SheetForm.CSV, out: Out = None) -> None:  # noqa: B006
        _export(kind, config, tenant, form, out)

    command.__doc__ = about
    example = f"Example: belfry export {kind} --config belfry.toml --format json --out {kind}.json"
    export_app.command(kind.value, epilog=example)(command)


for _kind, _about in _ABOUT.items():
    _export_command(_kind, _about)


def _fresh(out: Path) -> BinaryIO:
    """A file that nobody but its owner reads: telephone numbers and perhaps keys go into it. Raises OSError."""
    return os.fdopen(os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY), "wb")


def _export(
    kind: SheetKind,
    config: Path,
    tenant: Sequence[str],
    form: SheetForm,
    out: Path | None,
    *,
    with_keys: bool = False,
) -> None:
    tenants = frozenset(tenant) if tenant else None
    with registry_of(settings_of(config)) as registry:
        if with_keys:
            registry.note_keys_exported(by=BY)
        pieces = registry.export(kind, form, tenants=tenants, with_keys=with_keys)
        try:
            with stdout.buffer if out is None else _fresh(out) as file:
                for piece in pieces:
                    file.write(piece)
        except OSError as error:
            fail(f"{out or 'standard output'}: {error.strerror or error}")
