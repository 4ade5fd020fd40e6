"""What the nine groups of the closed list are called: headings of a form, no kinds, so nothing is raised as one."""

from collections.abc import Mapping
from typing import Final

LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "FIRE": {"en": "Fire", "de": "Feuer", "fr": "Incendie", "es": "Incendio"},
    "MED": {"en": "Medical", "de": "Medizinischer Notfall", "fr": "Secours médical", "es": "Emergencia médica"},
    "RES": {"en": "Rescue", "de": "Rettung", "fr": "Sauvetage", "es": "Rescate"},
    "TRF": {"en": "Traffic", "de": "Verkehr", "fr": "Circulation", "es": "Tráfico"},
    "PROP": {"en": "Property", "de": "Eigentum", "fr": "Biens", "es": "Propiedad"},
    "PERS": {
        "en": "Person in danger",
        "de": "Person in Gefahr",
        "fr": "Personne en danger",
        "es": "Persona en peligro",
    },
    "TECH": {"en": "Technical", "de": "Technik", "fr": "Technique", "es": "Técnica"},
    "ENV": {"en": "Environment", "de": "Umwelt", "fr": "Environnement", "es": "Medio ambiente"},
    "ADM": {"en": "Administration", "de": "Verwaltung", "fr": "Administration", "es": "Administración"},
}


def label(group: str, language: str) -> str:
    """Return the heading of a group; English where the language is not one of ours."""
    words = LABELS.get(group, {})
    return words.get(language) or words.get("en", group)
