"""What is over goes into the archive, what is due goes for good, and the centre says how its disk and backups are."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from belfry.app.keeping.backup import back_up
from belfry.app.machine import Machine
from belfry.domain.own_faults import Space
from belfry.ports.staff import Role
from tests.stories.kit import Desk, Town, numbers_of, open_town, until_told

YEAR = timedelta(days=365)


async def numbers(town: Town) -> dict[str, float]:
    program = await town.program(name="scraper")
    return numbers_of((await program.client.get(f"{town.url}metrics")).text)


async def archived(desk: Desk, most: int, **query: Any) -> list[dict[str, Any]]:
    """What the archive lists, once it has at least so many."""
    found: list[dict[str, Any]] = []

    async def enough() -> bool:
        found[:] = (await desk.get("/archive/incidents", **query))["items"]
        return len(found) >= most

    await until_told(enough)
    return found


async def close(desk: Desk, row: dict[str, Any]) -> None:
    taken = await desk.act(row["id"], "take")
    await desk.skip_all(row["id"])
    await desk.act(
        row["id"], "close", disposition="false_alarm", cause="animal", seen_upto=taken["signals_seq"], reason="seen"
    )


async def travel(town: Town, span: timedelta) -> None:
    """Time passes while the centre is down, as it does over a long holiday."""
    await town.stop()
    town.clock.now += span
    await town.start()
    await town.settled()


async def erased(town: Town, least: int) -> dict[str, float]:
    told: dict[str, float] = {}

    async def enough() -> bool:
        told.update(await numbers(town))
        return told["belfry_erased_entries_total"] >= least

    await until_told(enough)
    return told


async def test_an_incident_is_in_the_archive_without_its_place_and_in_three_years_nowhere(town: Town) -> None:
    anna = await town.operator("anna", Role.SUPERVISOR)
    await town.say("shop", "1134", "001", text="Back door")
    (row,) = await anna.incidents("open")
    await close(anna, row)
    await town.settled()
    (kept,) = await archived(anna, 1)
    told = {name: kept[name] for name in ("id", "kind", "signals", "disposition")}
    assert told == {"id": row["id"], "kind": row["kind"], "signals": 1, "disposition": "false_alarm"}
    assert {"site", "place", "place_text", "note", "account", "closed_by", "taken_by"} & set(kept) == set()
    day = town.clock().date().isoformat()
    days = await anna.get("/archive/signals", account=row["account_id"])
    assert days["items"] == [{"day": day, "signals": 1}]

    await travel(town, 2 * YEAR)
    anna = await town.operator("anna", Role.SUPERVISOR)
    assert [one["id"] for one in await archived(anna, 1, kind="PROP")] == [row["id"]]
    assert await anna.incidents("closed") == [], "the board lets go of it after a day"
    assert [one["id"] for one in await archived(anna, 1, account=row["account_id"])] == [row["id"]]
    assert (await anna.get("/archive/incidents", since=kept["closed_at"], until=kept["closed_at"]))["items"] == []
    assert (await anna.detail(row["id"]))["state"] == "closed"

    await travel(town, YEAR + timedelta(days=2))
    anna = await town.operator("anna", Role.SUPERVISOR)
    counts = await erased(town, 4)
    gone = await anna.client.get(f"/incidents/{row['id']}")
    assert (gone.status_code, gone.json()["type"]) == (410, "belfry:erased")
    assert f"erased on {town.clock():%Y-%m-%d}" in gone.json()["title"]
    assert [one for one in await anna.signals() if one["code"] == "130"] == []
    assert (await anna.get("/archive/incidents"))["items"] == []
    assert (await anna.get("/archive/signals", account=row["account_id"]))["items"] == []
    assert not any("{" in name for name in counts if "erased" in name)  # no site, kind or device is a label

    async def the_same_is_told_twice() -> bool:
        keeping, now = (await anna.get("/centre"))["keeping"], await numbers(town)
        return bool(keeping["erased_entries"] == now["belfry_erased_entries_total"])

    await until_told(the_same_is_told_twice)
    assert await anna.incidents("open") == []


async def test_numbers_and_arm_states_go_on_after_everything_before_was_erased(town: Town) -> None:
    anna = await town.operator("anna", Role.SUPERVISOR)
    await town.say("shop", "3401")
    await town.say("shop", "1134", "001")
    (row,) = await anna.incidents("open")
    await close(anna, row)
    await town.settled()
    await archived(anna, 1)
    await travel(town, 4 * YEAR)
    await erased(town, 4)
    for saved in town.settings.data.glob("board.snapshot"):
        await town.stop()
        saved.unlink()  # the next start has the journal alone
        await town.start()
    anna = await town.operator("anna", Role.SUPERVISOR)
    await town.say("shop", "1132", "004")
    (again,) = await anna.incidents("open")
    assert again["number"] == row["number"] + 1
    key = next(key for key in town.centre.triage.conditions if key.account == "2002")
    assert [one.armed for one in town.centre.triage.conditions[key].armed.values()] == [True]


async def test_the_centre_says_when_it_was_backed_up_and_how_long_its_disk_lasts(
    tmp_path: Path,
) -> None:
    free = 40 * 1024**3
    room: Callable[[Path], Space] = lambda _: Space(1 << 40, free)  # noqa: E731 - it is handed in as a value
    machine = Machine(space=room, wall=lambda: 0.0, steady=lambda: 0.0)
    async with open_town(tmp_path, machine=machine) as town:
        anna = await town.operator("anna", Role.SUPERVISOR)
        keeping = (await anna.get("/centre"))["keeping"]
        assert (keeping["backup_at"], keeping["restored"], keeping["days_left"]) == (None, None, None)
        back_up(town.settings, tmp_path / "backup", None, now=town.clock())
        ballast = town.settings.data / "ballast"
        with ballast.open("wb") as file:
            file.truncate(10 * 1024**3)  # as large as what a day brings; no byte of it is on the disk
        await travel(town, timedelta(days=1))
        anna = await town.operator("anna", Role.SUPERVISOR)

        async def told() -> bool:
            keeping.update((await anna.get("/centre"))["keeping"])
            return keeping["backup_at"] is not None and keeping["days_left"] is not None

        await until_told(told)
        assert keeping["backup_keys"] is False
        assert keeping["days_left"] == 3

        async def warned() -> bool:
            own = [row for row in await anna.incidents("open") if row["kind"] == "TECH.CENTRE"]
            reasons = [reason for row in own for reason in (await anna.detail(row["id"]))["reasons"]]
            return any("the disk will be full in about 3 days" in reason for reason in reasons)

        await until_told(warned)
