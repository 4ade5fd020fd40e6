"""The desk for devices: what they said becomes signals of their site, states of points, and nothing about people.

`desk` hears and says; `silence` knows who was not heard in time; `numbers` whose number a signal has; `kept` is what it
remembers of a device, `saving` keeps it over a restart; `arming` asks whether an area is armed; `signals` makes
signals; `amounts` keeps how much was refused and stripped; `listening` shows live what comes while a device is put into
service. What a reading means and whether it is news is decided by `domain.device_rules` and `domain.point_state`.
"""

from belfry.centre.devices.asks import Asks
from belfry.centre.devices.desk import DeviceDesk
from belfry.centre.devices.listening import Event, Listening, Shown, TooManyListen

__all__ = ["Asks", "DeviceDesk", "Event", "Listening", "Shown", "TooManyListen"]
