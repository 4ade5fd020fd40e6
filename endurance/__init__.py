"""Whether the house stands what comes: floods, a hundred thousand polling accounts, a long run.

Each program starts a real `belfry serve` on an empty folder, knocks at its doors as others do, and prints figures;
`docs/endurance.md` keeps those of one machine. None of them is a timed test: they tell, and a person judges.
"""
