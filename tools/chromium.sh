#!/usr/bin/env bash
# tools/chromium.sh PYTHON - see to it that the browser tests find a Chromium.
#
# An installed Chromium or Chrome will do, or the one that Playwright keeps. Otherwise it is installed: by apt-get
# where we are root, else by Playwright, which needs no right but leaves the system libraries to the machine.
set -euo pipefail
python=$1

for name in chromium chromium-browser google-chrome google-chrome-stable; do
  if command -v "$name" >/dev/null; then exit 0; fi
done

kept_by_playwright() {
  "$python" - <<'PY'
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

with sync_playwright() as playwright:
    sys.exit(not Path(playwright.chromium.executable_path).exists())
PY
}
if kept_by_playwright; then exit 0; fi

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing Chromium for the browser tests"
  if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; then
    exit 0
  fi
fi
echo "Asking Playwright for its Chromium"
if "$python" -m playwright install chromium; then exit 0; fi

echo "The browser tests need Chromium, and it could not be installed from here." >&2
echo "Install the package chromium (or google-chrome), then run this again." >&2
exit 1
