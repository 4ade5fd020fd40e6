#!/usr/bin/env bash
# tools/venv.sh FOLDER [PYTHON] - make a virtual environment with a Python of 3.11 or newer.
#
# Without PYTHON it takes python3, or where that is older, the newest of python3.13, python3.12 and python3.11.
set -euo pipefail
folder=$1
wanted=${2:-}

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if [ -n "$wanted" ]; then
  new_enough "$wanted" || { echo "PYTHON=$wanted is not a Python of 3.11 or newer." >&2; exit 1; }
  python=$wanted
else
  python=
  for candidate in python3 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null && new_enough "$candidate"; then python=$candidate; break; fi
  done
  if [ -z "$python" ]; then
    echo "Belfry needs Python 3.11 or newer; python3 here is $(python3 --version 2>/dev/null || echo absent)." >&2
    echo "Install one, or name it: make setup PYTHON=/path/to/python3.12" >&2
    exit 1
  fi
fi

# Debian and Ubuntu keep the part that puts pip into a new environment in a package of its own.
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
  package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "$package"
  else
    echo "$python cannot make virtual environments: install the package $package (or python3-venv) first." >&2
    exit 1
  fi
fi

# An environment made by hand or by an earlier run is kept.
if [ ! -x "$folder/bin/python" ]; then
  echo "Making $folder with $("$python" --version)"
  "$python" -m venv "$folder"
fi
