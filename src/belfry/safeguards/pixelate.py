"""A picture becomes coarse blocks of colour before anything of it is kept (SCOPE, pictures).

The whole picture, since nobody can say beforehand where a face is: `BLOCKS` on its longer side are enough to see
flames, smoke, water or a vehicle, and a face that takes a third of it is sixteen blocks wide. What comes out is drawn
anew from those blocks: of the file that came in nothing is left, no place, time, device, preview, profile or comment.

Only what decodes safely is taken: three formats, a limit of bytes before anything is read and of pixels before
anything is drawn. Whoever calls this gives it a process of its own, with limits of memory and time.
"""

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

PICTURE_MOST_BYTES: Final = 8 * 1024 * 1024
PICTURE_MOST_PIXELS: Final = 50_000_000
SIDE_LEAST: Final = 16
SIDE_RATIO_MOST: Final = 20
"""A strip that is longer is no picture of a place."""
BLOCKS: Final = 48
FORMATS: Final = ("JPEG", "PNG", "WEBP")
_FOREIGN: Final[Mapping[bytes, str]] = {b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIF", b"avif": "AVIF"}


class PictureError(ValueError):
    """It is not taken; the message says why, for whoever sent it."""


def pixelated(raw: bytes) -> bytes:
    """Return a PNG of blocks, each one pixel.

    Raises PictureError for whatever is no whole picture of the three formats within the limits.
    """
    return decoded(raw, _blocks, side_px=16 * BLOCKS)


def decoded(raw: bytes, draw: Callable[[Image.Image], bytes], *, side_px: int) -> bytes:
    """Return what `draw` makes of a picture that may be taken, upright and in plain colours.

    No longer side than `side_px` is needed, so a JPEG need not be drawn whole. Raises PictureError as `pixelated`.
    """
    if len(raw) > PICTURE_MOST_BYTES:
        raise PictureError(f"{len(raw)} bytes, at most {PICTURE_MOST_BYTES} are taken")
    foreign = _FOREIGN.get(raw[8:12]) if raw[4:8] == b"ftyp" else None
    if foreign is not None:
        raise PictureError(f"{foreign} is not taken: send JPEG, PNG or WebP")
    try:
        return draw(_opened(raw, side_px))
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError(f"more than {PICTURE_MOST_PIXELS} pixels") from None
    except UnidentifiedImageError:
        raise PictureError("no picture in JPEG, PNG or WebP") from None
    except Exception as error:  # decoders raise whatever they like; what they met is nobody's to know
        raise PictureError(f"the picture cannot be read to its end: {type(error).__name__}") from None


def _opened(raw: bytes, side_px: int) -> Image.Image:
    with Image.open(BytesIO(raw), formats=FORMATS) as opened:
        width, height = opened.size
        if width * height > PICTURE_MOST_PIXELS:
            raise PictureError(f"{width} x {height} pixels, at most {PICTURE_MOST_PIXELS} are taken")
        if min(width, height) < SIDE_LEAST or max(width, height) > SIDE_RATIO_MOST * min(width, height):
            raise PictureError(f"{width} x {height} pixels are no picture")
        opened.draft("RGB", (side_px, side_px))
        return _flat(ImageOps.exif_transpose(opened))


def _blocks(flat: Image.Image) -> bytes:
    longer = max(flat.size)
    size = tuple(max(1, round(side * BLOCKS / longer)) for side in flat.size)
    blocks = flat.resize((size[0], size[1]), Image.Resampling.BOX)
    drawn = Image.new("RGB", blocks.size)  # a new one: what belongs to the old one stays with it
    drawn.putdata(list(blocks.getdata()))
    out = BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()


def _flat(picture: Image.Image) -> Image.Image:
    """In plain colours; what is transparent is white."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        ground = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(ground, clear).convert("RGB")
    return picture.convert("RGB")
