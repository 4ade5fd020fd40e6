"""What is agreed with each path and panel: how often it is heard, and when silence is too long.

Asked of the registry whenever a deadline is looked at, so nothing of it is kept for a path; only which accounts need
more than their one interval is known beforehand, since that is asked for every frame.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from belfry.centre.schedules.hours import zone_of
from belfry.domain.called_first import called_first
from belfry.domain.due import next_test
from belfry.domain.premises import TransmissionPath
from belfry.domain.presets import Rules, span
from belfry.domain.schedules import ScheduleKind
from belfry.domain.site import Account
from belfry.domain.supervision import Away, Terms, missed_test_s, terms, window_s
from belfry.ports import Sites


class Agreed:
    """Terms by the registry's paths where an account has any, else by its one interval."""

    def __init__(self, sites: Sites, rules: Rules) -> None:
        self._sites, self._rules = sites, rules
        self._windows: dict[int, float] = {}
        self.by_receiver: set[str] = set()
        """Accounts whose paths the registry names with their receiver (`panels/tcp`)."""
        self._fixed: set[str] = set()
        """Accounts whose panel tests at a fixed local time."""
        self.first: set[str] = set()
        """Accounts that are called first where nobody hears them."""
        for account in sites.all():
            self.learn(account.id)

    def learn(self, account_id: str) -> None:
        """Take over what the registry says of an account beside its line."""
        parts, account = self._sites.parts(account_id), self._sites.by_id(account_id)
        first = account is not None and called_first(account, parts)
        (self.first.add if first else self.first.discard)(account_id)
        named = any("/" in path.name for path in parts.paths)
        (self.by_receiver.add if named else self.by_receiver.discard)(account_id)
        fixed = any(one.kind is ScheduleKind.TEST for one in parts.schedules)
        (self._fixed.add if fixed else self._fixed.discard)(account_id)

    def tests(self, account: Account) -> bool:
        """Whether the panel itself has to be heard from."""
        return account.test_s is not None or account.id in self._fixed

    # -- paths

    def is_listed(self, account: Account) -> bool:
        """Whether the registry names the paths of an account, so that no other counts."""
        return bool(self._sites.parts(account.id).paths)

    def path(self, account: Account, receiver: str, name: str) -> TransmissionPath | None:
        """A path as the registry knows it, with its receiver or without; None where it does not name it."""
        listed = self._sites.parts(account.id).paths
        return next((one for one in listed if one.name in (name, f"{receiver}/{name}")), None)

    def terms(self, account: Account, receiver: str, name: str, *, primary: bool) -> Terms | None:
        """What is agreed with a path; None where nothing is."""
        if self.is_listed(account):
            path = self.path(account, receiver, name)
            return None if path is None else terms(path, account.supervision_s, self._rules)
        if account.supervision_s is None:
            return None
        return self._within(account.supervision_s if primary else self._rules.poll_alternative_s)

    def _within(self, interval_s: int) -> Terms:
        window = self._windows.get(interval_s)
        if window is None:
            window = self._windows[interval_s] = window_s(interval_s, self._rules)
        return Terms(interval_s, window)

    # -- the panel's own test

    def test(self, account: Account) -> Terms | None:
        """How often a panel tests; None where it does at a fixed time, or does not."""
        if account.id in self._fixed or account.test_s is None:
            return None
        return self._within(account.test_s)

    def fixed_test_s(self, account: Account, from_s: float, away: Sequence[Away]) -> float | None:
        """When a test at a fixed local time is missed: half an hour after its next due time by the site's clock.

        One that fell due while we were away is excused, and only once: a restart at the same hour every night hides no
        dead panel. None: no such test is agreed.
        """
        schedules = self._sites.parts(account.id).schedules
        schedule = next((one for one in schedules if one.kind is ScheduleKind.TEST), None)
        if account.id not in self._fixed or schedule is None:
            return None
        zone = zone_of(account.time_zone)
        margin_s = max(self._rules.test_margin_s, *(one.grace_s for one in schedule.intervals), 0)
        early = span(self._rules.test_margin_s)
        while (due := next_test(schedule, datetime.fromtimestamp(from_s, UTC), zone=zone, early=early)) is not None:
            missed_s = missed_test_s(due.timestamp(), margin_s, away)
            if missed_s is not None:
                return missed_s
            from_s, away = due.timestamp(), ()
        return None
