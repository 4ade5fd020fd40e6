"""What may be done with an incident, by whom and when: decided by rules alone (RULES 2).

`decide` gives the fact to write down, or raises a `Refusal`. The words that a person typed stay beside the fact, in the
clear, and whoever appends it seals them first.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, assert_never

from msgspec import Struct, structs

from belfry.domain import own_services
from belfry.domain.closing import Disposition
from belfry.domain.closing_rules import CAUSE, TOLD, comment_needed, needed
from belfry.domain.commands import (
    ON_RESTORE,
    ON_SIGNAL,
    Assign,
    Close,
    Command,
    Conflict,
    DoStep,
    Hold,
    Invalid,
    Merge,
    NotAllowed,
    Note,
    Owed,
    Park,
    Reclassify,
    Refusal,
    Release,
    Reopen,
    SayArrived,
    SayWord,
    SetScore,
    ShowAccess,
    SkipStep,
    Staff,
    Take,
    TakeBack,
    TakeOver,
    Unmerge,
    Unseen,
    check_words,
)
from belfry.domain.dispatching import UnitsThere, still_bound
from belfry.domain.facts import (
    LEFT_WAITING,
    AccessShown,
    Assigned,
    Closed,
    Held,
    Noted,
    Reclassified,
    Released,
    Reopened,
    Sealed,
    Taken,
    WordChecked,
)
from belfry.domain.hands import called, points, span, who_was_quicker, whose
from belfry.domain.incident import NEXT, PARKED, REOPEN_WITHIN, Incident, Move, State
from belfry.domain.kinds import Kinds
from belfry.domain.merging import HEADS, merge, still_owed, unmerge
from belfry.domain.plan import Outcome, Step, StepType
from belfry.domain.plan_run import owed, step_of, told_at
from belfry.domain.plan_steps import holds_for
from belfry.domain.presets import Rules
from belfry.domain.score_handling import set_score
from belfry.domain.step_facts import Arrived, Merged, ScoreSet, StepDone, TakenBack, Unmerged
from belfry.domain.step_handling import do_step, last_answer, say_arrived, skip_step, take_back
from belfry.domain.validation import may_be_scored

__all__ = [
    "ACTING",
    "Assign",
    "Close",
    "Command",
    "Conflict",
    "Decision",
    "Hold",
    "Invalid",
    "Merge",
    "NotAllowed",
    "Note",
    "Park",
    "Reclassify",
    "Refusal",
    "Release",
    "Reopen",
    "Staff",
    "Take",
    "TakeOver",
    "Unmerge",
    "Unseen",
    "allowed",
    "decide",
    "longest_hold",
]

PARK_FOR: Final = timedelta(minutes=5)
"""How long lesser work is put aside for a priority 1 before it comes back by itself."""
DROPPED: Final = 3
"""A priority from which on a cancelled alarm is over with one key (RULES 2, cancel)."""
PARKABLE: Final = range(3, 6)
"""The priorities that may be put aside for a priority 1."""
ACTING: Final = frozenset({"operator", "dispatcher", "supervisor", "administrator"})
"""The roles that handle incidents; the others read, or not even that."""

HumanFact = (
    Taken
    | Released
    | Held
    | Noted
    | Reclassified
    | Closed
    | Reopened
    | Assigned
    | WordChecked
    | AccessShown
    | StepDone
    | TakenBack
    | Arrived
    | ScoreSet
    | Merged
    | Unmerged
)

UNKNOWN_ACCOUNT: Final = "unknown_account"
"""The flag of an incident whose number nobody registered."""


class Decision(Struct, frozen=True):
    """The fact to append, and the words of a person that are sealed into it before."""

    fact: HumanFact
    words: str | None = None

    def sealed(self, parts: Sequence[Sealed]) -> HumanFact:
        """Return the fact with its words as sealed parts."""
        if not parts or isinstance(self.fact, WordChecked | AccessShown | TakenBack):  # which have no words
            return self.fact
        return structs.replace(self.fact, sealed=tuple(parts))


class Scene(Struct, frozen=True):
    """What a decision looks at."""

    incident: Incident
    by: Staff
    now: datetime
    rules: Rules
    kinds: Kinds
    owner: str | None = None
    silent: bool = False
    lead: Incident | None = None
    apart: bool = False

    def whose(self) -> str:
        return whose(self.incident, by=self.by.name, now=self.now)


def decide(
    incident: Incident,
    command: Command,
    *,
    by: Staff,
    now: datetime,
    rules: Rules,
    kinds: Kinds,
    owner: str | None = None,
    silent: bool = False,
    lead: Incident | None = None,
    apart: bool = False,
) -> Decision:
    """Return what `command` writes down about `incident`. Raises Refusal; changes nothing.

    `owner` is who handles what else is open at its site (`site_handling`); `silent`: nobody there may notice anything;
    `lead` is what it is merged into, or is to be, and `apart`: that is of another tenant.
    """
    if by.role not in ACTING:
        raise NotAllowed(by.role)
    check_words(command)
    scene = Scene(incident, by, now, rules, kinds, owner, silent, lead, apart)
    if incident.merged_into is not None and incident.open and not isinstance(command, Note | Merge | Unmerge):
        raise Conflict(f"It is merged into {called(lead)}, and is handled there")
    if incident.trainee not in (None, by.name) and by.role not in HEADS and not isinstance(command, Note):
        raise Conflict(f"An exercise of {incident.trainee}")
    if not isinstance(command, Note | SayWord | ShowAccess) and command.version != incident.version:
        raise Conflict(who_was_quicker(incident, command.version, by=by.name, now=now))
    match command:
        case Take():
            return _take(scene, command)
        case TakeOver():
            return _take_over(scene, command)
        case Release():
            return _release(scene, command)
        case Hold():
            return _hold(scene, command)
        case Park():
            return _park(scene)
        case Note():
            return _note(scene, command)
        case Reclassify():
            return _reclassify(scene, command)
        case Close():
            return _close(scene, command)
        case Reopen():
            return _reopen(scene, command)
        case Assign():
            return _assign(scene, command)
        case SayWord():
            return _say_word(scene, command)
        case ShowAccess():
            _must_be_mine(scene)
            return Decision(AccessShown(incident=incident.id, by=by.name, account_id=command.account_id))
        case DoStep():
            _must_be_mine(scene)
            return Decision(*do_step(incident, command, by=by.name, now=now, silent=silent))
        case SkipStep():
            _must_be_mine(scene)
            return Decision(*skip_step(incident, command, by=by.name))
        case TakeBack():
            _must_be_mine(scene)
            return Decision(*take_back(incident, command, by=by.name, now=now))
        case SayArrived():
            _must_be_mine(scene)
            return Decision(*say_arrived(incident, command, by=by.name))
        case SetScore():
            _must_be_mine(scene)
            return Decision(*set_score(incident, command, by=by.name))
        case Merge():
            return _merge(scene, command)
        case Unmerge():
            return Decision(*unmerge(incident, lead, command, by=by))
        case _:
            assert_never(command)


def allowed(incident: Incident, *, by: Staff, now: datetime, owner: str | None = None) -> Sequence[str]:
    """The acts that `by` may try on an incident now, as named in the API; `owner` as in `decide`."""
    if by.role not in ACTING:
        return ()
    if incident.merged_into is not None and incident.open:
        return ("note", "unmerge")
    mine = incident.state is State.TAKEN and incident.taken_by == by.name
    others = owner not in (None, by.name)
    acts: list[str] = []
    if _takeable(incident, by):
        acts.append("takeover" if others else "take")
    elif incident.state in (State.TAKEN, State.HELD) and not mine:
        acts.append("takeover")
    if mine:
        acts += ["release", "hold", "reclassify", "close", "do"]
        acts += ["skip"] if incident.plan is not None else []
        acts += ["undo"] if last_answer(incident, by.name, now) is not None else []
        acts += ["arrived"] if incident.coming else []
        acts += ["score"] if may_be_scored(incident) else []
    if mine and assignable(incident):
        acts.append("assign")
    if incident.open or _reopenable(incident, now):
        acts.append("note")
    if _reopenable(incident, now) and not others:
        acts.append("reopen")
    return tuple(acts)


def owed_of(incident: Incident, *, silent: bool = False) -> Sequence[Step]:
    """The steps of its plan without which an incident may not be closed. None is owed of what a user of the site
    cancelled, so that its priority fell, nor of what is handled as one case with another incident."""
    dropped = incident.cancelled and incident.priority >= DROPPED
    return () if dropped or incident.merged_into is not None else owed(incident.plan, silent=silent)


def assignable(incident: Incident) -> bool:
    """Whether it is of a number that nobody registered, or was when a person said whose it is."""
    return incident.account is not None and UNKNOWN_ACCOUNT in incident.flags


def longest_hold(priority: int, rules: Rules) -> timedelta:
    """How long an incident of a priority may be held."""
    return timedelta(seconds={1: rules.hold_1_s, 2: rules.hold_2_s}.get(priority, rules.hold_s))


# -- one act each -----------------------------------------------------------------------------------------------------


def _take(scene: Scene, command: Take) -> Decision:
    incident, by = scene.incident, scene.by
    if not _takeable(incident, by):
        if incident.state is State.TAKEN and incident.taken_by == by.name:
            raise Conflict("You have it already")
        raise Conflict(scene.whose())
    over, reason = _site_over(scene), None
    if over is not None:
        if not command.left_waiting:
            raise Conflict(f"{over} handles the site: take it over, with a reason")
        reason = LEFT_WAITING
    fact = Taken(incident=incident.id, by=by.name, seen_upto=incident.signals_seq, over=over, reason=reason)
    return Decision(fact)


def _site_over(scene: Scene) -> str | None:
    """Who else handles the site of the incident."""
    return None if scene.owner == scene.by.name else scene.owner


def _take_over(scene: Scene, command: TakeOver) -> Decision:
    incident, by = scene.incident, scene.by
    if incident.state is State.TAKEN and incident.taken_by == by.name:
        raise Conflict("You have it already")
    over = incident.taken_by or (incident.held_by if incident.state is State.HELD else None) or _site_over(scene)
    if over is None and incident.open:
        raise Conflict(scene.whose())
    _must_be_legal(scene, Move.TAKE_OVER)
    return Decision(Taken(incident=incident.id, by=by.name, seen_upto=incident.signals_seq, over=over), command.reason)


def _release(scene: Scene, command: Release) -> Decision:
    _must_be_mine(scene, Move.RELEASE)
    return Decision(Released(incident=scene.incident.id, by=scene.by.name), command.reason)


def _hold(scene: Scene, command: Hold) -> Decision:
    incident, now = scene.incident, scene.now
    _must_be_mine(scene, Move.HOLD)
    cap = longest_hold(incident.priority, scene.rules)
    if command.step is not None:
        command = _for_wait(incident, command, now, now + cap)
    until = now + cap if command.until is None else command.until
    if command.until is None and command.on is None:
        raise Invalid("until", None, "needed, unless it is held on the next signal or its restore")
    if command.on == ON_RESTORE and incident.restored and not still_owed(incident):
        raise Invalid("on", command.on, "everything is restored already")
    if until <= now:
        raise Invalid("until", until, "must lie ahead")
    if until > now + cap:
        raise Invalid("until", until, f"at most {span(cap)} for priority {incident.priority}")
    if incident.priority == 1 and command.reason is None and not _is_told(incident):
        raise Invalid("reason", None, "needed to hold a priority 1 before a service was told")
    return Decision(_held(scene, until, command.on, None), command.reason)


def _is_told(incident: Incident) -> bool:
    return told_at(incident.deeds) is not None or own_services.told_at(incident) is not None


def _for_wait(incident: Incident, command: Hold, now: datetime, longest: datetime) -> Hold:
    """Until what the present wait of the plan is for, as far as the priority allows. Whoever is late already is waited
    for as long as that. Raises Refusal."""
    if (command.until, command.on) != (None, None):
        raise Invalid("step", command.step, "alone: it says until when")
    run = incident.plan
    step = None if run is None else step_of(run, command.step)
    if run is None or step is None or step.id != run.at or step.do is not StepType.WAIT:
        raise Conflict("The plan does not wait there")
    until, on = holds_for(incident, step)
    until = longest if until is None or until <= now else min(until, longest)
    return structs.replace(command, until=until, on=on, step=None)


def _park(scene: Scene) -> Decision:
    _must_be_mine(scene, Move.HOLD)
    if scene.incident.priority not in PARKABLE and scene.incident.trainee is None:
        raise Conflict(f"A priority {scene.incident.priority} is never put aside")
    return Decision(_held(scene, scene.now + PARK_FOR, ON_SIGNAL, PARKED))


def _held(scene: Scene, until: datetime, on: str | None, reason: str | None) -> Held:
    incident = scene.incident
    return Held(incident=incident.id, by=scene.by.name, until=until, on=on, reason=reason, seen_upto=incident.seen_upto)


def _note(scene: Scene, command: Note) -> Decision:
    incident = scene.incident
    if not incident.open and not _reopenable(incident, scene.now):
        raise Conflict(f"{scene.whose()}: at most {span(REOPEN_WITHIN)} afterwards")
    return Decision(Noted(incident=incident.id, by=scene.by.name), command.text)


def _reclassify(scene: Scene, command: Reclassify) -> Decision:
    incident = scene.incident
    if command.kind not in scene.kinds:
        raise Invalid("kind", command.kind, "not in the closed list of kinds")
    kind = scene.kinds[command.kind]
    if incident.method not in kind.methods:
        raise Invalid("kind", command.kind, f"not for what came as {incident.method}")
    if command.kind == incident.kind:
        raise Invalid("kind", command.kind, "is its kind already")
    _must_be_mine(scene)
    fact = Reclassified(
        incident=incident.id,
        by=scene.by.name,
        kind=kind.code,
        priority=kind.priority,
        rank=kind.rank,
        silent=kind.silent,
        life=kind.life,
        restore=kind.restore,
        auto_close=kind.auto_close,
        was=incident.kind,
    )
    return Decision(fact, command.reason)


def _close(scene: Scene, command: Close) -> Decision:
    incident = scene.incident
    _must_be_mine(scene, Move.CLOSE)
    disposition = command.disposition or (Disposition.CANCELLED if incident.cancelled else None)
    if disposition is None:
        raise Invalid("disposition", None, "needed to close")
    if command.seen_upto > incident.signals_seq:
        raise Invalid("seen_upto", command.seen_upto, f"at most {incident.signals_seq}, the last signal")
    if command.seen_upto < incident.signals_seq:
        raise Unseen(incident.signals_seq - command.seen_upto)
    units = still_bound(incident)
    if units:
        raise UnitsThere(tuple(one.call_sign for one in units))
    steps = owed_of(incident, silent=scene.silent)
    if steps:
        raise Owed(steps)
    _must_be_said(scene, disposition, command)
    unrestored = incident.restore == "required" and not incident.restored
    if (unrestored or still_owed(incident)) and command.reason is None:
        raise Invalid("reason", None, f"needed to close with {points(incident, unrestored=unrestored)} not restored")
    fact = Closed(
        incident=incident.id,
        follow_up_at=_follow_up(scene, command) if unrestored else None,
        by=scene.by.name,
        disposition=disposition,
        cause=command.cause,
        seen_upto=command.seen_upto,
        unrestored=unrestored,
    )
    return Decision(fact, "\n".join(text for text in (command.reason, command.comment) if text is not None) or None)


def _must_be_said(scene: Scene, disposition: str, command: Close) -> None:
    """What is mandatory at the end of an incident of its kind (`closing_rules`)."""
    incident = scene.incident
    fields = needed(incident.kind, disposition)
    if CAUSE in fields and command.cause is None:
        raise Invalid("cause", None, f"needed to close a {incident.kind} as {disposition}")
    if TOLD in fields and not _told_or_skipped(incident):
        raise Invalid("told", None, f"needed to close a {incident.kind} as {disposition}: pass it to the service first")
    if comment_needed(command.cause) and command.comment is None and command.reason is None:
        raise Invalid("comment", None, f"needed where the cause is {command.cause}")


def _told_or_skipped(incident: Incident) -> bool:
    """The service knows, or somebody said why it was left out, which goes to the supervisor."""
    return any(deed.do is StepType.NOTIFY and deed.outcome in (Outcome.PASSED, None) for deed in incident.deeds)


def _follow_up(scene: Scene, command: Close) -> datetime:
    """Until when the missing restore is waited for (RULES 2, restores)."""
    longest = timedelta(seconds=scene.rules.follow_up_s)
    until = scene.now + longest if command.follow_up is None else command.follow_up
    if until <= scene.now:
        raise Invalid("follow_up", until, "must lie ahead")
    if until > scene.now + longest:
        raise Invalid("follow_up", until, f"at most {span(longest)} ahead")
    return until


def _merge(scene: Scene, command: Merge) -> Decision:
    if scene.lead is None:
        raise Invalid("into", command.into, "there is no such incident")
    if (over := _site_over(scene)) is not None:
        raise Conflict(f"{over} handles the site")
    return Decision(*merge(scene.incident, scene.lead, command, by=scene.by, apart=scene.apart))


def _assign(scene: Scene, command: Assign) -> Decision:
    incident = scene.incident
    _must_be_mine(scene)
    if not assignable(incident):
        raise Conflict("Its account is registered: it belongs where it came from")
    if command.account_id == incident.account_id:
        raise Invalid("account_id", command.account_id, "is its account already")
    fact = Assigned(
        incident=incident.id,
        by=scene.by.name,
        account_id=command.account_id,
        was=incident.account_id,
        fire_order=command.fire_order,
        restore=scene.kinds[incident.kind].restore,
        site=command.site,
    )
    return Decision(fact, command.reason)


def _reopen(scene: Scene, command: Reopen) -> Decision:
    if (over := _site_over(scene)) is not None:
        raise Conflict(f"{over} handles the site")
    _must_be_legal(scene, Move.REOPEN)
    if not _reopenable(scene.incident, scene.now):
        raise Conflict(f"{scene.whose()}: at most {span(REOPEN_WITHIN)} afterwards")
    return Decision(Reopened(incident=scene.incident.id, by=scene.by.name), command.reason)


def _say_word(scene: Scene, command: SayWord) -> Decision:
    if not scene.incident.open:
        raise Conflict(scene.whose())
    fact = WordChecked(
        incident=scene.incident.id,
        by=scene.by.name,
        right=command.right,
        contact=command.contact,
        cancels=command.right and command.cancels,
    )
    return Decision(fact)


# -- what several acts ask --------------------------------------------------------------------------------------------


def _takeable(incident: Incident, by: Staff) -> bool:
    """Free to take without a reason: nobody has it, or it was parked, or it is held by this person."""
    if incident.state is State.HELD:
        return incident.parked or incident.held_by == by.name
    return incident.state is not State.TAKEN and (incident.state, Move.TAKE) in NEXT


def _reopenable(incident: Incident, now: datetime) -> bool:
    return incident.closed_at is not None and now - incident.closed_at <= REOPEN_WITHIN


def _must_be_legal(scene: Scene, move: Move) -> None:
    if (scene.incident.state, move) not in NEXT:
        raise Conflict(scene.whose())


def _must_be_mine(scene: Scene, move: Move | None = None) -> None:
    """Only who has taken an incident decides about it."""
    incident = scene.incident
    if incident.state is not State.TAKEN or incident.taken_by != scene.by.name:
        raise Conflict(scene.whose())
    if move is not None:
        _must_be_legal(scene, move)
