"""The picture door: whatever comes in, it is blocks of plain colour or a reason why not - and nothing of what came."""

from collections.abc import Iterable
from io import BytesIO

from PIL import Image

from belfry.safeguards.pixelate import BLOCKS, PictureError, pixelated

SIZE = (24, 18)
LARGEST = BLOCKS * BLOCKS * 3 + 1_024
"""Bytes of a PNG of the most blocks that there can be, with its heads."""


def seeds() -> Iterable[bytes]:
    for form in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"):
        for mode in ("RGB", "L", "P", "RGBA", "CMYK", "1", "I;16"):
            out = BytesIO()
            try:
                Image.new(mode, SIZE).save(out, form)
            except (OSError, ValueError, KeyError):
                continue
            yield out.getvalue()
    yield b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"


def one_input(data: bytes) -> None:
    try:
        blocks = pixelated(data)
    except PictureError:
        return
    assert len(blocks) <= LARGEST
    with Image.open(BytesIO(blocks), formats=("PNG",)) as drawn:
        assert drawn.mode == "RGB"
        assert max(drawn.size) == BLOCKS
        assert not drawn.info
