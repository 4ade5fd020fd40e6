"""What the desk keeps of one device: states of its points, when it was heard, and how that is saved over a restart.

Points are kept under a digest, since a point's name is the device's own word and is never stored. Only what is active
is saved; a point that nobody remembers is asked of the open incidents instead (`desk`). Of what is quiet only the
time is saved when it was last said, while that is not a minute ago (`minute`).
"""

from asyncio import Future
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice
from typing import Final

import msgspec
from msgspec import Struct, field, structs

from belfry.domain.device import POINTS_MOST, Device
from belfry.domain.point_state import DETECTIONS_S, NEVER, Memory, Raised
from belfry.domain.reading import Observed, Reading
from belfry.domain.signal import AccountKey, Receipt
from belfry.ports.device_memory import STATE_MOST, DeviceState

SAVED_MOST: Final = 250
"""Active points of one device that are saved: in the longest form they fit into STATE_MOST."""
_LIFE_SEEN: Final = frozenset({Observed.FIRE, Observed.SMOKE, Observed.HEAT, Observed.GAS, Observed.CO})

SILENT: Final = b"silent"
UNREADABLE: Final = b"unreadable"
UNLISTED: Final = b"unlisted"
"""Names of what is kept of a device as a whole, beside its points."""


class _Saved(Struct, array_like=True):
    points: dict[str, Memory] = {}
    seen: list[Observed] = []
    key: AccountKey | None = None
    account: str = ""
    lately: dict[str, float] = {}
    former: AccountKey | None = None


class Calm(Struct, frozen=True, eq=False):
    """The last message of a device: it named no state that was news, or that lasts. Holds until anything of the device
    changes, and no longer than `until`."""

    kept: "Kept"
    book: int
    """The state of the book that it was judged by."""
    since: float
    until: float
    """Seconds of our clock."""


class Points:
    """What is remembered of each point of a device, and counted: how many of them have raised what. A message may end a
    thousand points at once, and each end asks whether another one says the same still."""

    def __init__(self, known: Mapping[bytes, Memory] | None = None) -> None:
        self._known = dict(known or {})
        self._raising: dict[Raised, int] = {}
        for memory in self._known.values():
            self._count(memory, 1)

    def __contains__(self, key: bytes) -> bool:
        return key in self._known

    def __getitem__(self, key: bytes) -> Memory:
        return self._known.get(key, NEVER)

    def items(self) -> Iterable[tuple[bytes, Memory]]:
        return self._known.items()

    def is_raised(self, raised: Raised) -> bool:
        """Whether a point has raised this, and not ended it."""
        return raised in self._raising

    @property
    def is_raising(self) -> bool:
        """Whether any point has raised anything that it has not ended."""
        return bool(self._raising)

    def put(self, key: bytes, memory: Memory) -> None:
        if key not in self._known and len(self._known) >= POINTS_MOST:
            # A device that makes up points: what is quiet goes first, and what is active only after all of it.
            quiet = next((one for one, known in self._known.items() if not known.active), None)
            self.drop(next(iter(self._known)) if quiet is None else quiet)
        self._count(self[key], -1)
        self._known[key] = memory
        self._count(memory, 1)

    def drop(self, key: bytes) -> None:
        self._count(self._known.pop(key, NEVER), -1)

    def clear(self) -> None:
        self._known.clear()
        self._raising.clear()

    def _count(self, memory: Memory, by: int) -> None:
        for one in memory.raised:
            left = self._raising.get(one, 0) + by
            if left:
                self._raising[one] = left
            else:
                del self._raising[one]


class Kept(Struct, eq=False):
    """One device."""

    device: str
    heard_at: float = 0.0
    """Seconds of our clock; 0: never."""
    noted_at: float = 0.0
    """The last of these that was set down to be saved."""
    gone_at: float = 0.0
    """Since when its receiver says that it is gone; 0: it is not."""
    points: Points = field(default_factory=Points)
    unsure: set[bytes] = set()
    """Points as they were saved, of which nothing was heard since: what ended after the last saving is not in them."""
    seen: frozenset[Observed] = frozenset()
    """Which life hazards it has told of: what is lost with it."""
    under_way: "Future[Receipt] | None" = None
    """The last of it that the disk does not have yet."""
    key: AccountKey | None = None
    """The number that its signals are of: the same one for an alarm and for its end."""
    former: AccountKey | None = None
    """The number before that, where the site got another one while something was not ended."""
    account: str = ""
    """Whose number that is, by id; empty: nothing was raised yet."""
    lately: dict[bytes, float] = {}
    """When points that were quiet at the last saving were last said, in the minute before it."""
    numbers: dict[bytes, int] = {}
    """Of points without zones, in the order in which they raised something. Not saved: they begin anew."""
    changed: bool = False
    calm: "Calm | None" = None
    """What stands for its last message, where the same again would change nothing."""

    def memory(self, key: bytes) -> Memory:
        return self.points[key]

    def put(self, key: bytes, memory: Memory) -> None:
        self.points.put(key, memory)
        self.calm = None

    def number(self, key: bytes) -> int | None:
        """What tells a point without a zone from the others; None where there are too many."""
        if key not in self.numbers and len(self.numbers) < POINTS_MOST:
            self.numbers[key] = len(self.numbers) + 1
        return self.numbers.get(key)

    def leave(self) -> None:
        """It hangs at another site now: what it raised at the first one is for people to end."""
        self.points.clear()
        self.calm = None
        self.unsure.clear()
        self.lately.clear()
        self.key, self.former, self.account, self.changed = None, None, "", True

    def note(self, observed: Observed) -> None:
        if observed in _LIFE_SEEN and observed not in self.seen:
            self.seen |= {observed}
            self.changed = True

    def saved(self) -> DeviceState:
        heard = datetime.fromtimestamp(self.heard_at, UTC) if self.heard_at else None
        return DeviceState(self.device, heard, _text(self))


def point_key(device: Device, reading: Reading) -> bytes:
    name = f"{reading.observed}/{reading.part or ''}/{reading.point}"
    return blake2b(name.encode("utf-8", "replace"), key=device.id.encode()[:64], digest_size=8).digest()


def once_digest(device: Device, once: str | None) -> bytes:
    if once is None:
        return b""
    return blake2b(once.encode("utf-8", "replace"), key=device.id.encode()[:64], digest_size=8).digest()


def recalled(rows: Iterable[DeviceState]) -> dict[str, Kept]:
    """Devices as they were saved; one whose state cannot be read begins anew, which at worst raises an alarm again."""
    return {row.device: _kept(row) for row in rows}


def _kept(row: DeviceState) -> Kept:
    heard = 0.0 if row.heard_at is None else row.heard_at.timestamp()
    try:
        saved = msgspec.json.decode(row.state, type=_Saved) if row.state else _Saved()
        points = {bytes.fromhex(key): memory for key, memory in saved.points.items()}
        lately = {bytes.fromhex(key): said for key, said in saved.lately.items()}
    except (msgspec.MsgspecError, ValueError):
        saved, points, lately = _Saved(), {}, {}
    return Kept(
        row.device,
        heard,
        points=Points(points),
        unsure=set(points),
        seen=frozenset(saved.seen),
        key=saved.key,
        former=saved.former,
        account=saved.account,
        lately=lately,
    )


def _text(kept: Kept) -> str:
    active = ((key, one) for key, one in kept.points.items() if one.active or one.raised)
    # What repeats share is named in memory alone.
    points = {key.hex(): structs.replace(one, once=b"") for key, one in islice(active, SAVED_MOST)}
    lately = _lately(kept)
    while True:
        saved = _Saved(points, sorted(kept.seen), kept.key, kept.account, lately, kept.former)
        text = msgspec.json.encode(saved).decode()
        if len(text) <= STATE_MOST:
            return text
        (lately or points).popitem()


def _lately(kept: Kept) -> dict[str, float]:
    """What is quiet and was said in the last minute that the device was heard."""
    quiet = {key: one.said for key, one in kept.points.items() if not (one.active or one.raised)}
    said = ((key.hex(), at) for key, at in (kept.lately | quiet).items() if at > kept.heard_at - DETECTIONS_S)
    return dict(islice(said, SAVED_MOST))
