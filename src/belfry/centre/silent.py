"""Silent sites: the one place that knows where nobody may be reached, and the one that gives leave to reach anybody.

A site is silent while an incident of a silent kind is open there, or in an area of another customer on its panel. A
silent alarm counts from the moment at which it is on the board, and until it is closed.
"""

from datetime import datetime

from belfry.centre.board import Board
from belfry.domain.incident import Incident
from belfry.domain.reach import QUIETLY, Audience, Channel, withheld
from belfry.domain.site_handling import site_of
from belfry.domain.training import is_training_site
from belfry.ports import Accounts, Clock
from belfry.ports.leave import GIVER, Leave


class Withheld(Exception):
    """Nothing may leave; the text says why, for people."""


class SilentSites:
    def __init__(self, board: Board, accounts: Accounts, clock: Clock) -> None:
        self._board, self._accounts, self._clock = board, accounts, clock

    def is_silent(self, site: str | None) -> bool:
        """Whether a site (an account id, or `site_handling.site_of`) must not notice anything now."""
        return self.since(site) is not None

    def since(self, site: str | None) -> datetime | None:
        """Since when a site must not notice anything; None: it may."""
        if site is None:
            return None
        here = self._accounts.site(site)
        return min((one.opened_at for one in self._board.silent() if here in self._touched(one)), default=None)

    def of(self, incident: Incident) -> bool:
        """Whether the site of an incident must not notice anything now, whatever this incident is."""
        return incident.open and self.is_silent(site_of(incident))

    def sites_of(self, incident: Incident) -> frozenset[str]:
        """The sites that are silent for an incident, were it silent: its own, and its panel's."""
        return self._touched(incident)

    def may_reach(self, account_id: str | None, audience: Audience, channel: Channel) -> Leave:
        """Give leave for one sending. Raises Withheld with the reason; always for what is of an exercise."""
        if is_training_site(account_id):
            raise Withheld("an exercise: nothing of it leaves")
        silent = self.is_silent(account_id)
        why = withheld(audience, channel, silent=silent)
        if why is not None:
            raise Withheld(why)
        return Leave(
            GIVER,
            account_id=account_id,
            audience=audience,
            channel=channel,
            quiet=silent and audience in QUIETLY,
            at=self._clock(),
        )

    def _touched(self, incident: Incident) -> frozenset[str]:
        site = site_of(incident)
        found = set() if site is None else {site}
        if incident.via is not None:
            line = self._accounts.by_key(incident.via)
            found |= {f"{incident.via.receiver}/{incident.via.prefix or ''}/{incident.via.account}"}
            found |= set() if line is None else {self._accounts.site(line.id)}
        return frozenset(found)
