"""The stories, as data: who says what, when (RULES 5, as far as they need no plan).

Times are seconds from the beginning of a scene; `role` is a site of the town's cast. A code without qualifier is SIA.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Say:
    """One event of one panel."""

    at_s: float
    role: str
    code: str
    zone: str = "000"
    area: str = "01"
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """A story with a name; `words` says what an operator will see."""

    name: str
    words: str
    steps: Sequence[Say]


SCHOOL_FIRE: Final = Scene(
    "school-fire",
    "A detector, a call point twenty seconds later: confirmed, it rings again. Silenced and restored, it stays open.",
    (
        Say(0, "school", "1111", "007", text="Corridor west, 1st floor"),
        Say(20, "school", "1115", "021", text="Call point main stairs"),
        Say(60, "school", "1912"),
        Say(180, "school", "3111", "007"),
        Say(181, "school", "3115", "021"),
    ),
)
SHOP: Final = Scene(
    "shop",
    "Entry zone, then an inner one, then a cancel: two points, so the alarm does not drop.",
    (
        Say(0, "shop", "1134", "001", text="Back door"),
        Say(12, "shop", "1132", "004", text="Sales floor"),
        Say(40, "shop", "1406", "005"),
    ),
)
SHOP_ONE_POINT: Final = Scene(
    "shop-one-point",
    "One point and a valid cancel: it drops to priority 4.",
    (Say(0, "kiosk", "1134", "001", text="Shutter"), Say(25, "kiosk", "1406", "002")),
)
BANK: Final = Scene("bank", "A silent hold-up: nobody calls the premises.", (Say(0, "bank", "1122", "003"),))
CARE: Final = Scene(
    "care",
    "Two flats press within twenty seconds: two rows.",
    (Say(0, "care", "1101", "012"), Say(18, "care", "1101", "031")),
)
RUNAWAY: Final = Scene(
    "runaway",
    "Detector 7 repeats without end; then detector 9 of the same panel rings at once.",
    (
        *(Say(4.0 * n + half, "library", code, "007") for n in range(10) for half, code in ((0, "1154"), (2, "3154"))),
        Say(44, "library", "1111", "009", text="Reading room"),
    ),
)
LATE_TO_CLOSE: Final = Scene("late-to-close", "Ten in the evening and nobody has armed.", (Say(0, "office", "1454"),))
UNKNOWN: Final = Scene("unknown-account", "4712 for 4721: an unknown account, the near one is named.", (
    Say(0, "4712", "1130", "002"),
))  # fmt: skip
TECHNICAL: Final = Scene(
    "technical",
    "The small things of a night: water, cold, mains, tamper, a door.",
    (
        Say(0, "museum", "1154", "011", text="Archive cellar"),
        Say(6, "pharmacy", "1152", "002", text="Vaccine fridge"),
        Say(10, "workshop", "1301"),
        Say(14, "hotel", "1373", "005"),
        Say(19, "depot", "1423", "004", text="Loading gate"),
        Say(24, "bakery", "1151", "003", text="Oven room"),
        Say(30, "home", "1162", "001", text="Boiler cupboard"),
        Say(36, "farm", "1103", "002"),
    ),
)
QUIET_NIGHT: Final = Scene(
    "quiet-night",
    "Closings and test reports: nothing for an operator, everything kept.",
    (
        Say(0, "office", "3401", "002"),
        Say(1, "shop", "3401", "005"),
        Say(2, "bank", "3401", "001"),
        Say(3, "kiosk", "3401", "002"),
        Say(4, "school", "1602"),
        Say(5, "hotel", "1602"),
        Say(6, "museum", "RP"),
        Say(7, "depot", "CL", "003"),
    ),
)
TECHNICIANS_TEST: Final = Scene(
    "technicians-test",
    "A technician tries twenty detectors: one never comes, and zone 4 stays in alarm. Put the site on test before.",
    tuple(
        step
        for zone in range(1, 20)
        for step in (
            Say(6.0 * zone, "workshop", "1130", f"{zone:03}"),
            *(() if zone == 4 else (Say(6.0 * zone + 3, "workshop", "3130", f"{zone:03}"),)),
        )
    ),
)

GALE: Final = Scene(
    "gale",
    "A gale: mains and cellars fail all over the town; a storm holds them back, and a fire rings at once.",
    (
        Say(0, "depot", "1301"),
        Say(2, "office", "1301"),
        Say(4, "museum", "1154", "012", text="Cellar stairs"),
        Say(6, "depot", "3301"),
        Say(9, "library", "1110", "003", text="Attic"),
    ),
)
"""Played by the demo while a storm runs."""

SCENES: Final = {
    scene.name: scene
    for scene in (
        SCHOOL_FIRE,
        SHOP,
        SHOP_ONE_POINT,
        BANK,
        CARE,
        RUNAWAY,
        LATE_TO_CLOSE,
        UNKNOWN,
        TECHNICAL,
        QUIET_NIGHT,
        TECHNICIANS_TEST,
    )
}

FIRST_MINUTE: Final[Sequence[tuple[float, Scene]]] = (
    (0.5, QUIET_NIGHT),
    (3, SCHOOL_FIRE),
    (9, CARE),
    (13, TECHNICAL),
    (15, SHOP),
    (20, SHOP_ONE_POINT),
    (28, BANK),
    (33, UNKNOWN),
    (41, LATE_TO_CLOSE),
    (75, RUNAWAY),
)
"""How the demo begins: when each scene starts."""
