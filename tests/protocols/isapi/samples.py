"""The samples, whole and marked: for the tests of the reader, of the receiver, and for the fuzzers."""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parents[2] / "samples" / "isapi"
NAMES: Final = sorted(path.name for path in FOLDER.iterdir() if path.suffix != ".md")


def sample(name: str) -> bytes:
    return (FOLDER / name).read_bytes()
