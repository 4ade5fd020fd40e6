"""Going to devices instead of being called: one task for each device that has a `host`, back again after every end.

What both fetching receivers (`isapi`, `onvif`) share: who is to be visited by the book, a pause between visits that
grows while there is none, and when a device that does not answer is lost. How a visit goes is the receiver's.
"""

import asyncio
from asyncio import Task
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final

import structlog
from msgspec import Meta, Struct

from belfry.domain.device import Device, Login
from belfry.domain.reading import Said
from belfry.domain.signal import Receipt
from belfry.ports import Chance, Clock, JournalError
from belfry.ports.devices import HearsDevices
from belfry.protocols.hint import Hint

log = structlog.get_logger()

STOP_GRACE_S: Final = 5.0
"""How long a stop waits for what is on its way to the disk."""

Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Patience = Annotated[float, Meta(ge=0, le=86_400)]


POISON_TRIES: Final = 3
"""How often a message is handed in on which we fail ourselves."""

THREAD_FROM_BYTES: Final = 65_536
"""A message from here on is read beside the loop: it takes milliseconds, and panels wait."""


async def read_apart(read: Callable[[bytes, Hint], Said], body: bytes, hint: Hint) -> Said:
    """Have a message read, a long one in a thread."""
    if len(body) < THREAD_FROM_BYTES:
        return read(body, hint)
    return await asyncio.to_thread(read, body, hint)


class Gone(Exception):
    """A visit is over: the device hung up, fell silent, or says nothing that can be read. In words of ours."""


class Unwelcome(Gone):
    """The device does not let us in, or has nothing for us. Asking again at once would lock the account."""


class VisitSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What receivers that visit devices are told alike: how sure the line is, how often, and how long."""

    tls_ca: Path | None = None
    """Certificates in PEM that may sign a device's, or are it; None: those of the system."""
    tls_verify: bool = True
    """False: any certificate is taken. Better than none at all, and no more."""
    tls_names: bool = True
    """False: a certificate need not name the address under which the device is visited; few cameras' do."""
    retry_least_s: Seconds = 1.0
    retry_most_s: Seconds = 60.0
    unwelcome_s: Seconds = 300.0
    """How long before a device that did not let us in is asked again: most lock an account after a few tries."""
    lost_after_s: Patience = 15.0
    """A device that was not heard for so long, and cannot be reached, is gone; the desk says so a minute later."""
    look_every_s: Seconds = 2.0
    """How soon a device that was registered is visited."""


class Visit:
    """One device, from the moment that it is in the book. `opened` and `heard` are for the visit to call."""

    def __init__(self, device: Device, login: Login | None) -> None:
        self.device, self.login = device, login
        self.here = self.lost = False
        self.since_s = asyncio.get_running_loop().time()
        """When it was last heard, on the loop's clock."""
        self.spoke = False
        """Within the visit that is under way."""

    def opened(self) -> None:
        """It let us in: it lives, though it may have nothing to say, or nothing that makes sense."""
        self.since_s = asyncio.get_running_loop().time()
        self.here = True
        self.lost = False

    def heard(self) -> None:
        """It spoke: the next visit begins soon after this one."""
        self.opened()
        self.spoke = True


class Fetching:
    """The visits of one receiver."""

    def __init__(
        self,
        name: str,
        devices: HearsDevices,
        clock: Clock,
        chance: Chance,
        *,
        pace: VisitSettings,
        visit: Callable[[Visit], Awaitable[None]],
    ) -> None:
        """`visit` goes to a device and stays; it raises Gone, OSError or TimeoutError at the end."""
        self._name, self._devices, self._clock, self._chance = name, devices, clock, chance
        self._pace, self._visit = pace, visit
        self._visits: dict[str, tuple[Visit, Task[None]]] = {}
        self._looking: Task[None] | None = None
        self._keeping: set[asyncio.Future[Receipt | None]] = set()
        self.unkept = self.messages = 0

    @property
    def known(self) -> int:
        return len(self._visits)

    @property
    def here(self) -> int:
        """How many devices are being listened to."""
        return sum(visit.here for visit, _ in self._visits.values())

    def start(self) -> None:
        self._looking = asyncio.create_task(self._look(), name=f"{self._name}: who is to be visited")

    async def stop(self) -> None:
        """Let what is on its way to the disk arrive within `STOP_GRACE_S`, and end every visit. Harmless twice."""
        looking, self._looking = self._looking, None
        if looking is not None:  # first of all: nobody new is visited
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
        tasks = [task for _, task in self._visits.values()]
        if self._keeping:
            await asyncio.wait(list(self._keeping), timeout=STOP_GRACE_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._visits.clear()

    async def keep(self, visit: Visit, said: Said) -> None:
        """Have something kept, however long it takes: meanwhile nothing more is read from the device.

        Only where it is not the journal that refuses, but we that fail on this one message, it is given up after
        POISON_TRIES: it must not keep back all that come after it.
        """
        at, pause_s, failures = self._clock(), self._pace.retry_least_s, 0
        device = self._devices.book.by_id(visit.device.id) or visit.device
        while (error := await self._handed_over(lambda: self._devices.hear(device, said, at))) is not None:
            if not isinstance(error, JournalError | OSError):
                failures += 1
                if failures >= POISON_TRIES:
                    log.error("a device's message was given up", receiver=self._name, error=type(error).__name__)
                    return
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, self._pace.retry_most_s)
        self.messages += 1

    async def _handed_over(self, hand_over: Callable[[], "asyncio.Future[Receipt | None]"]) -> Exception | None:
        """Hand something to the desk and wait until it is durable; return why it is not."""
        try:
            future = hand_over()
            self._keeping.add(future)
            future.add_done_callback(self._keeping.discard)
            await asyncio.shield(future)
        except Exception as error:  # whatever it was, it is not kept
            self.unkept += 1
            log.warning("a device's message was not kept", receiver=self._name, error=type(error).__name__)
            return error
        return None

    # -- whom to visit

    async def _look(self) -> None:
        changes: int | None = None
        while True:
            try:
                if self._devices.book.changes != changes:
                    changes = self._devices.book.changes
                    await self._settle()
            except Exception as error:  # the visits that there are go on; the next look tries again
                changes = None
                log.error("who is to be visited is not known", receiver=self._name, error=type(error).__name__)
            await asyncio.sleep(self._pace.look_every_s)

    async def _settle(self) -> None:
        """End the visits of devices that are gone or changed, begin those of new ones."""
        book = self._devices.book
        wanted = {device.id: (device, book.login(device.id)) for device in book.at(self._name) if device.host}
        for known, (visit, task) in list(self._visits.items()):
            device, login = wanted.get(known, (None, None))
            if device is None or device.host != visit.device.host or login != visit.login:
                del self._visits[known]
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        for new, (device, login) in wanted.items():
            if new not in self._visits:
                visit = Visit(device, login)
                task = asyncio.create_task(self._again_and_again(visit), name=f"{self._name}: {new}")
                self._visits[new] = visit, task

    # -- one device

    async def _again_and_again(self, visit: Visit) -> None:
        pause_s = self._pace.retry_least_s
        while True:
            visit.spoke = False
            least_s = 0.0
            try:
                await self._visit(visit)
                why = "it hung up"
            except Unwelcome as error:
                why, least_s = str(error), self._pace.unwelcome_s
            except Gone as error:
                why = str(error)
            except TimeoutError:
                why = "it does not answer in time"
            except OSError as error:
                why = error.strerror or type(error).__name__
            except Exception as error:  # one device must not end the visits of the others
                why = f"our fault: {type(error).__name__}"
                log.error("a visit failed", receiver=self._name, device=visit.device.id, error=type(error).__name__)
            if visit.spoke:
                pause_s = self._pace.retry_least_s
            visit.here = False
            await self._missed(visit, why)
            await asyncio.sleep(max(least_s, pause_s) * (0.5 + self._chance(1)[0] / 512))
            pause_s = min(pause_s * 2, self._pace.retry_most_s)

    async def _missed(self, visit: Visit, why: str) -> None:
        """A device that has been away for long enough is lost, once until it is heard again."""
        away = timedelta(seconds=asyncio.get_running_loop().time() - visit.since_s)
        if visit.lost or away < timedelta(seconds=self._pace.lost_after_s):
            return
        at = self._clock()
        visit.lost = await self._handed_over(lambda: self._devices.lost(visit.device, at)) is None
        log.warning("a device is lost", receiver=self._name, device=visit.device.id, why=why)
