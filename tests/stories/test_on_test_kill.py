"""A centre that is killed in the middle of a test: it goes on with its ticks, and its end opens what is left.

`belfry serve` runs in a process of its own and dies without warning, once after a tick and once right after the end.
"""

from pathlib import Path
from typing import Any

from tests.app.child import Served, furnish, serving, token

ACCOUNT = "2002"


async def say(served: Served, code: str, zone: str) -> None:
    answer = await served.api.post(
        "/signals", json={"account": ACCOUNT, "receiver": "panels", "code": code, "area": "1", "zone": zone}
    )
    assert answer.status_code == 202, answer.text


async def settled(served: Served) -> list[dict[str, Any]]:
    """Every signal, once triage has said of each what became of it."""
    while True:
        signals = await served.signals()
        if all(one["act"] is not None for one in signals):
            return [one for one in signals if one["method"] == "equipment"]


async def on_test(served: Served, state: str = "running") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await served.get("/tests", state=state))["items"]
    return items


async def kill(served: Served) -> None:
    served.process.kill()
    await served.end()


async def test_killed_in_the_middle_of_a_test_and_right_after_its_end(tmp_path: Path) -> None:
    config = furnish(tmp_path)
    secret = token(config)
    async with serving(config, secret) as served:
        (site,) = (await served.get("/accounts", account=ACCOUNT))["items"]
        body = {"account_id": site["id"], "minutes": 60, "expected": [{"zone": "1"}, {"zone": "4"}, {"zone": "7"}]}
        answer = await served.api.post("/tests", json=body)
        assert answer.status_code == 201, answer.text
        test = answer.json()["id"]
        await say(served, "BA", "1")
        await say(served, "BR", "1")
        assert [one["act"] for one in await settled(served)] == ["on_test", "on_test"]
        await kill(served)

    async with serving(config, secret) as served:
        (now,) = await on_test(served)
        assert (now["id"], now["ticked"], now["missing"]) == (test, 1, 2)
        await say(served, "BA", "4")
        assert {one["act"] for one in await settled(served)} == {"on_test"}
        assert not [row for row in (await served.get("/incidents"))["items"] if row["account"] == ACCOUNT]
        ended = await served.api.post(f"/tests/{test}/end")
        assert ended.json()["still_in_alarm"] == 1
        await kill(served)

    for _ in range(2):
        async with serving(config, secret) as served:
            await settled(served)
            assert await on_test(served) == []
            assert [one["id"] for one in await on_test(served, "ended")] == [test]
            rows = [row for row in (await served.get("/incidents"))["items"] if row["account"] == ACCOUNT]
            assert [(row["kind"], row["zone"], row["signals_seq"]) for row in rows] == [("PROP.ALARM.INTR", "4", 1)]
            await kill(served)
