"""Whose sites somebody may know of: the one rule that every list, stream, search and export asks.

A user is of all tenants (`tenants` None) or of some: names of tenants, or ids of single accounts, so that the holder of
a site is linked to it by its id and no list of links is needed. A holder who is linked to nothing sees nothing.

What is nobody's - an unknown account, an account without a tenant, an outage, the centre, a call without a site - is
for users of all tenants. An alarm that nobody sees is worse than one that a stranger sees: while no such user has
listened to the stream for `ALONE_AFTER`, it is shown to everybody in the control room. Whoever has taken it keeps it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from belfry.domain.field_sight import has_accepted, knows, sent_there
from belfry.domain.incident import Incident, State
from belfry.domain.kinds import Kinds
from belfry.domain.site import Account
from belfry.domain.unit import Unit
from belfry.ports import Accounts
from belfry.ports.staff import Role, User
from belfry.web.outlet import Audience, Viewer
from belfry.web.telling import account_of

ALONE_AFTER: Final = timedelta(seconds=15)
"""As long as a lost console keeps a priority 1 (RULES 2): a page that is loaded again changes nothing."""

NOTHING: Final[frozenset[str]] = frozenset()


def tenants_of(user: User) -> frozenset[str] | None:
    """Return whose accounts a user may know of; None: everybody's."""
    return NOTHING if user.tenants is None and user.role is Role.HOLDER else user.tenants


def owns(tenants: frozenset[str] | None, account: Account) -> bool:
    """Whether an account is among those of some tenants."""
    return tenants is None or account.tenant in tenants or account.id in tenants


class Tenants:
    """Tells what somebody may see, and whether somebody of all tenants is there to see the rest."""

    def __init__(
        self,
        accounts: Accounts,
        clock: Callable[[], datetime],
        *,
        kinds: Kinds,
        unit_of: Callable[[str], Unit | None] = lambda _: None,
    ) -> None:
        """`unit_of` tells with which unit somebody is on duty, by his name."""
        self._accounts, self._clock, self._kinds = accounts, clock, kinds
        self.unit_of = unit_of
        self._there_at: datetime | None = None
        self.guarded = False
        """Somebody of all tenants is on duty, so what is nobody's goes to them alone."""

    def look(self, *, present: bool) -> bool:
        """Take note whether somebody of all tenants listens now; returns whether that changed who sees what."""
        now, before = self._clock(), self.guarded
        if present:
            self._there_at = now
        self.guarded = self._there_at is not None and abs(now - self._there_at) <= ALONE_AFTER
        return self.guarded is not before

    # -- asking

    def account(self, audience: Audience, account: Account | None) -> bool:
        """Whether somebody may know of an account, or of what is said of it; None: of what is no known account's."""
        if audience.tenants is None:
            return True
        if account is None or not account.tenant:
            if account is not None and account.id in audience.tenants:
                return True
            return audience.acts and not self.guarded
        return owns(audience.tenants, account)

    def incident(self, viewer: Viewer, incident: Incident) -> bool:
        """Whether somebody may know of an incident, medical or not."""
        audience = viewer.audience
        if audience.field:
            return self._in_field(viewer, incident)
        if not audience.sees(incident):
            return False
        if audience.tenants is None:
            return True
        account = account_of(self._accounts, incident)
        return self.account(audience, account) or (_is_nobodys(account) and is_his(incident, viewer.name))

    def by_rule(self, audience: Audience, incident: Incident) -> bool:
        """The same, whoever of the audience it is: not counting what somebody has taken, or is sent to."""
        if audience.field or not audience.sees(incident):
            return False
        return audience.tenants is None or self.account(audience, account_of(self._accounts, incident))

    def words(self, viewer: Viewer, incident: Incident) -> bool:
        """Whether somebody who sees an incident may read what is sealed of it."""
        if not viewer.audience.field:
            return True
        unit = self.unit_of(viewer.name)
        sent = None if unit is None else sent_there(incident, unit.id)
        return sent is not None and has_accepted(sent)

    def _in_field(self, viewer: Viewer, incident: Incident) -> bool:
        unit = self.unit_of(viewer.name)
        if unit is None:
            return False
        tenants = viewer.audience.tenants
        account = account_of(self._accounts, incident)
        owned = tenants is None or (account is not None and owns(tenants, account))
        return knows(incident, self._kinds[incident.kind], user=viewer.name, unit=unit, owned=owned)

    def is_nobodys(self, incident: Incident) -> bool:
        """Whether an incident is of no tenant: somebody may have taken it while it was shown to the whole room."""
        return _is_nobodys(account_of(self._accounts, incident))


def _is_nobodys(account: Account | None) -> bool:
    return account is None or not account.tenant


def is_his(incident: Incident, name: str) -> bool:
    """Whether somebody has taken an incident, or holds it."""
    held = incident.held_by if incident.state is State.HELD else None
    return name in (incident.taken_by, held)
