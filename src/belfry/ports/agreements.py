"""The door to agreements: what may leave by machine (`domain.agreement`)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from belfry.domain.agreement import Agreement


class NoSuchAgreement(LookupError):
    """There is none of this id."""


class AgreementOver(Exception):
    """It has ended already, by itself or by somebody."""


class TooManyAgreements(Exception):
    """So many are kept already."""


class Agreements(Protocol):
    """Agreements are made and ended, never changed: another one is another row."""

    async def all(self) -> Sequence[Agreement]:
        """Every one ever made, the newest first; those that are over too."""
        ...

    async def make(self, agreement: Agreement, *, by: str) -> Agreement:
        """Keep one that `domain.agreement.check` finds well; returns it with its id. Raises TooManyAgreements."""
        ...

    async def end(self, agreement_id: str, now: datetime, *, by: str) -> Agreement:
        """End one at once. Raises NoSuchAgreement, AgreementOver."""
        ...
