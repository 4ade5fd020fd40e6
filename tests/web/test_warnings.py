"""Public warnings over HTTP: beside the sites they touch, and nothing of their words."""

from datetime import timedelta

from belfry.domain.warning import Circle, MessageType, PublicWarning, Severity, WarningArea, WarningCategory
from belfry.ports.staff import Role
from tests.web.kit import START, Rig
from tests.web.sites_kit import site


def a_storm(key: str = "k", severity: Severity = Severity.SEVERE) -> PublicWarning:
    return PublicWarning(
        key=key,
        type=MessageType.ALERT,
        sent=START,
        categories=(WarningCategory.MET,),
        severity=severity,
        expires=START + timedelta(hours=2),
        area=WarningArea((), (Circle(50.0, 8.0, 10.0),)),
    )


async def test_a_warning_stands_beside_the_sites_that_it_touches(rig: Rig) -> None:
    near = site(rig, account="1", latitude=50.01, longitude=8.0)
    far, nowhere = site(rig, account="2", latitude=51.0, longitude=8.0), site(rig, account="3")
    await rig.warnings.warn("met", a_storm())
    operator = rig.token(Role.OPERATOR)
    (told,) = (await operator.get(f"/accounts/{near}/warnings")).json()["items"]
    assert (told["categories"], told["severity"], told["signed"]) == (["met"], "severe", False)
    assert told["circles"] == [{"latitude": 50.0, "longitude": 8.0, "radius_km": 10.0}]
    for other in (far, nowhere):
        assert (await operator.get(f"/accounts/{other}/warnings")).json()["items"] == []
    assert (await operator.get("/accounts/none/warnings")).status_code == 404
    rig.now += timedelta(hours=2)
    assert (await operator.get("/warnings")).json()["items"] == []


async def test_the_room_sees_all_of_them_and_the_gravest_first(rig: Rig) -> None:
    await rig.warnings.warn("met", a_storm())
    await rig.warnings.warn("met", a_storm("x", Severity.EXTREME))
    told = (await rig.token(Role.OPERATOR).get("/warnings")).json()
    assert [one["severity"] for one in told["items"]] == ["extreme", "severe"]
    assert (await rig.token(Role.RESPONDER).get("/warnings")).status_code == 403
    assert not (await rig.token(Role.OPERATOR).get("/incidents?state=open")).json()["items"]
