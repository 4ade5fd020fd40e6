"""Names out of messages, looked at word by word: whether one is about people, and what a repeat shares.

`NetworkInterfaceDown` is no face and `template_error` no plate, so words are compared, not letters within them; a
word that begins or ends with one of the long ones (`facelib`, `peoplecount`) is about people all the same.
"""

import re
from hashlib import sha256
from itertools import pairwise
from typing import Final

WORDS_MOST: Final = 400
"""Characters of a name that are looked at."""
ONCE_LETTERS: Final = 32

_WORD: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[^\W\d_]+")

OF_PEOPLE: Final = frozenset({
    "face", "faces", "facial", "people", "peoples", "person", "persons", "pedestrian", "pedestrians", "crowd", "crowds",
    "gender", "genders", "anpr", "alpr", "licenseplate", "licenseplates", "numberplate", "numberplates", "headcount",
    "footfall", "occupancycount", "biometric", "biometrics", "gait",
})  # fmt: skip
"""In the name of anything."""
OF_PEOPLE_TO_A_CAMERA: Final = OF_PEOPLE | {
    "queue", "queues", "queuing", "queueing", "plate", "plates", "lpr", "age", "ages", "gathering", "loitering",
    "visitor", "visitors", "customer", "customers", "passenger", "passengers", "attendance", "heatmap",
}  # fmt: skip
"""The same where a camera speaks; to a server a queue is one of messages."""
_BEGINS: Final = ("face", "people", "person", "crowd", "gender", "anpr", "licenseplate", "numberplate")
_ENDS: Final = ("people", "person", "persons", "crowd", "licenseplate", "numberplate")
_HARMLESS: Final = frozenset({"facet", "facets", "personal", "personality"})


def words(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case: `ColdRoomHigh`, `cold_room-high` and `cold room high` have the same."""
    return tuple(word.lower() for word in _WORD.findall(name[:WORDS_MOST]))


def is_of_people(name: str, *, camera: bool = False) -> bool:
    """Whether a name - of a type, an alert, a field, a subject - says that people are described or counted."""
    found, listed = words(name), OF_PEOPLE_TO_A_CAMERA if camera else OF_PEOPLE
    if any(word in listed or _is_compound(word) for word in found):
        return True
    return any(first + second in listed for first, second in pairwise(found))


def once(*parts: object) -> str:
    """Return what a repeat of the same event shares, and nothing that can be read."""
    told = sha256()
    for part in parts:
        piece = str(part).encode("utf-8", "surrogatepass")
        told.update(b"%d:" % len(piece) + piece)
    return told.hexdigest()[:ONCE_LETTERS]


def _is_compound(word: str) -> bool:
    return word not in _HARMLESS and (word.startswith(_BEGINS) or word.endswith(_ENDS))
