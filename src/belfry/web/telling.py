"""From incidents and facts to what the API says of them: pure, in the language of whoever asks.

A `Teller` holds what does not change between requests: the lists, the rules, the registry's accounts. A row holds
nothing sealed but the place that its caller hands over for those who may act (`places`); of an incident that is over
it holds neither site nor place, since lists of those are archives (SCOPE).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from operator import is_
from typing import Any, Final

from msgspec import structs

from belfry.domain import clocks as deadlines
from belfry.domain.clocks import began_at, clocks
from belfry.domain.closing import JUDGED, Cause
from belfry.domain.closing_found import found as ending_of
from belfry.domain.closing_rules import choices
from belfry.domain.codes import Codes
from belfry.domain.commands import Staff
from belfry.domain.facts import (
    Act,
    Brief,
    IncidentState,
    Part,
    Received,
    Sealed,
)
from belfry.domain.fire_order import order_of
from belfry.domain.handling import allowed
from belfry.domain.incident import Incident
from belfry.domain.kinds import Kinds
from belfry.domain.merging import still_owed
from belfry.domain.presets import Rules
from belfry.domain.sent import SentUnit, here
from belfry.domain.signal import RESTORING, AccountKey, SignalState
from belfry.domain.site import Account
from belfry.domain.site_map import SiteMap, SiteMaps
from belfry.domain.unit import ORDER, UnitStatus
from belfry.domain.validation import Score, in_words, is_user_pressed, may_be_scored, score
from belfry.ports import Accounts, Sites
from belfry.web.centre_views import KindGroup, KindList, KindView
from belfry.web.groups import label as group_label
from belfry.web.in_words import signal_in
from belfry.web.views import (
    Clock,
    Clocks,
    ClosingChoice,
    Detail,
    ProposalView,
    RestoreView,
    Row,
    ScoreView,
    SignalView,
    SiteView,
    TimelineItem,
    UnitsAt,
)

MEDICAL: Final = "MED"
SCORES_KEPT: Final = 16_384
"""More than stand in any queue."""

_ANNOTATING: Final = RESTORING | {SignalState.CANCEL, SignalState.ABORT, SignalState.SILENCED}

Texts = Mapping[bytes, str]
"""What sealed parts say, by the name of their key; an erased one is missing."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a signal."""

    act: str
    incident: str | None
    quality: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Teller:
    """Says incidents in one language at a time."""

    accounts: Sites
    kinds: Kinds
    codes: Codes
    rules: Rules
    silent: Callable[[Incident], bool] = lambda _: False
    """Whether a silent alarm is open at the site of an incident."""
    maps: SiteMaps = field(default_factory=SiteMaps)
    beside: Callable[[Incident], Sequence[Incident]] = lambda _: ()
    """What is open at the site of an incident."""
    device_name: Callable[[str], str | None] = lambda _: None
    """What its site calls a device, by the device's id."""
    scores: dict[str, tuple[tuple[int, ...], list[SiteMap | None], Score | None]] = field(default_factory=dict)
    """As last reckoned, by incident: a row is told to many more often than it changes."""

    # -- rows

    def row(self, incident: Incident, language: str, place: str | None = None, neighbours: int = 0) -> Row:
        """Return the row of an incident as it is now; `place` is what `Places` knows, for those who may act, and
        `neighbours` how many of the same hazard close by whoever asks may know of."""
        return Row(**self._fields(incident, language, in_list=True), place=place, neighbours=neighbours)

    def detail(
        self,
        incident: Incident,
        language: str,
        *,
        timeline: Sequence[TimelineItem],
        before: str | None,
        place: str | None,
        siblings: Sequence[Row],
        texts: Texts | None,
        by: Staff,
        now: datetime,
        owner: str | None = None,
        proposals: Sequence[ProposalView] = (),
        neighbours: Sequence[Row] = (),
        merged: Sequence[Row] = (),
        lead: Row | None = None,
    ) -> Detail:
        """Return an incident with its story. `texts` are what its sealed parts say; None: nobody can read them now."""
        words = self.kinds.words(incident.kind, language)
        same_zone = (brief for brief in incident.newest if brief.zone == incident.zone)
        parts = (*incident.first.sealed, *(sealed for brief in same_zone for sealed in brief.sealed))
        fields = self._fields(incident, language, in_list=False)
        fields["note"] = next((item.text for item in reversed(timeline) if item.type == "note"), None)
        unreadable, texts = texts is None, texts or {}
        return Detail(
            **fields,
            place=place,
            unreadable=unreadable,
            reasons=list(incident.reasons),
            definition=words.definition,
            not_this=words.not_this,
            timeline=list(timeline),
            timeline_before=before,
            acts=list(allowed(incident, by=by, now=now, owner=owner)),
            siblings=list(siblings),
            neighbours=len(neighbours),
            neighbours_open=list(neighbours),
            merged=list(merged),
            lead=lead,
            site_owner=owner,
            proposals=list(proposals),
            zone_text=_said(parts, Part.ZONE_TEXT, texts),
            caller=_said(parts, Part.CALLER, texts),
            place_text=_said(parts, Part.PLACE, texts) or _said(parts, Part.POSITION, texts),
            dispositions=[str(one) for one in JUDGED],
            causes=[str(one) for one in Cause],
            closing=list(closing_of(incident.kind)),
            ending=ending_of(incident),
        )

    def fields(self, incident: Incident, language: str) -> dict[str, Any]:
        """Return what a row says of an incident, by name, with the site of one that is over too: for its record."""
        return self._fields(incident, language, in_list=False)

    def _fields(self, incident: Incident, language: str, *, in_list: bool) -> dict[str, Any]:
        key = incident.account
        site = self._site(incident) if incident.open or not in_list else None
        area_name, zone_name = (None, None) if site is None else self._names(incident)
        if site is not None and zone_name is None:
            zone_name = self._device(incident.first.device)
        return {
            "id": incident.id,
            "number": incident.number,
            "kind": incident.kind,
            "label": self.kinds.words(incident.kind, language).label,
            "group": group_of(incident.kind),
            "state": incident.state,
            "priority": incident.priority,
            "rank": incident.rank,
            "opened_at": incident.opened_at,
            "queued_at": incident.queued_at,
            "escalated": list(incident.escalated),
            "clocks": clocks_view(incident, self.rules),
            "account": None if key is None else key.account,
            "account_id": incident.account_id,
            "receiver": None if key is None else key.receiver,
            "prefix": None if key is None else key.prefix,
            "site": site,
            "part": _part_of(incident) if incident.open or not in_list else None,
            "area": incident.area,
            "zone": incident.zone,
            "area_name": area_name,
            "zone_name": zone_name,
            "method": incident.method,
            "silent": incident.silent,
            "silent_site": self.silent(incident),
            "life": incident.life,
            "score": self._score_view(incident, language),
            "fire_order": order_of(incident),
            "flags": list(incident.flags),
            "taken_by": incident.taken_by,
            "taken_at": incident.taken_at,
            "held_by": incident.held_by if incident.state is IncidentState.HELD else None,
            "held_until": incident.held_until,
            "held_on": incident.held_on,
            "parked": incident.parked,
            "first_taken_at": incident.first_taken_at,
            "pending_until": incident.pending_until,
            "restore": _restore(incident),
            "disposition": incident.disposition,
            "cause": incident.cause,
            "closed_at": incident.closed_at,
            "follow_up_at": incident.follow_up_at,
            "previous": incident.previous,
            "merged_into": incident.merged_into,
            "trainee": incident.trainee,
            "units": _units_at(incident),
            "alarm_level": incident.level,
            "leads": len(incident.merged),
            "version": incident.version,
            "signals_seq": incident.signals_seq,
            "seen_upto": incident.seen_upto,
            "signals": [signal_in(self.signal(brief, incident), language) for brief in incident.newest],
            "rings": str(incident.rings_at),
            "updated": str(incident.head),
        }

    def _site(self, incident: Incident) -> SiteView | None:
        account = account_of(self.accounts, incident)
        return None if account is None else site_view(account)

    def _names(self, incident: Incident) -> tuple[str | None, str | None]:
        return self._called(incident, incident.area, incident.zone)

    def _called(self, incident: Incident, area: str | None, zone: str | None) -> tuple[str | None, str | None]:
        """What the registry calls an area and a zone; those of a shared panel are registered at its own account."""
        names: tuple[str | None, str | None] = (None, None)
        if area is None and zone is None:
            return names
        for account in (incident.account_id, self._line(incident)):
            site = None if account is None else self.maps.of(account, self.accounts.parts(account))
            if site is not None:
                names = _first(names, _names_of(site, area, zone))
        return names

    def _line(self, incident: Incident) -> str | None:
        line = None if incident.via is None else self.accounts.by_key(incident.via)
        return None if line is None else line.id

    # -- how sure it is

    def score(self, incident: Incident) -> Score | None:
        """The validation score; None where the levels are not for it."""
        if not (may_be_scored(incident) or is_user_pressed(incident.kind)):
            return None
        beside = self.beside(incident)
        heads = (incident.head, *(one.head for one in beside))  # positions: they say which incidents, and how far
        zones = [self._zones(one) for one in (incident, *beside)]
        kept = self.scores.get(incident.id)
        if kept is not None and kept[0] == heads and all(map(is_, kept[1], zones)):
            return kept[2]
        found = score(incident, beside=beside, rules=self.rules, site_of=self._zones)
        if len(self.scores) >= SCORES_KEPT:
            self.scores.clear()
        self.scores[incident.id] = (heads, zones, found)
        return found

    def said_of(self, found: Score, language: str) -> list[str]:
        """Why, in words."""
        return [in_words(why, language) for why in found.why]

    def names(self, incident: Incident) -> tuple[str | None, str | None]:
        """What the registry calls the area and the zone, or their numbers."""
        area, zone = self._names(incident)
        return area or incident.area, zone or incident.zone

    def _score_view(self, incident: Incident, language: str) -> ScoreView | None:
        found = self.score(incident)
        if found is None:
            return None
        return ScoreView(
            level=found.level,
            table=found.table,
            judged=any(why.rule == "set" for why in found.why),
            rules=found.rules,
            why=self.said_of(found, language),
            notes=[in_words(note, language) for note in found.notes],
        )

    def _zones(self, incident: Incident) -> SiteMap | None:
        """What is registered of the zones of the panel that speaks for an incident."""
        account = self._line(incident) or incident.account_id
        return None if account is None else self.maps.of(account, self.accounts.parts(account))

    # -- signals

    def line(self, brief: Brief, incident: Incident, act: Act) -> SignalView:
        """Return a signal as a line of its incident's story, with what the registry calls its zone."""
        _, zone_name = self._called(incident, brief.area, brief.zone)
        return structs.replace(
            self.signal(brief, incident, act), zone_name=zone_name or self._device(brief.device), device=brief.device
        )

    def _device(self, device: str | None) -> str | None:
        """What its site calls a device."""
        return None if device is None else self.device_name(device)

    def signal(self, brief: Brief, incident: Incident, act: Act | None = None) -> SignalView:
        """Return a signal as its incident remembers it. Without `act`, as far as its state tells."""
        return self._signal(
            brief,
            brief.position,
            account=incident.account,
            account_id=incident.account_id,
            became=Decision(act or _act_of(brief, incident), incident.id, brief.quality),
        )

    def received(self, fact: Received, position: int, became: Decision | None) -> SignalView:
        """Return a signal of the journal, and what became of it where that is settled."""
        return self._signal(
            fact, position, account=fact.account_key, account_id=fact.account_id, became=became or Decision("", None)
        )

    def _signal(
        self,
        said: Brief | Received,
        position: int,
        *,
        account: AccountKey | None,
        account_id: str | None,
        became: Decision,
    ) -> SignalView:
        return SignalView(
            position=str(position),
            method=said.method,
            received_at=said.received_at,
            occurred_at=said.occurred_at,
            account=None if account is None else account.account,
            account_id=account_id,
            area=said.area,
            zone=said.zone,
            code=said.code,
            name=self._name(said),
            category=said.category,
            subtype=said.subtype,
            state=said.state,
            act=became.act or None,
            incident=became.incident,
            quality=list(became.quality),
            device=said.device,
        )

    def _name(self, said: Brief | Received) -> str | None:
        if said.wire is None or said.code is None:
            return None if said.device is None else self.codes.name_of(said.category, said.subtype, said.state)
        return self.codes.meaning(said.wire, said.code).name or None


def _units_at(incident: Incident) -> UnitsAt | None:
    present = here(incident.units)
    if not present:
        return None
    first = max(present, key=_along)
    return UnitsAt(
        count=len(present),
        call_sign=first.call_sign,
        status=first.status,
        needs_more=any(one.needs_more for one in present),
    )


def _along(unit: SentUnit) -> int:
    return len(ORDER) if unit.status is UnitStatus.DISTRESS else ORDER.get(unit.status, -1)


def _restore(incident: Incident) -> RestoreView:
    """With what those need that are merged into it: the one that leads waits for all of it."""
    owed = still_owed(incident)
    needed = "required" if owed else incident.restore
    return RestoreView(needed, incident.restored and not owed, incident.open_points + owed)


def _names_of(site: SiteMap, area: str | None, zone: str | None) -> tuple[str | None, str | None]:
    known_area, known_zone = site.area(area), site.zone(area, zone)
    return (
        None if known_area is None else known_area.name or None,
        None if known_zone is None else known_zone.name or None,
    )


def _part_of(incident: Incident) -> str | None:
    """What the centre's own incident is about; a grouping key ends with it (`domain.correlation`)."""
    if incident.group is None or not incident.group.startswith("centre|"):
        return None
    return incident.group.split("|", 2)[2] or None


def _first(one: tuple[str | None, str | None], other: tuple[str | None, str | None]) -> tuple[str | None, str | None]:
    return (one[0] or other[0], one[1] or other[1])


def group_of(kind: str) -> str:
    return kind.partition(".")[0]


@cache  # the same for each of a closed list
def closing_of(kind: str) -> Sequence[ClosingChoice]:
    """What is offered to close an incident of a kind."""
    return tuple(
        ClosingChoice(str(one.disposition), one.key, causes=[str(cause) for cause in one.causes], needs=list(one.needs))
        for one in choices(kind)
    )


@cache  # of a closed list, and asked after every signal
def is_medical(kind: str) -> bool:
    """Medical incidents are nobody's lead: only the control room sees them (SCOPE)."""
    return group_of(kind) == MEDICAL


def account_of(accounts: Accounts, incident: Incident) -> Account | None:
    """The account of the registry that an incident is about."""
    account = None if incident.account_id is None else accounts.by_id(incident.account_id)
    if account is None and incident.account is not None:
        account = accounts.by_key(incident.account)
    return account


def site_view(account: Account) -> SiteView:
    return SiteView(
        id=account.id,
        name=account.name,
        address=account.address,
        latitude=account.latitude,
        longitude=account.longitude,
        time_zone=account.time_zone,
        type=account.type,
    )


def kind_list(kinds: Kinds, language: str) -> KindList:
    """The closed list in one language, in its own order."""
    items, groups = [], dict[str, KindGroup]()
    for kind in kinds.all():
        words = kinds.words(kind.code, language)
        if kind.group not in groups:
            groups[kind.group] = KindGroup(kind.group, group_label(kind.group, language))
        items.append(
            KindView(
                code=kind.code,
                group=kind.group,
                label=words.label,
                definition=words.definition,
                not_this=words.not_this,
                priority=kind.priority,
                rank=kind.rank,
                methods=list(kind.methods),
                reach=kind.reach,
                life=kind.life,
                silent=kind.silent,
                restore=kind.restore,
            )
        )
    return KindList(
        digest=kinds.digest, version=kinds.version, language=language, groups=list(groups.values()), items=items
    )


def clocks_view(incident: Incident, rules: Rules) -> Clocks:
    """Its deadlines, as every list has them."""
    began = began_at(incident)
    return Clocks(**{name: _clock(clock, began) for name, clock in clocks(incident, rules).items()})


def _clock(clock: deadlines.Clock, began: datetime) -> Clock:
    return Clock(clock.target_at, clock.limit_at, clock.done_at, at_once=clock.target_at <= began < clock.limit_at)


def _act_of(brief: Brief, incident: Incident) -> Act:
    if brief.position == incident.first.position:
        return Act.OPEN
    return Act.ANNOTATE if brief.state in _ANNOTATING else Act.JOIN


def _said(parts: Sequence[Sealed], part: Part, texts: Texts) -> str | None:
    """The newest of a kind of part that can still be read."""
    return next((texts[sealed.key] for sealed in reversed(parts) if sealed.part is part and sealed.key in texts), None)
