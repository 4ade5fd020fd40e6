"""What all targets share: how they are found, where their seeds and findings lie, and how one is run by atheris.

A target promises by raising: any exception out of `one_input` is a finding. `AssertionError` is how a target itself
says that a promise is broken; every other one came out of the house and should not have.
"""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Final

from fuzz import targets

FOUND: Final = Path(__file__).with_name("found")
"""Inputs that once broke a promise, by target: tests run every one of them for ever."""

MOST_BYTES: Final = 8_192
"""Longest input: twice the longest frame. What is refused for its size alone has tests of its own."""


@dataclass(frozen=True, slots=True)
class Target:
    name: str
    one_input: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]
    about: str
    close: Callable[[], None]
    """Lets go of what it opened; the next input opens it again."""


def names() -> list[str]:
    return sorted(module.name for module in iter_modules(targets.__path__))


def target(name: str) -> Target:
    """Load a target. Raises SystemExit, naming those there are, for one that is none."""
    if name not in names():
        raise SystemExit(f"there is no target {name}; there are {', '.join(names())}")
    module = import_module(f"{targets.__name__}.{name}")
    about = (module.__doc__ or "").partition("\n")[0]
    return Target(name, module.one_input, module.seeds, about, getattr(module, "close", lambda: None))


def found(name: str) -> list[Path]:
    """What this target once found."""
    folder = FOUND / name
    return sorted(folder.iterdir()) if folder.is_dir() else []


def sow(one: Target, folder: Path) -> None:
    """Write the seeds, and what was once found, into a folder where libFuzzer begins."""
    folder.mkdir(parents=True, exist_ok=True)
    for content in (*one.seeds(), *(path.read_bytes() for path in found(one.name))):
        (folder / sha256(content).hexdigest()[:16]).write_bytes(content)


def fuzz(name: str, arguments: list[str]) -> None:
    """Run one target in this process until libFuzzer ends it. `arguments` are libFuzzer's."""
    import structlog

    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # a line for each input would fill the disk
    import atheris  # type: ignore[import-untyped,import-not-found,unused-ignore]  # only `make fuzz` installs it

    with atheris.instrument_imports(include=["belfry", "tomllib"], enable_loader_override=False):
        one = target(name)
    atheris.Setup([sys.argv[0], *arguments], one.one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    fuzz(sys.argv[1], sys.argv[2:])
