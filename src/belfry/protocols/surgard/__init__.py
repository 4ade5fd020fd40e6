"""What alarm receivers hand on to a computer: Sur-Gard lines (MLR2, MLR2000, System III) and DC-07 frames.

`lines` cuts a stream at 0x14, `line` reads one, `dc07` reads frames in DC-09's envelope, `basic` knows the formats of
one letter, `signals` makes them ours through DC-09's own functions, `describe` has words for people. The other way:
`outward` says a signal to software as a receiver would, `answers` reads what it answers. All of it is pure.
"""

from belfry.protocols.surgard.answers import Answer, Answers
from belfry.protocols.surgard.dc07 import Frames
from belfry.protocols.surgard.line import ACK, NAK, OWN_ACCOUNT, Bad, Line, Quirk, What, read_line, unlisted
from belfry.protocols.surgard.lines import END, LINE_MAX_BYTES, Lines
from belfry.protocols.surgard.outward import SEQUENCE_MOST, Head, Outward, frame_of, heartbeat, line_of, null_frame
from belfry.protocols.surgard.signals import account_key, identity, to_signals

__all__ = [
    "ACK",
    "END",
    "LINE_MAX_BYTES",
    "NAK",
    "OWN_ACCOUNT",
    "SEQUENCE_MOST",
    "Answer",
    "Answers",
    "Bad",
    "Frames",
    "Head",
    "Line",
    "Lines",
    "Outward",
    "Quirk",
    "What",
    "account_key",
    "frame_of",
    "heartbeat",
    "identity",
    "line_of",
    "null_frame",
    "read_line",
    "to_signals",
    "unlisted",
]
