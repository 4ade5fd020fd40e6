"""The key store: data keys of sealed parts and the daily tag keys, apart from everything that they open.

No backup of the journal or the registry holds a key, so what is destroyed here is unreadable everywhere. `sqlite` is
the default of one machine; `memory` serves tests.
"""
