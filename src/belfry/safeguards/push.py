"""What a push says of an incident: its kind and its place as far as they may leave the room, never a note (SCOPE).

What is medical or of a person goes by its number alone unless a way out is meant to carry it; so does an alarm whose
kind nobody knows yet, which stays in the control room.
"""

from collections.abc import Mapping
from typing import Final, Literal

from belfry.domain.clocks import ACT, ARRIVE, TAKE, TOLD
from belfry.safeguards.retention import is_of_person

Carries = Literal["place", "kind", "number"]

UNKNOWN: Final = "ADM.UNKNOWN"
ALERT: Final = "alert"
"""Why the supervisor is reached: too few of those on duty accepted."""

_TITLE: Final[Mapping[str, str]] = {
    "en": "Priority {priority}: incident {number}",
    "de": "Priorität {priority}: Vorgang {number}",
    "fr": "Priorité {priority} : incident {number}",
    "es": "Prioridad {priority}: incidente {number}",
}
_WHY: Final[Mapping[str, Mapping[str, str]]] = {
    TAKE: {
        "en": "Nobody has taken it.",
        "de": "Niemand hat ihn angenommen.",
        "fr": "Personne ne l’a pris.",
        "es": "Nadie lo ha tomado.",
    },
    ACT: {
        "en": "It was taken, and nothing was done since.",
        "de": "Er wurde angenommen, seither geschah nichts.",
        "fr": "Il a été pris, rien n’a été fait depuis.",
        "es": "Fue tomado y no se ha hecho nada desde entonces.",
    },
    TOLD: {
        "en": "No service has been told.",
        "de": "Kein Dienst wurde verständigt.",
        "fr": "Aucun service n’a été prévenu.",
        "es": "No se ha avisado a ningún servicio.",
    },
    ARRIVE: {
        "en": "Whoever was to come is not there.",
        "de": "Wer kommen sollte, ist nicht da.",
        "fr": "Celui qui devait venir n’est pas arrivé.",
        "es": "Quien debía acudir no ha llegado.",
    },
}
_MORE: Final[Mapping[str, str]] = {
    "en": "{count} incidents wait. Look at the console.",
    "de": "{count} Vorgänge warten. Bitte auf die Konsole sehen.",
    "fr": "{count} incidents attendent. Voir la console.",
    "es": "{count} incidentes esperan. Mire la consola.",
}


_WITHDRAWN: Final[Mapping[str, str]] = {
    "en": "Over: incident {number}",
    "de": "Vorbei: Vorgang {number}",
    "fr": "Terminé : incident {number}",
    "es": "Terminado: incidente {number}",
}
_REPEAT: Final[Mapping[str, str]] = {
    "en": "May be a repeat.",
    "de": "Vielleicht eine Wiederholung.",
    "fr": "Peut-être une répétition.",
    "es": "Puede ser una repetición.",
}
_TEST: Final[Mapping[str, tuple[str, str]]] = {
    "en": ("Test", "Alerts of {name} reach this phone."),
    "de": ("Probe", "Alarme von {name} erreichen dieses Telefon."),
    "fr": ("Essai", "Les alertes de {name} arrivent sur ce téléphone."),
    "es": ("Prueba", "Las alertas de {name} llegan a este teléfono."),
}
_CHECK: Final[Mapping[str, tuple[str, str]]] = {
    "en": ("Are you well?", "Say so on the phone: the control room is told otherwise."),
    "de": ("Alles in Ordnung?", "Bitte am Telefon sagen, sonst wird die Leitstelle verständigt."),
    "fr": ("Tout va bien ?", "Dites-le sur le téléphone, sinon le centre est prévenu."),
    "es": ("¿Está bien?", "Dígalo en el teléfono; si no, se avisa a la central."),
}
_NOBODY: Final[Mapping[str, str]] = {
    "en": "Not enough people on duty have accepted.",
    "de": "Zu wenige im Dienst haben angenommen.",
    "fr": "Trop peu de personnes en service ont accepté.",
    "es": "No han aceptado suficientes personas de servicio.",
}

_BLIND: Final[Mapping[str, tuple[str, str]]] = {
    "en": ("Nobody sees the alarms", "Alarms wait in {name}, and no console shows them to anybody."),
    "de": ("Niemand sieht die Alarme", "In {name} warten Alarme, und keine Konsole zeigt sie jemandem."),
    "fr": ("Personne ne voit les alarmes", "Des alarmes attendent à {name} et aucune console ne les montre."),
    "es": ("Nadie ve las alarmas", "En {name} esperan alarmas y ninguna consola las muestra."),
}


def blind(name: str, language: str) -> tuple[str, str]:
    """Title and body where a centre keeps alarms and nobody sees them (RULES 2, blind centre)."""
    said = _BLIND[language]
    return said[0], said[1].format(name=name)


def carried(kind: str, carries: Carries, *, persons: bool) -> Carries:
    """How much of an incident of a kind a way out carries."""
    if kind == UNKNOWN or (is_of_person(kind) and not persons):
        return "number"
    return carries


def title(number: int, priority: int, language: str) -> str:
    return _TITLE[language].format(number=number, priority=priority)


def body(why: str, *, label: str, place: str | None, carries: Carries, language: str) -> str:
    """`label` is the kind's, `place` the site's name and address."""
    said = [] if carries == "number" else [label]
    if carries == "place" and place:
        said.append(place)
    lines = [" · ".join(said)] if said else []
    if why in _WHY:
        lines.append(_WHY[why][language])
    elif why == ALERT:
        lines.append(_NOBODY[language])
    return "\n".join(lines)


def alert_body(*, label: str, place: str | None, carries: Carries) -> str:
    """What people on duty are told: the kind and the place, as far as their way may carry them."""
    said = [] if carries == "number" else [label]
    return " · ".join([*said, place] if carries == "place" and place else said)


def withdrawn(number: int, language: str) -> str:
    return _WITHDRAWN[language].format(number=number)


def repeated(body: str, language: str) -> str:
    """The same, marked: an attempt before may have left."""
    return "\n".join(line for line in (body, _REPEAT[language]) if line)


def check(language: str) -> tuple[str, str]:
    """Title and body by which whoever works alone is asked: no place, no name, nothing that was said."""
    return _CHECK[language]


def test(name: str, language: str) -> tuple[str, str]:
    """Title and body by which somebody tries his phone."""
    said = _TEST[language]
    return said[0], said[1].format(name=name)


def of_many(count: int, language: str) -> str:
    """In a flood one push speaks for all."""
    return _MORE[language].format(count=count)
