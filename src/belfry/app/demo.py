"""The demo's town: its settings, its sites, and what happens there."""

import asyncio
import csv
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from belfry.app.centre import Centre
from belfry.app.demo_devices import devices
from belfry.app.demo_people import ON_DUTY, people
from belfry.app.demo_units import units
from belfry.app.demo_work import work
from belfry.centre.on_test.desk import Wish
from belfry.domain.muting import Asked, Asker, Expected, Proof, Scope
from belfry.domain.plan import Plan
from belfry.domain.premises import Technology, TransmissionPath
from belfry.domain.schedules import OpeningWindow, Schedule
from belfry.domain.site_file import SiteChange
from belfry.domain.storm_cover import StormGroup
from belfry.gazetteer import FILE as GAZETTEER
from belfry.gazetteer import build
from belfry.settings import Console, MapTable, ReceiverTable, Settings
from belfry.simulator.cards import SiteCard, cards
from belfry.simulator.gazetteer import write_gazetteer
from belfry.simulator.land import town as ground
from belfry.simulator.own_plans import HARBOUR, OWN_PLANS, own_plan
from belfry.simulator.panel import Line
from belfry.simulator.play import Player, scanner
from belfry.simulator.scenes import FIRST_MINUTE, GALE, TECHNICIANS_TEST, Say
from belfry.simulator.town import TIME_ZONE, Site, as_rows, town
from belfry.simulator.town_map import town_map

log = structlog.get_logger()

OPERATORS: Final = ("anna", "boris", "chidi", "dana")
"""Who signs in: the first browser is anna, a supervisor; the next one is boris, an operator."""

SUPERVISOR: Final = "supervisor"
"""Who wrote the cards of the sites."""
PANELS: Final = "panels"
JEWELLER_FALLS_SILENT_S: Final = 30.0
PROVIDER: Final = "Anderby Net"
BAKERY_OPENS_S: Final = 6.0
CLOSES_IN_MINUTES: Final = 2
SCANNER_COMES_S: Final = 120.0
TECHNICIAN_COMES_S: Final = 25.0
TEST_MINUTES: Final = 12
"""Two minutes until it warns of its end, so that both can be seen."""
STORM_BEGINS_S: Final = 130.0
STORM_MINUTES: Final = 3
"""Its end is seen too, and what it leaves."""
NOT_COMMISSIONED: Final = 3
CALLED_MOST: Final = 200
ROLL_CALL_EVERY_S: Final = 0.2
OUTAGE_BEGINS_S: Final = 140.0
OUTAGE_LASTS_S: Final = 480.0
"""Long enough to call the provider, and the sites where people are."""


def prepare(folder: Path, *, port: int, panels: int, accounts: int, seed: int) -> Settings:
    """Write the town's accounts into a folder and return the settings of its centre."""
    rows = as_rows(town(accounts, seed), PANELS, seed)
    file = folder / "accounts.csv"
    _write(file, rows)
    write_gazetteer(folder / "places.csv")
    build([folder / "places.csv"], folder / "data" / GAZETTEER, now=_now())
    tiles = folder / "town.pmtiles"
    tiles.write_bytes(town_map(ground()))
    return Settings(
        name="Belfry demo",
        data=folder / "data",
        accounts=file,
        console=Console(listen=f"127.0.0.1:{port}"),
        map=MapTable(tiles=tiles, zoom=14),
        receiver=(ReceiverTable(type="dc09", name=PANELS, listen=f"127.0.0.1:{panels}"),),
    )


def _write(file: Path, rows: Sequence[Mapping[str, str]]) -> None:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


async def play(centre: Centre, *, accounts: int, seed: int, rate: float) -> None:
    """Let the town live, through the real ports, until it is cancelled."""
    await _furnish(centre, accounts, seed)
    await _carried(centre, town(accounts, seed))
    host, port = centre.receivers[0].listening
    line = Line(host, port)
    player = Player(town(accounts, seed), line, seed=seed, now=_now, chance=secrets.token_bytes)
    try:
        async with asyncio.TaskGroup() as living:
            living.create_task(player.programme(FIRST_MINUTE))
            living.create_task(player.polls())
            living.create_task(_roll_call(player, town(accounts, seed)))
            living.create_task(player.noise(rate))
            living.create_task(_jeweller(player))
            living.create_task(_bakery(centre, player))
            living.create_task(player.outage(after_s=OUTAGE_BEGINS_S, lasts_s=OUTAGE_LASTS_S))
            living.create_task(_technician(centre, player))
            living.create_task(_storm(centre, player))
            living.create_task(devices(centre, player, now=_now))
            living.create_task(_field(centre))
            living.create_task(people(centre, town(accounts, seed)))
            living.create_task(_scanner(line, seed))
    finally:
        await player.close()


async def _field(centre: Centre) -> None:
    """Whoever comes when the town calls, and their work."""
    await units(centre, now=_now)
    await work(centre, now=_now)


async def _furnish(centre: Centre, accounts: int, seed: int) -> None:
    """Write the cards of the cast into the registry, as a supervisor would."""
    for role, card in cards(_now()).items():
        number = next(site.account for site in town(accounts, seed) if site.role == role)
        found = await centre.sites.search(number, tenants=None, limit=50)
        account = next(one for one in found.items if one.account == number)
        await _write_card(centre, account.id, card)
        if role in OWN_PLANS:
            await _write_plan(centre, own_plan(role, account.id))
    await _write_plan(centre, HARBOUR)


async def _write_plan(centre: Centre, plan: Plan) -> None:
    if centre.plans.book.get(plan.id) is None:
        await centre.plans.add(plan, by=SUPERVISOR)


async def _write_card(centre: Centre, account_id: str, card: SiteCard) -> None:
    before = await centre.sites.site(account_id)
    assert before is not None
    file = await centre.sites.edit(account_id, card.change, version=before.version, by=SUPERVISOR)
    by_order = {contact.order: contact.id for contact in file.contacts}
    for order, word in card.words.items():
        await centre.words.set(account_id, by_order[order], word, by=SUPERVISOR)
    for order, word in card.duress.items():
        await centre.words.set(account_id, by_order[order], word, duress=True, by=SUPERVISOR)
    if card.access_code is not None:
        await centre.words.set_access(account_id, card.access_code, by=SUPERVISOR)
    written = await centre.sites.site(account_id)
    assert written is not None
    if card.confirmed:
        await centre.sites.confirm(account_id, version=written.version, by="holder")


async def _roll_call(player: Player, sites: Sequence[Site]) -> None:
    """The neighbours have been heard before, but for the newest ones, who are not commissioned yet."""
    heard = [site for site in sites if not site.role][:-NOT_COMMISSIONED]
    for site in heard[:CALLED_MOST]:
        await asyncio.sleep(ROLL_CALL_EVERY_S)
        await player.say(site.account, Say(0, site.role, "1602"))


async def _carried(centre: Centre, sites: Sequence[Site]) -> None:
    """Say of the neighbours who poll which provider carries them; its outage then has a name."""
    for site in sites:
        if site.polls_s and not site.role:
            path = TransmissionPath(
                name="udp" if site.udp else "tcp",
                technology=Technology.IP,
                interval_s=site.polls_s,
                provider=PROVIDER,
            )
            await _change(centre, site.account, SiteChange(paths=(path,)))


async def _technician(centre: Centre, player: Player) -> None:
    """Tries twenty detectors: one never comes, and one stays in alarm, which is an alarm once his test is over."""
    await asyncio.sleep(TECHNICIAN_COMES_S)
    number = player.role("workshop")
    account = next(one for one in centre.book.all() if one.account == number)
    wish = Wish(
        account_id=account.id,
        scope=Scope(),
        ticks=(),
        asked=Asked(Asker.TECHNICIAN, Proof.CODE),
        by=ON_DUTY,
        until=_now() + timedelta(minutes=TEST_MINUTES),
        expected=[Expected(zone=str(zone)) for zone in range(1, 21)],
    )
    await centre.tests.begin(wish, centre.book.parts(account.id))
    await player.programme(((0, TECHNICIANS_TEST),))


async def _storm(centre: Centre, player: Player) -> None:
    """A gale: a supervisor holds technical signals back for some minutes, and a fire rings all the same."""
    await asyncio.sleep(STORM_BEGINS_S)
    groups = (StormGroup.POWER, StormGroup.PATH, StormGroup.ENVIRONMENT)
    await centre.storms.begin(
        groups, STORM_MINUTES, "Gale over the harbour, mains fail in whole streets", by=SUPERVISOR
    )
    await player.programme(((0, GALE),))


async def _bakery(centre: Centre, player: Player) -> None:
    """It wants to be closed in a minute or two, and nobody closes."""
    now = _now().astimezone(ZoneInfo(TIME_ZONE))
    minute = now.hour * 60 + now.minute
    opens = max(0, minute - 600)
    week = OpeningWindow(
        days=tuple(range(7)),
        opens_from=opens,
        opens_until=min(opens + 60, minute),
        closes_from=max(opens, minute - 30, min(opens + 60, minute)),
        closes_until=minute + CLOSES_IN_MINUTES,
    )
    await _change(centre, player.role("bakery"), SiteChange(schedules=(Schedule(name="Shop hours", openings=(week,)),)))
    await asyncio.sleep(BAKERY_OPENS_S)
    await player.panel(player.role("bakery")).say("1401", zone="001")


async def _change(centre: Centre, number: str, change: SiteChange) -> None:
    account = next(one for one in centre.book.all() if one.account == number)
    before = await centre.sites.site(account.id)
    assert before is not None
    await centre.sites.edit(account.id, change, version=before.version, by=SUPERVISOR)


async def _jeweller(player: Player) -> None:
    """Armed, polling, and then silent on its only path."""
    await asyncio.sleep(2)
    await player.panel(player.role("jeweller")).say("3401", zone="001")
    await asyncio.sleep(JEWELLER_FALLS_SILENT_S)
    player.silence("jeweller")


async def _scanner(line: Line, seed: int) -> None:
    await asyncio.sleep(SCANNER_COMES_S)
    await scanner(line, seed=seed, now=_now)


def _now() -> datetime:
    return datetime.now(UTC)
