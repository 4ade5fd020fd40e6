"""The allow list: what it keeps, what it drops, and that a dropped thing leaves no more than its name."""

from hypothesis import given
from hypothesis import strategies as st

from belfry.protocols.common.fields import LEAF, NAMES_MOST, Allow, Dropped, leaf, objects, strip

ALLOW: Allow = {"eventType": LEAF, "regions": {"entry": {"id": LEAF}}}


def kept(value: dict[str, object]) -> tuple[object, tuple[str, ...]]:
    dropped = Dropped()
    return strip(value, ALLOW, dropped), dropped.names()


def test_what_is_listed_stays_and_the_rest_goes_by_its_name_alone() -> None:
    assert kept({"eventType": "IO", "faces": [{"age": 3}], "regions": {"entry": {"id": 1, "hat": "red"}}}) == (
        {"eventType": "IO", "regions": [{"entry": [{"id": 1}]}]},
        ("faces", "regions.entry.hat"),
    )


def test_one_object_and_a_list_of_them_are_read_alike() -> None:
    dropped = Dropped()
    one = strip({"regions": {"entry": {"id": 1}}}, ALLOW, dropped)
    many = strip({"regions": [{"entry": [{"id": 1}, {"id": 2}]}, {"entry": {"id": 3}}]}, ALLOW, dropped)
    assert [leaf(found, "id") for found in objects(one, "regions", "entry")] == [1]
    assert [leaf(found, "id") for found in objects(many, "regions", "entry")] == [1, 2, 3]
    assert list(objects(one, "absent", "entry")) == []
    assert dropped.names() == ()


def test_names_are_compared_in_any_case_and_the_first_counts() -> None:
    assert kept({"EVENTTYPE": "a", "eventtype": "b"}) == ({"eventType": "a"}, ("eventtype",))


def test_nothing_is_kept_in_disguise() -> None:
    assert kept({"eventType": {"name": "x"}, "regions": "x"}) == ({"regions": []}, ("eventType", "regions"))
    assert kept({"eventType": ["x"], "regions": ["x", {}]}) == ({"regions": [{}]}, ("eventType", "regions"))


def test_an_empty_place_is_nothing_dropped() -> None:
    assert kept({"regions": None}) == ({"regions": []}, ())
    assert kept({"regions": ""}) == ({"regions": []}, ())


def test_names_are_few_and_short() -> None:
    _, names = kept({f"{number}\n{'x' * 500}": 1 for number in range(500)})
    assert len(names) == NAMES_MOST
    assert max(map(len, names)) == 120
    assert all(name.isprintable() for name in names)


VALUES = st.recursive(
    st.just("MARK"),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(["regions", "entry", "x"]), below),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(["regions", "entry", "other", ""]), VALUES))
def test_no_value_outside_the_list_is_left(value: dict[str, object]) -> None:
    found, names = kept(value)
    assert "MARK" not in repr(found)
    assert "MARK" not in repr(names)
