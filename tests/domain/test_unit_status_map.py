"""Unit statuses in the lists of others: all of ours are there, and what is read back is the same or said to be less."""

from collections import Counter

import pytest

from belfry.domain.tables import rows
from belfry.domain.unit import FREE, UnitStatus
from belfry.domain.unit_status_map import (
    LANGUAGES,
    OTHERS,
    TABLE,
    Loss,
    StatusList,
    codes,
    eido_primary,
    label,
    ours,
    theirs,
)

# FMS: the radio status of German services. EIDO: NENA-STA-021.1. The others: ansforge/SAMU-Hub-Modeles, e3d4411b2.
KNOWN = {
    StatusList.FMS: set("0123456789"),
    StatusList.EIDO: {
        "Assigned",
        "Dispatched",
        "AcknowledgedTransmission",
        "EnRoute",
        "Staging",
        "Arrived",
        "OnScene",
        "PatientContact",
        "Cleared",
        "AssignmentCancelled",
        "Delayed",
        "OutofService",
        "InService",
        "Break",
        "OffDuty",
    },
    StatusList.HUB_SANTE: {
        "DECISION",
        "DECLENCHE",
        "DEPART",
        "ANNULE",
        "ARRIVEE",
        "PEC",
        "BILAN",
        "ORIENTAT",
        "TRANSP",
        "ETAPE1",
        "TRANSP2",
        "ETAPE2",
        "TRANSP3",
        "DESTIN",
        "FINPEC",
        "RETOUR",
        "RET-BASE",
        "REN-BASE",
    },
    StatusList.EMSI: {"AVAILB", "UNAV", "MAINTC", "RESRVD", "VIRTUAL", "IN_USE/MOBILE", "IN_USE/ON_SCENE"},
}


def test_every_status_is_in_the_table_once_in_four_languages() -> None:
    assert [row["status"] for row in rows(TABLE)] == [str(status) for status in UnitStatus]
    for language in LANGUAGES:
        said = Counter(label(status, language).casefold() for status in UnitStatus)
        assert max(said.values()) == 1
        assert all(0 < len(words) <= 40 for words in said)
    assert label(UnitStatus.EN_ROUTE, "xx") == label(UnitStatus.EN_ROUTE, "en")


@pytest.mark.parametrize("listed", StatusList)
def test_each_of_their_codes_is_understood_and_no_other(listed: StatusList) -> None:
    assert set(codes(listed)) == KNOWN[listed]
    for wrong in ("", "~1", "10", "EnRoute " * 20):
        with pytest.raises(LookupError):
            ours(wrong, listed)


@pytest.mark.parametrize("listed", StatusList)
@pytest.mark.parametrize("status", UnitStatus)
def test_what_is_read_back_is_the_same_or_said_to_be_less(status: UnitStatus, listed: StatusList) -> None:
    called = theirs(status, listed)
    match called.loss:
        case Loss.NO_WORD:
            assert called.code is None
        case Loss.NONE:
            assert called.code is not None
            assert ours(called.code, listed).status is status
        case Loss.COARSER:
            assert called.code is not None
            assert ours(called.code, listed).status not in (None, status)
        case Loss.FINER:
            pytest.fail("ours says nothing more than ours does")


@pytest.mark.parametrize("listed", StatusList)
def test_what_of_theirs_is_told_as_ours_goes_back_unless_the_loss_is_said(listed: StatusList) -> None:
    for code in codes(listed):
        meant = ours(code, listed)
        if meant.status is None:
            assert meant.loss is Loss.NO_WORD
        else:
            assert (theirs(meant.status, listed).code == code) == (meant.loss is Loss.NONE)


def test_no_code_of_theirs_is_listed_twice() -> None:
    assert max(Counter((row["list"], row["code"]) for row in rows(OTHERS)).values()) == 1


def test_whoever_is_free_here_is_available_to_others() -> None:
    for status in UnitStatus:
        assert (eido_primary(status) != "NotAvailable") == (status in FREE)


def test_the_german_radio_status_is_as_the_trade_has_it() -> None:
    told = {status: theirs(status, StatusList.FMS).code for status in UnitStatus}
    assert told[UnitStatus.AVAILABLE_STATION] == "2"
    assert told[UnitStatus.AVAILABLE_MOBILE] == "1"
    assert told[UnitStatus.EN_ROUTE] == "3"
    assert told[UnitStatus.ON_SCENE] == "4"
    assert told[UnitStatus.TRANSPORTING] == "7"
    assert told[UnitStatus.AT_DESTINATION] == "8"
    assert told[UnitStatus.OUT_OF_SERVICE] == "6"
    assert told[UnitStatus.DISTRESS] == "0"
