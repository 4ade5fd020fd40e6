"""A message of Frigate: classes of objects and points, whatever was sent; of people nothing."""

from collections.abc import Iterable

from belfry.protocols.frigate import read
from fuzz.published import check, samples

MORE = (
    ("frigate/events", b'{"type":"new","after":{"id":"1","camera":"c","label":"person","current_zones":["z"]}}'),
    ("frigate/gate/audio/transcription", b"words"),
    ("frigate/gate/motion", b"ON"),
    ("frigate/gate/person", b"3"),
)


def seeds() -> Iterable[bytes]:
    return samples("frigate", *MORE)


def one_input(data: bytes) -> None:
    check(read, data)
