"""What all readers of devices share: lenient values, hardened XML and JSON, multipart, the allow list at work.

Nothing here knows a wire or a meaning. What is unreadable is told by `Unreadable`, in words of ours: no part of a
message ever stands in an error's text, nor in the `repr` of what was read.
"""
