"""The lines of an incident's story out of the journal, with what is sealed of them opened for whoever may read it.

What a line says of a fact stands in `web.story`; here it is read, in pages from the newest back, together with the
lines of what is merged into it.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct, structs

from belfry.domain.facts import Part, Sealed, incident_subject
from belfry.domain.incident import Incident
from belfry.ports import KeysUnavailable, Pruned, Stored
from belfry.safeguards.sealing import SealError
from belfry.web.front import Front
from belfry.web.house import House
from belfry.web.notices import with_notices
from belfry.web.story import sealed_parts
from belfry.web.story import timeline as lines_of
from belfry.web.telling import Texts
from belfry.web.views import TimelineItem

log = logging.getLogger(__name__)


class Story(Struct):
    """Lines of an incident, oldest first, and the cursor behind which there are older ones."""

    items: list[TimelineItem]
    before: str | None
    texts: Texts | None
    """None where the key store fails: who handles an incident must see the rest of it all the same."""
    caller: str | None = None
    """Who called, as far as the lines tell."""


async def story_of(
    desk: Front,
    found: Incident,
    under: Sequence[Incident],
    *,
    before: int | None,
    most: int,
    reads: Callable[[Incident], bool],
) -> Story:
    """The newest lines before a position, with those of what is merged into it and may be known, `under`, by the time
    of the journal. `reads`: whether what is sealed of one is opened for whoever asks."""
    story = await _own_story(desk, found, before=before, most=most, words=reads(found))
    for other in under:
        beside = await _own_story(desk, other, before=before, most=most, words=reads(other))
        marked = [structs.replace(item, of=other.number) for item in beside.items]
        texts = None if story.texts is None or beside.texts is None else {**story.texts, **beside.texts}
        story = Story(
            items=sorted((*story.items, *marked), key=lambda item: (int(item.position), item.index)),
            before=max((one for one in (story.before, beside.before) if one is not None), key=int, default=None),
            texts=texts,
            caller=story.caller or beside.caller,
        )
    if story.before is not None:  # what is older than a gap waits behind the cursor
        story.items = [item for item in story.items if int(item.position) >= int(story.before)]
    return story


async def _own_story(desk: Front, found: Incident, *, before: int | None, most: int, words: bool) -> Story:
    """The newest lines before a position: whole entries, at most `most` lines where one entry has no more."""
    entries = await desk.house.journal.read(incident_subject(found.id), before=before, limit=most + 1)
    kept, lines = len(entries), 0
    for stored in reversed(entries):
        lines += _lines(stored)
        if lines > most and kept < len(entries):
            break
        kept -= 1
    shown = entries[kept:]
    parts = [*sealed_parts(shown)]
    if before is None:
        parts += [*found.first.sealed, *(part for brief in found.newest for part in brief.sealed)]
    texts = await texts_in(desk.house, parts, found.id) if words else {}
    items = lines_of(desk.teller, shown, found, texts or {}, await _erased(desk, shown))
    said = (texts or {}).get
    return Story(
        caller=next((said(one.key) for one in reversed(parts) if one.part is Part.CALLER), None),
        items=await with_notices(desk, found.id, items),
        before=str(shown[0].position) if kept and shown else None,
        texts=texts,
    )


async def _erased(desk: Front, entries: Sequence[Stored | Pruned]) -> Mapping[int, datetime]:
    """When those of some entries were erased that are gone, as far as it is known."""
    archive, gone = desk.house.archive, [one.position for one in entries if isinstance(one, Pruned)]
    if archive is None:
        return {}
    found = {position: await archive.erased_at(position) for position in gone}
    return {position: at for position, at in found.items() if at is not None}


def _lines(stored: Stored | Pruned) -> int:
    return len(stored.entry.facts) if isinstance(stored, Stored) else 1


async def texts_in(house: House, parts: Sequence[Sealed], incident_id: str) -> Texts | None:
    """What sealed parts of an incident say; None where the key store fails."""
    try:
        return await _open(house, parts)
    except (KeysUnavailable, SealError) as error:
        log.error("Sealed words of %s cannot be read: %s", incident_id, type(error).__name__)
        return None


async def _open(house: House, parts: Sequence[Sealed]) -> Texts:
    """What sealed parts say, with one look into the key store."""
    if not parts:
        return {}
    each = {part.key: part for part in parts}
    opened = await house.seals.open_each([(part,) for part in each.values()])
    said = ((part, mapping.get(part.part)) for part, mapping in zip(each.values(), opened, strict=True))
    return {part.key: text for part, text in said if text is not None}
