"""Promises about data, as pure functions: what is minimised, sealed, tagged, hashed and for how long it is kept.

Nothing here does input or output, reads a clock or draws a random number: nonces and keys are arguments.
"""
