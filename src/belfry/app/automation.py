"""What leaves by machine under an agreement: a link for each `[[automation]]` and each `[[output]]`, its tasks, and
what is watched about it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from msgspec import Struct

from belfry.app.health import Health
from belfry.app.tasks import Tasks
from belfry.centre.automation import Automations, Link
from belfry.centre.outlets import Follower, House, LinkNow, Named
from belfry.centre.output import OutputLink
from belfry.domain.codes import Codes
from belfry.domain.own_faults import Part
from belfry.domain.reach import Audience, Channel
from belfry.notify.automation import AutomationLink
from belfry.notify.mqtt_output import MqttOutput
from belfry.notify.webhook import Webhook
from belfry.ports import Chance
from belfry.ports.automation import Positions
from belfry.settings import AutomationTable, OutputTable

LOOK: Final = timedelta(seconds=1)
"""How soon the beginning and the end of an agreement are noticed while nothing is said, and how often positions are
kept: what was acknowledged within it is handed again after a crash."""

OUTPUTS: Final[Mapping[str, type[Webhook | MqttOutput]]] = {"webhook": Webhook, "mqtt": MqttOutput}


class Tables(Struct, frozen=True):
    """What the settings name."""

    automation: Sequence[AutomationTable] = ()
    output: Sequence[OutputTable] = ()


class AutomationOutput:
    """Begin with `begin`, end with `stop`."""

    def __init__(self, tables: Tables, house: House, *, positions: Positions, codes: Codes, chance: Chance) -> None:
        """Raises ValueError where an output cannot be used as it is set."""
        self.ways = [AutomationLink(table.link(), house.clock, chance) for table in tables.automation]
        self.outputs: list[Webhook | MqttOutput] = []
        links = list[Follower]()
        for way, table in zip(self.ways, tables.automation, strict=True):
            named = Named(agreement=table.agreement, audience=Audience(table.audience), form=table.form)
            links.append(Link(way, named, house, codes))
        for one in tables.output:
            channel = Channel(one.channel)
            output = OUTPUTS[one.type](one.link(), channel, house.clock, chance)
            self.outputs.append(output)
            named = Named(agreement=one.agreement, audience=Audience(one.audience), form=one.type, channel=channel)
            links.append(OutputLink(output, named, house))
        self._all = Automations(links, positions, house.journal.position)

    async def begin(self, tasks: Tasks, health: Health) -> None:
        """Raises OSError where a link cannot listen."""
        await self._all.load()
        for way in self.ways:
            await way.start()
        for every, link in zip([*self.ways, *self.outputs], self._all.links, strict=True):
            tasks.own(f"calls of {every.name}", every.run())
            tasks.own(f"automation {every.name}", link.run())
            health.watch(every.name, every.away_since, Part.AUTOMATION)
        if self._all.links:
            tasks.every("automation", LOOK, self._all.look)

    async def stop(self) -> None:
        """Hang up; the tasks are ended by their owner, before."""
        for way in [*self.ways, *self.outputs]:
            await way.close()

    async def save(self) -> None:
        await self._all.save()

    def now(self) -> tuple[LinkNow, ...]:
        return self._all.now()
