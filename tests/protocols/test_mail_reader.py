"""Alarm mails: every sample gives what the index says, odd MIME is read as far as it goes, people are not."""

import base64
import quopri
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.reading import Disposition, Observed, PointState, Quality, Said, Switch, Target
from belfry.protocols.hint import NO_HINT
from belfry.protocols.mail import read as read_with
from belfry.protocols.mail.lists import PHRASES

SAMPLES: Final = Path(__file__).parents[1] / "samples" / "smtp"
FILES: Final = sorted(SAMPLES.glob("*.eml"))
PULSE, INACTIVE = PointState.PULSE, PointState.INACTIVE
MARK: Final = "zqMARKqz"

EXPECTED: Final[dict[str, tuple[Observed, str, set[str]]]] = {
    "dahua_motion_base64": (Observed.MOTION, "ch2", {"IP Address", "Alarm Device Name", "attachment"}),
    "hik_dvr_motion": (Observed.MOTION, "chA2", {"DVR S/N", "DVR NAME"}),
    "hik_ipc_intrusion": (Observed.INTRUSION, "ch1", {"IPC S/N", "IPC NAME", "CHANNEL NAME", "attachment"}),
    "malformed_no_end_boundary": (Observed.INPUT, "ch3", {"attachment"}),
}


def read(body: bytes) -> Said:
    return read_with(body, NO_HINT)


def mail(text: str = "", *, subject: str = "Alarm", **headers: str) -> bytes:
    head = {"From": "c@site.example", "Subject": subject, "Message-ID": "<1@c>"} | {
        key.replace("_", "-"): value for key, value in headers.items()
    }
    return "".join(f"{key}: {value}\r\n" for key, value in head.items()).encode() + b"\r\n" + text.encode()


def hik(kind: str, **headers: str) -> bytes:
    return mail(f"EVENT TYPE: {kind}\r\nEVENT TIME: 2026-03-02,14:52:18\r\nCHANNEL NUMBER: 1\r\n", **headers)


def row(said: Said) -> tuple[Observed, str, PointState]:
    assert said.disposition is Disposition.ACCEPT, said
    (reading,) = said.readings
    return reading.observed, reading.point, reading.state


# -- samples ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_sample_is_accepted_as_a_pulse_without_what_must_be_dropped(path: Path) -> None:
    said = read(path.read_bytes())
    observed, point, dropped = EXPECTED[path.stem]
    assert row(said) == (observed, point, PULSE)
    assert dropped <= set(said.dropped)


def test_no_sample_was_forgotten() -> None:
    assert {path.stem for path in FILES} == set(EXPECTED)


def test_a_cut_mail_is_read_as_far_as_it_goes_and_says_so() -> None:
    (reading,) = read((SAMPLES / "malformed_no_end_boundary.eml").read_bytes()).readings
    assert reading.quality == (Quality.TRUNCATED,)


def test_motion_counts_only_where_it_is_switched_on() -> None:
    (reading,) = read((SAMPLES / "hik_dvr_motion.eml").read_bytes()).readings
    assert reading.switch is Switch.MOTION


# -- time -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("EVENT TIME: 2026-03-02,14:52:18", datetime(2026, 3, 2, 13, 52, 18, tzinfo=UTC)),
        ("Alarm Start Time (D/M/Y H:M:S): 02/03/2026 16:03:57", datetime(2026, 3, 2, 15, 3, 57, tzinfo=UTC)),
        ("Alarm Start Time(M/D/Y H:M:S): 03/02/2026 16:03:57", datetime(2026, 3, 2, 15, 3, 57, tzinfo=UTC)),
        ("Alarm Start Time (D/M/Y H:M:S): 2026/03/02 16:03:57", datetime(2026, 3, 2, 15, 3, 57, tzinfo=UTC)),
        ("no time at all", datetime(2026, 3, 2, 13, 52, 20, tzinfo=UTC)),
    ],
)
def test_the_time_is_the_cameras_in_the_zone_of_its_mail(line: str, at: datetime) -> None:
    body = mail(f"EVENT TYPE: Motion Detected\r\n{line}\r\n", Date="Mon, 02 Mar 2026 14:52:20 +0100")
    assert read(body).readings[0].occurred_at == at


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 02 Mar 2026 14:52:20 -0000", "x" * 500])
def test_without_a_zone_there_is_no_time_and_no_doubt(date: str) -> None:
    (reading,) = read(hik("Motion Detected", Date=date)).readings
    assert (reading.occurred_at, reading.quality) == (None, ())


def test_a_time_that_cannot_be_is_a_doubtful_clock() -> None:
    body = mail("EVENT TYPE: IO Alarm\r\nEVENT TIME: 2026-13-45,99:00:00\r\n", Date="Mon, 02 Mar 2026 14:52:20 +0100")
    (reading,) = read(body).readings
    assert (reading.occurred_at, reading.quality) == (None, (Quality.CLOCK,))


# -- once -------------------------------------------------------------------------------------------------------------


def test_the_same_message_id_is_the_same_event() -> None:
    first, again, other = read(hik("PIR")), read(hik("PIR", Date="x")), read(hik("PIR", **{"Message-ID": "<2@c>"}))
    assert first.readings[0].once == again.readings[0].once != other.readings[0].once


def test_without_a_message_id_the_whole_mail_is_its_name() -> None:
    def once(kind: str, date: str) -> str | None:
        return read(hik(kind, Date=date, **{"Message-ID": ""})).readings[0].once

    monday, tuesday = "Mon, 02 Mar 2026 14:52:20 +0100", "Tue, 03 Mar 2026 14:52:20 +0100"
    assert once("PIR", monday) == once("PIR", monday) is not None
    assert len({once("PIR", monday), once("PIR", tuesday), once("Video Loss", monday)}) == 3
    assert once("PIR", "") is None


# -- shapes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EVENT TYPE: Video Loss\r\nCHANNEL NUMBER: 12\r\n", (Observed.VIDEO_LOSS, "ch12", PULSE)),
        ("EVENT TYPE:    Fire Detection\r\nCAMERA NAME(NUM):   Kiln (D4)\r\n", (Observed.FIRE, "chD4", PULSE)),
        ("EVENT TYPE: Temperature Pre-alarm\r\n", (Observed.HEAT, "mail", PointState.PENDING)),
        ("EVENT TYPE: HDD Full\r\nDVR NAME: x\r\n", (Observed.STORAGE, "mail", PULSE)),
        ("EVENT TYPE: Alarm Input\r\nALARM INPUT NO.: 03\r\nCHANNEL NUMBER: 1\r\n", (Observed.INPUT, "in3", PULSE)),
        ("Alarm Event: Tripwire\r\nAlarm Input Channel: 2\r\n", (Observed.PERIMETER, "ch2", PULSE)),
        ("Alarm Event: Local Alarm Start\r\nAlarm Input Channel No.: 2\r\n", (Observed.INPUT, "ch2", PULSE)),
        ("Alarm Event: Video Tampering End\r\nAlarm Input Channel No.: 2\r\n", (Observed.TAMPER, "ch2", INACTIVE)),
        (
            "Alarm Event: Motion Detection\r\nAlarm End Time (D/M/Y H:M:S): 02/03/2026 16:03:57\r\n",
            (Observed.MOTION, "mail", INACTIVE),
        ),
    ],
)
def test_the_labels_say_what_and_where(text: str, expected: tuple[Observed, str, PointState]) -> None:
    assert row(read(mail(text))) == expected


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Motion Detected on Camera 3", (Observed.MOTION, "ch3", PULSE)),
        ("NVR: Video Loss on channel 07", (Observed.VIDEO_LOSS, "ch7", PULSE)),
        ("=?UTF-8?B?RmlyZSBEZXRlY3Rpb24gQ2gy?=", (Observed.FIRE, "ch2", PULSE)),
        ("=?gb2312?Q?Smoke_alarm_=D6=D0?= CH1", (Observed.SMOKE, "ch1", PULSE)),
        ("Test mail", (Observed.TEST, "mail", PULSE)),
        ("Surface station: fire alarm", (Observed.FIRE, "mail", PULSE)),
    ],
)
def test_of_a_snapshot_the_subject_says_what_it_is(subject: str, expected: tuple[Observed, str, PointState]) -> None:
    message = EmailMessage()
    message["From"] = "c@site.example"
    message.add_attachment(b"\xff\xd8\xff\xe0", maintype="image", subtype="jpeg", filename=f"{MARK}.jpg")
    body = f"Subject: {subject}\r\n".encode() + bytes(message)
    said = read(body)
    assert row(said) == expected
    assert said.dropped == ("attachment",)


def test_a_short_sentence_says_it_too() -> None:
    assert row(read(mail("Motion detected from camera Yard at 12:03", subject="Alert"))) == (
        Observed.MOTION,
        "mail",
        PULSE,
    )


def test_a_person_is_a_class_and_no_more() -> None:
    (reading,) = read(mail(subject="Person detected on camera 1")).readings
    assert (reading.observed, reading.target) == (Observed.INTRUSION, Target.HUMAN)


@pytest.mark.parametrize("charset", ["gb2312", "utf-8", "iso-8859-1", "gbk", "x-unknown", ""])
def test_the_charset_may_be_anything(charset: str) -> None:
    text = "EVENT TYPE: Intrusion Detection\r\nCHANNEL NAME: \u4e2d\u6587\r\nCHANNEL NUMBER: 1\r\n"
    raw = text.encode("gb18030") if charset in ("gb2312", "gbk", "") else text.encode("utf-8")
    kind = f"text/plain; charset={charset}" if charset else "text/plain"
    body = f"Subject: x\r\nContent-Type: {kind}\r\n\r\n".encode() + raw
    assert row(read(body)) == (Observed.INTRUSION, "ch1", PULSE)


TEXT: Final = b"EVENT TYPE: PIR Alarm\r\nCHANNEL NUMBER: 2\r\n"


@pytest.mark.parametrize(
    ("encoding", "raw"),
    [
        ("base64", base64.encodebytes(TEXT)),
        ("base64", base64.b64encode(TEXT)[:-5] + b"!\r\n"),
        ("BASE64", base64.b64encode(TEXT).replace(b"=", b"")),
        ("quoted-printable", quopri.encodestring(TEXT)),
        ("8bit", TEXT),
        ("x-strange", TEXT),
        ("7bit", TEXT.replace(b"\r\n", b"\n")),
    ],
)
def test_the_encoding_may_be_any_and_cut_short(encoding: str, raw: bytes) -> None:
    body = b"Subject: x\r\nContent-Transfer-Encoding: %b\r\n\r\n" % encoding.encode() + raw
    assert row(read(body))[0] is Observed.INTRUSION


def test_html_is_read_where_there_is_no_plain_text() -> None:
    body = b"Content-Type: text/html\r\n\r\n<html><b>EVENT TYPE: Video Loss</b><br>CHANNEL NUMBER: 2<br></html>"
    assert row(read(body)) == (Observed.VIDEO_LOSS, "ch2", PULSE)


# -- nothing about people ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [
        *("Face Detection", "FaceDetection", "People Counting", "Queue Management", "Queue Detection", "Crowd Density"),
        *("Loitering Detection", "People Gathering Detection", "License Plate Recognition", "ANPR", "Fast Moving"),
        *("Gender Recognition", "Facelib Alarm", "Pedestrian Detection", "Regional People Queuing-Up"),
    ],
)
def test_what_is_about_people_is_refused_by_its_type_and_by_its_subject(kind: str) -> None:
    text = f"EVENT TYPE: {kind}\r\nPERSON NAME: {MARK}\r\n{MARK}: 7\r\n"
    for said in (read(mail(text)), read(mail(MARK, subject=f"{kind} on camera 1")), read(mail(f"{kind} {MARK}"))):
        assert (said.disposition, said.readings, said.dropped) == (Disposition.REFUSE, (), ())
        assert MARK not in repr(said)


def test_an_unlisted_type_is_told_without_its_words() -> None:
    for body in (hik(MARK), mail(subject=MARK), mail(MARK)):
        said = read(body)
        assert (said.disposition, said.readings) == (Disposition.QUARANTINE, ())
        assert MARK not in repr(said)


def test_a_sign_of_life_is_one() -> None:
    assert read(mail(subject="Health Mail")).heartbeat


def test_nothing_is_no_mail() -> None:
    for body in (b"", b"\r\n\r\n", b"\n"):
        assert read(body).disposition is Disposition.REJECT


def test_every_phrase_can_be_a_type_and_none_is_refused() -> None:
    for phrase, meaning in PHRASES.items():
        (reading,) = read(hik(phrase.title())).readings
        assert reading.observed is meaning.observed, phrase


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_word_of_a_mail_is_said_on(path: Path) -> None:
    lines = path.read_bytes().split(b"\n")
    for n, line in enumerate(lines):
        for changed in (MARK.encode(), line[: line.find(b":") + 1] + b" " + MARK.encode(), line + MARK.encode()):
            told = repr(read(b"\n".join([*lines[:n], changed, *lines[n + 1 :]])))
            assert MARK not in told, line


# -- any bytes --------------------------------------------------------------------------------------------------------


def within_limits(said: Said) -> None:
    assert len(said.readings) <= 1
    assert len(said.dropped) <= 64


@given(st.binary(max_size=600))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    within_limits(read(body))


@given(st.sampled_from(FILES), st.data())
def test_no_cut_and_no_change_of_a_sample_makes_it_raise(path: Path, data: st.DataObject) -> None:
    body = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(body)))
    if data.draw(st.booleans()):
        del body[at:]
    else:
        body[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=30))
    within_limits(read(bytes(body)))


HOSTILE: Final[dict[str, bytes]] = {
    "50 000 parts": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\na\r\n" * 50_000,
    "50 000 empty boundaries": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n" * 50_000,
    "deep": b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(5_000)),
    "the same boundary inside": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" * 5_000,
    "a head without an end": b"X-A: b\r\n" * 300_000,
    "one folded header": b"Subject: a\r\n" + b" a\r\n" * 300_000,
    "spaces": mail("EVENT TYPE" + " " * 500_000),
    "lines of spaces": mail(("A" + " " * 900 + "\r\n") * 1_000),
    "brackets": mail("A(" * 200_000),
    "tags": b"Content-Type: text/html\r\n\r\n" + b"<" * 1_000_000,
    "styles": b"Content-Type: text/html\r\n\r\n" + b"<style " * 200_000,
    "encoded words": mail(subject="=?utf-8?B?" * 50_000),
    "cameras": mail(subject="ch " + " " * 100_000),
    "base64": b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QUFB\r\n" * 300_000,
    "quoted": b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=41" * 600_000,
    "utf-16": b"Content-Type: text/plain; charset=utf-16\r\n\r\n" + b"\xff\xfe" + b"\x00\xd8" * 100_000,
    "parameters": b"Content-Type: multipart/mixed;" + b" a=b;" * 300_000,
    "colons": mail(":" * 1_000_000),
    "words": mail(subject="Aa" * 500_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mails_are_read_in_bounded_work(name: str) -> None:
    within_limits(read(HOSTILE[name]))


def test_attributes_of_what_was_read_show_nothing() -> None:
    from belfry.protocols.mail import mime

    parsed: Any = mime.parse((SAMPLES / "hik_ipc_intrusion.eml").read_bytes())
    assert repr(parsed) == "Mail(of 1 texts)"
