"""Who listens to devices over HTTP, by an id that nobody guesses."""

import secrets
from dataclasses import dataclass, field

from belfry.centre.devices.listening import Listening


@dataclass(slots=True)
class Ear:
    listening: Listening
    by: str


@dataclass(slots=True)
class Ears:
    """Who listens, by id."""

    ears: dict[str, Ear] = field(default_factory=dict)

    def add(self, listening: Listening, by: str) -> str:
        self.ears = {name: one for name, one in self.ears.items() if not one.listening.closed}
        name = secrets.token_urlsafe(12)
        self.ears[name] = Ear(listening, by)
        return name

    def get(self, name: str, by: str) -> Listening | None:
        one = self.ears.get(name)
        return one.listening if one is not None and one.by == by else None

    def close(self) -> None:
        """End them all: whoever waits for news is answered at once."""
        for one in self.ears.values():
            one.listening.close()
