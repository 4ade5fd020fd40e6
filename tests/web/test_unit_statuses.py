"""`GET /unit-statuses`: what other systems call our statuses, both ways."""

from belfry.domain.unit import UnitStatus
from belfry.ports.staff import Role
from tests.web.kit import Rig


async def test_whoever_couples_a_system_reads_both_ways_and_what_is_lost(rig: Rig) -> None:
    answer = await rig.token(Role.INSTALLER).get("/unit-statuses", headers={"Accept-Language": "de"})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [one["status"] for one in told["items"]] == [str(status) for status in UnitStatus]
    en_route = next(one for one in told["items"] if one["status"] == "en_route")
    assert (en_route["label"], en_route["free"], en_route["eido_primary"]) == ("Auf Anfahrt", False, "NotAvailable")
    assert en_route["called"] == {
        "fms": {"code": "3", "loss": "none"},
        "eido": {"code": "EnRoute", "loss": "none"},
        "hub_sante": {"code": "DEPART", "loss": "none"},
        "emsi": {"code": "IN_USE/MOBILE", "loss": "none"},
    }
    distress = next(one for one in told["items"] if one["status"] == "distress")
    assert distress["called"]["eido"] == {"code": None, "loss": "no_word"}, "nothing is sent rather than another word"
    meant = {one["code"]: (one["status"], one["loss"]) for one in told["meant"]["eido"]}
    assert (meant["Cleared"], meant["OnScene"]) == (("available_mobile", "finer"), ("on_scene", "none"))
    assert {name: len(rows) for name, rows in told["meant"].items()} == {
        "fms": 10,
        "eido": 15,
        "hub_sante": 18,
        "emsi": 7,
    }
    assert (await rig.client().get("/unit-statuses")).status_code == 401
