"""The JetStream journal keeps the promise of a journal, on a real server that syncs every write."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from belfry.journal.jetstream import JetStreamJournal
from belfry.ports import Journal
from belfry.testing.journal_suite import JournalSuite
from tests.journal.nats_server import NatsServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    server = NatsServer(tmp_path_factory.mktemp("nats"))
    yield server
    server.kill()


def address(server: NatsServer, folder: Path) -> str:
    """A stream for each folder."""
    return f"{server.url}/{folder.parent.name[-20:]}-{folder.name[-39:]}"


class TestJetStream(JournalSuite):
    @pytest.fixture(autouse=True)
    def _server(self, server: NatsServer) -> None:
        self.server = server

    async def open(self, folder: Path) -> Journal:
        return await JetStreamJournal.open(folder, address(self.server, folder))
