"""Whether a site is cut off: paths of every technology that it has are lost (RULES 2, path loss is evidence).

A panel that reports its telephone line dead says so on another path; only where that other one is known to be lost
too, of another technology, nobody can be heard any more.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from belfry.domain.codes import pair_key
from belfry.domain.condition import Condition
from belfry.domain.facts import Received
from belfry.domain.premises import Technology, TransmissionPath

OF_CODE: Final[Mapping[str, Technology]] = {
    "351": Technology.PSTN,
    "352": Technology.PSTN,
    "353": Technology.RADIO,
    "355": Technology.RADIO,
    "357": Technology.RADIO,
    "LT": Technology.PSTN,
    "NC": Technology.IP,
    "NT": Technology.IP,
}
"""The technology whose loss a code reports; other path codes do not say which path they mean."""


def all_paths(condition: Condition, signal: Received, paths: Sequence[TransmissionPath]) -> bool:
    """Whether with this trouble every technology of a site with several is lost, as far as anybody said.

    Our own polls say the name of the path that is lost; the path on which this trouble came is alive.
    """
    named = {path.name: path.technology for path in paths if path.technology is not None}
    known = set(named.values())
    if len(known) < 2:
        return False
    said = [key.split("/", 1)[1].rsplit("/", 1)[0] for key in condition.faults if key.startswith("path/")]
    if signal.wire is not None and signal.code is not None:
        said.append(pair_key(signal.wire, signal.code))
    lost = {technology for one in said if (technology := named.get(one) or OF_CODE.get(one)) is not None}
    alive = named.get(f"{signal.receiver}/{signal.path}") or named.get(signal.path or "")
    return known <= lost - {alive}
