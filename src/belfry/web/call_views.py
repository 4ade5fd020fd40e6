"""What the API tells of calling: whom, on which number, how often it was tried, and what is read out."""

from msgspec import Struct

from belfry.domain.calling import Standing
from belfry.domain.contacts import Authority, CallList, ContactRole
from belfry.domain.plan import Outcome
from belfry.domain.site_file import AgencyType
from belfry.web.views import Instant


class CallNumberView(Struct, frozen=True, kw_only=True):
    """One number of somebody. `number` is empty for whoever does not handle the incident."""

    n: int
    """Its place among his numbers, from 0: what the act `do` names."""
    number: str
    label: str
    texts: bool
    attempts: int
    outcome: Outcome | None
    """Of the last call to it."""
    at: Instant | None
    withheld: str | None
    """Why it may not be dialled now: `silent`, since it rings at the premises of a silent site."""
    next: bool
    """To be dialled next, of his."""


class ReadOutView(Struct, frozen=True):
    """What is said to somebody: the greeting, and the message once his word was right."""

    language: str
    greeting: str
    message: str


class CallPersonView(Struct, frozen=True, kw_only=True):
    """A contact of the list, in its order."""

    contact: str
    name: str
    role: ContactRole
    language: str
    authority: list[Authority]
    numbers: list[CallNumberView]
    available: bool
    why: str | None
    """Why he cannot be called now: `absent`, `hours`, `no_number`, `silent`."""
    attempts: int
    outcome: Outcome | None
    next: bool
    read_out: ReadOutView


class AgencyReadOut(Struct, frozen=True, kw_only=True):
    """What an agency is told: with the validation score where the alarm has one, and its permit."""

    agency: str
    type: AgencyType
    text: str


class CalledView(Struct, frozen=True):
    """Who was called last, and on which of his numbers. `contact` null: the premises."""

    contact: str | None
    n: int


class TwoCallsView(Struct, frozen=True):
    """The site wants two different numbers called before the police. `missing`: `calls` or `reached`, and then they are
    told only with the reason `override`; null: they may be told."""

    numbers: int
    missing: str | None


class CallsView(Struct, frozen=True, kw_only=True):
    """Who is called at an incident: for its present step, or for the list that was asked for."""

    incident: str
    version: int
    step: str | None
    """The present step where that is a call of a list; null: calls that no plan asks for."""
    premises_step: str | None
    """The present step where that is the call to the premises."""
    called_list: CallList
    silent_site: bool
    withheld: str | None
    """Why the premises may not be called now, for people."""
    shown: bool
    """Numbers are shown: whoever asks handles the incident."""
    standing: Standing
    round: int
    rounds: int
    premises: list[CallNumberView]
    people: list[CallPersonView]
    next: str | None
    """Id of the contact to call now."""
    again: CalledView | None
    two_calls: TwoCallsView | None
    """Null where the site does not want them, or not at this kind."""
    agencies: list[AgencyReadOut]
    dialler: str | None
    """Address that the console opens to dial, with `{number}` in it; null: the device's own telephone."""
