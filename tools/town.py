"""Write the simulated town as a gazetteer: `python -m tools.town town.csv`, for `belfry import gazetteer`."""

import sys
from pathlib import Path

from belfry.simulator.gazetteer import write_gazetteer


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    print(f"{write_gazetteer(Path(sys.argv[1]))} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
