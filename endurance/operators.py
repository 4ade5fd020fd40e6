"""Operators who work the queue over the API as people do: take the next one, look, note, hold now and then, do what its
plan asks for, close."""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import httpx

THINKS_S: Final = (0.5, 2.5)
"""How long an operator looks at an incident, from and to. Faster than people are, so that few are enough."""
LOOKS_AGAIN_S: Final = 0.5
NOTES: Final = 0.3
HOLDS: Final = 0.05
HELD_FOR_TRIES: Final = 5
ENDINGS: Final = (
    ("false_alarm", "dust_or_steam"),
    ("user_error", "user_mistake"),
    ("genuine", "unknown"),
    ("technical_fault", "equipment_defect"),
)

STEPS_MOST: Final = 60
DONE_AS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "call_premises": ("no_answer", {}),
    "ask_word": ("right", {}),
    "look": ("nothing_seen", {}),
    "call_contact": ("no_answer", {}),
    "notify": ("passed", {"reference": "C-17"}),
    "send": ("sent", {}),
    "read": ("read", {}),
    "confirm": ("yes", {}),
}
"""How these operators do a step: its outcome, and what is written with it."""


class Operator:
    """One of them. `did` counts acts, `refused` those that somebody else or a new signal was quicker than."""

    def __init__(self, api: httpx.AsyncClient, token: str, *, seed: int) -> None:
        self._api, self._headers = api, {"Authorization": f"Bearer {token}"}
        self._dice = random.Random(seed)
        self.did: Counter[str] = Counter()
        self.refused = 0

    async def work(self) -> None:
        """Until cancelled. Raises httpx.HTTPStatusError for an answer that no operator should get."""
        while True:
            taken = await self._post("next", {})
            if taken is None:
                await asyncio.sleep(LOOKS_AGAIN_S)
                continue
            self.did["take"] += 1
            await self._handle(taken["incident"])

    async def _handle(self, incident: Mapping[str, Any]) -> None:
        await asyncio.sleep(self._dice.uniform(*THINKS_S))
        if self._dice.random() < NOTES:
            await self._act(incident, "note", {"text": "Called the site, nobody answers. Keyholder is on the way."})
        if self._dice.random() < HOLDS and incident["priority"] > 1:
            held = await self._act(incident, "hold", {"version": incident["version"], "on": "signal"})
            if held is not None:
                return
        await self._work_off(incident["id"])
        await self._close(await self._get(incident["id"]))

    async def _work_off(self, incident: str) -> None:
        """Do the steps of its plan until nothing is owed; what cannot be done here is skipped."""
        for _ in range(STEPS_MOST):
            plan = await self._get(f"{incident}/plan")
            if not plan["owed"] or plan["at"] is None:
                return
            step = next(one for one in plan["steps"] if one["id"] == plan["at"])
            body = {"version": plan["version"], "step": step["id"]}
            if step["do"] in DONE_AS:
                outcome, words = DONE_AS[step["do"]]
                called = next((one["contact"] for one in plan["calls"] if one["next"]), None)
                contact = {} if called is None else {"contact": called}
                body = {**body, "outcome": outcome, **words, **contact}
                done = await self._act({"id": incident}, "do", body)
            else:
                done = await self._act({"id": incident}, "skip", {**body, "reason": "Nothing to wait for."})
            if done is None and "do" not in (await self._get(incident))["acts"]:
                return  # another has it

    async def _close(self, incident: Mapping[str, Any]) -> None:
        disposition, cause = self._dice.choice(ENDINGS)
        for _ in range(HELD_FOR_TRIES):
            body = {
                "version": incident["version"],
                "seen_upto": incident["signals_seq"],
                "disposition": disposition,
                "cause": cause,
                "reason": "Reset on site.",
            }
            if await self._act(incident, "close", body) is not None:
                return
            incident = await self._get(incident["id"])
            if "close" not in incident["acts"]:
                return  # put aside for something worse, or another has it

    async def _act(self, incident: Mapping[str, Any], act: str, body: Mapping[str, Any]) -> Any:
        done = await self._post(f"{incident['id']}/{act}", body)
        if done is None:
            self.refused += 1
        else:
            self.did[act] += 1
        return done

    async def _get(self, path: str) -> Any:
        answer = await self._api.get(f"/api/v1/incidents/{path}", headers=self._headers)
        answer.raise_for_status()
        return answer.json()

    async def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The answer; None where there is nothing, or somebody was quicker."""
        answer = await self._api.post(f"/api/v1/incidents/{path}", json=body, headers=self._headers)
        if answer.status_code in (204, 409):
            return None
        answer.raise_for_status()
        return answer.json()
