"""What is printed, in a language: words of the console's catalogue, and those that only paper needs."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec

_OWN: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "incident": "Incident record",
        "number": "Incident {number}",
        "training": "EXERCISE: nothing of this happened",
        "made": "Made {at} by {by}",
        "sheet": "Page {n} of {of}",
        "utc": "Times are UTC.",
        "zone": "Times are {zone}.",
        "site": "Site",
        "kind": "Kind",
        "priority": "Priority",
        "raised": "Raised",
        "taken": "First taken",
        "acted": "First acted on",
        "closed": "Closed",
        "after": "{at} (after {span})",
        "never": "–",
        "end": "How it ended",
        "ended_as": "Judged as",
        "cause": "Cause",
        "counts_as": "Counts as",
        "by": "By",
        "by_rule": "the rule of its kind",
        "comment": "Words",
        "unrestored": "Closed without the restore that it needs.",
        "score": "Validation score",
        "plan": "Plan",
        "steps": "Steps of the plan",
        "step": "Step",
        "outcome": "What came of it",
        "who": "Who",
        "when": "When",
        "deeds": "Calls and messages",
        "to": "To",
        "words": "Words",
        "story": "Story",
        "what": "What",
        "signals": "Signals",
        "code": "Code",
        "point": "Area / zone",
        "notices": "Reached outside the room",
        "units": "Units",
        "unit": "Unit",
        "statuses": "Statuses",
        "left": "Left",
        "sent_by": "Sent by",
        "alerted": "{n} people were alerted; {accepted} accepted, {refused} refused.",
        "positions": "Positions {first} to {last} of the journal, {entries} entries.",
        "merged": "Handled with it as one case",
        "nr": "No.",
        "at_positions": "Journal",
        "older": "{n} older entries are not printed.",
        "more_signals": "{n} further signals are in the JSON form.",
        "unreadable": "The key store failed: words may be missing that were typed.",
        "skipped": "left out",
        "zone_n": "zone {zone}",
        "area_n": "area {area}",
        "account": "Account {account}",
        "caller": "Caller",
        "place": "Place",
        "total": "All",
        "report_span": "{since} to {until}",
        "none_skipped": "none",
        "without_persons": "Medical incidents and those of persons are not in it, since this way may not carry them.",
        "left_out_sites": "{n} further sites are in the CSV form.",
    },
    "de": {
        "incident": "Vorgangsakte",
        "number": "Vorgang {number}",
        "training": "ÜBUNG: nichts davon ist geschehen",
        "made": "Erstellt {at} von {by}",
        "sheet": "Seite {n} von {of}",
        "utc": "Zeiten in UTC.",
        "zone": "Zeiten: {zone}.",
        "site": "Objekt",
        "kind": "Art",
        "priority": "Priorität",
        "raised": "Ausgelöst",
        "taken": "Zuerst angenommen",
        "acted": "Zuerst gehandelt",
        "closed": "Abgeschlossen",
        "after": "{at} (nach {span})",
        "never": "–",
        "end": "Wie es endete",
        "ended_as": "Beurteilt als",
        "cause": "Ursache",
        "counts_as": "Zählt als",
        "by": "Von",
        "by_rule": "der Regel seiner Art",
        "comment": "Worte",
        "unrestored": "Abgeschlossen ohne die nötige Rückstellung.",
        "score": "Bestätigungsgrad",
        "plan": "Plan",
        "steps": "Schritte des Plans",
        "step": "Schritt",
        "outcome": "Ergebnis",
        "who": "Wer",
        "when": "Wann",
        "deeds": "Anrufe und Mitteilungen",
        "to": "An",
        "words": "Worte",
        "story": "Verlauf",
        "what": "Was",
        "signals": "Meldungen",
        "code": "Code",
        "point": "Bereich / Melder",
        "notices": "Außerhalb des Raums erreicht",
        "units": "Einheiten",
        "unit": "Einheit",
        "statuses": "Status",
        "left": "Verlassen",
        "sent_by": "Entsandt von",
        "alerted": "{n} Personen wurden alarmiert; {accepted} haben angenommen, {refused} abgelehnt.",
        "positions": "Positionen {first} bis {last} des Journals, {entries} Einträge.",
        "merged": "Als ein Fall damit bearbeitet",
        "nr": "Nr.",
        "at_positions": "Journal",
        "older": "{n} ältere Einträge sind nicht gedruckt.",
        "more_signals": "{n} weitere Meldungen stehen in der JSON-Form.",
        "unreadable": "Der Schlüsselspeicher versagte: getippte Worte können fehlen.",
        "skipped": "ausgelassen",
        "zone_n": "Melder {zone}",
        "area_n": "Bereich {area}",
        "account": "Teilnehmer {account}",
        "caller": "Anrufer",
        "place": "Ort",
        "total": "Alle",
        "report_span": "{since} bis {until}",
        "none_skipped": "keine",
        "without_persons": "Medizinische Vorgänge und solche von Personen sind nicht enthalten, da dieser "
        "Weg sie nicht tragen darf.",
        "left_out_sites": "{n} weitere Objekte stehen in der CSV-Form.",
    },
    "fr": {
        "incident": "Dossier d’incident",
        "number": "Incident {number}",
        "training": "EXERCICE : rien de ceci n’a eu lieu",
        "made": "Établi le {at} par {by}",
        "sheet": "Page {n} sur {of}",
        "utc": "Heures en UTC.",
        "zone": "Heures : {zone}.",
        "site": "Site",
        "kind": "Type",
        "priority": "Priorité",
        "raised": "Déclenché",
        "taken": "Pris en charge",
        "acted": "Première action",
        "closed": "Clos",
        "after": "{at} (après {span})",
        "never": "–",
        "end": "Comment il s’est terminé",
        "ended_as": "Jugé",
        "cause": "Cause",
        "counts_as": "Compté comme",
        "by": "Par",
        "by_rule": "la règle de son type",
        "comment": "Texte",
        "unrestored": "Clos sans le retour à la normale requis.",
        "score": "Niveau de validation",
        "plan": "Plan",
        "steps": "Étapes du plan",
        "step": "Étape",
        "outcome": "Résultat",
        "who": "Qui",
        "when": "Quand",
        "deeds": "Appels et messages",
        "to": "À",
        "words": "Texte",
        "story": "Déroulement",
        "what": "Quoi",
        "signals": "Signaux",
        "code": "Code",
        "point": "Secteur / zone",
        "notices": "Joints hors de la salle",
        "units": "Unités",
        "unit": "Unité",
        "statuses": "Statuts",
        "left": "Partie",
        "sent_by": "Envoyée par",
        "alerted": "{n} personnes ont été alertées ; {accepted} ont accepté, {refused} refusé.",
        "positions": "Positions {first} à {last} du journal, {entries} entrées.",
        "merged": "Traités avec lui comme un seul cas",
        "nr": "N°",
        "at_positions": "Journal",
        "older": "{n} entrées plus anciennes ne sont pas imprimées.",
        "more_signals": "{n} autres signaux sont dans la forme JSON.",
        "unreadable": "Le coffre des clés a failli : des textes saisis peuvent manquer.",
        "skipped": "omise",
        "zone_n": "zone {zone}",
        "area_n": "secteur {area}",
        "account": "Compte {account}",
        "caller": "Appelant",
        "place": "Lieu",
        "total": "Tous",
        "report_span": "du {since} au {until}",
        "none_skipped": "aucune",
        "without_persons": "Les incidents médicaux et ceux de personnes n’y figurent pas, cette voie ne "
        "pouvant les transmettre.",
        "left_out_sites": "{n} autres sites sont dans la forme CSV.",
    },
    "es": {
        "incident": "Expediente del incidente",
        "number": "Incidente {number}",
        "training": "EJERCICIO: nada de esto ocurrió",
        "made": "Hecho el {at} por {by}",
        "sheet": "Página {n} de {of}",
        "utc": "Horas en UTC.",
        "zone": "Horas: {zone}.",
        "site": "Emplazamiento",
        "kind": "Tipo",
        "priority": "Prioridad",
        "raised": "Activado",
        "taken": "Tomado",
        "acted": "Primera acción",
        "closed": "Cerrado",
        "after": "{at} (tras {span})",
        "never": "–",
        "end": "Cómo terminó",
        "ended_as": "Valorado como",
        "cause": "Causa",
        "counts_as": "Cuenta como",
        "by": "Por",
        "by_rule": "la regla de su tipo",
        "comment": "Texto",
        "unrestored": "Cerrado sin la reposición que necesita.",
        "score": "Nivel de validación",
        "plan": "Plan",
        "steps": "Pasos del plan",
        "step": "Paso",
        "outcome": "Resultado",
        "who": "Quién",
        "when": "Cuándo",
        "deeds": "Llamadas y mensajes",
        "to": "A",
        "words": "Texto",
        "story": "Historia",
        "what": "Qué",
        "signals": "Señales",
        "code": "Código",
        "point": "Área / zona",
        "notices": "Avisados fuera de la sala",
        "units": "Unidades",
        "unit": "Unidad",
        "statuses": "Estados",
        "left": "Se fue",
        "sent_by": "Enviada por",
        "alerted": "Se alertó a {n} personas; {accepted} aceptaron, {refused} rechazaron.",
        "positions": "Posiciones {first} a {last} del diario, {entries} entradas.",
        "merged": "Tratados con él como un solo caso",
        "nr": "N.º",
        "at_positions": "Diario",
        "older": "{n} entradas anteriores no están impresas.",
        "more_signals": "{n} señales más están en la forma JSON.",
        "unreadable": "Falló el almacén de claves: pueden faltar textos escritos.",
        "skipped": "omitido",
        "zone_n": "zona {zone}",
        "area_n": "área {area}",
        "account": "Cuenta {account}",
        "caller": "Quien llamó",
        "place": "Lugar",
        "total": "Todos",
        "report_span": "del {since} al {until}",
        "none_skipped": "ninguno",
        "without_persons": "No incluye los incidentes médicos ni los de personas, que esta vía no puede llevar.",
        "left_out_sites": "{n} emplazamientos más están en la forma CSV.",
    },
}

_DAYS: Final = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    "fr": ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
    "es": ("lun", "mar", "mié", "jue", "vie", "sáb", "dom"),
}


class Say:
    """Says things in one language."""

    def __init__(self, language: str) -> None:
        self.language = language if language in _OWN else "en"
        self._listed = _listed(self.language)

    def __call__(self, key: str, **fill: Any) -> str:
        """One of paper's own sentences."""
        return _OWN[self.language][key].format(**fill)

    def t(self, key: str, **fill: Any) -> str:
        """A sentence of the console's catalogue; `n` chooses its form."""
        if fill.get("n") == 1 or (self.language == "fr" and fill.get("n") == 0):
            key = f"{key}.one" if f"{key}.one" in self._listed else key
        text = self._listed.get(key, key.rpartition(".")[2].replace("_", " "))
        for name, value in fill.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    def word(self, which: str, code: object) -> str:
        """A word of a closed list; a code of tomorrow is printed as it is."""
        return self.t(f"{which}.{code}")

    def weekday(self, day: int) -> str:
        return _DAYS[self.language][day]

    def share(self, part: float | None) -> str:
        if part is None:
            return "–"
        return f"{self.number(round(part * 100, 1))} %"

    def number(self, value: float) -> str:
        text = f"{value:,.1f}" if value % 1 else f"{int(value):,}"
        if self.language == "en":
            return text
        return text.replace(",", "\x00").replace(".", ",").replace("\x00", "." if self.language != "fr" else "\u202f")

    def span(self, span: timedelta | float | None) -> str:
        """A length of time in its two largest units."""
        if span is None:
            return "–"
        seconds = max(0, round(span.total_seconds() if isinstance(span, timedelta) else span))
        if seconds < 120:
            return f"{seconds} s"
        if seconds < 7_200:
            return f"{seconds // 60} min {seconds % 60} s"
        if seconds < 172_800:
            return f"{seconds // 3_600} h {seconds % 3_600 // 60} min"
        return f"{seconds // 86_400} d {seconds % 86_400 // 3_600} h"


def stamp(at: datetime | None) -> str:
    """Date and time to the second, as the sheet's own zone has it."""
    return "–" if at is None else f"{at:%Y-%m-%d %H:%M:%S}"


@cache
def _listed(language: str) -> Mapping[str, str]:
    text = (files("belfry.web.paper") / f"words_{language}.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, str])
