"""Which stories hold what an operator's hour is made of, paragraph by paragraph: from a row that appears to a case that
is closed. A story that is renamed or taken out is missed here.

Left: what is promised. Right: where it is told, as FILE::TEST under `tests/`; a file alone is all of it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest

TESTS: Final = Path(__file__).resolve().parents[1]

PLANS: Final = {
    "steps with branches and outcomes": [
        "stories/test_plans.py::test_a_shop_with_a_wrong_word_goes_to_the_police_and_its_twin_is_closed_with_one_key",
        "stories/test_plans.py::test_in_a_care_block_a_voice_is_enough_and_silence_sends_somebody_with_a_time",
        "stories/test_score.py::test_what_an_operator_sees_raises_it",
        "browser/test_plan_keys.py",
    ],
    "chosen by kind, account, area and hour; inherited, with those below shown": [
        "domain/test_plan_choice.py",
        "centre/test_plans.py::test_hours_are_those_of_the_site",
        "stories/test_plans.py::test_a_jeweller_whose_lines_are_cut_goes_to_the_police_at_once",
    ],
    "data with a schema, an editor, a library, a dry run": [
        "web/test_plans.py::test_the_schema_is_that_of_the_plans_which_are_taken",
        "web/test_plans.py::test_a_plan_is_tried_against_what_was_done_at_an_incident_and_nothing_is_kept",
        "domain/test_plan_checks.py::test_the_library_may_be_kept_and_has_a_plan_for_every_kind",
        "browser/test_plans.py",
    ],
    "closing is refused until what is demanded is done, or skipped with a reason that the supervisor reads": [
        "stories/test_plans.py::test_a_skipped_step_goes_to_the_supervisor_with_its_reason",
        "browser/test_plan_keys.py::test_a_step_is_left_out_with_a_reason_and_a_changed_plan_is_finished",
    ],
    "a priority 1 is passed to a service first, with its reference": [
        "stories/test_plans.py::test_a_school_fire_goes_to_the_brigade_with_its_reference_and_is_closed_after_its_restore",
        "domain/test_plan_checks.py::test_a_plan_of_the_centre_for_a_priority_1_has_a_service_told_with_a_reference",
    ],
    "a plan chosen by area adds and never removes": [
        "stories/test_plans.py::test_what_is_chosen_by_place_adds_to_the_plan_and_takes_nothing_away",
    ],
}

CALLING: Final = {
    "the list in its order, availability, attempts, rounds, then the supervisor": [
        "stories/test_calling.py::test_a_list_is_called_through_number_by_number_and_round_by_round_then_it_is_the_supervisors",
        "browser/test_calling.py::test_a_list_is_called_through_by_keys",
    ],
    "tel: links and a dialler": ["stories/test_calling.py::test_the_centre_only_says_what_dials"],
    "outcomes in one key, next, repeat, the message read out": [
        "stories/test_calling.py::test_only_who_handles_it_sees_numbers_and_what_to_read_out_is_in_the_language_of_the_other",
        "browser/test_plan_keys.py::test_nobody_answers_so_somebody_comes_with_a_time",
    ],
    "two calls before the police": [
        "stories/test_calling.py::test_a_site_that_wants_two_calls_has_them_before_the_police_or_a_reason",
        "browser/test_calling.py::test_the_police_are_told_after_two_calls_or_with_a_reason",
    ],
    "nobody calls a silent site": [
        "stories/test_calling.py::test_at_a_silent_site_no_number_of_the_premises_is_offered_whosever_it_is_said_to_be",
        "stories/test_plans.py::test_at_a_bank_that_is_held_up_nobody_is_called_and_nothing_else_there_calls_either",
    ],
}

SCORE: Final = {
    "the table, with its reasons": ["domain/test_validation.py", "stories/test_score.py"],
    "never about who a person is": [
        "domain/test_validation.py::test_whose_site_it_is_who_handles_it_and_who_used_the_panel_change_nothing",
    ],
    "changed by a person with a reason": ["browser/test_calling.py::test_a_level_is_judged_otherwise_by_keys"],
    "carried to the emergency services": [
        "stories/test_score.py::test_the_police_are_told_it_and_it_stays_so_over_a_restart"
    ],
    "panic and hold-up stand outside": ["stories/test_score.py::test_what_a_person_pressed_stands_outside_the_levels"],
}

DEADLINES: Final = {
    "four clocks by kind and priority, counting down": [
        "stories/test_deadlines.py::test_a_fire_has_three_clocks_and_a_fourth_once_somebody_comes",
        "stories/test_deadlines.py::test_whoever_presses_at_home_hears_a_voice_within_a_minute",
        "stories/test_deadlines.py::test_a_closed_valve_wants_a_call_at_once_and_a_runner_within_two_hours",
    ],
    "louder, next operator, supervisor, another room, phones outside": [
        "browser/test_deadlines.py",
        "stories/test_deadlines.py::test_what_is_taken_and_left_alone_goes_to_the_next_operator_and_the_supervisor",
        "stories/test_outbox.py::test_an_untaken_fire_climbs_every_step_and_each_stands_in_its_story_and_in_the_journal",
    ],
    "each attempt is in the journal before it is made": [
        "stories/test_outbox.py::test_a_kill_while_it_is_being_sent_is_told_as_may_have_left_and_it_is_sent_again"
    ],
    "an acknowledgement expires": [
        "stories/test_operators.py::test_what_an_operator_leaves_goes_back_to_the_queue_with_its_age"
    ],
    "a hold wakes on time or on the next signal, and overtakes nothing new": [
        "stories/test_deadlines.py::test_a_hold_wakes_on_time_and_on_the_next_signal",
        "stories/test_deadlines.py::test_a_held_incident_never_overtakes_a_new_one",
    ],
    "reminders never page for what is over": [
        "stories/test_outbox.py::test_once_it_is_taken_nobody_is_troubled_any_more"
    ],
    "percentiles by kind, priority and shift": [
        "stories/test_reports.py::test_load_sites_and_response_say_the_same_of_the_same_incidents"
    ],
}

TOGETHER: Final = {
    "auto-feed: lock, grace, return": ["stories/test_together.py", "browser/test_working_together.py"],
    "ready again after a restart": [
        "browser/test_working_together.py::test_a_restart_of_the_centre_leaves_who_was_ready_ready"
    ],
    "skills and languages": ["stories/test_together.py::test_who_is_trained_for_it_is_handed_it_first"],
    "the supervisor's board": [
        "stories/test_together.py::test_the_board_shows_the_room_and_warns_when_nobody_is_ready"
    ],
    "merge and un-merge": ["stories/test_merging.py", "browser/test_merging.py"],
    "acts on many with honest counts": ["stories/test_together.py::test_many_are_closed_with_honest_counts"],
    "handover, signed by the next": ["stories/test_handover.py"],
    "training that reaches nobody": ["stories/test_training.py"],
    "views with one key each": [
        "browser/test_working_together.py::test_one_key_shows_what_is_on_test_and_what_is_nobodys"
    ],
}

CLOSING: Final = {
    "disposition, cause and what a kind wants said": [
        "domain/test_closing.py",
        "stories/test_record.py::test_closing_names_what_is_missing_and_then_takes_it",
    ],
    "a site's false alarms and what to repair": [
        "stories/test_record.py::test_a_zone_that_keeps_crying_wolf_is_named_with_what_would_help",
        "browser/test_reports.py::test_a_site_that_cries_wolf_is_named_and_a_record_is_a_press_away",
    ],
    "the whole record, also of a case of several": [
        "stories/test_record.py::test_the_whole_record_of_an_incident_and_the_trace_that_it_left",
        "stories/test_record.py::test_the_record_of_a_case_holds_what_was_merged_into_it_also_when_it_is_long_over",
    ],
}

REPORTS: Final = {
    "sites, load, response": ["stories/test_reports.py", "browser/test_reports.py"],
    "per group of operators and never per person": [
        "stories/test_reports.py::test_the_response_of_a_group_of_operators_is_told_from_ten_incidents_on_and_never_of_one",
        "stories/test_reports.py::test_no_report_names_who_acted",
    ],
    "by e-mail, once": [
        "stories/test_reports.py::test_a_report_is_sent_once_for_each_span_also_after_a_restart",
        "stories/test_reports.py::test_a_mail_server_that_refuses_is_tried_again_and_gets_it_once",
    ],
}

WORKING_DAY: Final = {
    "by keyboard alone": ["browser/test_keyboard.py", "house/test_keys_counted.py"],
    "four languages": ["browser/test_languages.py", "stories/test_in_four_languages.py"],
    "light, dark, wide, narrow, without findings": ["browser/test_accessible.py"],
    "the demo shows it": ["stories/test_demo.py", "browser/test_demo.py"],
    "the fifty demands": ["house/test_demands.py"],
}

TWO_AT_ONCE: Final = {
    "take": [
        "browser/test_first_alarm.py::test_an_alarm_rings_on_two_screens_is_taken_once_and_leaves_its_whole_story"
    ],
    "take over": ["browser/test_keyboard.py::test_another_takes_over_with_a_reason_and_the_first_is_told"],
    "be handed": ["browser/test_working_together.py::test_the_next_alarm_comes_to_who_is_ready_and_never_to_both"],
    "merge": [
        "browser/test_merging.py::test_two_who_merge_the_same_row_at_once_one_does_and_the_other_is_told",
        "browser/test_merging.py::test_what_one_merges_leaves_the_other_ones_queue_and_comes_back_unmerged",
    ],
    "close many": ["browser/test_working_together.py::test_two_supervisors_who_close_many_at_once_close_each_one_once"],
    "hand over": [
        "browser/test_merging.py::test_of_two_who_write_the_sheet_at_once_one_reads_the_others_first",
        "browser/test_merging.py::test_one_writes_the_sheet_and_the_other_is_led_to_it_and_signs",
    ],
    "edit a plan": ["browser/test_plans.py::test_two_who_edit_one_plan_lose_nothing"],
    "edit a site": ["browser/test_sites.py::test_the_second_of_two_editors_sees_what_changed_and_loses_nothing"],
}

BAD_INPUT: Final = {
    "a plan that loops or leads nowhere": [
        "stories/test_plans.py::test_a_plan_that_loops_or_leads_nowhere_is_refused_and_changes_nothing"
    ],
    "a plan changed in the middle": [
        "stories/test_plans.py::test_a_plan_that_is_changed_in_the_middle_is_finished_as_it_was_begun"
    ],
    "a browser that dies holding an alarm": [
        "stories/test_together.py::test_an_alarm_of_a_browser_that_died_is_handed_to_the_other_one",
        "browser/test_working_together.py::test_a_browser_that_dies_gives_its_alarm_to_the_other_one",
    ],
    "a clock that jumps during a hold": [
        "stories/test_deadlines.py::test_a_clock_that_jumps_forward_during_a_hold_wakes_it",
        "stories/test_deadlines.py::test_a_clock_that_is_set_back_during_a_hold_wakes_it_rather_than_never",
    ],
    "an act on 10,000 of which three are refused": ["centre/test_bulk.py::test_ten_thousand_of_which_three_are_left"],
    "a month without a single incident": [
        "stories/test_reports.py::test_a_month_without_a_single_incident_says_so",
        "browser/test_reports.py::test_figures_are_shown_with_their_numbers_and_of_nothing_there_is_no_chart",
    ],
}

PARAGRAPHS: Final[Mapping[str, Mapping[str, Sequence[str]]]] = {
    "plans": PLANS,
    "calling": CALLING,
    "score": SCORE,
    "deadlines": DEADLINES,
    "together": TOGETHER,
    "closing": CLOSING,
    "reports": REPORTS,
    "working day": WORKING_DAY,
    "two at once": TWO_AT_ONCE,
    "bad input": BAD_INPUT,
}


def promises() -> Iterator[tuple[str, Sequence[str]]]:
    for paragraph, lines in PARAGRAPHS.items():
        for promise, told in lines.items():
            yield f"{paragraph}: {promise}", told


@pytest.mark.parametrize(("promise", "told"), list(promises()), ids=lambda one: one if isinstance(one, str) else "")
def test_each_promise_is_told_by_a_test_that_is_there(promise: str, told: Sequence[str]) -> None:
    assert told, promise
    missing = []
    for one in told:
        name, _, test = one.partition("::")
        file = TESTS / name
        found = file.is_file() and (not test or re.search(rf"def {test}\(", file.read_text(encoding="utf-8")))
        if not found:
            missing.append(one)
    assert missing == []
