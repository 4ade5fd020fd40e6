"""What servers of roads answer, OSRM and Valhalla: a table of the size asked for, or a refusal.

The first byte says which wire it is.
"""

from collections.abc import Iterable

from belfry.protocols.roads import osrm, valhalla
from belfry.protocols.roads.table import BadAnswer

OSRM = (
    b'{"code":"Ok","distances":[[1886.89],[null]],"durations":[[192.6],[null]],"sources":[],"destinations":[]}',
    b'{"code":"NoTable"}',
    b'{"code":"Ok","durations":[[1e999],[-1]],"distances":[[0],[2]]}',
)
VALHALLA = (
    b'{"sources_to_targets":[[{"time":192,"distance":1.8,"to_index":0,"from_index":0}],[{"to_index":0,"from_index":1}]]}',
    b'{"error_code":171,"error":"No suitable edges near location"}',
)


def seeds() -> Iterable[bytes]:
    for body in OSRM:
        yield b"\x00" + body
    for body in VALHALLA:
        yield b"\x01" + body


def one_input(data: bytes) -> None:
    wire = valhalla if data[:1] == b"\x01" else osrm
    try:
        table = wire.told(data[1:], 2, 1)
    except BadAnswer:
        return
    assert [len(row) for row in table] == [1, 1]
    for (pair,) in table:
        assert pair is None or all(isinstance(one, float) for one in pair)
