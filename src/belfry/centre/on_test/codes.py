"""Technicians' one-time codes: for one site and time, kept as salted hashes, few attempts.

A code names its row in its first four signs, so that a guess is compared with one hash. With each code comes a second
one, to be given by whoever is forced to: it opens the same page, which then does nothing and raises a silent alarm.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from hashlib import scrypt, sha256
from hmac import compare_digest
from typing import Final

from msgspec import Struct

from belfry.centre.on_test import Code, OnTest
from belfry.domain.facts import AboutCode, CodeImagined, CodeIssued, CodeUsed, CodeWithdrawn, Entry, code_subject
from belfry.domain.on_test import Session
from belfry.ports import Chance, Clock, Expect, Journal, Stale

SIGNS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Thirty-two that nobody takes for each other on the telephone or in a bad light."""
NAME_SIGNS: Final = 4
SECRET_SIGNS: Final = 6
"""Thirty bits, and TRIES_MOST tries: one in two hundred million."""
TRIES_MOST: Final = 5
LASTS_MOST: Final = timedelta(hours=24)
SECRET_BYTES: Final = 32

_SCRYPT: Final = {"n": 1 << 14, "r": 8, "p": 1, "dklen": 32}
"""16 MiB and some fifty milliseconds for each guess of whoever reads the journal."""


class Issued(Struct, frozen=True):
    """What is told once, and never kept: the code, and the one to give when forced."""

    code: str
    forced: str
    until: datetime


Alarm = Callable[[str], Awaitable[None]]
"""Raises the silent alarm of a site, by its account id."""


class Technician(Struct, frozen=True):
    """Who signed in with a code: for which site, until when."""

    code: str
    account_id: str
    until: datetime
    forced: bool = False


class TechnicianCodes:
    """Issues codes and knows whose they are. Tries are counted in memory: a restart gives five more."""

    def __init__(self, on_test: OnTest, journal: Journal, *, clock: Clock, chance: Chance) -> None:
        self._on_test, self._journal, self._clock, self._chance = on_test, journal, clock, chance
        self._tries: dict[str, int] = {}

    async def issue(self, account_id: str, until: datetime, *, by: str) -> Issued:
        """Make a code for a site that is good until a time. Raises JournalError."""
        name, secret, forced = self._signs(NAME_SIGNS), self._signs(SECRET_SIGNS), self._signs(SECRET_SIGNS)
        while name in self._on_test.codes:
            name = self._signs(NAME_SIGNS)
        while forced == secret:
            forced = self._signs(SECRET_SIGNS)
        salt = self._chance(16)
        one, other = await asyncio.to_thread(_hashes, (secret, forced), salt)
        fact = CodeIssued(code=name, account_id=account_id, salt=salt, hash=one, duress=other, until=until, by=by)
        await self._write(fact, None)
        return Issued(f"{name}-{secret}", f"{name}-{forced}", until)

    async def imagine(self, code: str, shown: Session) -> None:
        """Keep what a forced technician is shown; it mutes nothing. Raises JournalError."""
        fact = CodeImagined(
            code=code, test=shown.id, account_id=shown.account_id, scope=shown.scope, ticks=shown.ticks,
            since=shown.since, until=shown.until, expected=shown.expected, ended_at=shown.ended_at,
        )  # fmt: skip
        await self._write(fact, None)

    async def withdraw(self, code: str, *, by: str) -> bool:
        """Take a code back, and end the session that it opened; False: there is none. Raises JournalError."""
        if code not in self._on_test.codes:
            return False
        await self._write(CodeWithdrawn(code=code, by=by), None)
        return True

    async def sign_in(self, said: str, alarm: Alarm) -> tuple[str, Technician] | None:
        """Return the secret of the session that a code opens, once; None for what is no code, or one no more.

        Takes as long for what is no code. `alarm` is raised for whoever was forced before the code is used up, since
        nobody can say it a second time. Raises JournalError, and what `alarm` raises.
        """
        found = await self._found(said)
        if found is None:
            return None
        code, forced = found
        if forced:
            await alarm(code.issued.account_id)
        secret = self._chance(SECRET_BYTES).hex()
        if not await self._use(code, _named(secret), forced=forced):
            return None
        return secret, _technician(code)

    async def told(self, said: str, account_id: str, alarm: Alarm) -> Technician | None:
        """Use up a code of a site that a technician tells an operator; as `sign_in`, without a session."""
        found = await self._found(said)
        if found is None or found[0].issued.account_id != account_id:
            return None
        if found[1]:
            await alarm(account_id)
        if not await self._use(found[0], b"", forced=found[1]):
            return None
        return _technician(found[0])

    def of_session(self, secret: str) -> Technician | None:
        """Whose session a secret is, while it lasts."""
        named, now = _named(secret), self._clock()
        for code in self._on_test.codes.values():
            if code.session and compare_digest(code.session, named) and now < code.issued.until:
                return _technician(code)
        return None

    def good(self) -> Sequence[Code]:
        """The codes that are good, or whose session lasts, of every site."""
        now = self._clock()
        return [
            code for code in self._on_test.codes.values() if now < code.issued.until and (code.session or not code.used)
        ]

    # -- inside

    async def _found(self, said: str) -> tuple[Code, bool] | None:
        """The code that was said, and whether it is the one of somebody forced."""
        signs = "".join(sign for sign in said.upper() if sign.isalnum())
        name, secret = signs[:NAME_SIGNS], signs[NAME_SIGNS:]
        code = self._on_test.codes.get(name)
        tries = self._tries.get(name, 0)
        salt = b"\0" * 16 if code is None else code.issued.salt
        if code is not None:
            self._tries[name] = tries + 1
        (spoken,) = await asyncio.to_thread(_hashes, (secret[: 2 * SECRET_SIGNS],), salt)
        if code is None or code.used or tries >= TRIES_MOST or self._clock() >= code.issued.until:
            return None
        forced = compare_digest(spoken, code.issued.duress)
        if not forced and not compare_digest(spoken, code.issued.hash):
            return None
        return code, forced

    async def _use(self, code: Code, session: bytes, *, forced: bool) -> bool:
        """Use a code up; False: somebody was quicker."""
        fact = CodeUsed(code=code.issued.code, session=session, forced=forced)
        try:
            await self._write(fact, Expect(code_subject(code.issued.code), code.head))
        except Stale:
            return False
        self._tries.pop(code.issued.code, None)
        return True

    async def _write(self, fact: AboutCode, expect: Expect | None) -> None:
        entry = Entry(id=self._chance(16), subject=code_subject(fact.code), at=self._clock(), facts=(fact,))
        (position,) = await self._journal.append([entry], expect)
        await self._on_test.folded(position)

    def _signs(self, count: int) -> str:
        return "".join(SIGNS[byte % len(SIGNS)] for byte in self._chance(count))


def _technician(code: Code) -> Technician:
    return Technician(code.issued.code, code.issued.account_id, code.issued.until, code.forced)


def _hashes(secrets: Sequence[str], salt: bytes) -> list[bytes]:
    return [scrypt(secret.encode(), salt=salt, **_SCRYPT) for secret in secrets]


def _named(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
