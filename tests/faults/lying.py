"""A receiver that lies: it acknowledges a frame at once and keeps it when it has gathered some. `lying.py FOLDER`.

It is what the checker is there for. It keeps well what it keeps, in a real journal, so that only the order is wrong:
the answer before the disk.
"""

import asyncio
import re
import secrets
import sys
from asyncio import StreamReader, StreamWriter
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from belfry.domain.facts import Entry, Received, account_subject
from belfry.domain.signal import AccountKey, Method
from belfry.journal.sqlite import SqliteJournal
from belfry.protocols.dc09 import Frame, Session, ack

GATHERED = 50
DATA = re.compile(rb"/([A-Z]{2})(\d+)")


async def lie(journal: SqliteJournal, gathered: list[Entry], reader: StreamReader, writer: StreamWriter) -> None:
    session = Session()
    while chunk := await reader.read(65_536):
        session.receive(chunk)
        while (frame := session.next_event()) is not None:
            assert isinstance(frame, Frame)
            writer.write(ack(frame))
            gathered.append(entry_of(frame))
            if len(gathered) >= GATHERED:
                some, gathered[:] = list(gathered), []
                await journal.append(some)


def entry_of(frame: Frame) -> Entry:
    now = datetime.now(UTC)
    said = DATA.search(frame.data)
    assert said is not None
    code, zone = said.groups()
    received = Received(
        method=Method.EQUIPMENT,
        receiver="panels",
        received_at=now,
        prefix=frame.prefix,
        account=frame.account,
        code=code.decode(),
        zone=zone.decode(),
    )
    subject = account_subject(AccountKey("panels", frame.prefix, frame.account))
    return Entry(id=secrets.token_bytes(16), subject=subject, at=now, facts=(received,))


async def main(folder: Path) -> None:
    journal = await SqliteJournal.open(folder)
    server = await asyncio.start_server(partial(lie, journal, []), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
