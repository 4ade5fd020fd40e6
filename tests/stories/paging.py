"""A town whose supervisor and whose telephone outside are reached through Apprise, on loopback."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from belfry.settings import NotifierTable, OnCallTable, Settings
from tests.notify.phone import Phone, phone
from tests.stories.kit import Desk, Row, Town, open_town


def reached(folder: Path, phones: dict[str, Phone], *rows: OnCallTable, **rules: int) -> Callable[[Settings], Settings]:
    """Settings with a notifier for each telephone, by its name, and these rows of the rota."""

    def change(settings: Settings) -> Settings:
        notifiers = []
        for name, one in phones.items():
            (folder / name).write_text(one.url, encoding="utf-8")
            notifiers.append(NotifierTable(type="apprise", name=name, rest={"url_file": str(folder / name)}))
        return msgspec.structs.replace(
            settings,
            notifier=tuple(notifiers),
            on_call=rows,
            rules=msgspec.structs.replace(settings.rules, **rules),
        )

    return change


@asynccontextmanager
async def paged(
    folder: Path, *rows: OnCallTable, names: tuple[str, ...] = ("sam", "anna"), **rules: int
) -> AsyncIterator[tuple[Town, dict[str, Phone]]]:
    """A town with telephones: `sam` the supervisor's, `anna` outside, unless `rows` say otherwise."""
    usual = (
        OnCallTable(name="Sam", level="supervisor", notifier="sam"),
        OnCallTable(name="Anna's phone", level="outside", notifier="anna"),
    )
    async with phone() as first, phone() as second:
        phones = dict(zip(names, (first, second), strict=True))
        async with open_town(folder, change=reached(folder, phones, *(rows or usual), **rules)) as town:
            yield town, phones


async def pass_on(desk: Desk, incident: str) -> None:
    """The brigade was told, as the plan of a fire wants."""
    await desk.act(incident, "do", step="brigade", outcome="passed", reference="F-17")


def escalations(row: Row) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Clock, level and notices of each escalation in an incident's story."""
    lines = (item["data"] for item in row["timeline"] if item["type"] == "escalated")
    return [(data["clock"], data["level"], data.get("notices", [])) for data in lines]
