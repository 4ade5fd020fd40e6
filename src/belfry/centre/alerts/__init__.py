"""Everybody on duty who must know: whom an incident reaches, the rounds of calling, and what people answer."""

from belfry.centre.alerts.answering import Alerts
from belfry.centre.alerts.following import Alerting
from belfry.centre.alerts.reaching import Reaching
from belfry.centre.alerts.ways import Fallback, PersonalWays

__all__ = ["Alerting", "Alerts", "Fallback", "PersonalWays", "Reaching"]
