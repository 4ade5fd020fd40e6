"""CAP 1.2, the Common Alerting Protocol: public warnings in, validated as far as the standard goes.

The schema of OASIS first, then the rules that it does not check, then the signature. Invalid or unverifiable messages
are rejected with the rule; what is not `Actual`, or only answers another message, is ignored; events that our
dictionary leaves out are refused by name. Nothing of a message's words leaves here.
"""

from belfry.protocols.cap.message import Heard, read, read_by_hint
from belfry.protocols.cap.signature import Trust

__all__ = ["Heard", "Trust", "read", "read_by_hint"]
