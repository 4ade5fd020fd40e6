"""Anderby, a small harbour town that does not exist: streets with every house, water, parks, buildings and places.

Plain data, computed from one table and always the same: the demo's sites lie at its addresses, its gazetteer finds
them, and its map is drawn of it. Everything is invented; `belfry.simulator.town` says who lives there.
"""

from belfry.simulator.land.build import town
from belfry.simulator.land.ground import MIDDLE
from belfry.simulator.land.shapes import Area, At, Cover, Crossing, House, Spot, SpotKind, Street, Town, Way

__all__ = ["MIDDLE", "Area", "At", "Cover", "Crossing", "House", "Spot", "SpotKind", "Street", "Town", "Way", "town"]
