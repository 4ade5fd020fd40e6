"""Calls while they are taken: what is known of each, and what of it goes out (`domain.call_facts`)."""

from belfry.centre.calls.book import ABOUT_CALLS as ABOUT_CALLS
from belfry.centre.calls.book import CallBook as CallBook
from belfry.centre.calls.book import CallNow as CallNow
from belfry.centre.calls.book import CallState as CallState
