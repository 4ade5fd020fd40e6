"""The short way of `POST /signals` answers as the usual one does, whatever it is asked."""

import httpx
import pytest

from belfry.ports.staff import Role
from tests.web.kit import Rig

SHORT, USUAL = "/signals", "/signals/"
"""Only the first spelling is the short way's."""

ALARM = {"account": "1001", "code": "FA", "area": "1", "zone": "7"}


def plain(answer: httpx.Response) -> tuple[int, object, dict[str, str]]:
    body = answer.json()
    if answer.status_code == 202:
        body = sorted(body)  # each signal has a position of its own
    headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
    return answer.status_code, body, headers


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (ALARM, 202),
        ({"account": "1001"}, 400),
        ({**ALARM, "words": "what they said"}, 400),
        ({**ALARM, "receiver": "nobody's"}, 400),
        ([ALARM], 400),
    ],
)
async def test_both_ways_answer_alike(rig: Rig, body: object, status: int) -> None:
    client = rig.token()
    short, usual = [await client.post(path, json=body) for path in (SHORT, USUAL)]
    assert short.status_code == status
    assert plain(short) == plain(usual)


async def test_both_ways_let_in_and_refuse_the_same(rig: Rig) -> None:
    for client in (rig.client(), rig.token(Role.AUDITOR), rig.client(Authorization="Bearer nonsense")):
        short, usual = [await client.post(path, json=ALARM) for path in (SHORT, USUAL)]
        assert short.status_code in (401, 403)
        assert plain(short) == plain(usual)


async def test_other_methods_go_the_usual_way(rig: Rig) -> None:
    client = rig.token()
    await client.post(SHORT, json=ALARM)
    assert [one["code"] for one in (await client.get(SHORT)).json()["items"]] == ["FA"]
    assert (await client.put(SHORT, json=ALARM)).status_code == 405
