"""The mark of a running centre: a small file in its folder, from the start to an end that was in order.

Who finds it at the start knows that the run before ended otherwise: killed, without power, or with a part that failed.
"""

from pathlib import Path
from typing import Final

import structlog

log = structlog.get_logger()

FILE: Final = "running"


def stands(folder: Path) -> bool:
    """Whether the run before left its mark."""
    return (folder / FILE).exists()


def put(folder: Path) -> None:
    """A disk without room for it keeps nobody from starting."""
    try:
        (folder / FILE).touch()
    except OSError as error:
        log.warning("the centre runs without its mark", error=str(error))


def take_away(folder: Path) -> None:
    try:
        (folder / FILE).unlink(missing_ok=True)
    except OSError as error:
        log.warning("the mark of the centre stays", error=str(error))
