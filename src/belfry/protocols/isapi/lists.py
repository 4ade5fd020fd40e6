"""The lists of ISAPI, as data: which types count and what they say, which are refused, which fields are kept.

Types are compared in lower case. The lists of refused types and denied fields are a second net and the oracle of the
tests: what is kept is only what stands in `FIELDS`. Sources: captures and tables of public projects that speak ISAPI,
named in `docs/receivers/isapi.md`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from belfry.domain.reading import Observed, PointState, Switch
from belfry.protocols.common.fields import LEAF, Allow


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a type says."""

    observed: Observed
    point: str | None = None
    """A part of the device itself; None: the channel, its region or its input."""
    switch: Switch | None = None
    active: PointState = PointState.ACTIVE
    """What its `active` means."""
    sound: bool = False


def _same(meaning: Meaning, *types: str) -> dict[str, Meaning]:
    return {one.lower(): meaning for one in types}


LIFE: Final = frozenset({Observed.FIRE, Observed.SMOKE, Observed.HEAT})
"""Without a state these are active: nobody waits for a clearer word about a fire."""

TYPES: Final[Mapping[str, Meaning]] = {
    **_same(Meaning(Observed.FIRE), "fireDetection", "smokeAndFireDetection", "SmokeAndFireDetectionEvent"),
    **_same(Meaning(Observed.FIRE), "fireSmartFireDetect"),
    **_same(Meaning(Observed.SMOKE), "smokeDetection"),
    **_same(Meaning(Observed.HEAT), "TMA", "TDA", "temperature", "temperatureEvent", "temperatureAlarm"),
    **_same(Meaning(Observed.HEAT, active=PointState.PENDING), "TMPA"),
    **_same(Meaning(Observed.INTRUSION), "fielddetection", "regionEntrance", "regionExiting", "PIR"),
    **_same(Meaning(Observed.PERIMETER, switch=Switch.LINE), "linedetection"),
    **_same(Meaning(Observed.INPUT), "IO"),
    **_same(Meaning(Observed.TAMPER), "shelteralarm", "tamperdetection", "scenechangedetection", "defocus"),
    **_same(Meaning(Observed.VIDEO_LOSS), "videoloss", "videoException"),
    **_same(Meaning(Observed.STORAGE, "storage"), "diskfull", "diskerror", "diskUnformat", "hotSpare", "sysStorFull"),
    **_same(Meaning(Observed.STORAGE, "recording"), "recordException", "recordCycleAbnormal"),
    **_same(Meaning(Observed.NETWORK, "network"), "nicbroken", "ipconflict"),
    **_same(Meaning(Observed.NETWORK, "node"), "nodeOffline"),
    **_same(Meaning(Observed.POWER, "poe"), "poe"),
    **_same(Meaning(Observed.SECURITY, "logon", active=PointState.PULSE), "illaccess"),
    **_same(Meaning(Observed.MOTION, switch=Switch.MOTION), "VMD", "VMDHumanVehicle", "motiondetection"),
    **_same(Meaning(Observed.INTRUSION, switch=Switch.SOUND, sound=True), "audioexception"),
    **_same(Meaning(Observed.INTRUSION, switch=Switch.BAGGAGE), "unattendedBaggage"),
    **_same(Meaning(Observed.INPUT, switch=Switch.PARKING), "parking"),
    **_same(Meaning(Observed.FALL, switch=Switch.FALL), "failDown"),
    **_same(Meaning(Observed.INPUT, switch=Switch.POST), "leavePosition"),
}
CONTACT_ID: Final = "cidevent"
REPEAT: Final = "duration"
HEARTBEAT: Final = "videoloss"

REFUSED: Final = frozenset(
    one.lower()
    for one in (
        *("faceDetection", "faceCapture", "faceSnap", "faceSnapModeling", "faceContrast", "whiteFaceContrast"),
        *("alarmResult", "cardMatch", "HFPD", "targetCapture", "mixedTargetDetection", "humanRecognition"),
        *("humanAttribute", "PeopleCounting", "framesPeopleCounting", "peopleNumChange", "personDensityDetection"),
        *("personQueueTime", "personQueueCounting", "personQueueRealTime", "group", "heatmap", "ANPR"),
        *("vehicleMatchResult", "vehicleRcogResult", "AccessControllerEvent", "VideoIntercomEvent"),
        *("safetyHelmetDetection", "tagInfo", "baseStationInfo", "cityManagement", "AID"),
        *("loitering", "rapidMove", "running", "violentMotion", "advReachHeight", "retention"),
    )
)
REFUSED_WORDS: Final = (
    *("face", "people", "person", "crowd", "queue", "gender", "plate", "anpr", "human", "teacher", "student"),
    *("loiter", "behavio", "gather"),
)
"""A type with one of these in its name is refused, whatever else it says: firmware invents names."""
EXCEPT: Final = frozenset({"vmdhumanvehicle"})
"""A class of motion, without anybody in it."""

_ZONE: Final[Allow] = {"thermometryUnit": LEAF, "ruleTemperature": LEAF, "currTemperature": LEAF, "ruleType": LEAF}
_REGION: Final[Allow] = {
    "regionID": LEAF,
    "sensitivityLevel": LEAF,
    "detectionTarget": LEAF,
    "TMA": _ZONE,
    "TMPA": _ZONE,
    "TDA": _ZONE,
    "FireDetection": {"temperatureUnit": LEAF, "fireMaxTemperature": LEAF, "targetDistance": LEAF},
}
FIELDS: Final[Allow] = {
    "channelID": LEAF,
    "dynChannelID": LEAF,
    "dateTime": LEAF,
    "activePostCount": LEAF,
    "eventType": LEAF,
    "eventState": LEAF,
    "inputIOPortID": LEAF,
    "isDataRetransmission": LEAF,
    "DetectionRegionList": {"DetectionRegionEntry": _REGION},
    "DurationList": {"Duration": {"relationEvent": LEAF}},
    "Extensions": {},
    "CIDEvent": {"code": LEAF, "type": LEAF, "zone": LEAF, "trigger": LEAF, "system": LEAF},
}
"""All that is kept. `ipAddress`, `macAddress` and `serialNumber` say which device speaks and are read apart."""

ENVELOPE: Final = frozenset({"portNo", "protocol", "protocolType", "eventDescription", "version"})
"""Dropped without a word: every message has them, and they describe nobody."""

_DENIED: Final = (
    *("face", "faces", "faceid", "facerect", "facescore", "facepicture.*", "facelib.*", "fdid", "fdlib.*", "fdname"),
    *("customhumanid", "targetattrs", "bkgurl", ".*url", "candidate.*", "similarity", "age", "agegroup", "gender"),
    *("sex", "glass", "mask", "hat", "hatstyle", "beard", "smile", "faceexpression", "hairstyle", "race", "ethnic.*"),
    *("nation.*", "complexion", "skin.*", "jacketcolor", "jackettype", "trouserscolor", "trouserstype"),
    *("(upper|lower).*cloth.*", "coat.*", "shoes.*", "bag", "things", "ride", "cyclingpersonnumber", "nonmotortype"),
    *("humanattribute", "humanbody.*", "personinfo", "personname", "name", "employeeno.*", "cardno", "certificate.*"),
    *("phone.*", "plate.*", "licenseplate", "vehiclecolor", "vehiclelogo", "peoplecounting", "childcounting"),
    *("enter", "exit", "pass", "duplicatepeople", "persondensityresult", "framespeoplecounting_number", "personcnt"),
    *("targetid", "dsa", "pqa", "targetrect", "trajectory.*"),
)
_DENIED_NAME: Final = re.compile("|".join(f"(?:{one})" for one in _DENIED))


def refused(event_type: str) -> bool:
    """Whether a type describes people: nothing of its message is read."""
    name = event_type.strip().lower()
    if name in REFUSED:
        return True
    return name not in EXCEPT and any(word in name for word in REFUSED_WORDS)


def denied(field: str) -> bool:
    """Whether a field, by its own name, describes people; the path above it does not count."""
    return _DENIED_NAME.fullmatch(field.lower()) is not None


def fields(allow: Allow) -> set[str]:
    """Every name that a list keeps, at any depth."""
    found: set[str] = set()
    for name, below in allow.items():
        found.add(name)
        if below is not None:
            found |= fields(below)
    return found
