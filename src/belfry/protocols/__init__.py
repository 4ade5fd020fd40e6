"""Wires without sockets: bytes in, frames and signals out, and the answers that a standard prescribes."""
