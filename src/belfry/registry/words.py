"""Pass-words of contacts, duress words and the code of the key safe (`ports.Words`, decision 0009).

A word is kept as a MAC under a key of this instance: the registry and its backups alone tell nothing of it, and no
guess can be tried against them. It is compared as people speak it: without case, spaces and punctuation. An access code
has to be read out, so it is encrypted. What is set, removed or shown is a change row; what it is, is nowhere.
"""

import asyncio
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple
from unicodedata import normalize
from weakref import WeakValueDictionary

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, Connection, Table, delete, insert, outerjoin, select

from belfry.ports import Spoken, TooManyWords, WordsRefused
from belfry.ports.staff import StaffUnavailable
from belfry.registry.doors import in_thread
from belfry.registry.errors import NoSuchAccount, NoSuchContact
from belfry.registry.site_tables import CONTACT, WORD, WORD_ATTEMPT
from belfry.registry.store import Note, Store, write_notes
from belfry.registry.tables import ACCOUNT
from belfry.sql import reading, writing

WORD_LEAST: Final = 3
"""Letters and digits of a word: what is left of it when it is compared."""
WORD_MOST: Final = 80
CODE_MOST: Final = 60
NONCE_BYTES: Final = 12
WRONG_MOST: Final = 5
WRONG_WITHIN: Final = timedelta(minutes=15)
"""So many wrong words at one account within this time, then none is compared until it is over. Two wrong ones mean
dispatch (RULES 2), so nobody who is handled well meets this."""

ORDINARY: Final = "word"
DURESS: Final = "duress"
ACCESS: Final = "access"


class WordKeys(NamedTuple):
    """Keys of this instance, 32 bytes each; the key store derives them (`ports.KeyStore.derive`)."""

    words: bytes
    access: bytes


def fold_word(spoken: str) -> str:
    """Return what two ways to say or write a word share. Letters and digits of any script stay."""
    folded = normalize("NFKC", normalize("NFKC", spoken).casefold())
    return "".join(letter for letter in folded if letter.isalnum())


@dataclass(frozen=True, slots=True)
class WordTable:
    """Synchronous; each call is one transaction."""

    store: Store
    keys: WordKeys

    def set(self, account_id: str, contact: str, word: str | None, *, duress: bool, by: str) -> None:
        use = DURESS if duress else ORDINARY
        with writing(self.store.engine) as connection:
            if (
                connection.scalar(select(CONTACT.c.id).where(_is(CONTACT, account_id), CONTACT.c.key == contact))
                is None
            ):
                raise NoSuchContact(contact)
            folded = None if word is None else _checked(word)
            if folded is not None:
                self._refuse_ambiguous(connection, account_id, use, folded)
            box = None if folded is None else self._mac(account_id, contact, use, folded)
            self._put(connection, account_id, contact, use, box, by=by)

    def set_access(self, account_id: str, code: str | None, *, by: str) -> None:
        if code is not None and not (0 < len(code) <= CODE_MOST and code.isprintable() and code.strip() == code):
            raise WordsRefused(f"an access code wants 1 to {CODE_MOST} characters, no space before or after")
        with writing(self.store.engine) as connection:
            if connection.scalar(select(ACCOUNT.c.id).where(ACCOUNT.c.id == account_id)) is None:
                raise NoSuchAccount(account_id)
            box = None if code is None else self._seal(account_id, code)
            self._put(connection, account_id, "", ACCESS, box, by=by)

    def access(self, account_id: str, *, by: str) -> str | None:
        with writing(self.store.engine) as connection:
            kept = (_is(WORD, account_id), WORD.c.use == ACCESS)
            box = connection.scalar(select(WORD.c.box).where(*kept))
            if box is None:
                return None
            code = self._open(account_id, box)
            note = Note("word", ACCESS, ["shown"], account_id)
            write_notes(connection, [note], by=by, at=self.store.clock())
        return code

    def check(self, account_id: str, spoken: str) -> Spoken:
        """The right word at once takes no write lock, so nobody on the telephone waits for who writes. Of guesses at
        the same instant each would be compared before the others are counted: `WordsDoor` lets them in one by one."""
        now, folded = self.store.clock(), fold_word(spoken[: 4 * WORD_MOST])
        with reading(self.store.engine) as connection:
            wrong, _ = self._wrong(connection, account_id, now)
            found = self._whose(connection, account_id, folded)
        if found is not None and not wrong:
            return found
        with writing(self.store.engine) as connection:
            wrong, since = self._wrong(connection, account_id, now)
            connection.execute(delete(WORD_ATTEMPT).where(_is(WORD_ATTEMPT, account_id)))
            if found is None:
                self._count(connection, account_id, wrong=wrong + 1, since=since)
        return Spoken() if found is None else found

    def _wrong(self, connection: Connection, account_id: str, now: datetime) -> tuple[int, datetime]:
        """Return how many wrong words count, and since when. Raises TooManyWords."""
        row = connection.execute(select(WORD_ATTEMPT).where(_is(WORD_ATTEMPT, account_id))).one_or_none()
        if row is None or now - row.since >= WRONG_WITHIN:
            return 0, now
        if row.wrong >= WRONG_MOST:
            raise TooManyWords(row.since + WRONG_WITHIN)
        return row.wrong, row.since

    def _count(self, connection: Connection, account_id: str, **values: object) -> None:
        if connection.scalar(select(ACCOUNT.c.id).where(ACCOUNT.c.id == account_id)) is not None:
            connection.execute(insert(WORD_ATTEMPT).values(account_id=account_id, **values))

    def _whose(self, connection: Connection, account_id: str, folded: str) -> Spoken | None:
        """Compare with every word of the account, whichever fits: a duress word wins, then the first of the list."""
        found: Spoken | None = None
        for contact, use, box in self._words(connection, account_id):
            same = hmac.compare_digest(self._mac(account_id, contact, use, folded), box)
            if same and (found is None or (use == DURESS and not found.duress)):
                found = Spoken(contact, use == DURESS)
        return found

    def _words(self, connection: Connection, account_id: str) -> Sequence[tuple[str, str, bytes]]:
        his = outerjoin(WORD, CONTACT, (CONTACT.c.account_id == WORD.c.account_id) & (CONTACT.c.key == WORD.c.contact))
        query = select(WORD.c.contact, WORD.c.use, WORD.c.box).select_from(his)
        query = query.where(_is(WORD, account_id), WORD.c.use != ACCESS)
        rows = connection.execute(query.order_by(CONTACT.c.order, WORD.c.contact, WORD.c.use))
        return [(row.contact, row.use, bytes(row.box)) for row in rows]

    def _refuse_ambiguous(self, connection: Connection, account_id: str, use: str, folded: str) -> None:
        """The same word must not mean duress for one and none for another. Says no more than that it cannot be used."""
        clash = False
        for contact, other, box in self._words(connection, account_id):
            clash |= hmac.compare_digest(self._mac(account_id, contact, other, folded), box) and other != use
        if clash:
            raise WordsRefused("this word cannot be used here; choose another one")

    def _put(
        self, connection: Connection, account_id: str, contact: str, use: str, box: bytes | None, *, by: str
    ) -> None:
        gone = delete(WORD).where(_is(WORD, account_id), WORD.c.contact == contact, WORD.c.use == use)
        removed = connection.execute(gone).rowcount
        if box is not None:
            connection.execute(insert(WORD).values(account_id=account_id, contact=contact, use=use, box=box))
        elif not removed:
            return
        fields = [use] if box is not None else [use, "removed"]
        note = Note("word", contact or ACCESS, fields, account_id)
        write_notes(connection, [note], by=by, at=self.store.clock())

    def _mac(self, account_id: str, contact: str, use: str, folded: str) -> bytes:
        """Of another account, contact or use the same word is another MAC: nobody sees that two are alike."""
        parts = [part.encode("utf-8", "surrogatepass") for part in (account_id, contact, use, folded)]
        text = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hmac.new(self.keys.words, text, sha256).digest()

    def _seal(self, account_id: str, code: str) -> bytes:
        nonce = self.store.chance(NONCE_BYTES)
        return nonce + AESGCM(self.keys.access).encrypt(nonce, code.encode("utf-8"), account_id.encode("utf-8"))

    def _open(self, account_id: str, box: bytes) -> str:
        nonce, sealed = box[:NONCE_BYTES], box[NONCE_BYTES:]
        try:
            return AESGCM(self.keys.access).decrypt(nonce, sealed, account_id.encode("utf-8")).decode("utf-8")
        except InvalidTag as error:
            raise WordsRefused("the access code was kept under another instance key; set it anew") from error


class WordsDoor:
    """`ports.Words` for the event loop. At one site one word is compared after the other, so that of many guesses at
    once no more count than of as many in turn; a wrong one that the registry could not count is counted here."""

    def __init__(self, table: WordTable) -> None:
        self._table = table
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._uncounted: dict[str, tuple[int, datetime]] = {}

    async def set(self, account_id: str, contact: str, word: str | None, *, duress: bool = False, by: str) -> None:
        await in_thread(self._table.set, account_id, contact, word, duress=duress, by=by)

    async def set_access(self, account_id: str, code: str | None, *, by: str) -> None:
        await in_thread(self._table.set_access, account_id, code, by=by)

    async def access(self, account_id: str, *, by: str) -> str | None:
        return await in_thread(self._table.access, account_id, by=by)

    async def check(self, account_id: str, spoken: str) -> Spoken:
        turn = self._turns.get(account_id)
        if turn is None:
            turn = self._turns[account_id] = asyncio.Lock()
        async with turn:
            wrong, since = self._so_far(account_id)
            try:
                found = await in_thread(self._table.check, account_id, spoken)
            except StaffUnavailable:
                self._uncounted[account_id] = wrong + 1, since
                raise
        return found

    def _so_far(self, account_id: str) -> tuple[int, datetime]:
        """What the registry could not count here, and since when. Raises TooManyWords."""
        now = self._table.store.clock()
        self._uncounted = {of: one for of, one in self._uncounted.items() if now - one[1] < WRONG_WITHIN}
        wrong, since = self._uncounted.get(account_id, (0, now))
        if wrong >= WRONG_MOST:
            raise TooManyWords(since + WRONG_WITHIN)
        return wrong, since


def _checked(word: str) -> str:
    folded = fold_word(word) if len(word) <= WORD_MOST else ""
    if len(folded) < WORD_LEAST:
        raise WordsRefused(f"a word wants {WORD_LEAST} letters or digits at least and {WORD_MOST} characters at most")
    return folded


def _is(table: Table, account_id: str) -> ColumnElement[bool]:
    return table.c.account_id == account_id
