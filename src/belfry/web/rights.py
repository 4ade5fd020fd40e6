"""Which role may do what over HTTP. One table; the desk checks the acts once more."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from belfry.ports.staff import Role


class Right(StrEnum):
    """Something that a request asks to do."""

    QUEUE = "queue"
    """See incidents: list, detail, stream."""
    MEDICAL = "medical"
    """See medical incidents among them (SCOPE, medical is nobody's lead)."""
    ACT = "act"
    SEND = "send"
    """Hand in equipment signals as software."""
    REPORT = "report"
    CALL = "call"
    SIGNALS = "signals"
    """Read the journal's signals."""
    ACCOUNTS = "accounts"
    USERS = "users"
    CENTRE = "centre"
    """See how the centre itself is: counts, receivers, kinds."""
    SILENCE = "silence"
    """See which sites fell silent: it tells where nobody would hear an alarm."""
    DECODE = "decode"


_ROOM: Final = frozenset({Role.OPERATOR, Role.DISPATCHER, Role.SUPERVISOR, Role.ADMINISTRATOR})
"""Who sits in the control room. The administrator too: the first user of a small centre is its only one."""
_PEOPLE: Final = frozenset(Role) - {Role.SERVICE}

MAY: Final[Mapping[Right, frozenset[Role]]] = {
    Right.QUEUE: _ROOM | {Role.RESPONDER},
    Right.MEDICAL: _ROOM,
    Right.ACT: _ROOM,
    Right.SEND: _ROOM | {Role.SERVICE, Role.INSTALLER},
    Right.REPORT: _ROOM | {Role.RESPONDER},
    Right.CALL: _ROOM,
    Right.SIGNALS: _ROOM | {Role.AUDITOR},
    Right.ACCOUNTS: _ROOM | {Role.INSTALLER},
    Right.USERS: frozenset({Role.ADMINISTRATOR}),
    Right.CENTRE: _PEOPLE,
    Right.SILENCE: _ROOM,
    Right.DECODE: _PEOPLE,
}


def may(role: Role, right: Right) -> bool:
    return role in MAY[right]
