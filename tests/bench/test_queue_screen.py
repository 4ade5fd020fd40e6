"""The row of the queue in the browser: what it tells of its figures."""

from bench.measure import Figures
from bench.queue_screen import QueueScreen, middle_and_p99
from bench.rates import OURS


def test_the_middle_and_the_last_hundredth_of_many_times() -> None:
    assert middle_and_p99("move", [float(n) for n in range(200)]) == {"move_p50_ms": 100.0, "move_p99_ms": 198.0}
    assert middle_and_p99("act", [7.0]) == {"act_p50_ms": 7.0, "act_p99_ms": 7.0}


def test_a_queue_in_the_browser_is_told_to_its_first_row_its_frames_and_its_keys() -> None:
    names = [f"{what}_{which}_ms" for what in ("frame", "move", "act") for which in ("p50", "p99")]
    taken = {name: float(n) for n, name in enumerate(("first_ms", "all_ms", *names))}
    told = list(QueueScreen(10_000).lines({OURS: Figures([taken])}))
    assert told[0][0] == "10,000 open incidents in the browser, 50 signals/s"
    assert [(line[1], line[2], line[3]) for line in told] == [
        ("first row", "0.0 ms", ""),
        ("all rows", "1.0 ms", ""),
        ("a frame of scrolling", "p50 2.0 ms", "3.0 ms"),
        ("key to row, 200 moves down", "p50 4.0 ms", "5.0 ms"),
        ("key to row, take and hold", "p50 6.0 ms", "7.0 ms"),
    ]


def test_where_there_is_no_browser_it_says_so() -> None:
    (line,) = QueueScreen().lines({OURS: Figures(absent="no Chromium")})
    assert line[2] == "no Chromium"
