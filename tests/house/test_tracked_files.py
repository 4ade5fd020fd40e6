"""What must be in no tracked file: an address that packages are fetched from, a path of somebody's machine.

Locks name versions and hashes, so that they work against any mirror and say nothing about where they were made. The
names that are looked for are put together here from pieces, so that this file does not find itself.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]

REGISTRIES: Final = (
    *("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com", "yarnpkg" + ".com"),
    *("npm.pkg." + "github.com", "npmmirror" + ".com", "crates" + ".io", "proxy.golang" + ".org"),
)
PATTERNS: Final = {
    "an address of a package registry": re.compile("|".join(re.escape(name) for name in REGISTRIES)),
    "a path of somebody's machine": re.compile(
        r"(?<![\w.$}-])/(?:work|root|opt/py\w+|tmp/brief|home/\w+|Users/\w+)(?:/|\b(?=[\s\"'`:]))"
    ),
}
# An address in a lock, in whatever words the tool writes it; "funding" and "homepage" of npm are no sources.
LOCKED_ADDRESS: Final = re.compile(
    r'"resolved":\s*"[a-z+]+:|^\s*(?:-i|-f|--(?:extra-)?index-url|--find-links|--trusted-host)\b|\s@\s+[a-z+]+:',
    re.MULTILINE,
)


def tracked() -> Iterator[Path]:
    """Yield every file that git knows of and that is there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            yield ROOT / name


def text_of(path: Path) -> str | None:
    """Return the text of a file, or None of one that is no text."""
    content = path.read_bytes()
    return None if b"\0" in content else content.decode("utf-8", errors="replace")


def findings(text: str) -> Iterator[str]:
    """Yield `line: what` for everything that must not be in a tracked file."""
    for number, line in enumerate(text.splitlines(), start=1):
        yield from (f"{number}: {what}" for what, pattern in PATTERNS.items() if pattern.search(line))


def test_no_tracked_file_names_a_registry_or_somebodys_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{finding}"
        for path in tracked()
        if (text := text_of(path)) is not None
        for finding in findings(text)
    ]
    assert found == []


@pytest.mark.parametrize("pattern", ["requirements/*.txt", "console/package-lock.json", "**/*.lock"])
def test_no_lock_names_an_address(pattern: str) -> None:
    locks = [path for path in tracked() if path.relative_to(ROOT).match(pattern)]
    assert [path for path in locks if LOCKED_ADDRESS.search(path.read_text(encoding="utf-8"))] == []


def test_every_locked_requirement_has_a_hash_and_one_version() -> None:
    for name in ("runtime", "dev", "fuzz"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        assert len(lines) > 10
        assert [line for line in lines if "==" not in line or "--hash=sha256:" not in line] == []


@pytest.mark.parametrize(
    "planted",
    [
        "see https://" + REGISTRIES[0] + "/simple",
        "cd " + "/" + "work/main",
        'open("' + "/" + 'root/.ssh")',
        "path = " + "/" + "home/anna/belfry",
    ],
)
def test_a_planted_name_is_found(planted: str) -> None:
    assert len(list(findings(planted))) == 1


@pytest.mark.parametrize("harmless", ["docs/work/", "the root / of it", "GET /workers", "$HOME/root/x", "/api/v1/root"])
def test_what_only_looks_alike_passes(harmless: str) -> None:
    assert list(findings(harmless)) == []


@pytest.mark.parametrize(
    "planted",
    ['"resolved": "https://somewhere/x.tgz"', "--index-url https://somewhere", "x @ git+https://somewhere/x"],
)
def test_a_planted_address_in_a_lock_is_found(planted: str) -> None:
    assert LOCKED_ADDRESS.search(f"first line\n{planted}")
