"""What alarm receivers hand on to a computer: Sur-Gard lines (MLR2, MLR2000, System III) and DC-07 frames.

`lines` cuts a stream at 0x14, `line` reads one, `dc07` reads frames in DC-09's envelope, `basic` knows the formats of
one letter, `signals` makes them ours through DC-09's own functions, `describe` has words for people. All of it is pure.
"""

from belfry.protocols.surgard.dc07 import Frames
from belfry.protocols.surgard.line import ACK, NAK, OWN_ACCOUNT, Bad, Line, Quirk, What, read_line, unlisted
from belfry.protocols.surgard.lines import END, LINE_MAX_BYTES, Lines
from belfry.protocols.surgard.signals import account_key, identity, to_signals

__all__ = [
    "ACK",
    "END",
    "LINE_MAX_BYTES",
    "NAK",
    "OWN_ACCOUNT",
    "Bad",
    "Frames",
    "Line",
    "Lines",
    "Quirk",
    "What",
    "account_key",
    "identity",
    "read_line",
    "to_signals",
    "unlisted",
]
