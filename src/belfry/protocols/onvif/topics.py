"""The topics of ONVIF, as data: which count and what they say, which are refused, which items are kept.

A topic is compared by its last parts, without prefixes: vendors nest a topic in another one
(`tns1:VideoSource/tns1:Device/Trigger/DigitalInput`). Sources: ONVIF specifications (Core, DeviceIO, Analytics,
Imaging, Door Control), and topics of makers seen in public projects, named in `docs/receivers/onvif.md`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from belfry.domain.reading import Observed, Switch, Target

Topic = tuple[str, ...]


class How(Enum):
    """How the data of a topic tells its state."""

    TRUTH = auto()
    """One of `items` is true or false."""
    WORD = auto()
    """One of `items` is a word: `normal` ones are the end."""
    PULSE = auto()
    """It happened; nothing tells an end."""
    CLASSES = auto()
    """A list of what is seen; an empty one is the end."""
    SOUND = auto()
    LEVEL = auto()
    """A number and its threshold."""
    CHARGE = auto()
    """What is left of a battery, in percent."""


@dataclass(frozen=True, slots=True)
class Meaning:
    observed: Observed
    how: How = How.TRUTH
    items: tuple[str, ...] = ("State",)
    """Names of the data items, in order of preference."""
    switch: Switch | None = None
    target: Target | None = None
    sourced: bool = True
    """It must say where: without a source it is unreadable."""
    ruled: bool = True
    """Its rule belongs to the name of its point."""
    normal: tuple[str, ...] = ()


STATE: Final = ("State", "Value", "value", "Active", "active", "IsActive", "AlarmActive")
_MOTION: Final = Meaning(
    Observed.MOTION, items=("IsMotion", "Motion", "motion", *STATE), switch=Switch.MOTION, ruled=False
)
_TAMPER: Final = Meaning(Observed.TAMPER, items=("IsTamper", *STATE))
_FAILED: Final = ("Failed", "Critical", *STATE)
_HUMAN: Final = Meaning(Observed.INTRUSION, items=("IsPeople", "IsHuman", *STATE), target=Target.HUMAN)
_VEHICLE: Final = Meaning(Observed.INTRUSION, items=("IsVehicle", *STATE), target=Target.VEHICLE)
_ANIMAL: Final = Meaning(Observed.INTRUSION, items=("IsPet", "IsAnimal", *STATE), target=Target.ANIMAL)
_HEAT: Final = Meaning(Observed.HEAT, items=STATE)
_CLIMATE: Final = Meaning(Observed.ENVIRONMENT, How.LEVEL, sourced=False)
_SOUND: Final = Meaning(Observed.INTRUSION, How.SOUND, switch=Switch.SOUND)


def _device(observed: Observed) -> Meaning:
    return Meaning(observed, items=_FAILED, sourced=False)


TOPICS: Final[Mapping[str, Meaning]] = {
    "Device/Trigger/DigitalInput": Meaning(Observed.INPUT, items=("LogicalState", *STATE)),
    "Device/Trigger/AlarmIn": Meaning(Observed.INPUT, items=STATE),
    "RuleEngine/ObjectDetection/Object": Meaning(Observed.INTRUSION, How.CLASSES, ("ClassTypes",)),
    "RuleEngine/PeopleDetector/People": _HUMAN,
    "RuleEngine/MyRuleDetector/PeopleDetect": _HUMAN,
    "RuleEngine/CellMotionDetector/People": _HUMAN,
    "RuleEngine/MyRuleDetector/VehicleDetect": _VEHICLE,
    "RuleEngine/VehicleDetector/Vehicle": _VEHICLE,
    "RuleEngine/MyRuleDetector/DogCatDetect": _ANIMAL,
    "RuleEngine/CellMotionDetector/Intrusion": Meaning(Observed.INTRUSION, items=("IsIntrusion", *STATE)),
    "RuleEngine/FieldDetector/ObjectsInside": Meaning(Observed.INTRUSION, items=("IsInside", *STATE)),
    "RuleEngine/LineDetector/Crossed": Meaning(Observed.PERIMETER, How.PULSE, switch=Switch.LINE),
    "RuleEngine/CellMotionDetector/LineCross": Meaning(
        Observed.PERIMETER, items=("IsLineCross", *STATE), switch=Switch.LINE
    ),
    "RuleEngine/CellMotionDetector/Motion": _MOTION,
    "VideoSource/MotionAlarm": _MOTION,
    "VideoAnalytics/MotionDetection": _MOTION,
    "RuleEngine/MotionRegionDetector/Motion": Meaning(
        Observed.MOTION, items=("State", "IsMotion", *STATE), switch=Switch.MOTION
    ),
    "RuleEngine/Radiometry/TemperatureAlarm": _HEAT,
    "VideoSource/RadiometryAlarm": _HEAT,
    "Device/Sensor/Temperature/High": _CLIMATE,
    "Device/Sensor/Temperature/Low": _CLIMATE,
    "Device/Sensor/RelativeHumidity/High": _CLIMATE,
    "Device/Sensor/RelativeHumidity/Low": _CLIMATE,
    "Device/Sensor/AbsoluteHumidity/High": _CLIMATE,
    "Device/Sensor/AbsoluteHumidity/Low": _CLIMATE,
    "AudioAnalytics/Audio/DetectedSound": _SOUND,
    "RuleEngine/AudioDetector/Class": _SOUND,
    "RuleEngine/TamperDetector/Tamper": _TAMPER,
    "RuleEngine/CellMotionDetector/Tamper": _TAMPER,
    "VideoSource/GlobalSceneChange/*": _TAMPER,
    "VideoSource/ImageTooDark/*": _TAMPER,
    "VideoSource/ImageTooBright/*": _TAMPER,
    "VideoSource/ImageTooBlurry/*": _TAMPER,
    "UserAlarm/VideoCover": _TAMPER,
    "VideoSource/SignalLoss": Meaning(Observed.VIDEO_LOSS, items=STATE),
    "VideoSource/ImpairedVisibility": Meaning(Observed.VIDEO_LOSS, items=STATE),
    "Device/HardwareFailure/StorageFailure": _device(Observed.STORAGE),
    "Device/HardwareFailure/PowerSupplyFailure": _device(Observed.POWER),
    "Device/HardwareFailure/FanFailure": _device(Observed.FAULT),
    "Device/HardwareFailure/TemperatureCritical": _device(Observed.FAULT),
    "Monitoring/BatteryCapacity": Meaning(
        Observed.BATTERY, How.CHARGE, ("PercentageRemainingCapacity",), sourced=False
    ),
    "Door/State/DoorAlarm": Meaning(Observed.INTRUSION, How.WORD, normal=("normal",)),
    "Door/State/DoorTamper": Meaning(Observed.TAMPER, How.WORD, normal=("notintamper",)),
    "Door/State/DoorFault": Meaning(Observed.FAULT, How.WORD, normal=("notinfault",)),
    "Door/State/DoorPhysicalState": Meaning(Observed.INPUT, How.WORD, normal=("closed",)),
    "AccessControl/Duress": Meaning(Observed.DURESS, How.PULSE, sourced=False),
    "Device/SecurityPolicy/AuthFailed": Meaning(Observed.SECURITY, How.PULSE, sourced=False),
}
"""By the last parts of a topic; `*` is any one part."""

OF_NO_CONCERN: Final = (
    "Device/Trigger/Relay",
    "Monitoring/*",
    "RecordingConfig/*",
    "Device/OperationMode/*",
    "Media/*",
)
"""What a device says of its own outputs, load and set-up."""

REFUSED: Final = (
    *("RuleEngine/Recognition", "RuleEngine/MyRuleDetector/FaceDetect", "AppEvent/DetectorApp/FaceDetection"),
    *("RuleEngine/CountAggregation", "RuleEngine/ObjectTrack", "VideoAnalytics/*/SceneTooCrowded"),
    *("RuleEngine/Radiometry/BodyTemperatureAlarm", "AccessControl", "RuleEngine/LoiteringDetector"),
)
"""Anywhere in a topic, whatever stands before or behind."""
NOT_REFUSED: Final = "AccessControl/Duress"
REFUSED_WORDS: Final = (
    *("face", "licenseplate", "plate", "crowd", "counter", "counting", "occupancy", "queue", "loiter", "bodytemp"),
    *("gender", "recognition", "humanbody", "rapidmove", "running", "credential", "anpr"),
)

SOURCE_ITEMS: Final = (
    *("InputToken", "AlarmInToken", "RelayToken", "VideoSourceToken", "VideoSourceConfigurationToken", "Source"),
    *("VideoSource", "AudioSourceConfigurationToken", "AudioSourceToken", "DoorToken", "AccessPointToken", "Token"),
    *("window", "port", "channel", "id", "SensorToken"),
)
"""Items that say where, in order of preference; the first one that is there is part of the point's name."""
RULE_ITEMS: Final = ("Rule", "RuleName")
OTHER_SOURCE_ITEMS: Final = ("VideoAnalyticsConfigurationToken", "AudioAnalyticsConfigurationToken")
"""Neither kept nor told as dropped: they say how a camera is set up."""
SOUND_ITEMS: Final = ("AudioClassification", "AudioClass", "Class", "ClassType", "ClassTypes", "Type", "SoundType")
VALUE_ITEMS: Final = ("Value", "Threshold", "Unit")

TOKEN_ALIASES: Final = {"vsconf": "VideoSourceToken"}
"""One maker's cameras call the same source by either name."""

CLASSES: Final[Mapping[str, tuple[Observed, Target | None]]] = {
    "fire": (Observed.FIRE, None),
    "flame": (Observed.FIRE, None),
    "smoke": (Observed.SMOKE, None),
    "human": (Observed.INTRUSION, Target.HUMAN),
    "person": (Observed.INTRUSION, Target.HUMAN),
    "people": (Observed.INTRUSION, Target.HUMAN),
    **dict.fromkeys(
        ("vehicle", "vehical", "car", "truck", "bus", "bicycle", "bike", "motorcycle", "motorbike", "van"),
        (Observed.INTRUSION, Target.VEHICLE),
    ),
    **dict.fromkeys(("animal", "dog", "cat", "pet"), (Observed.INTRUSION, Target.ANIMAL)),
    **dict.fromkeys(("other", "others", "unknown", "object"), (Observed.INTRUSION, Target.OTHER)),
}
"""Classes of objects, in lower case. Every class that describes people, and every one that is not here, is dropped."""

SOUNDS: Final[Mapping[str, Observed]] = {
    "gunshot": Observed.PANIC,
    "glassbreaking": Observed.INTRUSION,
    "glassbreak": Observed.INTRUSION,
    "glass": Observed.INTRUSION,
    "alarm": Observed.INPUT,
    "alrarm": Observed.INPUT,
}
"""In lower case, letters alone: `gun_shot` and `Gun shot` are both sent."""
SOUNDS_OF_PEOPLE: Final = frozenset({"scream", "yell", "speech", "shout", "cry", "crying", "voice", "aggression"})


def topic(text: str) -> Topic:
    """Return the parts of a topic without their prefixes."""
    return tuple(part.rpartition(":")[2].strip() for part in text.strip().strip("/").split("/"))


def refused(parts: Topic) -> bool:
    """Whether a topic is about people: nothing of its message is read."""
    if _ends_with(parts, _parts(NOT_REFUSED)):
        parts = parts[: -len(_parts(NOT_REFUSED))]
    if any(word in part.lower() for part in parts for word in REFUSED_WORDS):
        return True
    return any(_has(parts, _parts(one)) for one in REFUSED)


def meaning(parts: Topic) -> Meaning | None:
    """What a topic says, by the longest row that it ends with."""
    found = [row for row in TOPICS if _ends_with(parts, _parts(row))]
    return TOPICS[max(found, key=lambda row: len(_parts(row)))] if found else None


def of_no_concern(parts: Topic) -> bool:
    return any(_ends_with(parts, _parts(row)) for row in OF_NO_CONCERN)


def _parts(row: str) -> Topic:
    return tuple(row.split("/"))


def _ends_with(parts: Topic, row: Topic) -> bool:
    return len(parts) >= len(row) and _same(parts[-len(row) :], row)


def _has(parts: Topic, row: Topic) -> bool:
    return any(_same(parts[at : at + len(row)], row) for at in range(len(parts) - len(row) + 1))


def _same(parts: Sequence[str], row: Topic) -> bool:
    return all(want in ("*", part) for part, want in zip(parts, row, strict=True))
