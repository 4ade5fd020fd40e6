"""Calls while they are taken: what is known of each, and what of it goes out (`domain.call_facts`)."""

from belfry.centre.calls.book import ABOUT_CALLS as ABOUT_CALLS
from belfry.centre.calls.book import CallBook as CallBook
from belfry.centre.calls.book import CallNow as CallNow
from belfry.centre.calls.book import CallState as CallState
from belfry.centre.calls.desk import CallDesk as CallDesk
from belfry.centre.calls.desk import Elsewhere as Elsewhere
from belfry.centre.calls.desk import NoSuchCall as NoSuchCall
from belfry.centre.calls.offers import Offered as Offered
from belfry.centre.calls.offers import Offers as Offers
