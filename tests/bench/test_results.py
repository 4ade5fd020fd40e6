"""What was measured is kept row by row, and the table tells every row that was."""

from pathlib import Path

from bench import results
from bench.measure import Figures
from bench.past import Past
from bench.rates import rates
from bench.report import table
from bench.sites import FEW, WHILE, Alarm


def a_round(per_second: float) -> dict[str, float]:
    return {"per_second": per_second, "answered_per_second": per_second, "p50_ms": 1.0, "p99_ms": 2.0, "cpu_us": 50.0}


def test_a_row_measured_anew_takes_the_place_of_its_older_one_and_no_other(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    assert results.load(file) == {}
    for row, rate in (("plain", 100.0), ("aes", 50.0), ("plain", 200.0)):
        results.keep(row, row, {"belfry": Figures([a_round(rate)])}, file)
    kept = results.load(file)
    assert {row: one.figures["belfry"].middle("per_second") for row, one in kept.items()} == {
        "plain": 200.0,
        "aes": 50.0,
    }


def test_a_table_gives_ratios_of_rounds_and_says_who_could_not_be_had(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    ours = Figures([a_round(100.0), a_round(300.0), a_round(200.0)])
    limit = Figures([a_round(200.0), a_round(400.0), a_round(400.0)])
    results.keep("plain", "signals", {"belfry": ours, "limit": limit, "pysiaalarm": Figures(absent="no network")}, file)
    told = table(rates(Past(0, print)), results.load(file)).splitlines()
    assert told[2] == "| signals | belfry, caught up | 200/s (100 to 300) | 2.0 ms | 50 µs | | |"
    assert told[4] == "| | limit | 400/s (200 to 400) | 2.0 ms | 50 µs | × 0.50 | ≥ 0.4 |"
    assert told[5] == "| | pysiaalarm | no network | | | | ≥ 2.5 |"


def test_one_alarm_is_told_to_its_answer_and_to_its_row(tmp_path: Path) -> None:
    file = tmp_path / "results.json"

    def taken(answer_ms: float) -> dict[str, float]:
        return {"p50_ms": answer_ms, "p99_ms": 4.0, "row_p50_ms": 2 * answer_ms, "row_p99_ms": 9.0, "cpu_us": 50.0}

    figures = {FEW: Figures([taken(1.0)]), "belfry, many": Figures([taken(2.0)]), FEW + WHILE: Figures([taken(4.0)])}
    results.keep("alarm", "one alarm", figures, file)
    told = table([Alarm()], results.load(file)).splitlines()
    assert told[2:6] == [
        "| one alarm | belfry, ten accounts, answered | 1.0 ms | 4.0 ms | 50 µs | | |",
        "| | row on the stream | 2.0 ms | 9.0 ms | | | |",
        "| | belfry, many, answered | 2.0 ms | 4.0 ms | 50 µs | × 0.50 | ≥ 0.9 |",
        "| | row on the stream | 4.0 ms | 9.0 ms | | × 0.50 | ≥ 0.9 |",
    ]
