"""A story's lines on paper: what happened, and what a person or a rule settled with it, in the console's own words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final

from belfry.web.notice_views import NoticeView
from belfry.web.paper.words import Say, stamp
from belfry.web.views import SignalView, TimelineItem

LabelOf = Callable[[str], str]
"""From the code of a kind to its name."""

_STEPS: Final = ("step", "skipped")
_TIMES: Final = ("until", "arrives_at", "follow_up_at")


def what(item: TimelineItem, say: Say) -> str:
    """`Note`, `Called the premises`; with the number of the merged incident whose line it is."""
    name = say.word("do", item.data.get("do", item.type)) if item.type in _STEPS else say.word("item", item.type)
    if item.type == "arrived" and item.data.get("given_up"):
        name = say.t("item.given_up")
    if item.type == "access" and item.data.get("floor_plan"):
        name = say.t("item.access.plan")
    return name if item.of is None else f"{name} ({say.t('merged.of', n=item.of)})"


def told(item: TimelineItem, say: Say, zone: tzinfo, label: LabelOf) -> str:
    """All that a line says behind its name."""
    parts = [] if item.signal is None else [signal(item.signal, say)]
    parts += _settled(item, say, label)
    parts += [f"→ {short(item.data[name], zone)}" for name in _TIMES if isinstance(item.data.get(name), datetime)]
    if item.text:
        parts.append(item.text)
    parts += item.reasons
    return " · ".join(part for part in parts if part)


def _settled(item: TimelineItem, say: Say, label: LabelOf) -> Sequence[str]:
    data, said = item.data, list[str]()
    if item.type in _STEPS:
        said.append(outcome(data.get("outcome"), say) if data.get("outcome") else say("skipped"))
        said += [say.t("item.score.told", level=data["score"])] if "score" in data else []
        said += [say.t("item.unverified")] if data.get("unverified") else []
    match item.type:
        case "closed":
            said.append(say.word("disposition", data.get("disposition")))
            said += [say.word("cause", data["cause"])] if "cause" in data else []
        case "escalated":
            said.append(_reached(data, say))
        case "word":
            said.append(say.t("item.word.right" if data.get("right") else "item.word.wrong"))
        case "score":
            level = data.get("level")
            table = say.t("item.score.table")
            said.append(table if level is None else say.t("item.score.level", level=level, was=data.get("was", "–")))
        case "held":
            said += [say.t("item.on_signal")] if data.get("on") else []
            said += [say.t("item.parked")] if data.get("reason") == "parked" else []
        case "unit_sent" | "unit_told":
            said.append(str(data.get("call_sign") or "–"))
            said += [say.word("unit_status", data["status"])] if "status" in data else []
            said += [say.word("unit_role", data["role"])] if "role" in data else []
        case "alerted":
            said.append(say.t("item.alerted.count", n=int(data.get("count", 0))))
        case "alert_answered":
            said.append(say.word("answer", data.get("answer")))
        case "roll_call":
            said.append(say.t(f"item.roll.{data.get('what')}", sign=data.get("call_sign") or "–"))
        case "level":
            said.append(say.t("item.level.set", level=data.get("level"), was=data.get("was")))
        case "reclassified" | "raised" if "kind" in data:
            said.append(label(str(data["kind"])))
        case _:
            pass
    said += [say.t(f"item.{data['reason']}")] if data.get("reason") in ("site", "left_waiting") else []
    return said


def _reached(data: Mapping[str, Any], say: Say) -> str:
    clock, level = say.word("clock", data.get("clock")), say.word("level", data.get("level"))
    return say.t("level.reached", clock=clock, level=level)


def stage(notice: NoticeView, say: Say, zone: tzinfo) -> str:
    """What became of a notice: `told 02:15:31`, `given up (the notifier is broken)`."""
    at = notice.again_at if notice.stage == "failed" and notice.again_at is not None else notice.at
    said = say.t(f"notice.{notice.stage}", time=short(at, zone))
    if "{time}" not in say.t(f"notice.{notice.stage}"):
        said = f"{said}, {short(at, zone)}"
    return said if notice.reason is None else f"{said} ({say.word('notice.reason', notice.reason)})"


def signal(one: SignalView, say: Say) -> str:
    place = [say("zone_n", zone=one.zone)] if one.zone else []
    place += [say("area_n", area=one.area)] if one.area else []
    where = f"({', '.join(place)})" if place else ""
    return " ".join(part for part in (one.code, one.name or one.category, where) if part)


def outcome(code: object, say: Say) -> str:
    return "–" if code is None else say.word("outcome", code)


def short(at: datetime | None, zone: tzinfo) -> str:
    return stamp(None if at is None else at.astimezone(zone))
