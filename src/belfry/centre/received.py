"""What of a signal becomes its fact: the open part, and which of its parts are personal and go sealed."""

from collections.abc import Sequence
from typing import Final

from belfry.centre.marks import Marks
from belfry.domain.facts import Part, Received, Retention, Sealed, account_subject
from belfry.domain.signal import AccountKey, Method, Signal

Personal = tuple[Part, Retention, str]

_EQUIPMENT: Final = Method.EQUIPMENT
"""At hand: an enumeration looks each member up anew."""


def account_key(signal: Signal) -> AccountKey | None:
    return None if signal.account is None else AccountKey(signal.receiver, signal.prefix, signal.account)


def subject(signal: Signal, key: AccountKey | None) -> str:
    """Return the subject of a signal's entry; `key` is its `account_key`."""
    return f"method/{signal.method}" if key is None else account_subject(key)


def as_received(
    signal: Signal, account_id: str | None, sealed: tuple[Sealed, ...], marks: Marks, repeats: int
) -> Received:
    """Return a signal's fact. `marks` are those of its arrival on the last of its signals, and none on the others."""
    tag = marks.tag
    timed = bool(tag) and signal.occurred_at is not None and not signal.authenticated
    if signal.method is _EQUIPMENT and not (
        sealed or repeats or signal.previous or signal.quirks or marks.source or marks.named or signal.device
    ):
        # The usual one, by place where `Received` says why.
        return Received(
            signal.method,
            signal.receiver,
            signal.received_at,
            signal.occurred_at,
            signal.prefix,
            signal.account,
            account_id,
            signal.area,
            signal.zone,
            wire=signal.wire,
            code=signal.code,
            category=signal.category,
            subtype=signal.subtype,
            state=signal.state,
            path=signal.path,
            authenticated=signal.authenticated,
            tag=tag,
            exact_tag=marks.exact,
            timed=timed,
        )
    return Received(
        method=signal.method,
        receiver=signal.receiver,
        received_at=signal.received_at,
        occurred_at=signal.occurred_at,
        prefix=signal.prefix,
        account=signal.account,
        account_id=account_id,
        area=signal.area,
        zone=signal.zone,
        wire=signal.wire,
        code=signal.code,
        category=signal.category,
        subtype=signal.subtype,
        state=signal.state,
        kind=signal.kind,
        part=signal.part,
        count=signal.count,
        path=signal.path,
        authenticated=signal.authenticated,
        previous=signal.previous,
        quirks=signal.quirks,
        by=signal.by,
        sealed=sealed,
        tag=tag,
        exact_tag=marks.exact,
        named=marks.named,
        timed=timed,
        repeats=repeats if tag else 0,
        source=marks.source,
        near=marks.near,
        device=signal.device,
        point=signal.point,
        of_call=signal.of_call,
    )


def personal(signal: Signal) -> Sequence[Personal]:
    """Return the personal parts of a signal, each with the class of its retention."""
    if (
        signal.user is None
        and signal.text is None
        and signal.position is None
        and signal.place_text is None
        and signal.caller is None
    ):
        return ()
    equipment = signal.method is Method.EQUIPMENT
    parts: list[Personal] = []
    if signal.user is not None:
        parts.append((Part.USER, Retention.SIGNAL, signal.user))
    if signal.text is not None:
        parts.append(
            (Part.ZONE_TEXT, Retention.SIGNAL, signal.text)
            if equipment
            else (Part.NOTE, Retention.INCIDENT, signal.text)
        )
    if signal.position is not None:
        where = f"{signal.position.latitude:.6f},{signal.position.longitude:.6f}"
        parts.append((Part.POSITION, Retention.SIGNAL if equipment else Retention.INCIDENT, where))
    if signal.place_text is not None:
        parts.append((Part.PLACE, Retention.INCIDENT, signal.place_text))
    if signal.caller is not None:
        said = "\n".join(part for part in (signal.caller.name, signal.caller.number) if part)
        parts.append((Part.CALLER, Retention.CALLER, said))
    return parts
