"""A picture that somebody says is a plan of a building: a PNG of ours that is small, or a refusal in our words."""

from collections.abc import Iterable
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw

from belfry.safeguards.floor_plan import COLOURS, SIDE_MOST_PX, redrawn, size_of
from belfry.safeguards.pixelate import PictureError

WHY_MOST: Final = 200


def seeds() -> Iterable[bytes]:
    picture = Image.new("RGB", (40, 30), "white")
    ImageDraw.Draw(picture).rectangle((4, 4, 35, 25), outline="black")
    for form, mode in (("PNG", "RGB"), ("PNG", "L"), ("PNG", "P"), ("JPEG", "RGB"), ("WEBP", "RGB")):
        out = BytesIO()
        picture.convert(mode).save(out, form)
        yield out.getvalue()
    clear = picture.convert("RGBA")
    clear.putalpha(120)
    out = BytesIO()
    clear.save(out, "PNG")
    yield out.getvalue()
    yield b"<svg xmlns='http://www.w3.org/2000/svg'/>"


def one_input(data: bytes) -> None:
    try:
        drawn = redrawn(data)
    except PictureError as error:
        why = str(error)
    else:
        _check(drawn)
        return
    assert 0 < len(why) <= WHY_MOST


def _check(drawn: bytes) -> None:
    width, height = size_of(drawn)
    assert max(width, height) <= SIDE_MOST_PX
    with Image.open(BytesIO(drawn)) as found:
        assert (found.format, found.mode, found.size) == ("PNG", "P", (width, height))
        assert set(found.info) <= {"transparency"}
        assert len(found.getcolors(256) or ()) <= COLOURS
