"""Panels that are none: true DC-09 frames for any number of accounts, and the stories that a control room knows.

The simulator knocks on the same doors as a panel; it imports no receiver and no part of the centre.
"""
