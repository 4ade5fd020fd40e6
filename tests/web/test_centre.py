"""How the centre tells about itself: status, closed list, accounts, decoder, and the pages for machines."""

from msgspec import structs
from prometheus_client.parser import text_string_to_metric_families

from belfry.ports.staff import Role
from tests.web.kit import BASE, Rig


async def test_the_status_page_counts_what_is_open(rig: Rig) -> None:
    client = rig.token()
    fire = await rig.alarm(client, "FA", "1001")
    await rig.alarm(client, "BA")
    await client.post(f"/incidents/{fire}/take", json={"version": 1})
    await rig.settled()
    said = (await client.get("/centre")).json()
    assert said["counts"]["by_state"] == {"pending": 0, "waiting": 1, "taken": 1, "held": 0}
    assert said["counts"]["by_priority"] == {"1": 1, "2": 1, "3": 0, "4": 0, "5": 0}
    assert (said["name"], said["version"], said["demo"], said["journal"]) == ("Test centre", "1.2.3", False, "open")
    (door,) = said["receivers"]
    assert (door["name"], door["type"], door["listen"], door["connections"]) == ("panels", "dc09", "127.0.0.1:12009", 3)
    assert (door["takes_devices"], door["secure"]) == (False, False)
    assert said["kinds_digest"] == rig.kinds.digest
    assert said["position"] == str(rig.journal.position)


async def test_the_closed_list_comes_whole_and_in_each_language(rig: Rig) -> None:
    client = rig.token(Role.RESPONDER)
    english = (await client.get("/kinds?lang=en")).json()
    assert len(english["items"]) == len(rig.kinds.all()) == 171
    assert [group["code"] for group in english["groups"]] == [
        *("FIRE", "MED", "RES", "TRF", "PROP", "PERS", "TECH", "ENV", "ADM")
    ]
    assert english["digest"] == rig.kinds.digest
    fire = next(kind for kind in english["items"] if kind["code"] == "FIRE.ALARM.AUTO")
    assert fire["methods"] == ["equipment", "call"]
    assert (fire["group"], fire["life"], fire["restore"], fire["reach"]) == ("FIRE", True, "required", "group")
    labels = set()
    for language in ("en", "de", "fr", "es"):
        told = (await client.get(f"/kinds?lang={language}")).json()
        labels.add(tuple(group["label"] for group in told["groups"]))
        assert next(kind["label"] for kind in told["items"] if kind["code"] == "FIRE.ALARM.AUTO") == (
            rig.kinds.words("FIRE.ALARM.AUTO", language).label
        )
    assert len(labels) == 4
    assert (await client.get("/kinds?lang=tlh")).json()["field"] == "lang"
    assert (await rig.client().get("/kinds")).status_code == 401


async def test_a_list_that_did_not_change_is_not_sent_again(rig: Rig) -> None:
    client = rig.token()
    first = await client.get("/kinds?lang=de")
    again = await client.get("/kinds?lang=de", headers={"If-None-Match": first.headers["etag"]})
    other = await client.get("/kinds?lang=fr", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, other.status_code) == (304, b"", 200)


async def test_accounts_are_listed_without_their_keys(rig: Rig) -> None:
    client = rig.token()
    page = (await client.get("/accounts?limit=2")).json()
    rest = (await client.get("/accounts", params={"after": page["next"]})).json()
    assert [one["id"] for one in page["items"] + rest["items"]] == ["school", "shop", "care"]
    assert [one["keyed"] for one in page["items"] + rest["items"]] == [False, False, True]
    assert "kkkk" not in page["items"].__repr__() + rest.__repr__()
    assert "keys" not in rest["items"][0]
    assert [one["id"] for one in (await client.get("/accounts?account=2002")).json()["items"]] == ["shop"]


async def test_what_holds_more_frames_than_anybody_reads_is_not_decoded_to_its_end(rig: Rig) -> None:
    faults = "0A30" * 4_000
    said = await rig.token(Role.INSTALLER).post("/decode", json={"frames": [faults] * 50})
    assert (said.status_code, said.json()["field"]) == (400, "frames")
    assert said.json()["limit"] == "at most 1000 frames and faults at once"


async def test_a_frame_is_decoded_and_nothing_of_it_is_kept(rig: Rig) -> None:
    client = rig.token(Role.INSTALLER)
    frame = b'\nCE110032"SIA-DCS"9876R579BDFL789ABC#12345A[#12345A|NFA129]\r'.hex()
    said = await client.post("/decode", json={"frames": [frame]})
    assert said.status_code == 200, said.text
    (item,) = said.json()["items"]
    assert (item["valid"], item["token"], item["account"], item["reply"]) == (True, "SIA-DCS", "12345A", "ACK")
    assert (item["events"][0]["code"], item["events"][0]["kind"]) == ("FA", "FIRE.ALARM.AUTO")
    odd = await client.post("/decode", json={"frames": [frame, "0AB"]})
    assert (odd.status_code, odd.json()["field"]) == (400, "frames[1]")
    key = await client.post("/decode", json={"frames": [frame], "key": "zz"})
    assert (key.status_code, key.json()["field"]) == (400, "key")
    assert "zz" not in key.text
    longer = await client.post("/decode", json={"frames": [frame], "key": "0" * 32 + "\n"})
    assert (longer.status_code, longer.json()["limit"]) == (400, "wants 32, 48 or 64 hexadecimal digits")
    assert rig.journal.position == 0


async def test_health_and_readiness_are_two_things(rig: Rig) -> None:
    client = rig.client()
    assert (await client.get(f"{BASE}/healthz")).text == "ok\n"
    assert (await client.get(f"{BASE}/readyz")).text == "ready\n"
    rig.state = structs.replace(rig.state, journal_open=False)
    shut = await client.get(f"{BASE}/readyz")
    assert (shut.status_code, shut.json()["type"]) == (503, "belfry:journal-closed")
    assert (await client.get(f"{BASE}/healthz")).status_code == 200
    rig.state = structs.replace(rig.state, journal_open=True, ready=False)
    assert (await client.get(f"{BASE}/readyz")).json()["type"] == "belfry:not-ready"


async def test_metrics_name_no_site_device_or_kind(rig: Rig) -> None:
    await rig.alarm(rig.token(), "BA")
    text = (await rig.client().get(f"{BASE}/metrics")).text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    states = {sample.labels["state"]: sample.value for sample in families["belfry_incidents"].samples}
    assert states == {"pending": 0, "waiting": 1, "taken": 0, "held": 0}
    assert families["belfry_journal_position"].samples[0].value == rig.journal.position
    assert {label for family in families.values() for sample in family.samples for label in sample.labels} == {"state"}
    assert not any(word in text for word in ("2002", "Shop", "PROP", "panels"))
