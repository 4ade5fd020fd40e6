"""What the columns of a foreign file may be: by how they are called and by what is in them.

A proposal is shown to a person before anything comes in. What looks like a secret is not sampled.
"""

import json
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache
from typing import Final

from belfry.ports.sheets import ColumnMatch, SheetKind
from belfry.registry.columns import OneOf, Unfit
from belfry.registry.sheets.forms import FORMS
from belfry.registry.sheets.profiles import columns_of, same

LIKELY: Final = 0.62
"""From here on a column is taken for ours."""
SAMPLED: Final = 200
"""Rows that are looked at."""
SHOWN: Final = 3
SHOWN_CHARACTERS: Final = 40
_SECRET: Final = frozenset(
    {
        *("key", "password", "passcode", "code word", "duress", "pin", "secret", "safe"),
        *("schlussel", "passwort", "kennwort", "codewort", "mot de passe", "contrasena", "clave"),
    }
)
"""Of the names of columns whose cells are not shown."""

_CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    "account": ("acct", "acct no", "account no", "account number", "account id", "subscriber no", "customer no",
                "panel no", "panel id", "site no", "csid", "cs no", "anlage", "anlagennummer", "identnummer",
                "teilnehmer", "objektnummer", "numero de compte", "compte", "transmetteur", "abonado",
                "numero de abonado", "cuenta"),
    "prefix": ("line prefix", "account prefix", "line no", "line", "prafix", "prefixe", "prefijo"),
    "receiver": ("receiver name", "receiver no", "rx", "empfanger", "recepteur", "receptor"),
    "name": ("site name", "customer name", "subscriber", "subscriber name", "description", "objekt", "objektname",
             "kunde", "bezeichnung", "nom", "nom du site", "libelle", "nombre", "nombre del sitio", "contact name",
             "full name", "first name", "last name", "zone name", "zone description", "area name", "vorname",
             "nachname"),
    "address": ("street", "street address", "address 1", "address line 1", "city", "zip", "postcode", "town", "strasse",
                "adresse", "ort", "plz", "rue", "ville", "code postal", "direccion", "calle", "ciudad"),
    "latitude": ("lat", "breite", "breitengrad", "latitud", "gps lat"),
    "longitude": ("long", "lon", "lng", "lange", "langengrad", "longitud", "gps lon"),
    "time_zone": ("timezone", "tz", "zeitzone", "fuseau horaire", "zona horaria"),
    "language": ("lang", "sprache", "langue", "idioma"),
    "tenant": ("dealer", "dealer no", "company", "branch", "bureau", "mandant", "agence", "empresa"),
    "type": ("site type", "account type", "premises type", "occupancy", "objektart", "nutzung", "type de site", "tipo"),
    "key": ("aes key", "encryption key", "panel key", "schlussel", "cle", "clave"),
    "supervision_s": ("poll interval", "polling interval s", "supervision interval", "poll s", "heartbeat s"),
    "test_s": ("test interval", "periodic test s", "routineruf", "test report interval"),
    "zone": ("zone no", "zone number", "zn", "point", "point no", "input", "loop", "meldergruppe", "linie", "melder",
             "numero de zone", "zona", "numero de zona"),
    "area": ("area no", "partition", "partition no", "part", "bereich", "secteur", "particion", "sector"),
    "hazard": ("zone type", "alarm type", "hazard type", "signal type", "gefahr", "meldungsart", "type d alarme",
               "tipo de alarma"),
    "outdoor": ("outside", "external", "aussen", "exterieur", "exterior"),
    "order": ("call order", "seq", "sequence", "priority", "list order", "reihenfolge", "ordre", "orden", "no"),
    "role": ("relation", "relationship", "title", "position", "funktion", "fonction", "cargo", "contact type"),
    "phone_1": ("phone", "telephone", "phone no", "phone number", "home phone", "primary phone", "telefon", "tel",
                "telefono", "numero de telephone"),
    "phone_2": ("mobile", "cell", "cell phone", "mobile phone", "phone 2", "mobil", "handy", "portable", "movil",
                "telefon 2"),
    "phone_3": ("work phone", "office phone", "phone 3", "business phone", "telefon 3", "bureau telephone"),
    "panel_user": ("user", "user no", "user number", "user id", "benutzer", "benutzernummer", "utilisateur", "usuario"),
    "lists": ("call list", "call lists", "anrufliste", "liste d appel"),
    "authority": ("authorities", "permissions", "berechtigung", "autorite", "autorizacion"),
    "schedule": ("schedule name", "plan", "zeitplan", "horaire", "horario"),
    "days": ("day", "weekday", "weekdays", "tage", "wochentag", "jours", "dias"),
    "opens": ("open", "open time", "opening", "opening time", "offnet", "von", "ouverture", "apertura"),
    "closes": ("close", "close time", "closing", "closing time", "schliesst", "bis", "fermeture", "cierre"),
    "holidays": ("holiday calendar", "calendar", "kalender", "feiertage", "jours feries", "festivos"),
    "path": ("path name", "transmission path", "ubertragungsweg", "voie", "via"),
    "technology": ("medium", "path type", "technologie", "tecnologia"),
    "category": ("en50136", "en 50136", "sp dp", "kategorie", "categorie"),
    "interval_s": ("interval", "poll interval", "reporting interval"),
    "provider": ("carrier", "operator", "anbieter", "fournisseur", "proveedor"),
    "number": ("phone", "phone number", "telefon", "telephone", "telefono"),
    "permit": ("permit no", "permit number", "licence", "konzession"),
    "notes": ("comment", "comments", "remarks", "bemerkung", "bemerkungen", "notiz", "remarques", "observaciones"),
    "access": ("directions", "entry", "zugang", "anfahrt", "acces", "acceso"),
    "installer": ("installed by", "dealer", "errichter", "installateur", "instalador"),
    "wire": ("format", "protocol", "code list"),
    "code": ("event code", "alarm code", "signal code"),
}  # fmt: skip
"""What others call our columns, in English, German, French and Spanish, as `same` leaves it."""
_JOINED: Final = frozenset({"address"})
_JOINED_CONTACT: Final = frozenset({"name"})


def propose(
    kind: SheetKind, rows: Sequence[Sequence[str]], fixed: Mapping[str, str | None] | None = None
) -> Sequence[ColumnMatch]:
    """Return what each column is taken for; `rows` begin with the header. `fixed` is decided and stays."""
    header, body = (rows[0], rows[1:]) if rows else ((), ())
    cells = [[row[n].strip() for row in body if len(row) > n and row[n].strip()] for n in range(len(header))]
    decided = dict(fixed or {})
    taken = {ours for ours in decided.values() if ours}
    likely = sorted(
        (
            (likeness(kind, name, ours, cells[n]), -n, ours)
            for n, name in enumerate(header)
            if name not in decided
            for ours in columns_of(kind)
        ),
        reverse=True,
    )
    joined = _JOINED | (_JOINED_CONTACT if kind is SheetKind.CONTACTS else frozenset())
    found: dict[int, tuple[str | None, float]] = {}
    for likely_so, at, column in likely:
        if likely_so < LIKELY:
            break
        if -at not in found and (column not in taken or column in joined):
            found[-at] = (column, likely_so)
            taken.add(column)
    matches = []
    for n, name in enumerate(header):
        ours, score = found.get(n, (None, 0.0)) if name not in decided else (decided[name], 1.0)
        matches.append(_match(name, cells[n], ours, score))
    return matches


def likeness(kind: SheetKind, header: str, ours: str, cells: Sequence[str]) -> float:
    """How likely a column is ours, 0 to 1: how alike the names are, less what its cells do not fit."""
    name = max(_alike(same(header), same(one)) for one in (ours, *_CALLED.get(ours, ())))
    if ours == "key" and name < 1:
        return 0.0  # whatever is like a key is not guessed to be one
    fit = _fit(kind, ours, cells)
    return round(name * (0.6 + 0.4 * fit), 3) if name > 0.5 else 0.0


@lru_cache(maxsize=65_536)
def _alike(theirs: str, ours: str) -> float:
    if not theirs:
        return 0.0
    if theirs == ours:
        return 1.0
    one, two = set(theirs.split()), set(ours.split())
    words = len(one & two) / len(one | two)
    return 0.95 * max(words, SequenceMatcher(None, theirs, ours).ratio() if len(theirs) > 2 else 0.0)


def _fit(kind: SheetKind, ours: str, cells: Sequence[str]) -> float:
    """The share of cells that ours could read; of closed lists and forms of time nothing is known before a mapping."""
    column = FORMS[kind].columns.get(ours)
    if not cells or column is None or isinstance(column.read, OneOf) or ours in {"type", "time_zone", "days"}:
        return 1.0
    return sum(_reads(column.read, cell) for cell in cells[:SAMPLED]) / len(cells[:SAMPLED])


def _reads(read: object, cell: str) -> bool:
    try:
        assert callable(read)
        read(cell)
    except Unfit:
        return False
    return True


def _match(header: str, cells: Sequence[str], ours: str | None, score: float) -> ColumnMatch:
    hidden = ours == "key" or any(word in same(header) for word in _SECRET)
    samples = [] if hidden else [cell[:SHOWN_CHARACTERS] for cell in dict.fromkeys(cells[:SAMPLED])][:SHOWN]
    return ColumnMatch(header=header, column=ours, likeness=score, samples=samples)


def likely_kind(rows: Sequence[Sequence[str]]) -> SheetKind:
    """Return the kind that a file is most likely of."""

    def score(kind: SheetKind) -> tuple[int, float]:
        found = propose(kind, rows)
        columns = {one.column for one in found if one.column}
        return len(set(FORMS[kind].must) & columns) - len(FORMS[kind].must), sum(one.likeness for one in found)

    return max(SheetKind, key=score)


def profile_text(kind: SheetKind, matches: Sequence[ColumnMatch], rows: Sequence[Sequence[str]]) -> str:
    """Return a profile as a proposal: to be read, mended and kept by a person."""
    lines = ['name = "proposed"', 'about = ""', "", f"[{kind}.columns]"]
    for one in {each.header: each for each in matches}.values():  # TOML has no name twice
        comment = f"  # likeness {one.likeness}" if one.column and one.likeness < 1 else ""
        comment = comment if one.column else "  # nothing of ours is like it: left out"
        lines.append(f"{_quoted(one.header)} = {_quoted(one.column or '')}{comment}")
    for n, one in enumerate(matches):
        among = closed_list(kind, one.column or "")
        theirs = dict.fromkeys(row[n].strip() for row in rows[1:] if len(row) > n and row[n].strip()) if among else {}
        if unknown := [value for value in theirs if value not in among][:100]:
            lines += ["", f"[{kind}.values.{one.column}]  # one of {', '.join(among)}"]
            for value in unknown:
                near = get_close_matches(same(value).replace(" ", "_"), among, n=1, cutoff=0.6)
                lines.append(f"{_quoted(value)} = {_quoted(near[0] if near else '')}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A text as TOML writes it: as JSON does, but for one sign."""
    return json.dumps(text).replace("\x7f", "\\u007f")


def closed_list(kind: SheetKind, ours: str) -> Sequence[str]:
    """The values of a column that has a closed list; else none."""
    column = FORMS[kind].columns.get(ours)
    return column.read.among if column is not None and isinstance(column.read, OneOf) else ()
