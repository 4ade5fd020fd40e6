"""`belfry import mappings`, `export mappings` and `decode mapping`: what devices' own JSON means, as a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from belfry.cli.decode import Files, in_words, messages_of, tell_each
from belfry.cli.talk import AsJson, Config, fail, registry_of, settings_of, tell
from belfry.domain.mapping import Mapping
from belfry.domain.mapping_file import flaws_of
from belfry.domain.mapping_file import read as read_text
from belfry.ports.devices import DeviceUnfit
from belfry.protocols.mapping import read as read_message
from belfry.registry import mapping_rows

BY: Final = "command line"
FILE_MOST_BYTES: Final = 4 << 20

File = Annotated[
    Path, typer.Argument(help="TOML or JSON; what a mapping is: docs/devices.md.", exists=True, dir_okay=False)
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would happen and write nothing.")]
MappingOption = Annotated[
    Path, typer.Option("--mapping", help="The file of the mapping, TOML or JSON.", exists=True, dir_okay=False)
]
Name = Annotated[str | None, typer.Option("--name", help="Which mapping of the file, where it has several.")]


def add_mappings(importing: typer.Typer, exporting: typer.Typer, decoding: typer.Typer) -> None:
    """Put them beside the commands of the same words."""
    example = "Example: belfry import mappings mappings.toml --config belfry.toml --dry-run"
    importing.command("mappings", epilog=example)(import_mappings)
    exporting.command("mappings", epilog="Example: belfry export mappings --config belfry.toml")(export_mappings)
    decoding.command("mapping", epilog="Example: belfry decode mapping --mapping mappings.toml FILE")(decode_mapping)


def decode_mapping(mapping: MappingOption, files: Files = None, name: Name = None, as_json: AsJson = False) -> None:
    """Say what a device's own JSON means by a mapping. Needs no settings, and keeps nothing."""
    chosen = _chosen(mapping, name)
    tell_each((in_words("mapping", read_message(body, chosen)) for body in messages_of(files or [])), as_json=as_json)


def import_mappings(file: File, config: Config, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Add mappings and change those that exist: all of the file, or nothing. Other mappings stay as they are."""
    mappings = _read(file)
    with registry_of(settings_of(config)) as registry:
        try:
            added, changed = mapping_rows.bring(registry.store, mappings, by=BY, dry_run=dry_run)
        except DeviceUnfit as error:
            fail("\n  ".join((f"{file}: nothing imported", *map(str, error.flaws))))
    if as_json:
        tell({"added": added, "changed": changed, "dry_run": dry_run})
    else:
        typer.echo(f"{added} mappings {'would be' if dry_run else 'are'} new, {changed} changed")


def export_mappings(config: Config) -> None:
    """Print every mapping, as JSON that can be imported again."""
    with registry_of(settings_of(config)) as registry:
        kept = mapping_rows.read_mappings(registry.store)
    bare = [msgspec.structs.replace(kept[name], version=0) for name in sorted(kept)]
    typer.echo(msgspec.json.format(msgspec.json.encode({"mapping": bare}), indent=1).decode("utf-8"))


def _chosen(file: Path, name: str | None) -> Mapping:
    mappings = _read(file)
    flaws = flaws_of(mappings)
    if flaws:
        fail("\n  ".join((f"{file}: no mapping", *map(str, flaws))))
    found = [one for one in mappings if name is None or one.name == name]
    if len(found) != 1:
        said = ", ".join(one.name for one in mappings) or "none"
        raise typer.BadParameter(f"name one of the file: {said}", param_hint="--name")
    return found[0]


def _read(file: Path) -> Sequence[Mapping]:
    try:
        with file.open("rb") as opened:
            content = opened.read(FILE_MOST_BYTES + 1)
        if len(content) > FILE_MOST_BYTES:
            fail(f"{file}: longer than {FILE_MOST_BYTES} bytes")
        return read_text(content.decode("utf-8"), is_toml=file.suffix == ".toml")
    except (OSError, ValueError) as error:
        fail(f"{file}: {error}")
