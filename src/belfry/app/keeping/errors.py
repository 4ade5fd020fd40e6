"""What keeping raises."""


class KeepingError(Exception):
    """A backup cannot be made, read or taken back; the message says which file and why, for people."""
