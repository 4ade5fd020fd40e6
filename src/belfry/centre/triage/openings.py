"""What an arming or a disarming puts right: who was late to close has closed, who was late to open has opened."""

from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from belfry.centre.triage.case import Case, Decided
from belfry.centre.triage.restores import restored_facts
from belfry.domain.condition import Armed
from belfry.domain.facts import OnIncident, Received
from belfry.domain.incident import Incident
from belfry.domain.signal import Method, SignalState
from belfry.domain.site import Account
from belfry.domain.site_map import plain

CLOSE_LATE: Final = "PROP.CLOSE.LATE"
OPEN_LATE: Final = "PROP.OPEN.LATE"
UNSECURED: Final = "PROP.UNSECURED"
LATE: Final = frozenset({CLOSE_LATE, OPEN_LATE})
ENDS: Final[Mapping[SignalState, frozenset[str]]] = {
    SignalState.CLOSE: frozenset({CLOSE_LATE, UNSECURED}),
    SignalState.OPEN: frozenset({OPEN_LATE}),
}


class Hours(Protocol):
    """Who knows the opening hours of a site."""

    def out_of_schedule(self, received: Received, account: Account) -> bool:
        """Whether an opening is outside every schedule that its area has; without a schedule none is."""
        ...

    def remarks(self, received: Received, account: Account) -> tuple[str, ...]:
        """What the schedule has to say of a closing, and of what the centre itself misses."""
        ...


class NoHours:
    """A centre without schedules."""

    def out_of_schedule(self, received: Received, account: Account) -> bool:
        return False

    def remarks(self, received: Received, account: Account) -> tuple[str, ...]:
        return ()


def late_over(case: Case) -> Decided | None:
    """An arming ends a missed closing, a disarming a missed opening; of a whole site all areas have to be set."""
    wanted = ENDS.get(case.signal.state) if case.signal.state is not None else None
    if wanted is None or case.verdict.act == "open_or_join":
        return None
    decided: list[OnIncident] = []
    for incident in case.open_here:
        if incident.kind in wanted and incident.open_points and _ends(case, incident):
            points = tuple(point for point, still in incident.in_alarm.items() if still)
            decided += restored_facts(case, incident, points)
    return decided or None


def _ends(case: Case, incident: Incident) -> bool:
    if incident.kind == UNSECURED and incident.method != Method.SYSTEM:
        return False  # somebody saw a door stand open; an arming does not shut it
    if not same_area(case.signal.area, incident.area):
        return False
    if incident.area or case.signal.state is SignalState.OPEN:
        return True
    return _all_set(case)


def _all_set(case: Case) -> bool:
    """Whether every area of the account is set, as its panel said last; those of other customers are their own."""
    whose = None if case.via is None or case.account is None else case.account.id
    newest: dict[str | None, Armed] = {}
    for number, one in case.condition.armed.items():
        name, site = plain(number), case.site
        if name is not None and site is not None and site.sub_account(number, None) != whose:
            continue
        known = newest.get(name)
        if known is None or one.since > known.since:
            newest[name] = one
    return all(one.armed for name, one in newest.items() if name is not None or len(newest) == 1)


def same_area(one: str | None, other: str | None) -> bool:
    """Whether two areas are the same, or one of them means the whole site."""
    first, second = plain(one), plain(other)
    return first is None or second is None or first == second


def late_already(case: Case) -> Iterable[Incident]:
    """A missed closing that is open: the panel's own word and our schedule's are one incident (RULES 3)."""
    kind = case.verdict.kind
    if kind is None or kind.code not in LATE:
        return ()
    return (one for one in case.open_here if one.kind == kind.code and same_area(case.signal.area, one.area))
