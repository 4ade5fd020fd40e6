"""Signs in other letters than a message claims: firmware sends names as somebody once typed them."""


def as_utf_8(body: bytes) -> bytes:
    """The same bytes where they are UTF-8, else with a mark in place of what is none; ASCII stays as it is."""
    return body.decode("utf-8", "replace").encode("utf-8")
