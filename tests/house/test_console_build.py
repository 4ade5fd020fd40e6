"""When the console is built: never without sources, always after a change, not twice for the same ones."""

import os
from pathlib import Path

import hatch_build


def a_console(root: Path, *, built_at: int | None) -> Path:
    """Lay out a console whose sources are of second 100 and whose page, if any, is of `built_at`."""
    for name in ("console/package.json", "console/src/lib/queue.ts", "console/node_modules/later.ts"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (100, 100))
    if built_at is not None:
        page = root / hatch_build.PAGE
        page.parent.mkdir(parents=True)
        page.touch()
        os.utime(page, (built_at, built_at))
    return root


def test_a_checkout_without_a_console_builds_nothing(tmp_path: Path) -> None:
    assert not hatch_build.build_if_stale(tmp_path)


def test_a_page_that_is_missing_is_stale(tmp_path: Path) -> None:
    assert not hatch_build.is_fresh(a_console(tmp_path, built_at=None))


def test_a_page_older_than_one_source_is_stale(tmp_path: Path) -> None:
    assert not hatch_build.is_fresh(a_console(tmp_path, built_at=99))


def test_a_page_of_the_same_age_is_fresh_because_an_sdist_gives_all_files_one_time(tmp_path: Path) -> None:
    assert hatch_build.is_fresh(a_console(tmp_path, built_at=100))


def test_an_installed_package_of_the_console_is_no_source(tmp_path: Path) -> None:
    root = a_console(tmp_path, built_at=150)
    os.utime(root / "console/node_modules/later.ts", (200, 200))
    assert hatch_build.is_fresh(root)
