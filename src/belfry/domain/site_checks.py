"""What may be kept about a site: every limit in one place, and what is said where a value does not hold it."""

from collections.abc import Sequence

from msgspec import Struct

from belfry.domain.site_file import SiteFile


class Flaw(Struct, frozen=True):
    """Why a value cannot be kept. `field` as in `zones[3].name`; `value` is cut, and empty where it is a secret."""

    field: str
    value: str
    wants: str

    def __str__(self) -> str:
        return f"{self.field} = {self.value}: wants {self.wants}" if self.value else f"{self.field}: wants {self.wants}"


def warnings(file: SiteFile) -> Sequence[Flaw]:
    """Tell what may be kept and is yet worth a look: a contact whom nobody can call."""
    return [
        Flaw(f"contacts[{n}].numbers", "none", "a number; without one he can only be met on site")
        for n, contact in enumerate(file.contacts)
        if not contact.numbers
    ]
