"""A device's signal gets a code of exactly its meaning, or none."""

from belfry.domain.codes import load
from belfry.domain.nearest_code import codes_by_meaning
from belfry.domain.signal import Category, SignalState, Wire

CODES = load()


def test_every_code_found_says_exactly_what_was_meant() -> None:
    found = codes_by_meaning(CODES)
    assert len(found) > 200
    for meant, (wire, code) in found.items():
        said = CODES.meaning(wire, code)
        assert (said.category, said.subtype, said.state) == meant


def test_dc03_comes_before_contact_id_and_what_nobody_lists_has_none() -> None:
    found = codes_by_meaning(CODES)
    said = CODES.meaning(Wire.CID, "1110")
    assert found[said.category, said.subtype, said.state][0] is Wire.SIA
    assert (Category.FIRE, "unlisted", SignalState.ALARM) not in found
