"""How long a unit may stay in a status until somebody looks: pure, asked with the present rules.

A timer only draws the eye. What is done where nobody accepts a sending is the escalation's.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from belfry.domain.presets import Rules, span
from belfry.domain.unit import UnitStatus

_RULE: Final[Mapping[UnitStatus, str]] = MappingProxyType(
    {
        UnitStatus.OFFERED: "unit_offered_s",
        UnitStatus.ACCEPTED: "unit_accepted_s",
        UnitStatus.EN_ROUTE: "unit_en_route_s",
        UnitStatus.ON_SCENE: "unit_on_scene_s",
        UnitStatus.DELAYED: "unit_delayed_s",
    }
)
"""Statuses with a timer, and the rule that sets it; 0 there: none."""


def overdue_at(status: UnitStatus, since: datetime | None, eta_at: datetime | None, rules: Rules) -> datetime | None:
    """Return when a unit that is in `status` since `since` should be asked what keeps it; None: never.

    Whoever is on the way is asked `unit_late_s` after the time of arrival that was given, where one was.
    """
    if since is None or status not in _RULE:
        return None
    seconds: int = getattr(rules, _RULE[status])
    if seconds == 0:
        return None
    if status in (UnitStatus.EN_ROUTE, UnitStatus.DELAYED) and eta_at is not None:
        return max(eta_at, since) + span(rules.unit_late_s)
    return since + span(seconds)
