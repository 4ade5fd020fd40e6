"""Alerts put together: whom they reach, by which ways, and web push under the centre's own key."""

from collections.abc import Callable
from dataclasses import dataclass

from belfry.app.stores import Stores
from belfry.centre.alerts import Alerting, Alerts, Fallback, PersonalWays, Reaching
from belfry.centre.asking import Rota
from belfry.centre.board import Board
from belfry.centre.dispatch import DispatchDesk
from belfry.centre.notices import NoticeBook
from belfry.centre.own_faults import OwnFaults
from belfry.centre.seals import Seals
from belfry.domain.kinds import Kinds
from belfry.domain.own_faults import Part
from belfry.notify.web_push import TROUBLE_AFTER, WebPush
from belfry.ports import Accounts, Chance, Clock
from belfry.ports.travel import Travel
from belfry.registry.push_rows import PushPhonesDoor
from belfry.settings import Settings


@dataclass(frozen=True, slots=True)
class Alarming:
    """What the centre keeps of it. `phones` is refreshed now and then, since accounts are switched off elsewhere."""

    alerts: Alerts
    ways: PersonalWays
    push: WebPush
    phones: PushPhonesDoor


def build(
    settings: Settings,
    stores: Stores,
    rota: Rota,
    *,
    phones: PushPhonesDoor,
    desk: DispatchDesk,
    board: Board,
    notices: NoticeBook,
    travel: Travel,
    accounts: Accounts,
    seals: Seals,
    faults: OwnFaults,
    kinds: Kinds,
    clock: Clock,
    chance: Chance,
) -> Alarming:
    """Raises OSError where the certificates of the settings cannot be read."""
    reaching = Reaching(desk, travel, accounts, seals, clock)
    push = WebPush(
        phones,
        stores.push_keys.vapid,
        subject=subject_of(settings),
        clock=clock,
        chance=chance,
        allowed=settings.push.hosts,
        ca_file=settings.push.ca_file,
    )
    push.hears = hearing(faults, str(Part.PUSH), clock)
    personal = PersonalWays(
        reaching,
        push,
        rota,
        kinds=kinds,
        secret=stores.push_keys.delivery,
        fallbacks=[Fallback(one.name, one.notifier, one.after) for one in settings.person],
        quiet=settings.quiet.windows(),
        carries=settings.push.carries,
        persons=settings.push.persons,
    )
    following = Alerting(
        reaching,
        board,
        stores.journal,
        notices,
        kinds=kinds,
        clock=clock,
        chance=chance,
        chains=settings.chain,
        personal=personal,
    )
    alerts = Alerts(following, reaching, desk, board, stores.journal, kinds=kinds, clock=clock, chance=chance)
    return Alarming(alerts, personal, push, phones)


def subject_of(settings: Settings) -> str:
    """Who sends, for the operators of push services."""
    public = settings.console.public_url or ""
    return settings.push.subject or (public if public.startswith("https://") else "https://belfry.invalid")


def hearing(faults: OwnFaults, part: str, clock: Clock) -> Callable[[bool], None]:
    """A channel that fails is an alarm itself; one that works again ends it."""

    def hears(works: bool) -> None:
        if works:
            faults.end(part, clock())
        else:
            faults.begin(part, clock())

    return hears


class OtherWays:
    """The same for the notifiers by which people are reached otherwise: so many failures in a row."""

    def __init__(self, faults: OwnFaults, clock: Clock) -> None:
        self._faults, self._clock = faults, clock
        self._failed: dict[str, int] = {}

    def __call__(self, way: str, works: bool) -> None:
        self._failed[way] = 0 if works else self._failed.get(way, 0) + 1
        if works or self._failed[way] >= TROUBLE_AFTER:
            hearing(self._faults, f"{Part.PUSH}/{way}", self._clock)(works)
