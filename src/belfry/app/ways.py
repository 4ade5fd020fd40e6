"""The ways out to people, built from the settings: notifiers by their entry points, and the rota that names them."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from belfry import plugins
from belfry.centre.asking import Rota, Way
from belfry.ports import Clock
from belfry.ports.outbox import MakesNotifiers, Notifier
from belfry.settings import NotifierTable, Settings, notifier_part


class WaysError(Exception):
    """A way out cannot be had. The message names it and says why, and no address."""


def rota(settings: Settings, clock: Clock) -> Rota:
    """Raises PluginError, SettingsError or WaysError; what was built before is of no consequence then."""
    ways = {
        table.name: Way(notifier=notifier(table, clock), carries=table.carries, persons=table.persons)
        for table in settings.notifier
    }
    return Rota(
        rows=tuple(table.row() for table in settings.on_call),
        ways=ways,
        zone=ZoneInfo(settings.time_zone),
        language=settings.language,
    )


def notifier(table: NotifierTable, clock: Clock) -> Notifier:
    """Raises PluginError, SettingsError or WaysError."""
    built: MakesNotifiers = plugins.load(plugins.Group.NOTIFIERS, table.type)
    shape = plugins.settings_of(plugins.Group.NOTIFIERS, table.type, built)
    try:
        return built(notifier_part(table, shape), clock)
    except (ValueError, OSError) as error:
        raise WaysError(str(error)) from None  # the cause may hold the address


def notifiers(of: Rota) -> Iterator[Notifier]:
    for way in of.ways.values():
        yield way.notifier
