"""Storms end by themselves, and one that came due while the centre was away ends at once (`centre.lasting`)."""

from belfry.centre.lasting import LastingEnds
from belfry.centre.storms import Storms
from belfry.centre.storms.desk import ended
from belfry.domain.codes import Codes
from belfry.domain.facts import Fact, HowEnded, storm_subject
from belfry.domain.storm import Storm
from belfry.ports import Chance, Clock, Journal


class StormEnds(LastingEnds[Storm]):
    what = "storm"

    def __init__(self, storms: Storms, journal: Journal, *, codes: Codes, clock: Clock, chance: Chance) -> None:
        super().__init__(storms, journal, clock=clock, chance=chance)
        self._codes = codes

    def _ended(self, one: Storm, how: HowEnded) -> tuple[str, Fact]:
        return storm_subject(one.id), ended(one, how, self._codes, by=None)
