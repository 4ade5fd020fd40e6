#!/usr/bin/env python3
"""A subscriber that does nothing: it reads what a broker hands on, acknowledges it, and looks at none of it.

    bystander.py HOST PORT TOPIC

What stands beside it pays for the machine's cores, the broker and the generator alone. It acknowledges two hundred
times a second what came since, all in one write, so that it costs as little as a subscriber can. Runs until it is
ended; says `here` once it is subscribed.
"""

import argparse
import socket
import time
from typing import Final

CONNECT: Final = bytes([0x10, 21]) + b"\x00\x04MQTT\x04\x02\x00\x00" + b"\x00\x09bystander"
PUBLISH: Final = 0x30
PUBACK: Final = b"\x40\x02"
QOS: Final = 0x06
READ_BYTES: Final = 1 << 18
REST_S: Final = 0.005


def subscribe(topic: str) -> bytes:
    name = topic.encode()
    rest = b"\x00\x01" + len(name).to_bytes(2, "big") + name + b"\x01"
    return bytes([0x82, len(rest)]) + rest


def answers(read: bytearray) -> bytes:
    """Cut whole packets off the front; returns the acknowledgements of what was published in them."""
    at, said = 0, bytearray()
    while at + 1 < len(read):
        length, body = read[at + 1], at + 2
        if length & 0x80:
            if body >= len(read):
                break
            length, body = length & 0x7F | read[body] << 7, body + 1
        if body + length > len(read):
            break
        if read[at] & 0xF0 == PUBLISH and read[at] & QOS:
            mid = body + 2 + (read[body] << 8 | read[body + 1])
            said += PUBACK + read[mid : mid + 2]
        at = body + length
    del read[:at]
    return bytes(said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("topic")
    asked = parser.parse_args()
    with socket.create_connection((asked.host, asked.port)) as wire:
        wire.sendall(CONNECT)
        wire.recv(4)
        wire.sendall(subscribe(asked.topic))
        wire.recv(5)
        print("here", flush=True)
        read = bytearray()
        while came := wire.recv(READ_BYTES):
            read += came
            if said := answers(read):
                wire.sendall(said)
            time.sleep(REST_S)


if __name__ == "__main__":
    main()
