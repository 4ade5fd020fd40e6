"""What a key store raises. No message holds a key."""

from belfry.ports import KeysUnavailable


class KeysError(KeysUnavailable):
    """KeysError (a `ports.KeysUnavailable`)
    ├── KeysRefused        a data key or a day that is none: a bug of the caller
    ├── KeysFull           no room on the disk: nothing was stored, try again when there is
    ├── InstanceKeyError   the instance key is missing, another one, or readable by others: nothing is opened
    ├── KeysNewer          written by a newer version of this program
    └── KeysUnusable       an error of the disk, or the store is closed: nothing more is stored until restart
    """


class KeysRefused(KeysError): ...


class KeysFull(KeysError): ...


class InstanceKeyError(KeysError): ...


class KeysNewer(KeysError): ...


class KeysUnusable(KeysError): ...
