"""Doors for equipment: sockets, limits and time-outs. A receiver knows no meaning; it is handed the door to intake."""
