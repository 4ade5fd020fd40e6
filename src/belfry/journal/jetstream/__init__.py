"""The journal on a NATS server with JetStream. Experimental; needs `pip install 'belfry[nats]'`.

`names` says what things are called there, `server` asks and reads, `post` sends, `leaves` knows what was pruned,
`journal` keeps the promise of `ports.Journal`.
"""

try:
    import nats as _  # noqa: F401
except ModuleNotFoundError as error:
    raise ModuleNotFoundError("a journal on NATS needs the package nats-py: pip install 'belfry[nats]'") from error

from belfry.journal.jetstream.journal import JetStreamJournal

__all__ = ["JetStreamJournal"]
