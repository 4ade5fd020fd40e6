"""What the API is asked about devices."""

from typing import Annotated, Final

from msgspec import Meta

from belfry.domain.device import ADDRESS_MOST, POINTS_MOST, DevicePoint, DeviceWire
from belfry.domain.mapping import Mapping
from belfry.domain.premises import NAME_MOST
from belfry.domain.reading import POINT_MOST, Observed, Switch
from belfry.web.asks import Ask

Text = Annotated[str, Meta(max_length=ADDRESS_MOST)]
Number = Annotated[str, Meta(max_length=16)]
MESSAGE_MOST: Final = 65_536

Finite = Annotated[float, Meta(gt=-1e9, lt=1e9)]


class PointBody(Ask, frozen=True, kw_only=True):
    """A row of a device's table; `*` is every point without a row of its own."""

    point: Annotated[str, Meta(min_length=1, max_length=POINT_MOST)]
    area: Number | None = None
    zone: Number | None = None
    observed: Observed | None = None
    switches: frozenset[Switch] = frozenset()
    inverted: bool = False
    hold_s: int | None = None
    above: Finite | None = None
    below: Finite | None = None
    unit: Annotated[str, Meta(max_length=8)] | None = None

    def row(self) -> DevicePoint:
        return DevicePoint(
            point=self.point,
            area=self.area,
            zone=self.zone,
            observed=self.observed,
            switches=self.switches,
            inverted=self.inverted,
            hold_s=self.hold_s,
            above=self.above,
            below=self.below,
            unit=self.unit,
        )


CHANNEL_OFFSET_MOST: Final = 1_000


class DeviceBody(Ask, frozen=True, kw_only=True):
    """A device, as it is to be. `version` is the one that was seen; a new device has none."""

    account_id: Annotated[str, Meta(min_length=1, max_length=60)]
    receiver: Annotated[str, Meta(min_length=1, max_length=60)]
    wire: DeviceWire
    address: Annotated[str, Meta(min_length=1, max_length=ADDRESS_MOST)]
    name: Annotated[str, Meta(max_length=NAME_MOST)] = ""
    points: Annotated[tuple[PointBody, ...], Meta(max_length=POINTS_MOST)] = ()
    interval_s: int | None = None
    hold_s: int = 60
    public_ground: bool = False
    channel_offset: Annotated[int, Meta(ge=0, le=CHANNEL_OFFSET_MOST)] = 0
    mapping: Text | None = None
    host: Text | None = None
    enabled: bool = True
    version: Annotated[int, Meta(ge=1)] | None = None


class LoginBody(Ask, frozen=True, kw_only=True):
    """What we say to a device that we fetch from; nobody reads it again. Null takes it away."""

    user: Annotated[str, Meta(min_length=1, max_length=200)] | None
    password: Annotated[str, Meta(max_length=200)] = ""


class SecretBody(Ask, frozen=True, kw_only=True):
    """`renew`: the old one is dead at once."""

    renew: bool = False


class ProveBody(Ask, frozen=True, kw_only=True):
    """Somebody set the detector off and saw its alarm arrive."""

    point: Annotated[str, Meta(min_length=1, max_length=POINT_MOST)]


class ListenBody(Ask, frozen=True, kw_only=True):
    """To one device, or to all of a receiver."""

    device_id: Annotated[str, Meta(max_length=60)] | None = None
    receiver: Annotated[str, Meta(max_length=60)] | None = None


class MappingBody(Ask, frozen=True, kw_only=True):
    """A mapping as it is to be; of a new one `version` is 0."""

    mapping: Mapping


class TryMappingBody(Ask, frozen=True, kw_only=True):
    """A mapping and a message that is tried on it. Nothing of either is kept."""

    mapping: Mapping
    message: Annotated[str, Meta(max_length=MESSAGE_MOST)]
