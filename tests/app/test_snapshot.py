"""The snapshot: taken only as it was written; whatever else lies there, everything is folded from the journal again."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from belfry.app import snapshot
from belfry.centre.walk import WalkState
from tests.web.kit import centre

FAR: int = 1_000


@pytest.fixture
async def saved(tmp_path: Path) -> Path:
    """A folder with the snapshot of a centre that had two alarms."""
    async with centre(tmp_path) as rig:
        client = rig.token()
        for code in ("BA", "FA"):
            await rig.alarm(client, code)
        snapshot.save(tmp_path, rig.walk.state())
    return tmp_path


def test_what_was_saved_is_loaded(saved: Path) -> None:
    state = snapshot.load(saved, FAR)
    assert state is not None
    assert len(state.board.incidents) == 2
    assert [path.name for path in saved.glob("*.new")] == []


def test_one_that_is_ahead_of_the_journal_or_missing_is_left_aside(saved: Path) -> None:
    assert snapshot.load(saved, 1) is None
    (saved / snapshot.FILE).unlink()
    assert snapshot.load(saved, FAR) is None


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_with_any_byte_changed_lost_or_added_is_left_aside(saved: Path, data: st.DataObject) -> None:
    path = saved / snapshot.FILE
    good = path.read_bytes()
    at = data.draw(st.integers(0, len(good) - 1))
    match data.draw(st.sampled_from(["changed", "torn", "added"])):
        case "changed":
            bad = good[:at] + bytes([good[at] ^ data.draw(st.integers(1, 255))]) + good[at + 1 :]
        case "torn":
            bad = good[:at]
        case _:
            bad = good[:at] + data.draw(st.binary(min_size=1, max_size=4)) + good[at:]
    path.write_bytes(bad)
    assert bad == good or snapshot.load(saved, FAR) is None
    path.write_bytes(good)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00",
        msgspec.msgpack.encode({"version": snapshot.VERSION, "walk": {}}),
        msgspec.msgpack.encode({"version": snapshot.VERSION + 1, "walk": None}),
        b"\x82\xa7version\x03\xa4walk\x81\xa1\xff\x00",
        b"\x82\xa7version\x03\xa1x" + b"\x91" * 100_000,
    ],
    ids=["empty", "a number", "without its parts", "newer", "no UTF-8", "nested too deep"],
)
def test_one_that_is_whole_but_says_something_else_is_left_aside(saved: Path, body: bytes) -> None:
    (saved / snapshot.FILE).write_bytes(snapshot.digest(body) + body)
    assert snapshot.load(saved, FAR) is None


def test_an_older_one_without_a_digest_is_left_aside(saved: Path) -> None:
    path = saved / snapshot.FILE
    path.write_bytes(path.read_bytes()[snapshot.DIGEST_BYTES :])
    assert snapshot.load(saved, FAR) is None


def test_one_that_an_older_program_wrote_with_fewer_parts_is_left_aside(saved: Path) -> None:
    """It folded what stood in the journal and passed over what it had no field for: a default would hide that."""
    path = saved / snapshot.FILE
    parts = dict[str, msgspec.Raw]
    walk = msgspec.msgpack.decode(path.read_bytes()[snapshot.DIGEST_BYTES :], type=dict[str, msgspec.Raw])["walk"]
    fewer = {name: part for name, part in msgspec.msgpack.decode(walk, type=parts).items() if name != "units"}
    body = msgspec.msgpack.encode({"version": snapshot.VERSION, "walk": fewer})
    path.write_bytes(snapshot.digest(body) + body)
    assert snapshot.load(saved, FAR) is None


def test_a_shape_is_another_one_with_any_part_and_the_same_with_other_words() -> None:
    class Part(msgspec.Struct):
        """A part."""

        a: int = 0

    grown = msgspec.defstruct("Part", [("a", int, 0), ("b", int, 0)])
    other = msgspec.defstruct("Part", [("a", int, 1)])
    retold = msgspec.defstruct("Part", [("a", int, 0)], namespace={"__doc__": "In other words."})
    assert snapshot.shape(retold) == snapshot.shape(Part)
    assert len({snapshot.shape(one) for one in (Part, grown, other)}) == 3
    assert snapshot.shape() == snapshot.shape(WalkState)


def test_the_state_survives_its_way_over_the_disk(saved: Path) -> None:
    state = snapshot.load(saved, FAR)
    assert isinstance(state, WalkState)
    snapshot.save(saved, state)
    assert snapshot.load(saved, FAR) == state


async def test_a_flood_gets_a_young_snapshot_at_once_and_quiet_hours_one_now_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "AFTER_ENTRIES", 2)
    async with centre(tmp_path) as rig:
        keeper = snapshot.Keeper(tmp_path, rig.walk, rig.clock)

        async def saved() -> int:
            await keeper.look()
            state = snapshot.load(tmp_path, FAR)
            assert state is not None
            return state.position

        first = await saved()
        client = rig.token()
        await rig.alarm(client, "BA")  # the signal and its incident: two entries
        flooded = await saved()
        assert flooded == rig.walk.position == first + 2
        monkeypatch.setattr(snapshot, "AFTER_ENTRIES", FAR)
        await rig.alarm(client, "FA")
        assert await saved() == flooded
        rig.wait(minutes=10)
        assert await saved() == rig.walk.position == flooded + 2
