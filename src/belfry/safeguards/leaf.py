"""The leaf of an entry in the journal's Merkle tree. The entry carries 16 random bytes, so a leaf cannot be guessed."""

from hashlib import sha256


def leaf_hash(entry_bytes: bytes) -> bytes:
    """Return the 32-byte leaf hash of an entry's bytes as stored: SHA-256(0x00 ‖ bytes), RFC 9162 section 2.1.1."""
    return sha256(b"\x00" + entry_bytes).digest()
