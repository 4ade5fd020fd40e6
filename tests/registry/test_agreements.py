"""Agreements in the registry: made and ended, never changed, each with its change row."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from belfry.domain.agreement import AgreedField, Agreement
from belfry.ports.agreements import AgreementOver, NoSuchAgreement, TooManyAgreements
from belfry.registry import Registry, agreement_rows

NOW = datetime(2026, 3, 14, 8, tzinfo=UTC)
WANTED = Agreement(
    partner="City fire brigade",
    kinds=("FIRE",),
    fields=(AgreedField.ACCOUNT,),
    why="They come",
    begins=NOW,
    ends=NOW + timedelta(days=30),
)


async def test_it_is_kept_ended_once_and_stays_in_the_list(tmp_path: Path) -> None:
    registry = Registry.open(tmp_path)
    try:
        door = registry.agreements_door()
        kept = await door.make(WANTED, by="ada")
        assert (kept.partner, kept.made_by, kept.ended_at) == ("City fire brigade", "ada", None)
        assert list(await door.all()) == [kept]
        ended = await door.end(kept.id, NOW + timedelta(days=1), by="bob")
        assert (ended.ended_at, ended.ended_by) == (NOW + timedelta(days=1), "bob")
        assert list(await registry.agreements_door().all()) == [ended]
        with pytest.raises(AgreementOver):
            await door.end(kept.id, NOW + timedelta(days=2), by="bob")
        with pytest.raises(NoSuchAgreement):
            await door.end("g0", NOW, by="bob")
        rows = [row for row in registry.changes(after=0) if row.table == "agreement"]
        assert [(row.row, row.fields, row.by) for row in rows] == [
            (kept.id, ("added",), "ada"),
            (kept.id, ("ended",), "bob"),
        ]
    finally:
        registry.close()


async def test_there_is_a_most_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreement_rows, "AGREEMENTS_MOST", 1)
    registry = Registry.open(tmp_path)
    try:
        door = registry.agreements_door()
        await door.make(WANTED, by="ada")
        with pytest.raises(TooManyAgreements):
            await door.make(WANTED, by="ada")
    finally:
        registry.close()
