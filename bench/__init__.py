"""What Belfry reaches, measured here and now beside programs of the same kind: `make bench`, or `python -m bench`.

Each subject is a process of its own on this machine, each round starts it anew on an empty folder, and the rounds of
all subjects are interleaved, so that what else the machine does hurts everybody alike. What counts is the ratio.
"""
