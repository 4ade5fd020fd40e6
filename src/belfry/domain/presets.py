"""The numbers of the rules (RULES.md): presets, every one a setting under `[rules]`. Seconds unless named otherwise."""

from datetime import timedelta
from functools import cache
from typing import Final

from msgspec import Struct


class Rules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Presets of the trade. The comment names the rule that a number belongs to."""

    replay_s: int = 120
    """A plain repeat of an account's latest frame, without a time of its own, is a replay this long."""
    replay_encrypted_s: int = 180
    """A repeat of any authenticated frame is a replay this long; at least the time window."""
    idempotency_s: int = 86_400
    """An Idempotency-Key gives the same answer this long."""
    late_s: int = 900
    """Happened longer ago than this: flagged late."""
    doubled_s: int = 120
    """The same account, code and point on another path within this: also heard on B."""
    intrusion_group_s: int = 3_600
    """An intrusion joins within this of the last alarm, in the same set period."""
    panic_group_s: int = 1_800
    """Panic and hold-up join by account and area within this."""
    cancel_s: int = 300
    """A valid cancel comes within this of the first alarm."""
    runaway_signals: int = 6
    """More than this many of one point in `runaway_s` become a counter."""
    runaway_s: int = 300
    runaway_quiet_s: int = 1_800
    """A runaway ends after this long without a signal."""
    runaway_account_per_minute: int = 100
    """More than this from one account in a minute: TECH.RUNAWAY."""
    unknown_per_source: int = 5
    """More new unknown accounts than this from one receiver in ten minutes are folded into one incident."""
    unknown_per_hour: int = 50
    poll_short_s: int = 300
    """Up to this interval a path is lost after twice the interval and ten seconds."""
    poll_long_s: int = 14_400
    """Up to this interval: 1.5 times, at least five minutes more. Beyond: 25 h 30 for a day's test."""
    poll_short_margin_s: int = 10
    """Beyond twice a short interval: what a poll and its answer may take on a slow line."""
    poll_middle_margin_s: int = 300
    """A medium interval gets half as much again, and never less than this."""
    poll_long_margin_s: int = 5_400
    """Beyond a long interval; makes 25 h 30 of the daily test."""
    poll_alternative_s: int = 86_400
    """Interval of a further path while the primary works, where nothing is agreed: as most dual-path categories ask."""
    test_margin_s: int = 1_800
    """A test due at a fixed local time is missed so much later; so much earlier it still is that day's."""
    mass_least: int = 20
    """Least number of paths lost within a minute that are folded into one TECH.OUTAGE."""
    mass_percent: int = 5
    mass_within_s: int = 60
    """Lost within this: together. So long a lost path may wait to be counted."""
    mass_area_m: int = 5_000
    """Who lies in one square of this side, in metres, shares an area; at least a kilometre."""
    life_call_s: int = 900
    """Within this somebody calls a site on top of an outage's list: people sleep or need help there, or a fire, a care
    or a lift alarm would not be heard."""
    save_last_seen_s: int = 10
    """Last-seen times are saved in batches within this."""
    hold_1_s: int = 300
    """Longest hold of a priority 1."""
    hold_2_s: int = 900
    hold_s: int = 86_400
    idle_release_s: int = 120
    """A taken incident goes back to the queue when its operator did nothing for this long."""
    console_lost_s: int = 30
    """A taken incident goes back when its operator's console is gone this long; priority 1: `console_lost_1_s`."""
    console_lost_1_s: int = 15
    feed_grace_s: int = 20
    """Who is handed incidents gets the next one so long after the last: 12 to 60."""
    take_1_s: int = 30
    take_1_limit_s: int = 60
    take_2_s: int = 90
    take_2_limit_s: int = 180
    take_4_s: int = 900
    take_4_limit_s: int = 3_600
    act_1_s: int = 60
    outside_1_s: int = 90
    """An untaken priority 1 reaches phones outside after this."""
    room_1_s: int = 0
    """An untaken priority 1 reaches another room after this; 0: there is none."""
    missed_supervisor_s: int = 30
    """Whoever has it does not get on with it: so long after the next operator the supervisor is reached."""
    fire_told_s: int = 90
    """A fire is passed to the brigade within this."""
    told_1_s: int = 90
    """Any other priority 1 is passed to its service within this, unless its plan ends without one."""
    care_voice_s: int = 60
    """Social care: whoever pressed hears a voice within this (97.5 in a hundred) ..."""
    care_voice_limit_s: int = 180
    """... and at the latest within this (99 in a hundred)."""
    supervisory_contact_s: int = 180
    """Fire supervisory: the site is called at once, at the latest within this."""
    runner_s: int = 7_200
    """Fire supervisory: a runner is there within this."""
    fault_service_s: int = 14_400
    """Fire fault: the service is there within this."""
    arrive_late_s: int = 600
    """Who said when he would be there is late by so much at the most."""
    notice_tries: int = 5
    """How often a notice is tried until it is given up; a sent one that is not answered begins anew."""
    notice_again_s: int = 10
    """Before the second try; each further one waits twice as long, at most `notice_again_most_s`."""
    notice_again_most_s: int = 300
    reminder_s: int = 300
    """What was sent and is still not answered is sent again after this ..."""
    reminders: int = 3
    """... at most so many times."""
    follow_up_s: int = 86_400
    """Closed without a restore that is needed: the longest that it is waited for."""
    closing_extension_s: int = 1_800
    """A closing is put off by this, where whoever asks, or the panel, does not say how long."""
    unsecured_s: int = 1_800
    """Disarmed after an alarm at night and not set again within this: PROP.UNSECURED."""
    test_owner_s: int = 3_600
    """Longest time that a site is on test for its owner; for a technician and a supervisor the two below."""
    test_technician_s: int = 28_800
    test_supervisor_s: int = 604_800
    test_warning_s: int = 600
    """A test is warned of so long before its end."""
    panel_test_s: int = 28_800
    """A panel that is in a test mode of its own for longer: TECH.DISABLED."""
    storm_s: int = 7_200
    """Longest time that a storm runs before it ends, and longest time that it is renewed by."""
    unit_offered_s: int = 60
    """A unit that was sent and has not answered is overdue after this; 0 here and below: never."""
    unit_accepted_s: int = 120
    """Accepted, and its wheels do not roll."""
    unit_en_route_s: int = 1_200
    """On its way without a time of arrival; with one: `unit_late_s` after it."""
    unit_late_s: int = 120
    unit_on_scene_s: int = 1_200
    """On scene without a word: asked how it stands."""
    unit_delayed_s: int = 300
    par_notice_s: int = 600
    """On scene of a fire, a hazardous substance or a confined space: the room is told that a roll call comes ..."""
    par_call_s: int = 1_200
    """... and everybody there is called, again after each so long."""
    par_silent_s: int = 60
    """Who does not answer a roll call within this is asked after."""
    lone_missed_s: int = 60
    """Who works alone and was not heard of: so long after the reminder the room is told ..."""
    lone_alarm_s: int = 240
    """... and so long after it everybody."""
    withdraw_s: int = 300
    """Whoever reported something from the field takes it back within this."""
    neighbour_m: int = 300
    """Open incidents of one hazard family this near, in metres, are shown together ..."""
    neighbour_s: int = 900
    """... where they began within this of each other."""


PRESETS: Final = Rules()


@cache
def span(seconds: int) -> timedelta:
    """A number of the rules as a span of time, made once: the rules are asked several times for every signal."""
    return timedelta(seconds=seconds)
