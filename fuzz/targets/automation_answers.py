"""What software answers to the lines that we hand it: any bytes, cut anywhere, and no acknowledgement out of noise.

The first byte says where the wire is cut.
"""

from collections.abc import Iterable

from belfry.protocols.dc09.reply import envelope
from belfry.protocols.surgard import Answers
from belfry.protocols.surgard.answers import ANSWER_MOST_BYTES

BODIES = (b'"ACK"0012R01L1[]', b'"NAK"0001R01L2[]', b'"DUH"9999[]')
BYTES = (b"\x06", b"\x15", b"\n\x06", b"\x00\x06\r\n", b"\n" + b"A" * 300 + b"\r\x06")


def seeds() -> Iterable[bytes]:
    for body in BODIES:
        yield b"\x07" + envelope(body)
    for some in BYTES:
        yield b"\x02" + some


def one_input(data: bytes) -> None:
    wire, cut = data[1:], data[0] if data else 0
    whole, parts = Answers(), Answers()
    answers = whole.feed(wire)
    assert answers == [*parts.feed(wire[:cut]), *parts.feed(wire[cut:])], "answers depend on how they are cut"
    assert whole.noise == parts.noise <= len(wire)
    taken = sum(one.taken for one in answers)
    assert taken <= wire.count(b"\x06") + wire.count(b'"ACK"'), "an acknowledgement that nobody gave"
    assert len(whole.feed(b"B" * (ANSWER_MOST_BYTES + 2))) == 0
    assert whole.feed(b"\x06")[-1].taken, "noise makes it deaf"
