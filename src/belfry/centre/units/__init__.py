"""Units as they are now: who is signed on, which status since when, at which incident. Folded from the journal by the
walk; what a unit is (call sign, skills, station) stands in the registry (`ports.units`).
"""

from belfry.centre.units.book import ABOUT_UNITS, UnitNow, UnitsNow, UnitState, carried

__all__ = ["ABOUT_UNITS", "UnitNow", "UnitState", "UnitsNow", "carried"]
