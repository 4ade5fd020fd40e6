"""HTTP: the API, the event stream and the console's pages. An edge: it asks the centre and the staff door, and decides
nothing about alarms. `create_app` makes the application of a `House`, `Console` serves it.
"""

from belfry.web.app import create_app
from belfry.web.house import Centre, House, ReceiverState
from belfry.web.server import Console

__all__ = ["Centre", "Console", "House", "ReceiverState", "create_app"]
