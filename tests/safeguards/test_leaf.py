"""A leaf is hashed as RFC 9162 2.1.1 says, so that no inner node can be passed off as one."""

from hashlib import sha256

from belfry.safeguards.leaf import leaf_hash


def test_the_leaf_of_nothing_is_the_one_that_everybody_knows() -> None:
    # Certificate transparency's reference vector for an empty leaf.
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_a_leaf_is_not_the_plain_hash() -> None:
    assert leaf_hash(b"entry") == sha256(b"\x00entry").digest() != sha256(b"entry").digest()
