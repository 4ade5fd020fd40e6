"""What the archive's door promises, in SQLite and in PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Table

from belfry.archive import SqlArchive
from belfry.archive.tables import METADATA
from belfry.domain.cover import HazardCounts, SiteHazards
from belfry.domain.facts import Carried
from belfry.domain.signal import AccountKey
from belfry.ports.archive import CarriedAt, ClosedIncident, Folded, Going, Run, Sought, Totals

NOW = datetime(2026, 3, 14, 2, 14, tzinfo=UTC)
DAY = timedelta(days=1)


def closed(key: str, at: datetime, kind: str = "PROP.ALARM.INTR") -> ClosedIncident:
    return ClosedIncident(
        id=key,
        number=7,
        kind=kind,
        priority=2,
        method="equipment",
        account_id="a1",
        life=False,
        silent=False,
        opened_at=at - timedelta(hours=1),
        due_at=None,
        first_taken_at=None,
        first_act_at=None,
        closed_at=at,
        signals=3,
        acts=2,
        disposition="false_alarm",
        cause=None,
        by_rule=False,
    )


@pytest.fixture(params=["sqlite", "postgresql"])
async def archive(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SqlArchive]:
    where = tmp_path if request.param == "sqlite" else request.getfixturevalue("postgresql")
    opened = SqlArchive.open(where)
    yield opened
    await opened.close()


async def test_a_stretch_is_folded_once_however_often_it_is_said(archive: SqlArchive) -> None:
    stretch = Folded(upto=9, heard={("2026-03-14", "a1"): 4}, erased_keys=2, erased_entries=5)
    for _ in range(2):
        await archive.fold(stretch)
    await archive.fold(Folded(upto=12, heard={("2026-03-14", "a1"): 1, ("2026-03-15", ""): 2}))
    assert await archive.position() == 12
    assert await archive.heard() == {("2026-03-14", "a1"): 5, ("2026-03-15", ""): 2}
    assert await archive.totals() == Totals(2, 5)


async def test_lists_are_newest_first_page_by_page_and_by_kind(archive: SqlArchive) -> None:
    incidents = {f"i{n}": closed(f"i{n}", NOW + n * DAY) for n in range(5)}
    incidents["med"] = closed("med", NOW + 9 * DAY, "MED.ALARM.PUSH")
    await archive.fold(Folded(upto=1, incidents=dict(incidents)))
    first = await archive.closed(limit=4)
    assert [one.id for one in first] == ["med", "i4", "i3", "i2"]
    rest = await archive.closed(limit=4, before=(first[-1].closed_at, first[-1].id))
    assert [one.id for one in rest] == ["i1", "i0"]
    assert [one.id for one in await archive.closed(limit=9, sought=Sought(kinds=("MED",)))] == ["med"]
    assert await archive.closed(limit=9, sought=Sought(kinds=("PROP.ALARM.IN", "ME"))) == []
    assert first[1] == incidents["i4"]


async def test_load_by_place_is_of_fires_and_technical_alarms_alone(archive: SqlArchive) -> None:
    """Whatever else happened at a site, and however often, is in none of it; medical alarms are a number."""
    groups = {
        "FIRE.ALARM.AUTO": 3,
        "TECH.WATERLEAK": 2,
        "MED.ALARM.CARE": 4,
        "PERS.ALARM.HOLDUP": 5,
        "PROP.ALARM.INTR": 6,
    }
    incidents = {
        f"{kind}{n}{site}": msgspec.structs.replace(closed(f"{kind}{n}{site}", NOW, kind), account_id=site)
        for kind, count in groups.items()
        for n in range(count)
        for site in ("a1", None)
    }
    fire = closed("x", NOW, "FIRE.ALARM.AUTO")
    more: list[dict[str, Any]] = [
        {"training": True},
        {"merged": True},
        {"closed_at": NOW - DAY},
        {"closed_at": NOW + DAY},
    ]
    incidents |= {f"x{n}": msgspec.structs.replace(fire, id=f"x{n}", **one) for n, one in enumerate(more)}
    incidents["slow"] = msgspec.structs.replace(closed("slow", NOW, "TECH.FAULT"), priority=4)
    await archive.fold(Folded(upto=1, incidents=dict(incidents)))
    found = await archive.hazards(NOW, NOW + DAY)
    assert set(found.sites) == {SiteHazards("a1", 3, 2), SiteHazards("", 3, 2)}
    assert found.medical == 8
    assert await archive.hazards(NOW + 5 * DAY, NOW + 6 * DAY) == HazardCounts([], 0)


async def test_lists_are_of_one_account_and_of_a_time(archive: SqlArchive) -> None:
    incidents = {f"i{n}": closed(f"i{n}", NOW + n * DAY) for n in range(5)}
    incidents["other"] = msgspec.structs.replace(closed("other", NOW + 3 * DAY), account_id="mill")
    incidents["nobodys"] = msgspec.structs.replace(closed("nobodys", NOW + 3 * DAY), account_id=None)
    await archive.fold(Folded(upto=1, incidents=dict(incidents)))

    async def found(sought: Sought) -> list[str]:
        return [one.id for one in await archive.closed(limit=9, sought=sought)]

    assert await found(Sought(account_id="mill")) == ["other"]
    assert await found(Sought(account_id="nowhere")) == []
    assert await found(Sought(since=NOW + DAY, until=NOW + 3 * DAY)) == ["i2", "i1"]
    assert await found(Sought(since=NOW + 3 * DAY, account_id="mill", kinds=("MED",))) == []


async def test_what_was_reopened_is_not_over(archive: SqlArchive) -> None:
    await archive.fold(Folded(upto=1, incidents={"i": closed("i", NOW)}))
    await archive.fold(Folded(upto=2, incidents={"i": None}))
    assert await archive.closed(limit=9) == []


async def test_the_oldest_of_its_groups_is_due_first(archive: SqlArchive) -> None:
    incidents = {f"i{n}": closed(f"i{n}", NOW + n * DAY) for n in range(3)}
    await archive.fold(Folded(upto=1, incidents={**incidents, "med": closed("med", NOW, "MED.ALARM.PUSH")}))
    assert [one.id for one in await archive.due(["PROP"], before=NOW + 2 * DAY, limit=9)] == ["i0", "i1"]
    assert [one.id for one in await archive.due(["MED", ""], before=NOW + DAY, limit=9)] == ["med"]


async def test_what_is_going_is_out_of_lists_and_counts_at_once_and_remembered_until_it_is_done(
    archive: SqlArchive,
) -> None:
    await archive.fold(Folded(upto=9, incidents={"i": closed("i", NOW)}, heard={("2026-03-14", "a1"): 4}))
    going = Going(id=bytes(16), at=NOW, positions=(1, 2, 7), keys=(bytes(32),), next_number=8)
    await archive.begin(going, incidents=["i"], heard={("2026-03-14", "a1"): 3}, cursor=("lines", 7))
    assert await archive.going() == going
    assert await archive.heard() == {("2026-03-14", "a1"): 1}
    assert await archive.closed(limit=9) == []
    assert await archive.cursor("lines") == 7
    await archive.done()
    assert await archive.going() is None


async def test_what_was_erased_is_in_no_byte_of_its_files(tmp_path: Path) -> None:
    archive = SqlArchive.open(tmp_path)
    ids = [f"incident-gone-{n:04}" for n in range(300)]
    await archive.fold(Folded(upto=9, incidents={key: closed(key, NOW) for key in ids}))

    def held() -> list[str]:
        return [path.name for path in sorted(tmp_path.iterdir()) if b"incident-gone-" in path.read_bytes()]

    assert held() != []
    going = Going(id=b"g" * 16, at=NOW, positions=(1,))
    await archive.begin(going, incidents=ids, heard={}, cursor=("incidents", 0))
    await archive.done()
    assert held() == []
    await archive.close()


async def test_when_a_position_was_erased_is_known_by_its_run(archive: SqlArchive) -> None:
    await archive.fold(Folded(upto=30, erased=[Run(3, 5, NOW), Run(9, 9, NOW + DAY)]))
    found = [await archive.erased_at(position) for position in (2, 3, 5, 6, 9, 10)]
    assert found == [None, NOW, NOW, None, NOW + DAY, None]


async def test_the_newest_that_was_carried_counts(archive: SqlArchive) -> None:
    key = AccountKey("panels", None, "2002")
    facts = [Carried(account=key, armed=(("", armed, NOW),)) for armed in (True, False)]
    await archive.fold(Folded(upto=4, carried=[CarriedAt(3, facts[0])]))
    await archive.fold(Folded(upto=9, carried=[CarriedAt(8, facts[1])]))
    assert await archive.carried("account/panels//2002") == CarriedAt(8, facts[1])
    assert await archive.carried("account/panels//1") is None


async def test_it_can_be_made_anew(archive: SqlArchive) -> None:
    await archive.fold(Folded(upto=9, incidents={"i": closed("i", NOW)}, heard={("2026-03-14", "a1"): 4}))
    await archive.clear()
    assert (await archive.position(), await archive.heard(), await archive.closed(limit=9)) == (0, {}, [])


def test_no_table_has_a_place_for_words_a_site_or_a_person() -> None:
    """Every column that holds text, by name: whoever adds one says what for."""
    texts = {
        f"{table.name}.{column.name}"
        for table in METADATA.sorted_tables
        for column in table.columns
        if column.type.python_type is str
    }
    assert texts == {
        "archive_number.name",
        "archive_cursor.name",
        "archive_carried.account",
        "archive_heard.day",
        "archive_heard.account_id",
        "archive_incident.id",
        "archive_incident.kind",
        "archive_incident.group",
        "archive_incident.method",
        "archive_incident.account_id",
        "archive_incident.disposition",
        "archive_incident.cause",
        "archive_incident.area",  # numbers and a code as the panel sent them, for what needs repair
        "archive_incident.zone",
        "archive_incident.code",
        "archive_incident.team",  # of five people at least
    }
    assert set(msgspec.structs.asdict(closed("i", NOW))) & {"site", "place", "note", "caller"} == set()


def test_the_columns_of_an_incident_are_the_fields_of_the_door() -> None:
    table: Table = METADATA.tables["archive_incident"]
    names = [column.name for column in table.columns if column.name != "group"]
    assert names == list(ClosedIncident.__struct_fields__)
