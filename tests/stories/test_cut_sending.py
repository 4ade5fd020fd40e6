"""A centre that dies between any two steps of sending a unit: who was to be told is told, and a phone that may have it
already is told that it may be a repeat.

A journal is durable in the order of its positions, so a kill leaves a beginning of it. Each cut is a copy of the stores
as they were then, on which another centre goes on; what the phones got by the next step counts as told before.
"""

import shutil
import sqlite3
from asyncio import Future, ensure_future
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from msgspec import Struct, structs

from belfry.centre.notices import NoticeBook
from belfry.domain.facts import Entry
from belfry.domain.notices import Stage
from belfry.ports import Expect
from belfry.settings import Settings
from tests.stories.kit import ROOMY, SITES, Clock, Town, until, until_told
from tests.stories.test_alerts import a_unit, alerts, on_duty
from tests.stories.test_push import registered, with_phones

STEPS: Final = ("UnitSent", "NoticeAsked", "NoticeTried", "NoticeSent", "UnitTold", "AlertAnswered")
Told = list[tuple[str, bool]]
"""Notices that a phone got, and whether each said that it may be a repeat."""


class Cut(Struct):
    journal: Path
    last: str
    """The last fact that it holds."""
    told: set[str]
    """Notices that the phone had by then."""


def all_sent(notices: NoticeBook) -> bool:
    known = notices.newest(9)
    return bool(known) and all(one.stage is Stage.SENT for one in known)


async def test_killed_between_any_two_steps_of_sending_the_crew_knows_and_a_repeat_says_so(tmp_path: Path) -> None:
    async with with_phones(tmp_path / "live") as (town, service):
        room = await town.operator("anna")
        engine = await a_unit(town, "E1")
        cleo = await on_duty(town, "cleo", engine)
        hers = await registered(cleo, service)
        await town.say("school", "1130", zone="007")  # of a kind that reaches nobody by itself
        (row,) = await room.incidents("waiting")
        journal, cuts = town.centre._stores.journal, list[Cut]()
        append = journal.append

        def told() -> Told:
            return [(one["notice"], bool(one.get("again"))) for one in hers.got]

        def kept(entries: Sequence[Entry], expect: Expect | None = None) -> "Future[Sequence[int]]":
            async def stored() -> Sequence[int]:
                positions = await append(entries, expect)
                where = tmp_path / f"{len(cuts)}.sqlite3"
                with (
                    closing(sqlite3.connect(town.settings.data / "journal.sqlite3")) as there,
                    closing(sqlite3.connect(where)) as copy,
                ):
                    there.backup(copy)
                cuts.append(Cut(where, type(entries[-1].facts[-1]).__name__, {one for one, _ in told()}))
                return positions

            return ensure_future(stored())

        setattr(journal, "append", kept)  # noqa: B010 - a method, as its type says
        assert (await room.post(f"/incidents/{row['id']}/units", unit=engine)).status_code == 200
        await until(lambda: any(one.last == "NoticeSent" for one in cuts))

        async def has_it() -> bool:
            return bool(await alerts(cleo))

        await until_told(has_it)
        (mine,) = await alerts(cleo)
        assert (await cleo.post(f"/me/alerts/{mine['alert']}", answer="accepted")).status_code == 200
        await until(lambda: any(one.last == "AlertAnswered" for one in cuts))
        setattr(journal, "append", append)  # noqa: B010
        now = town.clock.now

        def as_there(settings: Settings) -> Settings:
            return structs.replace(settings, push=town.settings.push)

        await town.stop()
        try:
            cuts = [one for one in cuts if one.last in STEPS]
            assert [one.last for one in cuts] == list(STEPS)
            for number, cut in enumerate(cuts):
                had = set().union(*(one.told for one in cuts[number : number + 2]))
                folder = tmp_path / f"again{number}"
                shutil.copytree(tmp_path / "live", folder)
                for old in [*(folder / "data").glob("journal.sqlite3*"), folder / "data" / "board.snapshot"]:
                    old.unlink(missing_ok=True)
                shutil.copy(cut.journal, folder / "data" / "journal.sqlite3")
                hers.got.clear()
                again = Town(folder, Clock(now + timedelta(seconds=3)), SITES, ROOMY, as_there)
                await again.start()
                try:
                    await again.settled()
                    await again.pass_time(seconds=12)
                    await until(partial(all_sent, again.centre.notices))
                    assert [one.asked.to for one in again.centre.notices.newest(9)] == ["cleo"], cut.last
                    assert again.centre.walk.units.get(engine).incident == row["id"]
                finally:
                    await again.stop()
                repeats = [marked for notice, marked in told() if notice in had]
                assert all(repeats), f"after {cut.last} it was told again without a word of that"
                assert had | {notice for notice, _ in told()} == {mine["alert"] + ".0"}, cut.last
                assert len(told()) == (0 if cut.last in STEPS[3:] else 1), cut.last
        finally:
            await town.start()  # its own end stops it once more
