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
    """Find sites, and read all that is kept about one."""
    EDIT = "edit"
    """Change a site, as far as EDITS goes."""
    FLOOR_PLANS = "floor_plans"
    """Add, place and remove plans of a site's building."""
    ADD = "add"
    """Add sites."""
    IMPORT = "import"
    """Bring in sheets of sites."""
    EXPORT = "export"
    """Get sheets of sites."""
    WORDS = "words"
    """Set pass-words and codes, which nobody reads."""
    ASK_WORD = "ask_word"
    """Have a pass-word compared, and see the code of a key safe while handling an alarm there."""
    CONFIRM = "confirm"
    """Say of a site that all of it is right."""
    USERS = "users"
    CENTRE = "centre"
    """See how the centre itself is: counts, receivers, kinds."""
    SILENCE = "silence"
    """See which sites fell silent: it tells where nobody would hear an alarm."""
    ON_TEST = "on_test"
    """Put sites on test and take them off, and see all that is."""
    STORM = "storm"
    """Start and end storms, and answer for what they held back. Everybody in the room sees them (`SILENCE`)."""
    FLOOR = "floor"
    """See who is at a desk and what he has, and the room's clocks."""
    WALL = "wall"
    """See the room at a glance, with the sites of what is open: whoever may act on it."""
    SKILLS = "skills"
    """Say what people are trained for and speak."""
    BULK = "bulk"
    """Act on many incidents at once."""
    PLANS = "plans"
    """Change plans and try them, and see which steps were skipped. Everybody in the room reads plans (`SILENCE`)."""
    DEVICES = "devices"
    """See devices, their points, and when they were heard."""
    EDIT_DEVICES = "edit_devices"
    """Add and change devices, and see what an installer types into them."""
    MAPPINGS = "mappings"
    """Change what devices' own JSON means."""
    AGREEMENTS = "agreements"
    """See what may leave by machine."""
    AGREE = "agree"
    """Let something leave by machine, and end it."""
    FLEET = "fleet"
    """See units, stations and the whole rota as they are kept up."""
    EDIT_UNITS = "edit_units"
    """Change units, stations and the rota, and agree to trades."""
    ROTA = "rota"
    """See one's own shifts, and trade them."""
    DECODE = "decode"
    ON_DUTY = "on_duty"
    """Sign on to a unit, say its statuses, and see the units that one may know of."""
    DISPATCH = "dispatch"
    """Send units and call them back, and say what was heard of any."""
    PLACES = "places"
    """Find addresses and places; whoever is in the field, while he is on duty."""
    MAP = "map"
    """Get the map's tiles. What stands on it comes from lists, by their own rights."""


_ROOM: Final = frozenset({Role.OPERATOR, Role.DISPATCHER, Role.SUPERVISOR, Role.ADMINISTRATOR})
"""Who sits in the control room. The administrator too: the first user of a small centre is its only one."""
_DESK_HEADS: Final = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
_PEOPLE: Final = frozenset(Role) - {Role.SERVICE}

MAY: Final[Mapping[Right, frozenset[Role]]] = {
    Right.QUEUE: _ROOM | {Role.RESPONDER},
    Right.MEDICAL: _ROOM,
    Right.ACT: _ROOM,
    Right.SEND: _ROOM | {Role.SERVICE, Role.INSTALLER},
    Right.REPORT: _ROOM | {Role.RESPONDER},
    Right.CALL: _ROOM,
    Right.SIGNALS: _ROOM | {Role.AUDITOR},
    Right.ACCOUNTS: _ROOM | {Role.INSTALLER, Role.HOLDER},
    Right.EDIT: _ROOM,
    Right.FLOOR_PLANS: _DESK_HEADS | {Role.INSTALLER},
    Right.ADD: _DESK_HEADS,
    Right.IMPORT: _DESK_HEADS,
    Right.EXPORT: _DESK_HEADS,
    Right.WORDS: _DESK_HEADS,
    Right.ASK_WORD: _ROOM,
    Right.CONFIRM: frozenset({Role.HOLDER}),
    Right.USERS: frozenset({Role.ADMINISTRATOR}),
    Right.CENTRE: _PEOPLE,
    Right.SILENCE: _ROOM,
    Right.ON_TEST: _ROOM,
    Right.STORM: _DESK_HEADS,
    Right.FLOOR: _DESK_HEADS,
    Right.WALL: _ROOM,
    Right.SKILLS: _DESK_HEADS,
    Right.BULK: _DESK_HEADS,
    Right.PLANS: _DESK_HEADS,
    Right.DEVICES: _ROOM | {Role.INSTALLER, Role.HOLDER},
    Right.EDIT_DEVICES: _DESK_HEADS | {Role.INSTALLER},
    Right.MAPPINGS: _DESK_HEADS,
    Right.AGREEMENTS: _DESK_HEADS | {Role.OVERSEER},
    Right.AGREE: frozenset({Role.ADMINISTRATOR}),
    Right.FLEET: _ROOM,
    Right.EDIT_UNITS: _DESK_HEADS,
    Right.ROTA: _ROOM | {Role.RESPONDER},
    Right.DECODE: _PEOPLE,
    Right.ON_DUTY: _ROOM | {Role.RESPONDER},
    Right.DISPATCH: _ROOM,
    Right.PLACES: _ROOM | {Role.RESPONDER},
    Right.MAP: _PEOPLE,
}

NOTES: Final = "details.notes"
EVERY_SECTION: Final = frozenset(
    {"account", "details", "areas", "zones", "paths", "codes", "schedules", "contacts", "agencies"}
)
EDITS: Final[Mapping[Role, frozenset[str]]] = {
    Role.OPERATOR: frozenset({"contacts", "schedules", NOTES}),
    Role.DISPATCHER: frozenset({"contacts", "schedules", NOTES}),
    Role.SUPERVISOR: EVERY_SECTION,
    Role.ADMINISTRATOR: EVERY_SECTION,
}
"""What of a site each role may change. Operators keep up what is told them on the telephone: whom to call, when it
opens, what to know. What decides how an alarm is judged and who comes is the supervisor's."""


def may(role: Role, right: Right) -> bool:
    return role in MAY[right]
