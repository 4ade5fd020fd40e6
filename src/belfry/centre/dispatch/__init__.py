"""Sending help: who is on duty, which unit goes where, and what it says. The judgements are `domain.dispatching`."""

from belfry.centre.dispatch.desk import DispatchDesk, Send
from belfry.centre.dispatch.recommending import Recommending

__all__ = ["DispatchDesk", "Recommending", "Send"]
