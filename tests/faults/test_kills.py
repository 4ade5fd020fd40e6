"""Twenty kills of a real centre on a real disk, panels repeating meanwhile; a thousand are `python -m faults kills`.

The moments are drawn from a seed, the figures are not: how far a centre has come by then is the machine's affair.
"""

from pathlib import Path
from typing import Final

from faults.kills import Plan, Run, Wanted
from faults.panels import Shape

TIMES: Final = 20
SHAPE: Final = Shape(plain=2, gateways=1, accounts_of_a_gateway=4, same_bytes=1, under_way=4, made_anew=1, udp=2)
CHANCES: Final = {Plan.START: 40, Plan.LOAD: 40, Plan.STOP: 8, Plan.SNAPSHOT: 6, Plan.CHECKPOINT: 6}


async def test_after_twenty_kills_everything_that_was_acknowledged_is_there_exactly_once(tmp_path: Path) -> None:
    wanted = Wanted(
        times=TIMES, seed=9, folder=tmp_path / "kills", shape=SHAPE, check_every=10, cold=0.0, chances=CHANCES
    )
    outcome = await Run(wanted).go()
    assert outcome.findings == []
    assert outcome.kills == TIMES
    assert sum(outcome.phases.values()) == TIMES
    told = outcome.panels
    assert told["signals acknowledged"] == told["signals sent"] > TIMES  # at the end nobody waits for an answer
    assert told["frames sent again"] > TIMES
    assert outcome.signals >= told["signals acknowledged"]
