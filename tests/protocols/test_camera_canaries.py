"""A marker in every single place of every camera sample, one after the other: no reader ever says it.

Allowed are names of stripped fields (`Said.dropped`), a device's own address, and its own name of a point: none of
them is kept.
"""

import re
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from belfry.domain.reading import Said
from belfry.protocols import isapi, onvif
from belfry.protocols.hint import NO_HINT
from tests.protocols.isapi import samples as isapi_samples
from tests.protocols.onvif import samples as onvif_samples

MARK = b"Zq7Marker"
PLACES = re.compile(
    rb'"((?:[^"\\]|\\.)*)"'  # a JSON text, a key, an XML attribute
    rb"|>([^<>]+)<"  # a text of XML
    rb"|(?<=[ </])([A-Za-z]+)(?=[ >=/])"  # the name of an element or an attribute
    rb"|: (\d[\d.]*)"  # a JSON number, a length of multipart
)
READERS = {"isapi": (isapi.read, isapi_samples), "onvif": (onvif.read, onvif_samples)}
SAMPLES = [pytest.param(wire, name, id=f"{wire}/{name}") for wire, (_, all_) in READERS.items() for name in all_.NAMES]


def marked(body: bytes) -> Iterator[bytes]:
    for found in PLACES.finditer(body):
        group = found.lastindex or 0
        yield body[: found.start(group)] + MARK + body[found.end(group) :]
        yield body[: found.start(group)] + found[group] + MARK + body[found.end(group) :]


def without_names(said: Said) -> Said:
    readings = tuple(replace(reading, point="") for reading in said.readings)
    return replace(said, dropped=(), address=None, readings=readings)


@pytest.mark.parametrize(("wire", "name"), SAMPLES)
def test_no_marker_in_any_place_of_a_sample_is_said(wire: str, name: str) -> None:
    read, samples = READERS[wire]
    bodies = list(marked(samples.sample(name)))
    assert len(bodies) > 10
    leaks = [body for body in bodies if MARK.decode() in repr(without_names(read(body, NO_HINT)))]
    assert leaks == []


def test_a_planted_leak_is_found() -> None:
    """A reader that said on the name of a channel."""
    body = next(one for one in marked(isapi_samples.sample("io_active.xml")) if b"<channelName>" + MARK in one)
    leaky = replace(isapi.read(body, NO_HINT), reason=body.decode())
    assert MARK.decode() in repr(without_names(leaky))
