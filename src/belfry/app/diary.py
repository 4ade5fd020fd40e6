"""The diary of the disk: how large the stores were, day by day, in a small file beside them.

Nothing is lost with it but the forecast of the next days.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
import structlog

from belfry.domain.forecast import Forecast, Size, forecast, noted
from belfry.domain.own_faults import Space

log = structlog.get_logger()

FILE: Final = "disk.json"

_sizes: Final = msgspec.json.Decoder(list[Size])


def look(folder: Path, space: Space, now: datetime) -> Forecast:
    """Measure the stores, note it, and say how long the disk lasts. Raises OSError where they cannot be measured."""
    size = Size(now.astimezone(UTC).date().isoformat(), size_of(folder), now)
    before = read(folder)
    sizes = noted(before, size)
    if sizes != before:
        _write(folder, sizes)
    return forecast(sizes, size, space)


def size_of(folder: Path) -> int:
    """Bytes of the files of a folder itself: copies that an upgrade keeps below it do not grow by the day."""
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())


def read(folder: Path) -> Sequence[Size]:
    try:
        return _sizes.decode((folder / FILE).read_bytes())
    except FileNotFoundError:
        return []
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        log.warning("the diary of the disk is left aside", reason=str(error))
        return []


def _write(folder: Path, sizes: Sequence[Size]) -> None:
    new = folder / f"{FILE}.new"
    try:
        new.write_bytes(msgspec.json.encode(sizes))
        new.replace(folder / FILE)
    except OSError as error:  # a full disk is said elsewhere
        log.warning("the diary of the disk was not written", error=str(error))
