"""What is told of an incident, in the language of whoever asks: names of codes, and reasons.

The last step before an answer: what stands below writes English, as the journal keeps it.
"""

from msgspec import structs

from belfry.domain import code_names, reasons
from belfry.web.views import SignalView, TimelineItem


def signal_in(view: SignalView, language: str) -> SignalView:
    """A signal with the name of its code in a language."""
    return view if view.name is None else structs.replace(view, name=code_names.said(view.name, language))


def item_in(item: TimelineItem, language: str) -> TimelineItem:
    """A line of a story with its reasons and its signal in a language."""
    return structs.replace(
        item,
        reasons=reasons.say_all(item.reasons, language),
        signal=None if item.signal is None else signal_in(item.signal, language),
    )
