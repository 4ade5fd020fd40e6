"""What the fields of an account may hold. The columns of a sheet ask the same of their cells (`registry.columns`)."""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from belfry.domain.flaws import Flaw, Flaws, shown
from belfry.domain.site import Account
from belfry.domain.tables import rows

UNSPECIFIED: Final = "unspecified"
VERIFY_FIRE: Final = ("none", "home_90s", "authority_requires")
KEY_BYTES: Final = (16, 24, 32)
KEYS_MOST: Final = 4
NAME_MOST: Final = 120
ADDRESS_MOST: Final = 300
SUPERVISION_S: Final = (5, 604_800)
TEST_S: Final = (60, 2_678_400)

NUMBER: Final = re.compile(r"[0-9A-Za-z_.:-]{1,32}")
PREFIX: Final = re.compile(r"[0-9A-Za-z]{1,16}")
LABEL: Final = re.compile(r"[0-9A-Za-z_.-]{0,60}")
RECEIVER: Final = re.compile(r"[^/\x00-\x1f]{1,60}")
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")

FIELDS: Final[Mapping[str, Any]] = {
    field.name: field.type for field in msgspec.structs.fields(Account) if field.name != "id"
}
SECRET: Final = frozenset({"keys"})


@cache
def account_types() -> Sequence[str]:
    """Return the closed list of account types, in its order."""
    return tuple(row["code"] for row in rows("occupancies_v1.csv"))


@lru_cache(maxsize=2_048)
def is_time_zone(name: str) -> bool:
    try:
        return ZoneInfo(name).key == name
    except (ValueError, OSError, LookupError):
        return False


def with_fields(account: Account, fields: Mapping[str, object]) -> tuple[Account, Sequence[Flaw]]:
    """Return an account with other values, given by name, and what cannot be one; that keeps the value before it."""
    values: dict[str, Any] = {}
    flaws: list[Flaw] = []
    for name, value in fields.items():
        if name not in FIELDS:
            flaws.append(Flaw(f"account.{shown(name)[1:-1]}", "", f"one of {', '.join(FIELDS)}"))
            continue
        try:
            values[name] = msgspec.convert(value, FIELDS[name])
        except (msgspec.ValidationError, ValueError) as error:
            told = str(error).removeprefix("Expected ").partition(" - at ")[0]
            flaws.append(Flaw(f"account.{name}", "" if name in SECRET else shown(value), told))
    return msgspec.structs.replace(account, **values), flaws


def check_account(account: Account, flaws: Flaws) -> None:
    is_number = "1 to 32 letters, digits or _ . : -, as the panel sends it"
    flaws.pattern("account.account", account.account, NUMBER, is_number)
    if account.prefix is not None:
        flaws.pattern("account.prefix", account.prefix, PREFIX, "1 to 16 letters or digits, as the panel sends it")
    if account.receiver is not None:
        flaws.pattern("account.receiver", account.receiver, RECEIVER, "at most 60 characters without /")
    flaws.line("account.name", account.name, NAME_MOST)
    flaws.line("account.address", account.address, ADDRESS_MOST)
    _check_position(account, flaws)
    flaws.unless(is_time_zone(account.time_zone), "account.time_zone", account.time_zone, "a zone as Europe/Zurich")
    flaws.pattern("account.language", account.language, LANGUAGE, "a language such as en or de-CH")
    for name in ("tenant", "building"):
        wants = "at most 60 letters, digits or _ . -"
        flaws.pattern(f"account.{name}", getattr(account, name), LABEL, wants)
    types = (*account_types(), UNSPECIFIED)
    flaws.unless(account.type in types, "account.type", account.type, f"one of {', '.join(types)}")
    flaws.unless(
        account.verify_fire in VERIFY_FIRE,
        "account.verify_fire",
        account.verify_fire,
        f"one of {', '.join(VERIFY_FIRE)}",
    )
    if account.supervision_s is not None:
        flaws.whole("account.supervision_s", account.supervision_s, *SUPERVISION_S, unit="seconds")
    if account.test_s is not None:
        flaws.whole("account.test_s", account.test_s, *TEST_S, unit="seconds")
    flaws.at_most("account.keys", len(account.keys), KEYS_MOST)
    if not all(len(key) in KEY_BYTES for key in account.keys):
        flaws.found.append(Flaw("account.keys", "", "16, 24 or 32 bytes each"))


def _check_position(account: Account, flaws: Flaws) -> None:
    latitude, longitude = account.latitude, account.longitude
    together = (latitude is None) == (longitude is None)
    flaws.unless(together, "account.latitude", latitude, "latitude and longitude together or neither")
    # Also false for what is no number: every comparison with it is.
    if latitude is not None:
        flaws.unless(-90 <= latitude <= 90, "account.latitude", latitude, "-90 to 90 degrees")
    if longitude is not None:
        flaws.unless(-180 <= longitude <= 180, "account.longitude", longitude, "-180 to 180 degrees")
