"""People in the field, as a story signs them on."""

from belfry.domain.unit import Service, Unit, UnitType
from belfry.ports.staff import Role
from tests.stories.kit import Desk, Town


async def on_duty(town: Town, name: str, service: Service, *tenants: str) -> Desk:
    """Somebody who is signed on to a unit of his own, whose call sign is his name."""
    tenant = tenants[0] if tenants else ""
    unit = Unit(id="", call_sign=name, service=service, type=UnitType.TEAM, tenant=tenant)
    made = await town.centre.units.put_unit(unit, by="test")
    desk = await town.operator(name, Role.RESPONDER, *tenants)
    answer = await desk.post(f"/units/{made.id}/crew")
    assert answer.status_code == 200, answer.text
    return desk
