"""A hundred thousand supervised accounts, all polling: memory, processor, how soon silence is seen, our own downtime.

    python -m endurance.supervised [--accounts 100000] [--interval 90] [--silent 1000] [--seconds 100] [--write FILE]

Starts a centre with so many accounts on file, which were never heard, and again with them in the registry. Has all of
them poll; measures while they do. Then a thousand fall silent in one second. Then the centre is killed, is away for
longer than those may be silent, and comes back while all the others poll on: nobody may be reported for that.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from signal import SIGKILL
from typing import Any, Final

from belfry.domain.supervision import window_s
from endurance.console import Listener
from endurance.house import MIB, House, furnish, serving, tokens
from endurance.panels import Meter, Pace, percentile, speak
from endurance.pollers import FIRST_FAST, number

FAST_INTERVAL_S: Final = 20
AWAY_S: Final = 70.0
"""How long the centre is away: longer than the window of those who poll every twenty seconds."""
LOOK_S: Final = 0.5
SPEAKERS: Final = [f"{n:04X}" for n in range(0x4000, 0x4000 + 250)]
ALARMS_PER_S: Final = 50.0

Figures = list[tuple[str, str]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m endurance.supervised", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--accounts", type=int, default=100_000, help="supervised accounts (100000)")
    parser.add_argument("--interval", type=int, default=90, help="seconds between two polls of each (90)")
    parser.add_argument("--silent", type=int, default=1_000, help="more accounts, which poll faster and fall silent")
    parser.add_argument("--seconds", type=float, default=100.0, help="how long it is measured while all poll (100)")
    parser.add_argument("--write", type=Path, help="write the figures into this file too")
    asked = parser.parse_args()
    figures: Figures = []
    try:
        with tempfile.TemporaryDirectory(prefix="belfry-supervised-") as folder:
            asyncio.run(_run(Path(folder), asked, figures))
    finally:
        lines = [f"| {asked.accounts:,} supervised accounts, a poll every {asked.interval} s | |", "| --- | --- |"]
        report = "\n".join([*lines, *(f"| {name} | {value} |" for name, value in figures)])
        print(report)
        if asked.write is not None:
            asked.write.write_text(report + "\n", encoding="utf-8")


def _rows(accounts: int, interval_s: int, silent: int) -> Iterator[Mapping[str, str]]:
    for n in range(accounts + silent):
        fast = n >= accounts
        yield {
            "account": number(n - accounts, FIRST_FAST) if fast else number(n),
            "name": f"Site {n}",
            "address": f"{n % 180 + 1} Harbour Road",
            "latitude": f"{54 + n % 1_000 / 10_000:.4f}",
            "longitude": f"{n % 997 / 10_000:.4f}",
            "time_zone": "Europe/London",
            "type": "shop",
            "receiver": "panels",
            "supervision_s": str(FAST_INTERVAL_S if fast else interval_s),
        }
    for account in SPEAKERS:
        yield {"account": account, "name": f"Site {account}", "receiver": "panels"}


async def _run(folder: Path, asked: argparse.Namespace, figures: Figures) -> None:
    rows = list(_rows(asked.accounts, asked.interval, asked.silent))
    config = furnish(folder, rows, columns=list(rows[0]))
    total = len(rows)
    del rows
    (secret,) = tokens(folder, ["checker"])

    def tell(name: str, value: str) -> None:
        figures.append((name, value))
        print(f"{name}: {value}", file=sys.stderr, flush=True)

    async with serving(config, secret) as house:
        numbers = await house.numbers()
        tell("first start, which imports them", house.ready)
        tell("resident then, and at most", f"{house.resident_bytes() / MIB:.0f}, {house.peak_bytes() / MIB:.0f} MiB")
        tell("overdue at once after the import", f"{numbers['belfry_accounts_lost']:.0f}")
        assert numbers["belfry_accounts_not_commissioned"] == total
    async with serving(config, secret) as house:
        tell("second start, the file unchanged", house.ready)
        tell("resident then, and at most", f"{house.resident_bytes() / MIB:.0f}, {house.peak_bytes() / MIB:.0f} MiB")
    # As a large installation has it: imported once, the file no longer read at each start.
    config.write_text(config.read_text(encoding="utf-8").replace('accounts = "accounts.csv"\n', ""), encoding="utf-8")
    async with serving(config, secret) as house:
        tell("start without a file of accounts", house.ready)
        tell("resident then, before anybody was heard", f"{house.resident_bytes() / MIB:.0f} MiB")
        pollers = await _pollers(house, asked)
        watching = asyncio.create_task(Listener(house.console, secret).follow())
        await _all_polling(house, asked, pollers, tell)
        silent = await _fall_silent(house, asked, pollers, tell)
        port = house.panels[1]
        await house.end(SIGKILL)
        await asyncio.gather(watching, return_exceptions=True)
    text = config.read_text(encoding="utf-8")
    before, table = text.split("[[receiver]]")  # pollers come back to where they were
    config.write_text(f"{before}[[receiver]]{table.replace('127.0.0.1:0', f'127.0.0.1:{port}')}", encoding="utf-8")
    await asyncio.sleep(AWAY_S)
    async with serving(config, secret) as house:
        tell("start after kill -9, with last-seen times", house.ready)
        watching = asyncio.create_task(Listener(house.console, secret).follow())
        await _back_again(house, asked, pollers, silent, tell)
        watching.cancel()
        await _ask(pollers, "end", answer=False)
        await pollers.wait()
        stop_s = await house.end()
        tell("a clean stop takes", f"{stop_s:.1f} s")
        complaints = house.complaints()
        tell("warnings in the log", f"{len(complaints)} {complaints[:3] if complaints else ''}".strip())


async def _pollers(house: House, asked: argparse.Namespace) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "endurance.pollers", f"--panels={house.panels[0]}:{house.panels[1]}"),
        *(f"--accounts={asked.accounts}", f"--interval={asked.interval}"),
        *(f"--fast={asked.silent}", f"--fast-interval={FAST_INTERVAL_S}"),
        stdin=PIPE,
        stdout=PIPE,
        limit=1 << 24,
    )


async def _ask(pollers: Process, command: str, *, answer: bool = True) -> Any:
    assert pollers.stdin is not None
    assert pollers.stdout is not None
    pollers.stdin.write(f"{command}\n".encode())
    await pollers.stdin.drain()
    return json.loads(await pollers.stdout.readline()) if answer else None


async def _all_polling(house: House, asked: argparse.Namespace, pollers: Process, tell: Any) -> None:
    """Wait until every account was heard, and measure while all of them poll and some raise alarms."""
    await house.until(lambda numbers: numbers["belfry_accounts_not_commissioned"] <= len(SPEAKERS))
    await _ask(pollers, "figures")
    began, cpu_s, most = time.monotonic(), house.cpu_s(), 0
    meter = Meter()
    alarms = asyncio.create_task(speak(house.panels, Pace(SPEAKERS, 50, ALARMS_PER_S), meter))
    while time.monotonic() < began + asked.seconds:
        most = max(most, house.resident_bytes())
        await asyncio.sleep(LOOK_S)
    until = time.monotonic()
    core = (house.cpu_s() - cpu_s) / (until - began)
    alarms.cancel()
    await asyncio.gather(alarms, return_exceptions=True)
    polls = await _ask(pollers, "figures")
    ms = [percentile(meter.tcp, share, since=began, until=until) or 0.0 for share in (0.5, 0.99)]
    tell("polls a second", f"{polls['sent'] / (until - began):,.0f}, answered {polls['answered'] / polls['sent']:.2%}")
    tell("a poll's answer, p50 and p99", f"{polls['p50_ms']}, {polls['p99_ms']} ms")
    tell(f"an alarm's answer beside them ({ALARMS_PER_S:.0f}/s), p50 and p99", f"{ms[0]:.1f}, {ms[1]:.1f} ms")
    tell("processor of the centre", f"{core:.0%} of a core")
    tell("resident while all poll, at most", f"{most / MIB:.0f} MiB")
    tell("lost meanwhile", f"{(await house.numbers())['belfry_accounts_lost']:.0f}")


async def _fall_silent(house: House, asked: argparse.Namespace, pollers: Process, tell: Any) -> Mapping[str, float]:
    """A thousand fall silent in one second; how late each is reported, and what an alarm's answer takes meanwhile."""
    heard: dict[str, float] = await _ask(pollers, "silence")
    after = int((await house.numbers())["belfry_journal_position"])
    meter = Meter()
    alarms = asyncio.create_task(speak(house.panels, Pace(SPEAKERS, 50, ALARMS_PER_S), meter))
    window = window_s(FAST_INTERVAL_S)
    await house.until(lambda numbers: numbers["belfry_accounts_lost"] >= len(heard), within_s=window + 30)
    await asyncio.sleep(2)
    await house.caught_up()
    alarms.cancel()
    await asyncio.gather(alarms, return_exceptions=True)
    late = sorted(await _lateness(house, after, heard, window))
    tell("fell silent in one second, and were reported", f"{len(heard):,}, {len(late):,}")
    if late:
        tell("reported after the deadline: middle, latest", f"{late[len(late) // 2]:.2f}, {late[-1]:.2f} s")
        tell("reported before the deadline", f"{sum(one < 0 for one in late)}")
    ms = percentile(meter.tcp, 0.99, since=0, until=float("inf")) or 0.0
    tell("an alarm's answer meanwhile, p99", f"{ms:.1f} ms")
    tell("resident then", f"{house.resident_bytes() / MIB:.0f} MiB")
    return heard


async def _lateness(house: House, after: int, heard: Mapping[str, float], window: float) -> list[float]:
    """Seconds between the deadline of each silent account and what the journal says of it."""
    late = []
    query: dict[str, Any] = {"limit": 1_000, "after": str(after)}
    while True:
        page = await house.get("/signals", **query)
        for signal in page["items"]:
            if signal["method"] == "system" and signal["account"] in heard:
                at = datetime.fromisoformat(signal["received_at"]).timestamp()
                late.append(at - heard[signal["account"]] - window)
        if page["next"] is None:
            return late
        query["after"] = page["next"]


async def _back_again(
    house: House, asked: argparse.Namespace, pollers: Process, silent: Mapping[str, float], tell: Any
) -> None:
    """After the downtime: whoever polls on is reported by nobody, whoever was silent is not reported twice."""
    after = int((await house.numbers())["belfry_journal_position"])
    await asyncio.sleep(2 * asked.interval + 15)
    numbers = await house.numbers()
    tell("away for, with kill -9", f"{AWAY_S:.0f} s")
    tell("lost two intervals later, of them known before", f"{numbers['belfry_accounts_lost']:.0f}, {len(silent)}")
    tell("signals of silence said since the start", f"{await _said(house, after)}")
    await _ask(pollers, "speak")
    await house.until(lambda numbers: not numbers["belfry_accounts_lost"], within_s=3 * FAST_INTERVAL_S)
    tell("lost once all speak again", f"{(await house.numbers())['belfry_accounts_lost']:.0f}")
    tell("resident at the end", f"{house.resident_bytes() / MIB:.0f} MiB")


async def _said(house: House, after: int) -> int:
    page = await house.get("/signals", limit=1_000, after=str(after))
    return sum(signal["method"] == "system" for signal in page["items"])


if __name__ == "__main__":
    main()
