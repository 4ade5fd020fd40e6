"""Fifty thousand signals of one detector in a minute: it is told once and counted, and nobody else waits for it."""

from collections import Counter
from datetime import timedelta

from belfry.domain.facts import Entry, account_subject
from belfry.domain.site import Account
from tests.centre.kit import SITES, room

SIGNALS, OTHERS = 50_000, 50
EACH = SIGNALS // OTHERS
AT_ONCE = 250
NEIGHBOURS = [Account(id=f"o{n}", account=f"9{n:03}", type="shop", name="Shop") for n in range(OTHERS)]


async def test_one_detector_floods_the_centre_and_each_fire_elsewhere_is_a_row_before_the_next_signal_is_read() -> None:
    changes: Counter[str] = Counter()
    async with room([*SITES, *NEIGHBOURS]) as centre:
        centre.board.listen(lambda incident, _: changes.update([incident.account_id or ""]))
        for other in NEIGHBOURS:
            for _ in range(EACH // AT_ONCE):
                said = [centre.signal("1154", zone="007") for _ in range(AT_ONCE)]
                key = said[0].account_key
                assert key is not None
                subject = account_subject(key)
                await centre.journal.append(
                    [Entry(id=centre.chance(16), subject=subject, at=centre.now, facts=(one,)) for one in said]
                )
            await centre.say("1110", other.account, zone="001")
            assert changes[other.id] == 1
            centre.now += timedelta(minutes=1) / OTHERS
        kinds = Counter(kind for kind, _ in centre.kinds())
        assert kinds == {"FIRE.ALARM.AUTO": OTHERS, "TECH.WATERLEAK": 1, "TECH.RUNAWAY": 1}
        water = next(one for one in centre.incidents() if one.kind == "TECH.WATERLEAK")
        assert water.signals_seq == SIGNALS
        assert water.rings_at < 2 * EACH  # it rang with the first round that brought it, and never again
        assert "runaway" in water.flags
        assert changes["shop"] < SIGNALS / 20  # told in rounds, not one by one
        assert centre.journal.position < 1.05 * (SIGNALS + OTHERS)  # decided in rounds, too


async def test_a_device_that_runs_away_is_known_by_its_zone_and_stays_alone() -> None:
    async with room() as centre:
        for device, count in (("d1", 9), ("d2", 1)):
            for _ in range(count):
                await centre.keep(centre.signal("WA", zone="7", device=device))
        (one,) = centre.triage.runaways.now(centre.now)
        assert (one.area, one.zone, one.device, one.count) == ("1", "7", "d1", 9)
