"""CAP 1.2: every sample by its verdict, signatures, and nothing of a message's words.

Samples: tests/samples/cap (INDEX.md there says where each comes from).
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.codec import encode
from belfry.domain.facts import ENTRY_MAX_BYTES, Entry
from belfry.domain.reading import Disposition
from belfry.domain.warning import (
    Certainty,
    Circle,
    MessageType,
    Severity,
    Urgency,
    WarningArea,
    WarningCategory,
    touches,
)
from belfry.domain.warning_facts import WarningHeard
from belfry.protocols.cap import Heard, Trust, read

SAMPLES: Final = Path(__file__).parents[2] / "samples" / "cap"
EXPECTED: Final[dict[str, dict[str, Any]]] = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
WEAK: Final = {"public/canada_signed.cap", "public/earthquake-iso8859-1.cap"}
"""Valid, and signed with SHA-1: refused with the reason."""
STORM: Final = (SAMPLES / "ok-storm.xml").read_bytes()
NOW: Final = datetime(2026, 3, 2, 10, tzinfo=UTC)


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def actual(name: str) -> bytes:
    return sample(name).replace(b"<status>Exercise<", b"<status>Actual<")


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_sample_gets_its_verdict(name: str) -> None:
    said = read(sample(name), now=NOW).said
    if name in WEAK:
        assert (said.disposition, "no longer trusted" in said.reason) == (Disposition.REJECT, True)
    elif EXPECTED[name]["verdict"] in ("invalid", "reject"):
        assert said.disposition is Disposition.REJECT
        assert said.reason
    elif b"Actual" in sample(name):
        assert said.disposition is Disposition.ACCEPT
    else:
        assert said.disposition is Disposition.IGNORE


def test_a_storm_is_a_warning_of_closed_words_times_and_a_place() -> None:
    warning = read(STORM).warning
    assert warning is not None
    assert (warning.type, warning.categories) == (MessageType.ALERT, (WarningCategory.MET,))
    assert (warning.urgency, warning.severity, warning.certainty) == (
        Urgency.EXPECTED,
        Severity.SEVERE,
        Certainty.LIKELY,
    )
    assert warning.expires == datetime(2026, 3, 3, 11, tzinfo=UTC)
    assert touches(warning.area, 38.45, -119.95)
    assert not touches(warning.area, 38.0, -119.95)
    assert not warning.signed


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("xsd-sent-z.xml", "sent"),
        ("xsd-enum-severity.xml", "severity"),
        ("xsd-order-sender-first.xml", "sender"),
        ("sem-polygon-3-points.xml", "polygon"),
        ("sem-private-no-addresses.xml", "addresses"),
        ("sec-external-entity.xml", "document type"),
        ("signed-tampered.xml", "signature"),
    ],
)
def test_a_reason_names_what_is_wrong(name: str, reason: str) -> None:
    assert reason in read(sample(name)).said.reason


def test_a_signature_holds_is_trusted_or_is_wanted() -> None:
    pem, signed = sample("signed-cert.pem"), sample("signed-ok.xml")
    assert read(signed, trust=Trust.of(pem, required=True), now=NOW).said.disposition is Disposition.IGNORE
    untrusted = read(signed, trust=Trust(required=True), now=NOW).said
    assert (untrusted.disposition, "trusted" in untrusted.reason) == (Disposition.REJECT, True)
    bare = read(sample("signed-stripped.xml"), trust=Trust.of(pem, required=True), now=NOW).said
    assert (bare.disposition, "not signed" in bare.reason) == (Disposition.REJECT, True)
    with pytest.raises(ValueError, match=r"."):
        Trust.of(b"no certificate")


def test_what_was_put_beside_a_signature_is_not_read() -> None:
    signed = sample("signed-ok.xml")
    for tampered in (
        signed.replace(b"53.5461,9.9661 0.3", b"53.5461,9.9661 300"),
        signed.replace(b"</info>", b"</info><info><category>Met</category></info>", 1),
        signed.replace(b"<status>Exercise<", b"<status>Actual<"),
    ):
        assert read(tampered, now=NOW).said.disposition is Disposition.REJECT


def test_an_update_refers_to_what_it_updates_by_no_word_of_it() -> None:
    first = read(actual("ok-public-circle.xml")).warning
    cancel = read(actual("ok-cancel-two-refs.xml")).warning
    assert first is not None
    assert cancel is not None
    assert (cancel.type, len(cancel.refers_to)) == (MessageType.CANCEL, 2)
    assert first.area.circles == (Circle(53.5461, 9.9661, 0.3),)
    for key in (first.key, *cancel.refers_to):
        assert len(key) == 32
        assert "arc" not in key


def test_events_that_our_dictionary_leaves_out_are_refused_by_name() -> None:
    code = b"<eventCode><valueName>x</valueName><value>DEMONSTRATIN</value></eventCode>"
    body = actual("ok-public-circle.xml")
    begin = body.index(b"<eventCode>")
    end = body.index(b"</eventCode>") + len(b"</eventCode>")
    assert read(body[:begin] + code + body[end:]).said.disposition is Disposition.REFUSE


def test_nothing_of_its_words_is_in_what_is_heard() -> None:
    for path in sorted(SAMPLES.rglob("*.xml")):
        heard = repr(read(path.read_bytes().replace(b"<status>Exercise<", b"<status>Actual<"), now=NOW))
        for word in ("warehouse", "Dock", "Example", "desk@", "Keep access", "ARC-EX"):
            assert word not in heard, path.name


def test_circles_and_polygons_touch_places() -> None:
    area = WarningArea(((((0.0, 0.0), (0.0, 2.0), (2.0, 2.0), (2.0, 0.0))),), (Circle(10.0, 10.0, 5.0),))
    assert touches(area, 1.0, 1.0)
    assert touches(area, 10.04, 10.0)
    assert not touches(area, 10.05, 10.0)
    assert not touches(WarningArea(), 1.0, 1.0)


def test_a_shape_of_very_many_corners_becomes_the_box_round_it() -> None:
    jagged = [(10.0 + n / 10_000, 20.0 + (n % 2) / 100) for n in range(3_000)]
    pairs = " ".join(f"{lat:.4f},{lon:.4f}" for lat, lon in (*jagged, jagged[0]))
    body = STORM.decode()
    begin, end = body.index("<polygon>") + len("<polygon>"), body.index("</polygon>")
    warning = read((body[:begin] + pairs + body[end:]).encode()).warning
    assert warning is not None
    assert warning.area.polygons == (((10.0, 20.0), (10.2999, 20.0), (10.2999, 20.01), (10.0, 20.01)),)
    entry = Entry(id=b"i" * 16, subject="warnings", at=NOW, facts=(WarningHeard(source="s", warning=warning),))
    assert len(encode(entry)) < ENTRY_MAX_BYTES


BODIES: Final = [path.read_bytes() for path in sorted(SAMPLES.rglob("ok-*.xml"))] + [sample("signed-ok.xml")]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_error(body: bytes) -> None:
    assert isinstance(read(body), Heard)


@given(st.sampled_from(BODIES), st.data())
def test_any_cut_and_any_change_is_read_without_an_error(body: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(body) - 1))
    upto = data.draw(st.integers(at, len(body)))
    said = read(body[:at] + data.draw(st.binary(max_size=8)) + body[upto:], now=NOW).said
    assert said.disposition in set(Disposition)
    assert "reader failed" not in said.reason
