"""Alarm mails of cameras and recorders: refused by subject or type first, then read label by label.

Nearly all begin something and never say its end: their readings are pulses, held as long as the site's table says. The
time is the camera's, in the zone of the mail's `Date`. Pictures are not even decoded; names, serials and addresses of
the device are stripped. The same `Message-ID` is the same event.
Source: EQUIPMENT 4.
"""

import re
from datetime import tzinfo
from email.utils import parsedate_to_datetime
from typing import Final

from msgspec import Struct

from belfry.domain.reading import Observed, PointState, Quality, Reading, Said
from belfry.protocols.common.fields import Dropped
from belfry.protocols.common.times import Told, instant
from belfry.protocols.common.unreadable import Unreadable, never_raises
from belfry.protocols.common.words import is_of_people, once, words
from belfry.protocols.hint import Hint
from belfry.protocols.mail import mime
from belfry.protocols.mail.lists import (
    BEGINS,
    CAMERA_IN_SUBJECT,
    ENDS,
    HEARTBEATS,
    IN_BRACKETS,
    LABELS,
    LINE,
    NUMBER,
    PHRASES,
    REFUSED,
    Label,
    Meaning,
)
from belfry.protocols.telling import accepted, ignored, refused, unlisted

LINES_MOST: Final = 400
WORDS_IN_SUBJECT: Final = 40
WORDS_IN_PHRASE: Final = 6
BARE_TEXT_MOST: Final = 600
"""Characters of a text without labels in which a phrase is looked for."""
DATE_MOST: Final = 100

_HUMAN_CLASS: Final = re.compile(r"\b(?:person|human)\s+detect(?:ed|ion)\b", re.IGNORECASE)
"""A class that cameras tell beside vehicle and animal: it counts while its area is armed, and describes nobody."""
_SLASHED: Final = re.compile(r"\s*(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})[ ,T]+(\d{1,2}:\d{1,2}(?::\d{1,2})?)\s*")
_ORDER: Final = re.compile(r"\(\s*([DMY])\s*/\s*([DMY])\s*/\s*([DMY])", re.IGNORECASE)


class _Lines(Struct):
    """What the labels of a mail said."""

    kind: str = ""
    point: str = ""
    time: str = ""
    order: str = "YMD"
    ends: bool = False


@never_raises
def read(body: bytes, hint: Hint) -> Said:
    """Read one mail as it came, headers and all."""
    mail = mime.parse(body)
    if not mail.headers and not any(text.strip() for text in mail.texts):
        raise Unreadable("no mail")
    subject = mime.header(mail.headers.get("subject", ""))
    if _is_refused(subject):
        return refused()
    dropped = Dropped()
    lines = _lines(mail.texts, dropped)
    if _is_refused(lines.kind):
        return refused()
    if mail.others:
        dropped.add("attachment")
    bare = "" if lines.kind else _bare(mail.texts)
    if _is_refused(bare):
        return refused()
    found = _meaning(lines.kind) if lines.kind else _in_text(subject) or _in_text(bare)
    if found is None:
        is_alive = " ".join(words(lines.kind or subject)) in HEARTBEATS
        return ignored("a sign of life", dropped.names(), heartbeat=True) if is_alive else unlisted(dropped.names())
    meaning, ends = found
    return accepted([_reading(meaning, mail, lines, subject, ends=ends or lines.ends)], dropped.names())


def _reading(meaning: Meaning, mail: mime.Mail, lines: _Lines, subject: str, *, ends: bool) -> Reading:
    at, doubts = _time(mail, lines)
    quality = (*meaning.quality, *doubts, *((Quality.TRUNCATED,) if mail.is_truncated else ()))
    return Reading(
        observed=meaning.observed,
        point=lines.point or _camera(subject) or "mail",
        state=PointState.INACTIVE if ends and meaning.observed is not Observed.TEST else meaning.state,
        target=meaning.target,
        switch=meaning.switch,
        occurred_at=at,
        quality=quality,
        once=_once(mail, subject),
    )


def _once(mail: mime.Mail, subject: str) -> str | None:
    """The mail's own name; without one its date and its text, which a second try repeats."""
    if own := mail.headers.get("message-id", "").strip():
        return once("message-id", own)
    if date := mail.headers.get("date", "").strip():
        return once("mail", date, subject, *mail.texts)
    return None


# -- what it is -------------------------------------------------------------------------------------------------------


def _is_refused(text: str) -> bool:
    """Whether a subject or a type is about people: faces, counts, queues, plates, and whoever lingers somewhere."""
    if not text:
        return False
    said = " ".join(words(text))
    if any(f" {phrase} " in f" {said} " for phrase in REFUSED):
        return True
    return is_of_people(_HUMAN_CLASS.sub(" ", text), camera=True)


def _meaning(kind: str) -> tuple[Meaning, bool] | None:
    """The meaning of a whole type, and whether it says an end."""
    said = list(words(kind))
    ends = False
    while said and said[-1] in ENDS | BEGINS:
        ends = ends or said[-1] in ENDS
        said.pop()
    found = PHRASES.get(" ".join(said))
    return None if found is None else (found, ends)


def _in_text(text: str) -> tuple[Meaning, bool] | None:
    """The first phrase that stands in a subject or a bare text, longer ones before shorter."""
    said = words(text)[:WORDS_IN_SUBJECT]
    for length in range(min(WORDS_IN_PHRASE, len(said)), 0, -1):
        for at in range(len(said) - length + 1):
            found = PHRASES.get(" ".join(said[at : at + length]))
            if found is not None:
                return found, at + length < len(said) and said[at + length] in ENDS
    return None


def _bare(texts: tuple[str, ...]) -> str:
    """A text short enough to be a camera's own sentence."""
    return next((text for text in texts if 0 < len(text.strip()) <= BARE_TEXT_MOST), "")


# -- its lines --------------------------------------------------------------------------------------------------------


def _lines(texts: tuple[str, ...], dropped: Dropped) -> _Lines:
    found = _Lines()
    left = LINES_MOST
    for text in texts:
        for line in text.splitlines()[:left]:
            left -= 1
            matched = LINE.match(line)
            if matched is not None:
                _line(matched[1], matched[2] or "", matched[3].strip(), found, dropped)
    return found


def _line(name: str, note: str, value: str, found: _Lines, dropped: Dropped) -> None:
    plain = " ".join(name.lower().split())
    label = LABELS.get(plain + note.lower().replace(" ", "")) or LABELS.get(plain)
    match label:
        case Label.TYPE if not found.kind:
            found.kind = value
        case Label.TIME if not found.time:
            found.time, found.order = value, _order(note)
        case Label.END:
            found.ends = True
            found.time, found.order = value, _order(note)
        case Label.CHANNEL if not found.point:
            found.point = _point("ch", value)
        case Label.INPUT:
            found.point = _point("in", value) or found.point
        case Label.STRIPPED:
            dropped.add(" ".join(name.split()))
        case _:
            pass


def _point(prefix: str, value: str) -> str:
    """`ch2`, `chA2`; of `CAM 2 Depot(A2)` what stands in the brackets."""
    bracketed = IN_BRACKETS.search(value)
    number = NUMBER.fullmatch(bracketed[1] if bracketed is not None else value)
    return "" if number is None else f"{prefix}{number[1].upper()}{number[2]}"


def _camera(subject: str) -> str:
    named = CAMERA_IN_SUBJECT.search(subject)
    return "" if named is None else _point("ch", named[1])


# -- its time ---------------------------------------------------------------------------------------------------------


def _order(note: str) -> str:
    told = _ORDER.match(note)
    return "".join(told.groups()).upper() if told is not None else "YMD"


def _time(mail: mime.Mail, lines: _Lines) -> Told:
    """The event's own time, in the zone of the mail; else when the mail was written. No zone, no time."""
    zone, written = _date(mail.headers.get("date", ""))
    if lines.time and zone is not None:
        return instant(_rewritten(lines.time, lines.order), zone=zone)
    return instant(written)


def _date(value: str) -> tuple[tzinfo | None, str | None]:
    if not value or len(value) > DATE_MOST:
        return None, None
    try:
        date = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None, None
    return date.tzinfo, date.isoformat() if date.tzinfo is not None else None


def _rewritten(time: str, order: str) -> str:
    """The time with year, month and day in that order."""
    found = _SLASHED.fullmatch(time)
    if found is None:
        return time
    parts = dict(zip(order, found.groups()[:3], strict=True)) if len(set(order)) == 3 else {}
    if len(found[1]) == 4:  # whatever the note says, a year comes first here
        parts = dict(zip("YMD", found.groups()[:3], strict=True))
    return f"{parts.get('Y', '')}-{parts.get('M', '')}-{parts.get('D', '')} {found[4]}"
