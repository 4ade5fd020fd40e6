"""What other systems call our unit statuses, and what theirs mean here, with what is lost said each time.

`data/unit_statuses_v1.csv`: a code with `~` before it is the nearest that the other list has, and says less than ours.
`data/unit_statuses_others_v1.csv`: codes of theirs that no status of ours is called by.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Final

from msgspec import Struct

from belfry.domain.tables import rows
from belfry.domain.unit import UnitStatus

TABLE: Final = "unit_statuses_v1.csv"
OTHERS: Final = "unit_statuses_others_v1.csv"
LANGUAGES: Final = ("en", "de", "fr", "es")
_NEAREST: Final = "~"


class StatusList(StrEnum):
    """Lists of others."""

    FMS = "fms"
    """The German radio status, 0 to 9."""
    EIDO = "eido"
    """The secondary unit status of NENA's EIDO; its primary one is `eido_primary`."""
    HUB_SANTE = "hub_sante"
    """Vehicle states of the French health hub (RS-SR)."""
    EMSI = "emsi"
    """Resource status of EMSI."""


class Loss(StrEnum):
    """What is not said any more after a status was put into another list."""

    NONE = "none"
    COARSER = "coarser"
    """The other list's word covers more than ours: read back, it is another status."""
    FINER = "finer"
    """Their word says something that no status of ours does, and it is dropped."""
    NO_WORD = "no_word"
    """The list has nothing for it: the status stays as it was, or is not sent."""


class Called(Struct, frozen=True):
    """What one of ours is in their list."""

    code: str | None
    loss: Loss


class Meant(Struct, frozen=True):
    """What one of theirs is here."""

    status: UnitStatus | None
    loss: Loss


_COLUMNS: Final[Mapping[StatusList, str]] = {
    StatusList.FMS: "fms",
    StatusList.EIDO: "eido_secondary",
    StatusList.HUB_SANTE: "hub_sante",
    StatusList.EMSI: "emsi",
}


def theirs(status: UnitStatus, listed: StatusList) -> Called:
    """Return the code of a status of ours in their list, and what is lost by it."""
    cell = _table()[status][_COLUMNS[listed]]
    if not cell:
        return Called(None, Loss.NO_WORD)
    code = cell.removeprefix(_NEAREST)
    exact = code == cell and ours(code, listed).status is status
    return Called(code, Loss.NONE if exact else Loss.COARSER)


def ours(code: str, listed: StatusList) -> Meant:
    """Return what a code of theirs means here. Raises LookupError for one that their list does not have."""
    try:
        return _back()[listed][code]
    except KeyError:
        raise LookupError(f"{listed} has no status {code[:40]!r}") from None


def eido_primary(status: UnitStatus) -> str:
    """Available, ConditionallyAvailable or NotAvailable."""
    return _table()[status]["eido_primary"]


def label(status: UnitStatus, language: str) -> str:
    """What it is called; English where there is no such language."""
    return _table()[status][language if language in LANGUAGES else "en"]


def codes(listed: StatusList) -> Sequence[str]:
    """Return every code of their list that is understood."""
    return sorted(_back()[listed])


@cache
def _table() -> Mapping[UnitStatus, Mapping[str, str]]:
    return {UnitStatus(row["status"]): row for row in rows(TABLE)}


@cache
def _back() -> Mapping[StatusList, Mapping[str, Meant]]:
    found: dict[StatusList, dict[str, Meant]] = {listed: {} for listed in StatusList}
    for row in rows(OTHERS):
        status = UnitStatus(row["status"]) if row["status"] else None
        found[StatusList(row["list"])][row["code"]] = Meant(status, Loss(row["loss"]))
    for listed, column in _COLUMNS.items():
        for status, told in _table().items():  # the first status in the order of the table counts
            code = told[column]
            if code and not code.startswith(_NEAREST):
                found[listed].setdefault(code, Meant(status, Loss.NONE))
    return found
