"""What alarm mails say: phrases and labels of Hikvision's, Dahua's and others' firmware, as tables.

Source: EQUIPMENT 4; the labels as in the mails quoted in public issues and libraries named there.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from belfry.domain.reading import Observed, PointState, Quality, Switch, Target


class Meaning(Struct, frozen=True):
    observed: Observed
    switch: Switch | None = None
    target: Target | None = None
    state: PointState = PointState.PULSE
    quality: tuple[Quality, ...] = ()


_MOTION = Meaning(Observed.MOTION, Switch.MOTION)
_LINE = Meaning(Observed.PERIMETER, Switch.LINE)
_INTRUSION = Meaning(Observed.INTRUSION)
_HUMAN = Meaning(Observed.INTRUSION, target=Target.HUMAN)
_VEHICLE = Meaning(Observed.INTRUSION, target=Target.VEHICLE)
_INPUT = Meaning(Observed.INPUT)
_TAMPER = Meaning(Observed.TAMPER)
_VIDEO = Meaning(Observed.VIDEO_LOSS)
_FIRE, _SMOKE, _HEAT = Meaning(Observed.FIRE), Meaning(Observed.SMOKE), Meaning(Observed.HEAT)
_STORAGE, _NETWORK = Meaning(Observed.STORAGE), Meaning(Observed.NETWORK)
_SOUND = Meaning(Observed.INTRUSION, Switch.SOUND, quality=(Quality.SOUND,))
_BAGGAGE = Meaning(Observed.INTRUSION, Switch.BAGGAGE)
_TEST = Meaning(Observed.TEST)

PHRASES: Final[Mapping[str, Meaning]] = {
    "fire detection": _FIRE, "fire detected": _FIRE, "fire alarm": _FIRE, "fire source detection": _FIRE,
    "fire source detected": _FIRE, "dynamic fire source detection": _FIRE, "flame detection": _FIRE,
    "smoke detection": _SMOKE, "smoke detected": _SMOKE, "smoke alarm": _SMOKE, "smoke and fire detection": _FIRE,
    "temperature alarm": _HEAT, "temperature measurement alarm": _HEAT, "thermal alarm": _HEAT, "heat alarm": _HEAT,
    "hot spot detection": _HEAT, "temperature difference alarm": _HEAT,
    "temperature pre alarm": Meaning(Observed.HEAT, state=PointState.PENDING),
    "intrusion detection": _INTRUSION, "intrusion detected": _INTRUSION, "field detection": _INTRUSION,
    "intrusion": _INTRUSION, "region entrance detection": _INTRUSION, "region entrance": _INTRUSION,
    "region exiting detection": _INTRUSION, "region exiting": _INTRUSION, "cross region detection": _INTRUSION,
    "cross region": _INTRUSION, "pir alarm": _INTRUSION, "pir": _INTRUSION,
    "human detected": _HUMAN, "human detection": _HUMAN, "person detected": _HUMAN, "person detection": _HUMAN,
    "smart motion detection human": Meaning(Observed.MOTION, Switch.MOTION, Target.HUMAN),
    "smart motion detection vehicle": Meaning(Observed.MOTION, Switch.MOTION, Target.VEHICLE),
    "vehicle detected": _VEHICLE, "vehicle detection": _VEHICLE,
    "line crossing detection": _LINE, "line crossing": _LINE, "line crossing detected": _LINE,
    "cross line detection": _LINE, "tripwire": _LINE,
    "motion detection": _MOTION, "motion detected": _MOTION, "smart motion detection": _MOTION, "motion": _MOTION,
    "alarm input": _INPUT, "local alarm": _INPUT, "external alarm": _INPUT, "input alarm": _INPUT,
    "alarm input triggered": _INPUT, "sensor alarm": _INPUT, "io alarm": _INPUT,
    "video tampering": _TAMPER, "video tampering detection": _TAMPER, "video tampering detected": _TAMPER,
    "tampering alarm": _TAMPER, "tamper alarm": _TAMPER, "camera masking": _TAMPER, "shelter alarm": _TAMPER,
    "scene change detection": _TAMPER, "scene changing": _TAMPER, "defocus detection": _TAMPER, "video mask": _TAMPER,
    "video signal loss": _VIDEO, "video loss": _VIDEO, "video lost": _VIDEO, "video exception": _VIDEO,
    "hdd full": _STORAGE, "disk full": _STORAGE, "hdd error": _STORAGE, "disk error": _STORAGE, "no disk": _STORAGE,
    "hdd not formatted": _STORAGE, "storage low space": _STORAGE, "record exception": _STORAGE,
    "recording exception": _STORAGE, "storage not exist": _STORAGE, "storage failure": _STORAGE,
    "network disconnected": _NETWORK, "net disconnection": _NETWORK, "ip address conflicted": _NETWORK,
    "ip address conflict": _NETWORK, "ip conflict": _NETWORK, "mac conflict": _NETWORK,
    "illegal login": Meaning(Observed.SECURITY), "illegal access": Meaning(Observed.SECURITY),
    "low battery": Meaning(Observed.BATTERY), "power off": Meaning(Observed.POWER),
    "audio exception": _SOUND, "audio exception detection": _SOUND, "audio detection": _SOUND,
    "audio mutation": _SOUND, "audio loss": Meaning(Observed.FAULT), "audio input exception": Meaning(Observed.FAULT),
    "unattended baggage detection": _BAGGAGE, "unattended baggage": _BAGGAGE, "abandoned object": _BAGGAGE,
    "parking detection": Meaning(Observed.INPUT, Switch.PARKING),
    "fall detection": Meaning(Observed.FALL, Switch.FALL), "panic alarm": Meaning(Observed.PANIC),
    "test": _TEST, "test mail": _TEST, "test email": _TEST, "test e mail": _TEST, "email test": _TEST,
    "mail test": _TEST, "this is a test email": _TEST, "test message": _TEST,
}  # fmt: skip
"""In lower case, words alone. Loitering, fast moving and gathering are refused; a site cannot enable them."""

HEARTBEATS: Final = frozenset({"health mail", "heartbeat", "health report"})

REFUSED: Final = (
    *("loitering detection", "loitering", "people gathering", "people gathering detection", "fast moving"),
    *("fast moving detection", "queue detection", "queue management", "people counting", "heat map"),
)

ENDS: Final = frozenset({"end", "ended", "stop", "stopped", "over", "recovered", "recovery", "restored"})
BEGINS: Final = frozenset({"start", "started", "begin", "triggered"})
"""Behind a phrase: `Motion Detection End`."""


class Label(StrEnum):
    """What a line of a mail is about."""

    TYPE = "type"
    TIME = "time"
    END = "end"
    CHANNEL = "channel"
    INPUT = "input"
    STRIPPED = "stripped"


LABELS: Final[Mapping[str, Label]] = {
    "event type": Label.TYPE, "alarm event": Label.TYPE, "alarm type": Label.TYPE,
    "event time": Label.TIME, "alarm start time": Label.TIME, "alarm time": Label.TIME, "start time": Label.TIME,
    "alarm end time": Label.END, "end time": Label.END, "alarm stop time": Label.END,
    "channel number": Label.CHANNEL, "channel no": Label.CHANNEL, "channel": Label.CHANNEL,
    "alarm input channel no": Label.CHANNEL, "alarm input channel": Label.CHANNEL, "alarm channel": Label.CHANNEL,
    "alarm channel no": Label.CHANNEL, "camera name(num)": Label.CHANNEL, "camera no": Label.CHANNEL,
    "alarm input no": Label.INPUT, "alarm input number": Label.INPUT, "input number": Label.INPUT,
    **dict.fromkeys(
        (
            "ipc name", "dvr name", "nvr name", "device name", "alarm device name", "channel name", "camera name",
            "alarm input channel name", "alarm name", "ipc s/n", "dvr s/n", "nvr s/n", "device s/n", "s/n",
            "serial number", "ip address", "alarm device ip", "mac address", "alarm details", "description",
        ),
        Label.STRIPPED,
    ),
}  # fmt: skip
"""As at the beginning of a line, before a colon; a note in brackets may stand between (`(D/M/Y H:M:S)`)."""

# Possessive throughout: a line of spaces must not be tried again and again.
LINE: Final = re.compile(r"\s*+([A-Za-z][\w/ ]{1,60}+)\.?+\s*+(\([^()\n]{0,40}\))?+\s*+[:：]\s*+(.{0,200})", re.ASCII)

CAMERA_IN_SUBJECT: Final = re.compile(
    r"\b(?:camera|cam|channel|ch)\s*+(?:no\.?|#)?+\s*+([a-d]?\d{1,4})\b", re.IGNORECASE
)
NUMBER: Final = re.compile(r"([A-Da-d]?)0*(\d{1,4})")
IN_BRACKETS: Final = re.compile(r"\(([A-Da-d]?\d{1,4})\)\s*\Z")
