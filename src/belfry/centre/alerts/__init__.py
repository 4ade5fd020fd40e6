"""Everybody on duty who must know: whom an incident reaches, the rounds of calling, and what people answer."""

from belfry.centre.alerts.answering import Alerts
from belfry.centre.alerts.following import Alerting
from belfry.centre.alerts.reaching import Reaching

__all__ = ["Alerting", "Alerts", "Reaching"]
