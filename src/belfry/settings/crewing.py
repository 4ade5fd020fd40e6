"""`[rota]`: how units are staffed."""

from msgspec import Struct


class RotaTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[rota]`: what counts where shifts are traded."""

    trades_agreed: bool = True
    """A supervisor agrees to a trade before it counts."""
