"""The desk for devices: what they said becomes signals of their site, states of points, and nothing about people.

`desk` takes messages and answers once they are kept; `hearing` makes of them what they come to, in a `turn` that can be
taken back; `silence` knows who was not heard in time; `numbers` whose number a signal has, `lines` under which one a
site's panel speaks and whether it is armed; `kept` is what is remembered of a device, `saving` keeps it over a restart,
`minute` what was said just before one; `asks` what is asked of the rest of the centre; `signals` makes signals;
`amounts` keeps how much was refused and stripped; `listening` shows live what comes while a device is put into service.
What a reading means and whether it is news is decided by `domain.device_rules` and `domain.point_state`.
"""

from belfry.centre.devices.asks import Asks
from belfry.centre.devices.desk import DeviceDesk
from belfry.centre.devices.listening import Event, Listening, Shown, TooManyListen

__all__ = ["Asks", "DeviceDesk", "Event", "Listening", "Shown", "TooManyListen"]
