#!/usr/bin/env python3
"""MQTT load at a steady rate: states of sensors as Zigbee2MQTT says them, at QoS 1, made before the clock starts.

    mqtt_blast.py HOST PORT --devices 500 --rate 5000 --seconds 20

Most repeat what is known; every CHANGE-th message says that a battery is low, always of another sensor, and the
sensor's next one that it is no longer. Numbers (battery, link, temperature) are others in every message. Written to the
socket as it is, so that the generator costs little. Several prefixes, with commas, take turns of TURN_S seconds. Says
when the first message leaves (monotonic seconds), and prints one JSON object in the end: `sent`, `acknowledged` (by the
broker), `late_ms`.
"""

import argparse
import json
import socket
import threading
import time
from dataclasses import dataclass
from typing import Final

PREFIX: Final = "zigbee2mqtt"
CHANGE: Final = 997
TICK_S: Final = 0.01
TURN_S: Final = 1.0
CONNECT: Final = bytes([0x10, 17]) + b"\x00\x04MQTT\x04\x02\x00\x3c" + b"\x00\x05blast"
PUBACK: Final = 0x40
PUBACK_BYTES: Final = 4
CONNACK_BYTES: Final = 4
MIDS: Final = 65_535
LAST_ANSWERS_S: Final = 10.0


@dataclass(frozen=True)
class Load:
    host: str
    port: int
    prefix: str
    devices: int
    rate: int
    seconds: float


def topic(prefix: str, n: int) -> str:
    return f"{prefix}/room{n}/smoke"


def message(prefix: str, n: int, devices: int) -> bytes:
    """The packet of the n-th message."""
    low = "false" if n % CHANGE else "true"
    body = (
        f'{{"battery":{90 - n % 9},"battery_low":{low},"linkquality":{80 + n % 40},"smoke":false,"tamper":false,'
        f'"temperature":{20 + n % 7}.5,"voltage":2900}}'
    )
    name = topic(prefix, n % devices).encode()
    rest = len(name).to_bytes(2, "big") + name + (n % MIDS + 1).to_bytes(2, "big") + body.encode()
    low_bits, high_bits = len(rest) & 0x7F, len(rest) >> 7
    length = bytes([low_bits | 0x80, high_bits]) if high_bits else bytes([low_bits])
    return b"\x32" + length + rest


class Answers(threading.Thread):
    """Counts the broker's acknowledgements."""

    def __init__(self, wire: socket.socket, wanted: int) -> None:
        super().__init__(daemon=True)
        self.wire, self.wanted, self.bytes = wire, wanted * PUBACK_BYTES, 0

    def run(self) -> None:
        while self.bytes < self.wanted and (said := self.wire.recv(1 << 16)):
            self.bytes += len(said)


def send(load: Load) -> dict[str, object]:
    count = round(load.rate * load.seconds)
    prefixes, turn = load.prefix.split(","), round(load.rate * TURN_S)
    packets = [message(prefixes[n // turn % len(prefixes)], n, load.devices) for n in range(count)]
    each = max(1, round(load.rate * TICK_S))
    batches = [b"".join(packets[at : at + each]) for at in range(0, count, each)]
    with socket.create_connection((load.host, load.port)) as wire:
        wire.sendall(CONNECT)
        if wire.recv(CONNACK_BYTES)[-1:] != b"\0":
            raise SystemExit("the broker refuses")
        answers = Answers(wire, count)
        answers.start()
        began, latest = time.perf_counter(), 0.0
        print(began, flush=True)
        for n, batch in enumerate(batches):
            due = began + n * each / load.rate
            while (early := due - time.perf_counter()) > 0:
                time.sleep(early)
            wire.sendall(batch)
            latest = max(latest, time.perf_counter() - due)
        took = time.perf_counter() - began
        answers.join(LAST_ANSWERS_S)
        return {
            "sent": count,
            "acknowledged": answers.bytes // PUBACK_BYTES,
            "late_ms": latest * 1e3,
            "per_second": count / took,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--prefix", default=PREFIX)
    parser.add_argument("--devices", type=int, default=500)
    parser.add_argument("--rate", type=int, default=5_000, help="messages a second")
    parser.add_argument("--seconds", type=float, default=20.0)
    print(json.dumps(send(Load(**vars(parser.parse_args())))), flush=True)


if __name__ == "__main__":
    main()
