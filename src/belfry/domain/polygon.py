"""Whether a place lies inside a polygon."""

from collections.abc import Sequence

Corner = tuple[float, float]
"""Latitude and longitude, WGS 84."""


def box(polygon: Sequence[Corner]) -> tuple[float, float, float, float]:
    """Return south, north, west, east of a polygon."""
    latitudes, longitudes = [corner[0] for corner in polygon], [corner[1] for corner in polygon]
    return min(latitudes), max(latitudes), min(longitudes), max(longitudes)


def holds(polygon: Sequence[Corner], latitude: float, longitude: float) -> bool:
    """Say whether a place is inside: a line from it to the east crosses the border an odd number of times.

    Degrees are taken as a plane, which errs by metres at the size of a district. None may cross the 180th meridian.
    """
    inside = False
    for (lat1, lon1), (lat2, lon2) in zip(polygon, (*polygon[1:], *polygon[:1]), strict=True):
        if (lat1 > latitude) != (lat2 > latitude):
            crosses_at = lon1 + (latitude - lat1) / (lat2 - lat1) * (lon2 - lon1)
            inside ^= longitude < crosses_at
    return inside
