"""A plan of a building is drawn anew before it is kept: in few colours, no larger than a screen shows, and with nothing
else of the file that came in.

Few colours are enough for walls, doors and words, keep lines sharp, and make a photograph worth little. What is taken
and what is refused is as of every other picture (`pixelate`): SVG is a program that may ask elsewhere, so it is none.
"""

from io import BytesIO
from typing import Final

from PIL import Image

from belfry.safeguards.pixelate import decoded

SIDE_MOST_PX: Final = 2048
COLOURS: Final = 32


def redrawn(raw: bytes) -> bytes:
    """Return a PNG of at most SIDE_MOST_PX on its longer side. Raises PictureError as `pixelate.pixelated`."""
    return decoded(raw, _lines, side_px=SIDE_MOST_PX)


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height that a PNG of ours says in its header."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def _lines(flat: Image.Image) -> bytes:
    flat.thumbnail((SIDE_MOST_PX, SIDE_MOST_PX), Image.Resampling.BOX)
    few = flat.quantize(COLOURS, dither=Image.Dither.NONE)
    drawn = Image.new("P", few.size)  # a new one: what belongs to the old one stays with it
    drawn.putpalette(few.getpalette() or [])
    drawn.paste(few)
    out = BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()
