"""One signal with all that triage knows when it looks at it, and the facts that a step may make of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from belfry.centre.draft import Draft
from belfry.domain.codes import Codes
from belfry.domain.commands import ON_RESTORE
from belfry.domain.condition import Condition, Seen
from belfry.domain.correlation import group_key
from belfry.domain.facts import Act, Brief, Effect, Joined, Logged, OnIncident, Opened, Point, Received
from belfry.domain.fire_order import fire_order
from belfry.domain.folding import point_of
from belfry.domain.incident import Incident, State
from belfry.domain.kinds import Kind, Kinds
from belfry.domain.presets import Rules
from belfry.domain.signal import AccountKey, Method
from belfry.domain.site import Account
from belfry.domain.site_map import SiteMap
from belfry.domain.verdict import RESTORE_OVERDUE, Verdict
from belfry.ports import Sites

Decided = Sequence[OnIncident | Logged]
"""What a signal becomes: the facts that settle it."""


class Decision(Struct, frozen=True, gc=False):
    """What is to be written for one signal: what settles it, what it does beside, and what observing it told."""

    settled: Decided
    beside: Sequence[OnIncident]
    seen: Seen
    account: AccountKey | None


def wakes(incident: Incident, *, ends: bool = False) -> State | None:
    """Whatever is said of an incident that is held until the next signal wakes it; one that is held until its restore,
    what `ends` it. A new alarm or trouble wakes either."""
    wanted = incident.held_on is not None and (ends or incident.held_on != ON_RESTORE)
    return State.WAITING if incident.state is State.HELD and wanted else None


def key_behind(account: Account, line: AccountKey) -> AccountKey:
    """How an account is named whose area speaks over the line of another one."""
    return AccountKey(
        line.receiver if account.receiver is None else account.receiver,
        line.prefix if account.prefix is None else account.prefix,
        account.account,
    )


class Books(Struct, frozen=True):
    """What triage looks things up in."""

    accounts: Sites
    kinds: Kinds
    codes: Codes
    rules: Rules


class Case(Struct, frozen=True, gc=False):
    """One signal. `open_here` are the open incidents of its account, `draft` sees this batch's decisions too.

    `key` and `account` are whose incident it may be. Where the area belongs to another customer that is his account,
    and the panel that said it is the `line` of another one; its live state is the panel's in any case.
    """

    position: int
    signal: Received
    key: AccountKey | None
    account: Account | None
    condition: Condition
    seen: Seen
    verdict: Verdict
    open_here: Sequence[Incident]
    marks: tuple[str, ...]
    draft: Draft
    books: Books
    site: SiteMap | None = None
    """What is registered of the panel's zones and areas; None: nothing is."""
    via: AccountKey | None = None
    """The panel's own account, where the area belongs to another one."""

    @property
    def line(self) -> AccountKey | None:
        """The account of the panel that said it."""
        return self.key if self.via is None else self.via

    @property
    def account_id(self) -> str | None:
        """Whose incident it may be."""
        return self.signal.account_id if self.via is None or self.account is None else self.account.id

    def group(self, kind: Kind) -> str | None:
        """The grouping key of the signal, were it of this kind."""
        return group_key(kind, self.signal, building=self.building, account=None if self.via is None else self.key)

    @property
    def unknown(self) -> bool:
        return self.account is None and self.signal.method is Method.EQUIPMENT

    @property
    def now(self) -> datetime:
        return self.signal.received_at

    @property
    def building(self) -> str:
        return "" if self.account is None else self.account.building

    @property
    def who(self) -> str:
        """The account as grouping keys name it."""
        key = self.key
        return "centre" if key is None else f"{key.receiver}/{key.prefix or ''}/{key.account}"

    # -- what a step may write

    def _owing(self) -> str | None:
        """The closed incident whose restore is overdue, where this is what is said."""
        return self.signal.part if self.signal.kind == RESTORE_OVERDUE else None

    def _site(self, of_account: bool) -> str | None:
        """What it is handled together with, where that is more than its account."""
        account_id = self.account_id if of_account else self.signal.account_id
        site = None if account_id is None else self.books.accounts.site(account_id)
        return None if site == account_id else site

    def point(self) -> Point:
        """Where the signal puts its alarm."""
        return point_of(self.signal)

    def brief(self) -> Brief:
        s = self.signal
        return Brief(  # one for every signal, so by place: a third of the time
            self.position,
            s.method,
            s.received_at,
            s.occurred_at,
            s.area,
            s.zone,
            s.wire,
            s.code,
            s.category,
            s.subtype,
            s.state,
            s.path,
            self.marks,
            s.sealed,
            s.device,
        )

    def logged(
        self, *reasons: str, act: Act = Act.LOG, incident: str | None = None, marks: tuple[str, ...] = ()
    ) -> Logged:
        kind = None if self.verdict.kind is None else self.verdict.kind.code
        return Logged(
            signal=self.position,
            act=act,
            kind=kind,
            incident=incident,
            quality=(*self.marks, *marks),
            reasons=(*self.verdict.reasons, *reasons),
        )

    def context(self, incident: Incident, *reasons: str, ends: bool = False) -> Joined:
        """The signal is part of an incident's story and changes nothing of it; `ends` as in `wakes`."""
        return Joined(
            incident=incident.id,
            signal=self.brief(),
            effect=Effect.CONTEXT,
            state=wakes(incident, ends=ends),
            reasons=(*self.verdict.reasons, *reasons),
        )

    def opened(
        self,
        *,
        kind: str,
        priority: int,
        rank: int | None,
        group: str | None,
        reasons: tuple[str, ...],
        restore: str,
        flags: tuple[str, ...] = (),
        auto_close: str = "never",
        pending_s: int | None = None,
        of_account: bool = True,
        near: tuple[str, ...] = (),
        suffix: str = "",
    ) -> Opened:
        """A new incident. `suffix` tells apart a second one that the same signal opens."""
        policy = self.books.kinds[kind]
        previous = None if group is None else self.draft.last_of_group(group)
        ordered = fire_order(kind, self.account, priority=priority)
        if ordered is not None and ordered.reason is not None:
            reasons = (*reasons, ordered.reason)
        return Opened(
            incident=f"i{self.position}{suffix}",
            number=self.draft.next_number(),
            kind=kind,
            priority=priority,
            rank=rank,
            state=State.WAITING if pending_s is None else State.PENDING,
            signal=self.brief(),
            account=self.key if of_account else None,
            account_id=self.account_id if of_account else self.signal.account_id,
            via=self.via if of_account else None,
            group=group,
            silent=policy.silent,
            life=policy.life,
            restore=restore,
            auto_close=auto_close,
            pending_until=None if pending_s is None else self.now + timedelta(seconds=pending_s),
            previous=self._owing() or (None if previous is None or previous.open else previous.id),
            fire_order=None if ordered is None else str(ordered.order),
            flags=flags,
            reasons=reasons,
            near=near,
            site=self._site(of_account),
        )
