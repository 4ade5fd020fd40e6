"""Which account and schedule a slot stands for, as the registry has them now."""

from belfry.centre.schedules.plan import Plan
from belfry.domain.schedules import Schedule
from belfry.domain.site import Account
from belfry.ports import Sites


class Watched(Plan):
    """The plan, and whose its slots are."""

    def __init__(self, sites: Sites, now_s: float) -> None:
        super().__init__(now_s)
        self._sites = sites

    def account(self, slot: int) -> Account | None:
        return self._sites.by_id(self.account_ids[slot])

    def schedule(self, slot: int) -> Schedule | None:
        listed = self._sites.parts(self.account_ids[slot]).schedules
        number = self.index[slot]
        return listed[number] if number < len(listed) else None

    def slot(self, account_id: str, schedule_id: str) -> int | None:
        return next((slot for slot in self.of_account(account_id) if self.names[slot] == schedule_id), None)
