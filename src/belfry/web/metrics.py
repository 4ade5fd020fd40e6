"""Numbers for Prometheus, read when they are asked for. No site, device or kind is a label, and no refusal is counted
here (SCOPE, fences).
"""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from belfry.web.house import House


class _Numbers(Collector):
    def __init__(self, house: House, streams: int) -> None:
        self._house, self._streams = house, streams

    def collect(self) -> Iterable[Metric]:
        house = self._house
        centre = house.describe()
        incidents = GaugeMetricFamily("belfry_incidents", "Open incidents by state", labels=["state"])
        for state, count in house.board.counts().items():
            if state != "closed":
                incidents.add_metric([str(state)], count)
        yield incidents
        yield _gauge("belfry_journal_position", "Last durable position of the journal", house.journal.position)
        yield _gauge("belfry_board_position", "Position up to which the board is folded", house.board.position)
        yield _gauge("belfry_signals_undecided", "Kept signals that wait for triage", centre.undecided)
        yield _gauge("belfry_journal_open", "1 while the journal stores", int(centre.journal_open))
        yield _gauge("belfry_ready", "1 while the centre does its work", int(centre.ready))
        yield _gauge("belfry_streams", "Consoles that listen", self._streams)
        connections = sum(receiver.connections for receiver in centre.receivers)
        yield _gauge("belfry_receiver_connections", "Connections of all receivers", connections)
        yield _gauge("belfry_accounts_lost", "Accounts with a path that fell silent", centre.lost)
        if house.storms is not None:
            storms = house.storms.storms
            yield _counter("belfry_storms_started", "Storms started since the beginning", storms.started)
            yield _gauge("belfry_storms_running", "1 while a storm holds signals back", len(storms.running()))
        keeping = centre.keeping
        yield _counter("belfry_erased_keys", "Data keys destroyed since the beginning", keeping.erased_keys)
        yield _counter("belfry_erased_entries", "Entries forgotten since the beginning", keeping.erased_entries)
        for name, words, value in (
            ("belfry_store_bytes", "Size of all stores", keeping.size_bytes),
            ("belfry_store_bytes_per_day", "Growth of the stores in the last days", keeping.bytes_per_day),
            ("belfry_disk_days_left", "Days until little room is left at that rate", keeping.days_left),
        ):
            if value is not None:
                yield _gauge(name, words, value)
        if keeping.backup_at is not None:
            yield _gauge(
                "belfry_backup_timestamp_seconds", "When the last backup was made", keeping.backup_at.timestamp()
            )
        yield _gauge("belfry_accounts_not_commissioned", "Accounts never heard of", centre.not_commissioned)


def exposition(house: House, streams: int) -> tuple[bytes, str]:
    """Return the numbers as text, and its media type."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(house, streams))
    encode, media_type = choose_encoder("")
    return encode(registry), media_type


def _counter(name: str, words: str, value: float) -> Metric:
    return CounterMetricFamily(name, words, value=value)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)
