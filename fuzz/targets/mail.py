"""An alarm mail, with any MIME: one reading at most, and no word of the mail in it."""

from collections.abc import Iterable
from pathlib import Path

from belfry.domain.reading import POINT_MOST, Disposition
from belfry.protocols.hint import NO_HINT
from belfry.protocols.mail import mime, read

SAMPLES = Path(__file__).resolve().parents[2] / "tests" / "samples" / "smtp"


def seeds() -> Iterable[bytes]:
    for path in sorted(SAMPLES.glob("*.eml")):
        yield path.read_bytes()
    yield b"Subject: =?gb2312?B?0Ln=?= =?utf-8?Q?fire=20alarm?= CH2\r\nContent-Type: text/html; charset=gbk\r\n\r\n<b>"
    yield b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n" * 2 + b"--a--"
    yield b"Subject: Face Detection\n\nEVENT TYPE: PIR End\nAlarm Start Time (M/D/Y H:M:S): 1/2/3 4:5:6\n"
    yield b"Date: Mon, 2 Mar 2026 14:52:20 +0100\nContent-Transfer-Encoding: quoted-printable\n\nEVENT=20TYPE: HDD Full"


def one_input(data: bytes) -> None:
    parsed = mime.parse(data)
    assert sum(map(len, parsed.texts)) <= mime.TEXTS_MOST * 2 * mime.TEXT_MOST_BYTES
    said = read(data, NO_HINT)
    assert said.reason != "the reader failed on this message", "a mistake of ours"
    assert len(said.readings) <= 1
    if said.disposition is not Disposition.ACCEPT:
        assert not said.readings
    for reading in said.readings:
        assert 0 < len(reading.point) <= POINT_MOST
        assert reading.point.removeprefix("ch").removeprefix("in").isalnum(), "more than a channel's number"
