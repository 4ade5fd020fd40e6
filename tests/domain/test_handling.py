"""Who may do what with an incident, and how the others are told why not (RULES 2)."""

from typing import Any, Final

import pytest
from msgspec import structs

from belfry.domain.closing import JUDGED, Cause, Disposition
from belfry.domain.commands import NOTE_MOST, REASON_MOST, Park
from belfry.domain.facts import Closed, Due, Held, Noted, Reclassified, Released, Reopened, Taken
from belfry.domain.folding import fold, point_of
from belfry.domain.handling import (
    Close,
    Command,
    Conflict,
    Decision,
    Hold,
    Invalid,
    NotAllowed,
    Note,
    Reclassify,
    Release,
    Reopen,
    Staff,
    Take,
    TakeOver,
    Unseen,
    allowed,
    decide,
)
from belfry.domain.incident import Incident
from belfry.domain.kinds import load
from belfry.domain.plan import Outcome, StepType
from belfry.domain.plan_run import Deed
from belfry.domain.presets import Rules
from tests.domain.incidents import (
    ANNA,
    BERT,
    NOON,
    a_cancel,
    a_joining,
    a_pending,
    a_restore,
    a_signal,
    after,
    an_incident,
)

KINDS: Final = load()
RULES: Final = Rules()


def act(incident: Incident, command: Command, by: Staff = ANNA, *, at: float = 10) -> Decision:
    return decide(incident, command, by=by, now=after(at), rules=RULES, kinds=KINDS)


def done(incident: Incident, command: Command, by: Staff = ANNA, *, at: float = 10) -> Incident:
    """The incident after an act."""
    fold(incident, [act(incident, command, by, at=at).fact], incident.head + 1, after(at))
    return incident


def taken(*, at: float = 0, **opening: Any) -> Incident:
    """An incident that anna has taken; version 2."""
    return done(an_incident(**opening), Take(version=1), at=at)


def closed(*, at: float = 20) -> Incident:
    """One that anna has closed; version 3."""
    return done(taken(), Close(seen_upto=1, version=2, disposition="genuine"), at=at)


# -- take


def test_taking_stamps_who_and_what_was_there_to_see() -> None:
    decision = act(an_incident(a_joining()), Take(version=1))
    assert decision == Decision(Taken(incident="i1", by="anna", seen_upto=2))


def test_a_pending_one_may_be_taken_out_of_its_delay() -> None:
    assert isinstance(act(a_pending(), Take(version=1)).fact, Taken)


def test_who_was_slower_reads_who_was_quicker() -> None:
    with pytest.raises(Conflict, match=r"^Taken by anna 3 s ago$"):
        act(taken(at=7), Take(version=1), BERT)
    with pytest.raises(Conflict, match=r"^Taken by anna 5 min ago$"):
        act(taken(), Take(version=2), BERT, at=300)


def test_taking_twice_is_refused_without_naming_somebody_else() -> None:
    with pytest.raises(Conflict, match="have it already"):
        act(taken(), Take(version=2))


def test_what_is_held_is_taken_by_its_holder_and_taken_over_by_others() -> None:
    held = done(taken(), Hold(version=2, on="signal"))
    assert isinstance(act(held, Take(version=3)).fact, Taken)
    with pytest.raises(Conflict, match="Held by anna: take it over, with a reason"):
        act(held, Take(version=3), BERT)
    assert act(held, TakeOver("she is at lunch", version=3), BERT) == Decision(
        Taken(incident="i1", by="bert", seen_upto=1, over="anna"), "she is at lunch"
    )


def test_what_was_parked_may_be_taken_by_anybody() -> None:
    parked = done(taken(priority=3), Park(version=2))
    assert isinstance(act(parked, Take(version=3), BERT).fact, Taken)


def test_taking_over_needs_a_reason_and_somebody_who_has_it() -> None:
    decision = act(taken(), TakeOver("anna is on the phone", version=2), BERT)
    assert decision == Decision(Taken(incident="i1", by="bert", seen_upto=1, over="anna"), "anna is on the phone")
    with pytest.raises(Invalid, match="reason: needed"):
        act(taken(), TakeOver("  ", version=2), BERT)
    with pytest.raises(Conflict, match="Nobody has it"):
        act(an_incident(), TakeOver("mine", version=1), BERT)
    with pytest.raises(Conflict, match="have it already"):
        act(taken(), TakeOver("mine", version=2))


# -- release and hold


def test_only_who_took_it_releases_holds_reclassifies_or_closes() -> None:
    commands: list[Command] = [
        Release(version=2),
        Hold(version=2, on="signal"),
        Reclassify("PROP.ALARM.SAFE", "the safe", version=2),
        Close(seen_upto=1, version=2, disposition="test"),
    ]
    for command in commands:
        act(taken(), command)
        with pytest.raises(Conflict, match="Taken by anna"):
            act(taken(), command, BERT)


def test_what_nobody_has_is_neither_held_nor_closed() -> None:
    with pytest.raises(Conflict, match="Nobody has it: take it first"):
        act(an_incident(), Hold(version=1, on="signal"))
    with pytest.raises(Conflict, match="Nobody has it: take it first"):
        act(an_incident(), Close(seen_upto=1, version=1, disposition="test"))


def test_a_release_needs_no_reason() -> None:
    assert act(taken(), Release(version=2)) == Decision(Released(incident="i1", by="anna"))
    assert act(taken(), Release(version=2, reason="shift ends")).words == "shift ends"


@pytest.mark.parametrize(("priority", "longest_s"), [(1, 300), (2, 900), (3, 86_400), (5, 86_400)], ids=str)
def test_a_hold_ends_at_the_latest_when_the_priority_says(priority: int, longest_s: int) -> None:
    incident = taken(priority=priority)
    longest = after(10 + longest_s)
    assert act(incident, Hold(version=2, until=longest, reason="asked for")) == Decision(
        Held(incident="i1", by="anna", until=longest, seen_upto=1), "asked for"
    )
    with pytest.raises(Invalid, match=f"for priority {priority}"):
        act(incident, Hold(version=2, until=after(11 + longest_s), reason="asked for"))


def test_a_hold_on_the_next_signal_lasts_as_long_as_it_may() -> None:
    assert act(taken(), Hold(version=2, on="signal")).fact == Held(
        incident="i1", by="anna", until=after(910), on="signal", seen_upto=1
    )


def test_a_hold_needs_an_end_that_lies_ahead() -> None:
    for command in (Hold(version=2), Hold(version=2, until=after(10)), Hold(version=2, on="monday")):
        with pytest.raises(Invalid):
            act(taken(), command)
    with pytest.raises(Invalid, match="UTC"):
        act(taken(), Hold(version=2, until=after(60).replace(tzinfo=None)))


def test_a_priority_1_is_held_with_a_reason_only() -> None:
    with pytest.raises(Invalid, match="reason: needed to hold a priority 1"):
        act(taken(priority=1), Hold(version=2, on="signal"))
    act(taken(priority=1), Hold(version=2, on="signal", reason="brigade is on its way"))


def test_a_priority_1_that_a_service_was_told_of_is_held_without_another_reason() -> None:
    tried = Deed(position=3, at=after(5), by="anna", do=StepType.NOTIFY, outcome=Outcome.BUSY)
    with pytest.raises(Invalid, match="before a service was told"):
        act(structs.replace(taken(priority=1), deeds=(tried,)), Hold(version=2, on="signal"))
    told = structs.replace(tried, outcome=Outcome.PASSED)
    act(structs.replace(taken(priority=1), deeds=(tried, told)), Hold(version=2, on="signal"))


def test_only_lesser_work_is_parked() -> None:
    fact = act(taken(priority=3), Park(version=2)).fact
    assert fact == Held(incident="i1", by="anna", until=after(310), on="signal", reason="parked", seen_upto=1)
    for priority in (1, 2):
        with pytest.raises(Conflict):
            act(taken(priority=priority), Park(version=2))


# -- note and reclassify


def test_anybody_who_handles_incidents_writes_notes_whatever_the_version() -> None:
    assert act(taken(), Note("rang twice"), BERT) == Decision(Noted(incident="i1", by="bert"), "rang twice")
    assert act(closed(), Note("guard was there"), BERT, at=60).words == "guard was there"


def test_texts_have_an_end() -> None:
    for command, most in (
        (Note("x" * (NOTE_MOST + 1)), NOTE_MOST),
        (Release(version=2, reason="x" * (REASON_MOST + 1)), REASON_MOST),
    ):
        with pytest.raises(Invalid, match=f"at most {most} characters") as refused:
            act(taken(), command)
        assert refused.value.value == most + 1
    with pytest.raises(Invalid, match="text: needed"):
        act(taken(), Note("\n"))


def test_a_new_kind_brings_its_own_policy() -> None:
    decision = act(taken(), Reclassify("PROP.ALARM.INTR.CONF", "seen on the clip", version=2))
    kind = KINDS["PROP.ALARM.INTR.CONF"]
    assert decision == Decision(
        Reclassified(
            incident="i1",
            by="anna",
            kind=kind.code,
            priority=kind.priority,
            rank=kind.rank,
            silent=kind.silent,
            life=kind.life,
            restore=kind.restore,
            auto_close=kind.auto_close,
            was="PROP.ALARM.INTR",
        ),
        "seen on the clip",
    )


@pytest.mark.parametrize("kind", ["PROP.CROWD", "PROP.ALARM.INTR", "PERS.MISSING"], ids=["unknown", "same", "method"])
def test_a_kind_is_listed_another_and_one_for_the_method(kind: str) -> None:
    with pytest.raises(Invalid) as refused:
        act(taken(), Reclassify(kind, "because", version=2))
    assert (refused.value.field, refused.value.value) == ("kind", kind)


# -- close


def test_closing_says_what_it_was() -> None:
    decision = act(taken(), Close(seen_upto=1, version=2, disposition="false_alarm", cause="animal"))
    assert decision == Decision(
        Closed(incident="i1", by="anna", disposition="false_alarm", cause="animal", seen_upto=1)
    )
    with pytest.raises(Invalid, match="disposition: needed"):
        act(taken(), Close(seen_upto=1, version=2))


@pytest.mark.parametrize("field", ["disposition", "cause"])
def test_disposition_and_cause_are_listed(field: str) -> None:
    fields = {"disposition": "genuine", "cause": "fire", field: "demonstration"}
    with pytest.raises(Invalid) as refused:
        act(
            taken(),
            Close(seen_upto=1, version=2, disposition=fields["disposition"], cause=fields["cause"]),
        )
    assert refused.value.field == field


def test_every_listed_disposition_and_cause_closes() -> None:
    for disposition in JUDGED:
        act(taken(), Close(seen_upto=1, version=2, disposition=disposition.value, cause="unknown"))
    for cause in Cause:
        words = Close(seen_upto=1, version=2, disposition="genuine", cause=cause.value, comment="A van backed into it")
        act(taken(), words)


def test_a_person_cannot_say_that_the_rule_closed_it() -> None:
    with pytest.raises(Invalid):
        act(taken(), Close(seen_upto=1, version=2, disposition=Disposition.RESTORED.value))


@pytest.mark.parametrize(("joined", "title"), [(1, "1 signal unseen"), (2, "2 signals unseen")])
def test_nothing_is_closed_over_signals_that_nobody_saw(joined: int, title: str) -> None:
    incident = taken()
    for position in range(joined):
        fold(incident, [a_joining()], 3 + position, after(5))
    with pytest.raises(Unseen) as refused:
        act(incident, Close(seen_upto=1, version=2, disposition="genuine"))
    assert refused.value.title == title
    act(incident, Close(seen_upto=1 + joined, version=2, disposition="genuine"))


def test_nobody_has_seen_signals_that_are_still_to_come() -> None:
    with pytest.raises(Invalid, match="seen_upto: at most 1"):
        act(taken(), Close(seen_upto=2, version=2, disposition="genuine"))


def test_a_required_restore_is_there_or_its_absence_explained() -> None:
    incident = taken(kind="FIRE.ALARM.AUTO", priority=1, restore="required")
    command = Close(seen_upto=1, version=2, disposition="technical_fault")
    with pytest.raises(Invalid, match="reason: needed to close with 1 point not restored"):
        act(incident, command)
    explained = act(incident, structs.replace(command, reason="detector is replaced"))
    assert explained.fact == Closed(
        incident="i1",
        by="anna",
        disposition="technical_fault",
        seen_upto=1,
        unrestored=True,
        follow_up_at=after(24 * 3_600 + 10),
    )
    assert explained.words == "detector is replaced"
    fold(incident, [a_restore(point_of(a_signal()))], 3, after(8))
    restored = act(incident, Close(seen_upto=2, version=2, disposition="technical_fault")).fact
    assert isinstance(restored, Closed)
    assert not restored.unrestored


def test_what_a_user_cancelled_closes_with_one_key() -> None:
    incident = done(an_incident(a_cancel()), Take(version=1))
    fact = act(incident, Close(seen_upto=2, version=2)).fact
    assert isinstance(fact, Closed)
    assert fact.disposition == "cancelled"


# -- reopen


def test_within_a_day_it_may_be_reopened_with_a_reason() -> None:
    day = 24 * 3_600
    incident = closed(at=20)
    assert act(incident, Reopen("smoke again", version=3), BERT, at=20 + day) == Decision(
        Reopened(incident="i1", by="bert"), "smoke again"
    )
    with pytest.raises(Conflict, match=r"^Closed by anna 24 h ago: at most 24 h afterwards$"):
        act(incident, Reopen("smoke again", version=3), at=21 + day)
    with pytest.raises(Conflict, match="at most 24 h"):
        act(incident, Note("late"), at=21 + day)
    with pytest.raises(Invalid):
        act(incident, Reopen("", version=3))


def test_only_what_is_closed_is_reopened() -> None:
    with pytest.raises(Conflict):
        act(taken(), Reopen("again", version=2))


def test_what_the_rule_closed_says_so() -> None:
    incident = an_incident(Closed(incident="i1", disposition="technical_fault"))
    with pytest.raises(Conflict, match="Closed by rule"):
        act(incident, Take(version=1))


# -- versions and roles


def test_signals_make_no_version_stale_and_people_do() -> None:
    incident = taken()
    fold(incident, [a_joining(), Due(incident="other")], 3, after(1))
    incident = done(an_incident(a_joining(), a_joining()), Take(version=1))
    done(incident, Reclassify("PROP.ALARM.SAFE", "the safe", version=2))
    with pytest.raises(Conflict, match="Changed since you saw it: version 3, you saw 2"):
        act(incident, Hold(version=2, on="signal"))


@pytest.mark.parametrize("role", ["operator", "dispatcher", "supervisor", "administrator"])
def test_those_who_handle_incidents_may_take_one(role: str) -> None:
    act(an_incident(), Take(version=1), Staff("eva", role))


@pytest.mark.parametrize("role", ["responder", "installer", "holder", "auditor", "overseer", "service", "admiral"])
def test_the_others_may_not_touch_one(role: str) -> None:
    who = Staff("eva", role)
    with pytest.raises(NotAllowed):
        act(an_incident(), Take(version=1), who)
    with pytest.raises(NotAllowed):
        act(an_incident(), Note("hello"), who)
    assert allowed(an_incident(), by=who, now=NOON) == ()


@pytest.mark.parametrize(
    ("incident", "by", "acts"),
    [
        (an_incident(), ANNA, {"take", "note"}),
        (a_pending(), ANNA, {"take", "note"}),
        (taken(), ANNA, {"release", "hold", "reclassify", "close", "do", "note", "score"}),
        (taken(), BERT, {"takeover", "note"}),
        (done(taken(), Hold(version=2, on="signal")), ANNA, {"take", "note"}),
        (done(taken(), Hold(version=2, on="signal")), BERT, {"takeover", "note"}),
        (done(taken(priority=3), Park(version=2)), BERT, {"take", "note"}),
        (closed(), BERT, {"reopen", "note"}),
    ],
    ids=["waiting", "pending", "mine", "hers", "held by me", "held by her", "parked", "closed"],
)
def test_the_acts_on_offer_are_those_that_would_be_done(incident: Incident, by: Staff, acts: set[str]) -> None:
    assert set(allowed(incident, by=by, now=after(30))) == acts
    version = incident.version
    commands: dict[str, Command] = {
        "take": Take(version),
        "takeover": TakeOver("because", version),
        "release": Release(version),
        "hold": Hold(version, on="signal"),
        "note": Note("words"),
        "reclassify": Reclassify("PROP.ALARM.SAFE", "because", version),
        "close": Close(seen_upto=incident.signals_seq, version=version, disposition="genuine"),
        "reopen": Reopen("because", version),
    }
    for name, command in commands.items():
        if name in acts:
            act(incident, command, by, at=30)
        elif name != "takeover" or "take" not in acts:  # who need give no reason may give one
            with pytest.raises(Conflict):
                act(incident, command, by, at=30)


def test_deciding_changes_nothing() -> None:
    incident = taken()
    before = repr(incident)
    act(incident, Close(seen_upto=1, version=2, disposition="genuine"))
    assert repr(incident) == before
