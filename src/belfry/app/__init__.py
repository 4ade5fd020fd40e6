"""Composition: the only room that knows everyone. Builds a centre from its settings, starts it, stops it in order."""

from belfry.app.centre import Centre, StartError
from belfry.app.run import Along, run

__all__ = ["Along", "Centre", "StartError", "run"]
