"""Belfry, an open alarm receiving and dispatch centre.

The rooms of this package and the way imports run between them are drawn in `docs/architecture.md`; `pyproject.toml`
holds the contracts that `make check` holds them to.
"""

__version__ = "0.1.0"
