"""The ending that the handling of an incident has found already, so that closing it need not ask again.

It is an offer: whoever closes confirms it, or says otherwise with one digit. Where something graver was seen, heard or
said on the way, nothing is offered: a person judges.
"""

from typing import Final

from belfry.domain.closing import Disposition
from belfry.domain.closing_rules import choices, is_of
from belfry.domain.incident import Incident
from belfry.domain.plan import Outcome, StepType
from belfry.domain.plan_run import Deed

_GRAVE: Final = frozenset(
    {
        Outcome.WRONG_WORD,
        Outcome.DURESS,
        Outcome.PERSON_SEEN,
        Outcome.BREAK_IN_SEEN,
        Outcome.VIOLENCE_SEEN,
    }
)
_INTRUSION: Final = ("PROP.ALARM", "PROP.TAMPER", "PROP.DOOR", "PROP.OPEN", "PROP.CLOSE", "PROP.UNSECURED")
_HOURS: Final = ("PROP.OPEN", "PROP.CLOSE", "PROP.UNSECURED")
_ALARMS: Final = ("FIRE.ALARM", "PROP.ALARM", "PROP.TAMPER", "PROP.DOOR")
_LINES: Final = ("TECH.COMMS", "TECH.OUTAGE")
_FAULTS: Final = ("TECH", "FIRE.FAULT", "FIRE.SUPERVISORY")


def found(incident: Incident) -> Disposition | None:
    """The disposition that is offered first; None: none is."""
    if incident.cancelled:
        return Disposition.CANCELLED
    judged = _judged(incident)
    return judged if judged in {one.disposition for one in choices(incident.kind)} else None


def _judged(incident: Incident) -> Disposition | None:
    kind, deeds = incident.kind, incident.deeds
    if incident.silent or incident.wrong_words or any(deed.outcome in _GRAVE for deed in deeds):
        return None
    if is_of(kind, _ALARMS) and _came(deeds, StepType.LOOK, Outcome.CAUSE_SEEN):
        return Disposition.FALSE_ALARM
    if is_of(kind, _INTRUSION) and _came(deeds, StepType.ASK_WORD, Outcome.RIGHT):
        return Disposition.USER_ERROR
    if is_of(kind, _HOURS) and _came(deeds, StepType.CALL_PREMISES, Outcome.REACHED):
        return Disposition.USER_ERROR
    if is_of(kind, _FAULTS) and incident.restored:
        return Disposition.COMMS_FAULT if is_of(kind, _LINES) else Disposition.TECHNICAL_FAULT
    return None


def _came(deeds: tuple[Deed, ...], do: StepType, outcome: Outcome) -> bool:
    return any(deed.do is do and deed.outcome is outcome for deed in deeds)
