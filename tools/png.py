"""Make a screenshot small: at most 256 colours, an index a pixel, nothing but the standard library.

A page has a few plain grounds and the edges of its letters; the edges take the nearest of the colours that are used
most, which the eye does not see. Reads what Chromium writes (8 bits, RGB or RGBA, not interlaced).
"""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
COLOURS_MOST: Final = 256
USED_MOST: Final = 64
"""Places of the palette for the colours that are used most; the others go to those that would be missed most."""
CHANNELS: Final = {2: 3, 6: 4}
"""Bytes a pixel by colour type."""

Colour = tuple[int, int, int]


def shrink(png: bytes) -> bytes:
    """Return the picture with a palette. Raises ValueError for a PNG that Chromium would not write."""
    chunks = dict(read_chunks(png))
    width, height, depth, kind, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    if depth != 8 or kind not in CHANNELS or rest != [0, 0, 0]:
        raise ValueError(f"depth {depth}, colour type {kind}, {rest}: only what Chromium writes is read")
    lines = unfilter(zlib.decompress(chunks[b"IDAT"]), width * CHANNELS[kind], CHANNELS[kind])
    pixels = [colours_of(line, CHANNELS[kind]) for line in lines]
    palette, index = reduce_colours(Counter(colour for line in pixels for colour in line))
    drawn = b"".join(b"\0" + bytes(index[colour] for colour in line) for line in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", bytes(sum(palette, ()))), (b"IDAT", zlib.compress(drawn, 9)), (b"IEND", b""))
    return SIGNATURE + b"".join(chunk(name, content) for name, content in parts)


def read_chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield header and image data by name; what is split over several chunks comes as one."""
    image, at = b"", len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        name, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        if name == b"IDAT":
            image += content
        else:
            yield name, content
        at += 12 + length
    yield b"IDAT", image


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def unfilter(raw: bytes, stride: int, step: int) -> Iterator[bytearray]:
    """Undo what PNG does to each line before it is compressed (PNG specification, filter types 0 to 4)."""
    above = bytearray(stride)
    for start in range(0, len(raw), stride + 1):
        line = bytearray(raw[start + 1 : start + 1 + stride])
        for x in range(stride):
            left = line[x - step] if x >= step else 0
            match raw[start]:
                case 0:
                    break
                case 1:
                    guess = left
                case 2:
                    guess = above[x]
                case 3:
                    guess = (left + above[x]) // 2
                case _:
                    guess = paeth(left, above[x], above[x - step] if x >= step else 0)
            line[x] = (line[x] + guess) & 255
        yield line
        above = line


def paeth(left: int, above: int, corner: int) -> int:
    """The one of three neighbours that is nearest to left + above - corner."""
    guess = left + above - corner
    return min((left, above, corner), key=lambda value: abs(guess - value))


def colours_of(line: bytearray, step: int) -> list[Colour]:
    return list(zip(line[0::step], line[1::step], line[2::step], strict=True))


def reduce_colours(used: Counter[Colour]) -> tuple[Sequence[Colour], dict[Colour, int]]:
    """Return the palette and, for every colour of the picture, its place in it.

    First come the colours that are used most, then those that would be missed most: a small green word keeps its green.
    """
    palette = [colour for colour, _ in used.most_common(USED_MOST)]
    far = {colour: min(distance(colour, one) for one in palette) for colour in used}
    while len(palette) < COLOURS_MOST and any(far.values()):
        missed = max(far, key=lambda colour: far[colour] * used[colour])
        palette.append(missed)
        far = {colour: min(so_far, distance(colour, missed)) for colour, so_far in far.items()}
    nearest = {colour: min(range(len(palette)), key=lambda place: distance(colour, palette[place])) for colour in used}
    return palette, nearest


def distance(a: Colour, b: Colour) -> int:
    return sum((one - other) ** 2 for one, other in zip(a, b, strict=True))
