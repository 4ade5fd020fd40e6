"""The figures of a long run and of a flood say what was measured."""

import pytest

from endurance.console import Row
from endurance.house import MIB
from endurance.panels import Meter, percentile
from endurance.samples import Sample, growth_mib_an_hour, plot, table
from endurance.truth import unlike


def sample(at_s: float, resident: int) -> Sample:
    return Sample(
        at_s=at_s, resident=resident, journal=0, snapshot=0, open=0, undecided=0, position=0, closed=0, cpu_s=at_s / 10
    )


def row(updated: int, signals_seq: int = 1) -> Row:
    return Row(id="i1r", state="waiting", signals_seq=signals_seq, updated=str(updated), account="4000")


def test_growth_is_told_by_the_hour() -> None:
    samples = [sample(60.0 * minute, (100 + minute) * MIB) for minute in range(11)]
    assert growth_mib_an_hour(samples) == pytest.approx(60)
    assert growth_mib_an_hour([sample(60.0 * minute, 100 * MIB) for minute in range(11)]) == pytest.approx(0)


def test_a_table_holds_the_first_and_the_last_sample_and_the_share_of_a_core() -> None:
    lines = table([sample(60.0 * minute, MIB) for minute in range(101)], rows=4).splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == ["0.0", "25.0", "50.0", "75.0", "100.0"]
    assert lines[-1].endswith("| 10% |")


def test_a_plot_rises_with_what_it_shows() -> None:
    drawn = plot(list(range(1_000)), least=0)
    assert drawn == "".join(sorted(drawn))
    assert (drawn[0], drawn[-1]) == ("▁", "█")
    assert set(plot([5.0] * 100)) == {"▁"}


def test_a_percentile_counts_what_began_in_its_span() -> None:
    moments = [(float(second), second / 1e3) for second in range(100)]
    assert percentile(moments, 0.99, since=0, until=50) == pytest.approx(49)
    assert percentile(moments, 0.5, since=50, until=100) == pytest.approx(75)
    assert percentile(moments, 0.5, since=200, until=300) is None


def test_a_signal_is_on_the_screen_with_the_first_row_that_counts_it() -> None:
    meter = Meter()
    assert [meter.say("4000", at) for at in (1.0, 2.0, 3.0)] == [1, 2, 3]
    meter.seen(row(9, signals_seq=2))
    assert [began for began, _ in meter.screen] == [1.0, 2.0]
    assert meter.unseen == 1


def test_a_console_that_shows_an_older_row_than_it_was_told_is_found() -> None:
    queue = [{"id": "i1r", "updated": "9"}]
    assert not unlike({"i1r": row(9)}, queue, 9)
    assert not unlike({}, queue, 8)  # it was not told so far
    assert len(unlike({"i1r": row(8)}, queue, 9)) == len(unlike({}, queue, 9)) == 1
