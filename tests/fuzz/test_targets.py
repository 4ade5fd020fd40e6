"""Every fuzz target for a moment: its seeds, what it once found, and thousands of near misses of both.

The same promises as under atheris, in seconds; `docs/hostile-bytes.md` tells of the long runs.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.harness import Target, found, names, target

SLOW = {"accounts": 40, "dc09_door": 60, "http_request": 80, "smtp_door": 80, "stored": 100}
"""Examples of targets that have stores or a whole centre behind them."""


@pytest.fixture(params=names())
def one(request: pytest.FixtureRequest) -> Iterator[Target]:
    opened = target(request.param)
    yield opened
    opened.close()


def changed(data: st.DataObject, seeds: list[bytes]) -> bytes:
    """A seed, or the beginning of one and the end of another, with some bytes of it changed, added or lost."""
    first, second = data.draw(st.sampled_from(seeds)), data.draw(st.sampled_from(seeds))
    whole = bytearray(first if data.draw(st.booleans()) else first[: len(first) // 2] + second[len(second) // 2 :])
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(whole)))
        whole[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    return bytes(whole)


def test_no_seed_breaks_a_promise(one: Target) -> None:
    seeds = list(one.seeds())
    assert seeds
    for seed in seeds:
        one.one_input(seed)


def test_what_was_once_found_stays_mended(one: Target) -> None:
    for path in found(one.name):
        one.one_input(path.read_bytes())


def test_any_bytes_keep_the_promise(one: Target) -> None:
    seeds = [*one.seeds(), *(path.read_bytes() for path in found(one.name)), b""]

    @settings(
        max_examples=SLOW.get(one.name, 300), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(data=st.data())
    def near_misses(data: st.DataObject) -> None:
        one.one_input(changed(data, seeds))

    near_misses()


def test_every_target_is_on_the_page() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "hostile-bytes.md").read_text(encoding="utf-8")
    assert [name for name in names() if f"| `{name}` |" not in page] == []


def test_every_target_says_in_a_line_what_it_promises() -> None:
    for name in names():
        assert target(name).about.endswith((".", ":"))
