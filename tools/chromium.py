"""Where Chromium is, and how it is started for tests and pictures: nothing but our own page may use the line.

`tools/chromium.sh` sees to it that there is one; this module finds the same.
"""

import shutil
from typing import Final

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

ARGS: Final = (
    "--no-sandbox",  # the tests run as root in a container as well
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable() -> str | None:
    """Return the path of an installed Chromium or Chrome; None: take the one that Playwright keeps."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)
