"""A plan of a building is kept in few colours and small, without anything else of its file, or not at all."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from belfry.safeguards.floor_plan import COLOURS, SIDE_MOST_PX, redrawn, size_of
from belfry.safeguards.pixelate import PICTURE_MOST_BYTES, PictureError


def plan(width: int = 400, height: int = 300, form: str = "PNG", **more: Any) -> bytes:
    picture = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle(
        (min(10, width - 1), min(10, height - 1), max(width - 10, 3), max(height - 10, 3)), outline="black", width=4
    )
    pen.line((width // 2, 10, width // 2, height - 10), fill="#a00000", width=3)
    out = BytesIO()
    picture.save(out, form, **more)
    return out.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def bomb(width: int, height: int) -> bytes:
    """A small file that says that it is large; with all its pixels where they fit."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    rows = zlib.compressobj(9)
    body = b"".join(rows.compress(bytes(1 + (width + 7) // 8)) for _ in range(height)) + rows.flush()
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_plan_stays_sharp_and_as_large_as_it_was(form: str) -> None:
    drawn = redrawn(plan(form=form))
    with Image.open(BytesIO(drawn)) as found:
        assert (found.format, found.size, size_of(drawn)) == ("PNG", (400, 300), (400, 300))
        shown = found.convert("RGB")
        dark, light = shown.getpixel((12, 150)), shown.getpixel((100, 100))
        assert isinstance(dark, tuple)
        assert max(dark) < 60
        assert isinstance(light, tuple)
        assert min(light) > 230
        assert len(shown.getcolors(1 << 20) or ()) <= COLOURS


def test_a_large_one_becomes_as_large_as_a_screen_shows() -> None:
    assert size_of(redrawn(plan(6_000, 3_000))) == (SIDE_MOST_PX, SIDE_MOST_PX // 2)


def test_nothing_else_of_the_file_is_kept() -> None:
    said = PngImagePlugin.PngInfo()
    said.add_text("Author", "Somebody Hidden")
    exif = Image.Exif()
    exif[0x010E] = "Hidden villa"
    drawn = redrawn(plan(pnginfo=said, exif=exif)) + redrawn(plan(form="JPEG", exif=exif, comment=b"Hidden"))
    assert b"Hidden" not in drawn
    with Image.open(BytesIO(redrawn(plan(pnginfo=said)))) as found:
        assert set(found.info) <= {"transparency"}


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "no picture in JPEG, PNG or WebP"),
        (b"%PDF-1.7\n", "no picture in JPEG, PNG or WebP"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "no picture in JPEG, PNG or WebP"),
        (plan()[:-200], "cannot be read to its end"),
        (plan(form="JPEG")[:500], "cannot be read to its end"),
        (bomb(10_000, 10_000), "pixels"),
        (bomb(20_000, 3_000), "pixels"),
        (plan(4, 4), "are no picture"),
        (b"\0" * (PICTURE_MOST_BYTES + 1), "at most 8388608 are taken"),
    ],
    ids=["nothing", "PDF", "SVG", "cut PNG", "cut JPEG", "100 megapixels", "60 megapixels", "a dot", "too many bytes"],
)
def test_what_is_no_plan_is_refused_and_says_why(raw: bytes, why: str) -> None:
    with pytest.raises(PictureError, match=why):
        redrawn(raw)
