"""The state of a point, whatever a device says: no new alarm is hidden, and nothing ends that nobody ended."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from belfry.domain.device_rules import Meant, Says
from belfry.domain.point_state import (
    AGAIN_S,
    DETECTIONS_S,
    LIFE_AGAIN_S,
    NEVER,
    Memory,
    News,
    Raised,
    judged,
    passed,
    step,
)
from belfry.domain.reading import Observed, PointState, Quality, Reading
from belfry.domain.signal import Category

AT = datetime(2026, 3, 14, tzinfo=UTC)
FIRE = Says(Category.FIRE, "detector")
RAISED = Raised("fire", "detector", "restore")
SAID = st.lists(
    st.tuples(
        st.sampled_from([PointState.ACTIVE, PointState.INACTIVE, PointState.PULSE, PointState.PENDING]),
        st.integers(0, 400),
        st.booleans(),
        st.sampled_from([b"", b"one", b"two"]),
    ),
    max_size=30,
)


def hear(
    memory: Memory, state: PointState, now: float, *, sync: bool = False, once: bytes = b"", **more: object
) -> tuple[Memory, News]:
    reading = Reading(observed=Observed.SMOKE, point="p", state=state, sync=sync)
    meant = Meant(Observed.SMOKE, FIRE, state, **{"life": True, **more})  # type: ignore[arg-type]  # by word
    after, news = step(memory, reading, meant, now=now, armed=None, hold_s=60.0, digest=once)
    return (passed(after, RAISED, now) if news in (News.BEGINS, News.AGAIN) else after), news


@given(said=SAID)
def test_whoever_says_active_after_an_end_is_heard(said: list[tuple[PointState, int, bool, bytes]]) -> None:
    """In any order, with any repeats: the first alarm after an end passes, and no end is said without a beginning."""
    memory, now, is_open = NEVER, 1_000_000.0, False
    for state, wait, sync, once in said:
        now += wait
        memory, news = hear(memory, state, now, sync=sync, once=once)
        if state is PointState.INACTIVE:
            assert (news is News.ENDS) is is_open
            is_open = False
        elif not is_open and not (sync and state is PointState.PULSE):
            assert news is News.BEGINS
            is_open = True
        assert bool(memory.raised) is is_open


@given(said=SAID)
def test_a_state_that_lasts_is_said_at_most_every_five_minutes(said: list[tuple[PointState, int, bool, bytes]]) -> None:
    memory, _ = hear(NEVER, PointState.ACTIVE, 0.0)
    last = now = 0.0
    for _, wait, sync, _ in said:
        now += wait
        memory, news = hear(memory, PointState.ACTIVE, now, sync=sync)
        if news is News.AGAIN:
            assert now - last >= LIFE_AGAIN_S
            last = now
        else:
            assert news is News.REPEAT
            assert sync or now - last < LIFE_AGAIN_S


def test_what_is_no_life_hazard_is_said_again_by_the_hour() -> None:
    memory, _ = hear(NEVER, PointState.ACTIVE, 0.0, life=False)
    assert hear(memory, PointState.ACTIVE, AGAIN_S - 1, life=False)[1] is News.REPEAT
    assert hear(memory, PointState.ACTIVE, AGAIN_S, life=False)[1] is News.AGAIN


def test_a_clock_of_ours_that_was_set_back_hides_nothing() -> None:
    memory, _ = hear(NEVER, PointState.ACTIVE, 1_000_000.0)
    assert hear(memory, PointState.ACTIVE, 500_000.0)[1] is News.AGAIN


def test_a_repeat_by_the_devices_own_word_is_none_of_a_new_occurrence() -> None:
    memory, _ = hear(NEVER, PointState.ACTIVE, 0.0, once=b"one")
    reading = Reading(observed=Observed.SMOKE, point="p", state=PointState.ACTIVE, quality=(Quality.REPEATED,))
    meant = Meant(Observed.SMOKE, FIRE, PointState.ACTIVE, life=True)
    _, news = step(memory, reading, meant, now=1.0, armed=None, hold_s=60.0, digest=b"two")
    assert news is News.REPEAT


def test_detections_are_a_minute_apart_whatever_is_between_them() -> None:
    memory, news = hear(NEVER, PointState.ACTIVE, 1.0, detection=True)
    assert news is News.BEGINS
    for now in range(2, int(DETECTIONS_S) + 1):
        memory, _ = hear(memory, PointState.INACTIVE, now, detection=True)
        memory, news = hear(memory, PointState.ACTIVE, now, detection=True, once=str(now).encode())
        assert news is News.TOO_SOON
    _, news = hear(memory, PointState.ACTIVE, DETECTIONS_S + 1.0, detection=True)
    assert news is News.BEGINS


def test_what_was_kept_back_ends_in_silence() -> None:
    memory, news = hear(NEVER, PointState.ACTIVE, 1.0, armed=True)
    assert news is News.UNARMED
    assert hear(memory, PointState.INACTIVE, 2.0, armed=True)[1] is News.REPEAT


@given(days=st.integers(-4_000, 4_000), seconds=st.integers(0, 86_399))
def test_no_time_is_kept_that_cannot_be_right(days: int, seconds: int) -> None:
    reading = Reading(observed=Observed.SMOKE, point="p", state=PointState.ACTIVE)
    said = AT + timedelta(days=days, seconds=seconds)
    told = judged(structs.replace(reading, occurred_at=said), AT)
    right = AT - timedelta(days=1) <= said <= AT + timedelta(minutes=2)
    assert told.occurred_at == (said if right else None)
    assert (Quality.CLOCK in told.quality) is not right


# -- a new alarm after any history

HISTORY = st.lists(
    st.tuples(
        st.sampled_from([PointState.ACTIVE, PointState.INACTIVE, PointState.PULSE]),
        st.sampled_from([0, 1, 30, 61, 400, 4_000, -30, -4_000]),  # our own clock may be set back
        st.sampled_from([None, -300, -30, 0, 30]),  # the device's clock, beside ours
        st.sampled_from([b"", b"one", b"two"]),
        st.booleans(),
        st.sampled_from([True, False, None]),
    ),
    max_size=14,
)
VIDEO = Says(Category.INTRUSION, "video")


def tell(
    memory: Memory,
    state: PointState,
    now: float,
    *,
    device_s: int | None = None,
    once: bytes = b"",
    sync: bool = False,
    armed: bool | None = True,
    detection: bool = True,
) -> tuple[Memory, News]:
    at = None if device_s is None else datetime.fromtimestamp(now + device_s, UTC)
    reading = Reading(observed=Observed.INTRUSION, point="p", state=state, sync=sync, occurred_at=at)
    meant = Meant(Observed.INTRUSION, VIDEO, state, armed=True, detection=detection)
    after, news = step(memory, reading, meant, now=now, armed=armed, hold_s=60.0, digest=once)
    raised = Raised("intrusion", "video", "restore")
    return (passed(after, raised, now) if news in (News.BEGINS, News.AGAIN) else after), news


@given(
    history=HISTORY,
    detection=st.booleans(),
    begins=st.sampled_from(["another occurrence", "after an end", "a pulse after a rest"]),
    early=st.sampled_from([None, "not armed", "at once"]),
)
def test_no_history_hides_a_new_alarm(
    history: list[tuple[PointState, int, int | None, bytes, bool, bool | None]],
    detection: bool,
    begins: str,
    early: str | None,
) -> None:
    """Whatever was said before: of what begins now, and is told twice more, somebody hears."""
    memory, now = NEVER, 1_000_000.0
    for state, wait, device_s, once, sync, armed in history:
        now += wait
        memory, _ = tell(memory, state, now, device_s=device_s, once=once, sync=sync, armed=armed, detection=detection)
    state, once = (PointState.PULSE, b"") if begins == "a pulse after a rest" else (PointState.ACTIVE, b"")
    match begins:
        case "another occurrence":
            once = b"new"
        case "after an end":
            memory, _ = tell(memory, PointState.INACTIVE, now, device_s=-600, detection=detection)
        case _:
            now += 4_000 + 61
    news = []
    if early is not None:
        memory, first = tell(memory, state, now, once=once, armed=early != "not armed", detection=detection)
        news.append(first)
    for pause in (1.0, DETECTIONS_S + 1):
        now += pause
        memory, one = tell(memory, state, now, once=once, detection=detection)
        news.append(one)
    assert News.BEGINS in news or (begins == "a pulse after a rest" and News.AGAIN in news)


def test_an_end_by_a_clock_that_was_set_back_hides_no_alarm_after_it() -> None:
    memory, _ = tell(NEVER, PointState.ACTIVE, 1_000_000.0, device_s=90, detection=False)
    memory, news = tell(memory, PointState.INACTIVE, 1_000_020.0, device_s=0, detection=False)
    assert news is News.LATE_END
    assert tell(memory, PointState.ACTIVE, 1_000_040.0, device_s=0, detection=False)[1] is News.BEGINS


def test_a_pulse_lasts_no_longer_than_its_hold_time_where_our_clock_is_set_back() -> None:
    memory, _ = tell(NEVER, PointState.PULSE, 1_000_000.0, detection=False)
    memory, news = tell(memory, PointState.PULSE, 1_000_000.0 - 3_600, detection=False)
    assert news is News.BEGINS
    assert tell(memory, PointState.PULSE, 1_000_059.0 - 3_600, detection=False)[1] is News.REPEAT


def test_somebody_else_within_the_minute_is_told_after_it() -> None:
    memory, _ = tell(NEVER, PointState.ACTIVE, 1_000_000.0, once=b"one")
    memory, news = tell(memory, PointState.ACTIVE, 1_000_030.0, once=b"two")
    assert news is News.TOO_SOON
    assert tell(memory, PointState.ACTIVE, 1_000_061.0, once=b"two")[1] is News.BEGINS


def test_somebody_else_who_came_before_the_area_was_armed_is_told_once_it_is() -> None:
    memory, _ = tell(NEVER, PointState.ACTIVE, 1_000_000.0, once=b"one")
    memory, news = tell(memory, PointState.ACTIVE, 1_000_100.0, once=b"two", armed=False)
    assert news is News.UNARMED
    assert tell(memory, PointState.ACTIVE, 1_000_200.0, once=b"two")[1] is News.BEGINS
