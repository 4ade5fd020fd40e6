"""A message of a Shelly: states of its components, whatever was sent; nothing that counts people."""

from collections.abc import Iterable

from belfry.protocols.shelly import read
from fuzz.published import check, samples

MORE = (
    ("s/online", b"false"),
    ("s/events/rpc", b'{"method":"NotifyEvent","params":{"events":[{"component":"input:0","event":"btn_down"}]}}'),
    ("s/events/rpc", b'{"method":"NotifyStatus","params":{"devicepower:0":{"battery":{"percent":1}}}}'),
)


def seeds() -> Iterable[bytes]:
    return samples("shelly", *MORE)


def one_input(data: bytes) -> None:
    check(read, data)
