"""The edge to servers of roads: asks OSRM or Valhalla over HTTP, and estimates what they do not say in time."""

from belfry.roads.roads import Roads

__all__ = ["Roads"]
