"""Fuzz the DC-09 parser: any bytes give frames or faults, cut anywhere, and never an exception.

    pip install atheris
    python fuzz/dc09.py -max_total_time=600 [FOLDER]

Without atheris nothing is fuzzed; `tests/protocols/dc09/test_session.py` makes the same promise with hypothesis.
"""

import sys

from belfry.domain.codes import load
from belfry.protocols.dc09 import PAYLOADS, Frame, Session, Unreadable, decrypt, read
from belfry.protocols.dc09.describe import describe

KEY = bytes(16)


def one_input(data: bytes) -> None:
    """What must hold for any bytes; the first one says where they are cut."""
    wire, cut = data[1:], data[0] if data else 0
    session, again = Session(), Session()
    whole = session.feed(wire)
    parts = again.feed(wire[:cut]) + again.feed(wire[cut:])
    if (whole, session.finish()) != (parts, again.finish()):
        raise AssertionError("frames depend on how the network cuts them")
    for event in whole:
        if not isinstance(event, Frame):
            continue
        opened = decrypt(event, [KEY]) if event.encrypted else event
        frame = opened[0] if isinstance(opened, tuple) else opened
        if not isinstance(frame, Unreadable) and frame.token in PAYLOADS:
            read(PAYLOADS[frame.token], frame.data)
    describe(wire, key=KEY, codes=load())


def main() -> None:
    try:
        import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]  # optional: it has no wheel for every Python
    except ImportError:
        sys.exit("fuzz/dc09.py needs atheris: pip install atheris")
    atheris.instrument_all()
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
