"""Panels knock all the time, also in the moment in which a port is opened."""

import asyncio
from asyncio import get_running_loop, open_connection
from typing import Any

import pytest

from belfry.protocols.dc09 import build_frame
from belfry.receivers.dc09 import Dc09Receiver, Dc09Settings
from faults.house import HOST, free_port
from tests.receivers.kit import NOW, House, Panel, Register


async def test_a_panel_that_knocks_while_the_port_is_opened_is_counted_until_it_leaves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """TCP is open before UDP is; a panel comes in between. The loop would tell a failure in its leaving."""
    port, loop, panels = free_port(), get_running_loop(), list[Panel]()
    failures: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: failures.append(context))
    really = loop.create_datagram_endpoint

    async def knocked_at(*words: Any, **more: Any) -> Any:
        panels.append(Panel(*await open_connection(HOST, port)))
        await panels[0].ask(build_frame("NULL", seq=0, account="1234"))
        return await really(*words, **more)

    monkeypatch.setattr(loop, "create_datagram_endpoint", knocked_at)
    settings = Dc09Settings(listen=f"{HOST}:{port}")
    receiver = Dc09Receiver(settings, House(), Register(), lambda: NOW, bytes)
    await receiver.start()
    assert receiver.describe()["connections"] == 1
    await panels[0].hang_up()
    while receiver.describe()["connections"] and not failures:  # noqa: ASYNC110  # until the loop has seen it go
        await asyncio.sleep(0)
    await receiver.stop()
    assert failures == []
