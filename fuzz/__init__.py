"""Hostile bytes: a target for every parser of bytes that come from elsewhere. `docs/hostile-bytes.md` says how to run
them, how to add one, and what they found.
"""
