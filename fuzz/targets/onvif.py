"""A Notify or a PullMessagesResponse: words of ours, bounded, and no pulse out of a state as it has been."""

from collections.abc import Iterable

from belfry.domain.device import UNITS
from belfry.domain.reading import POINT_MOST, READINGS_MOST, Disposition, PointState
from belfry.protocols.hint import NO_HINT
from belfry.protocols.onvif import read
from belfry.protocols.onvif.topics import TOPICS
from tests.protocols.onvif.samples import NAMES, notice, notify, sample

WHERE = {"VideoSourceToken": "v1", "Rule": "r"}
REASON_MOST = 100


def seeds() -> Iterable[bytes]:
    yield from (sample(name) for name in NAMES)
    for row, meaning in TOPICS.items():
        data = dict.fromkeys(meaning.items, "true")
        yield notify(notice("tns1:" + row.replace("*", "x"), WHERE, data, operation="Initialized"))
    yield notify(notice("tns1:RuleEngine/ObjectDetection/Object", WHERE, {"ClassTypes": "Human Fire HumanFace"}))
    yield notify(notice("tns1:RuleEngine/AudioDetector/Class", WHERE, {"Class": "gun shot"}))


def one_input(data: bytes) -> None:
    said = read(data, NO_HINT)
    assert len(said.reason) <= REASON_MOST
    assert said.reason != "the reader failed on this message", "the net below caught a mistake of ours"
    assert len(said.dropped) <= 64
    assert all(len(name) <= 120 and name.isprintable() for name in said.dropped)
    assert (said.disposition is Disposition.ACCEPT) == bool(said.readings)
    assert len(said.readings) <= READINGS_MOST
    for reading in said.readings:
        assert 0 < len(reading.point) <= POINT_MOST
        assert reading.point.isprintable()
        assert reading.unit is None or reading.unit in UNITS
        assert not (reading.sync and reading.state is PointState.PULSE)
