"""Sites of two tenants in a real registry, as editors and operators of both meet them over HTTP."""

from collections.abc import Mapping
from typing import Any, Final

import httpx

from belfry.ports.staff import Role
from tests.web.kit import Rig

NORTH: Final = "north"
SOUTH: Final = "south"

MILL: Final[Mapping[str, object]] = {
    "account": "7001",
    "name": "Old mill",
    "address": "Mill Lane 9",
    "time_zone": "Europe/Berlin",
    "tenant": NORTH,
    "latitude": 52.1,
    "longitude": 13.2,
}
ANNA: Final = {
    "order": 1,
    "name": "Anna Holder",
    "role": "holder",
    "numbers": [{"number": "+49 30 1234567", "label": "mobile"}],
    "authority": ["cancel", "on_test"],
}


def site(rig: Rig, fields: Mapping[str, object] = MILL, **more: object) -> str:
    """Add a site to the registry, and to the book in memory; returns its id."""
    file = rig.registry.add({**fields, **more}, by="test")
    follow(rig)
    return file.account.id


def follow(rig: Rig) -> None:
    """Take over into memory what the registry has, as a running centre does every two seconds."""
    for account in rig.registry.accounts():
        if rig.book.by_id(account.id) != account:
            rig.book.put(account)


def supervisor(rig: Rig) -> httpx.AsyncClient:
    return rig.token(Role.SUPERVISOR, name="sofia")


async def card(client: httpx.AsyncClient, account_id: str) -> dict[str, Any]:
    answer = await client.get(f"/accounts/{account_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def change(client: httpx.AsyncClient, account_id: str, **body: object) -> httpx.Response:
    """Change a site at the version that it has, unless the body names another."""
    version = body.pop("version", None) or (await card(client, account_id))["version"]
    return await client.patch(f"/accounts/{account_id}", json={"version": version, **body})


async def contact_of(client: httpx.AsyncClient, account_id: str) -> dict[str, Any]:
    """Give the site its one contact; returns it as it is kept."""
    answer = await change(client, account_id, contacts=[ANNA])
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["contacts"][0]
    return found
