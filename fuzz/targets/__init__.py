"""One module a target: `one_input(data)` says what must hold for any bytes, `seeds()` gives bytes to begin with, and
`close()` lets go of what was opened, where anything is.

A module put here is a target at once: `python -m fuzz` runs it with atheris, `tests/fuzz` with hypothesis.
"""
