"""A telephone that does not exist shows what a real notifier pushes to it, and minds no nonsense."""

import asyncio
from pathlib import Path

from belfry.domain.reach import Audience, Channel
from belfry.ports.outbox import Push
from belfry.simulator.telephone import REFUSAL, Telephones
from belfry.testing.notifier_suite import leave
from tests.notify.test_by_apprise import notifier


async def test_what_is_pushed_is_shown_under_its_name_and_nonsense_is_refused(tmp_path: Path) -> None:
    shown: list[tuple[str, str, str]] = []
    phones = Telephones(("Sam", "Duty phone"), lambda *said: shown.append(said))
    serving = asyncio.create_task(phones.serve())
    way = notifier(tmp_path, phones.address("Duty phone"))
    await way.send(leave(Channel.PUSH), Push("Priority 1: incident 7", "Fire · Größe"), audience=Audience.ROOM)
    assert shown == [("Duty phone", "Priority 1: incident 7", "Fire · Größe")]

    port = int(phones.address("Sam").split(":")[2].split("/")[0])
    for nonsense in (b"\r\n\r\n", b"POST /9 HTTP/1.1\r\n\r\n", b"POST /0 HTTP/1.1\r\nContent-Length: 2\r\n\r\n[]"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(nonsense)
        assert await reader.read() == REFUSAL
        writer.close()
    assert len(shown) == 1
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    await way.close()
