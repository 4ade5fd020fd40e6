"""Faults, by force: a real centre in a process of its own, on a real disk, and what is left of it afterwards.

    python -m faults kills --times 1000 --seed 1      kill -9 at random points, panels repeating meanwhile
    python -m faults list                             torn writes, full disks, failing syncs, clocks that jump

`record` is what panels were told, `checker` compares it with what the journal holds, `panels` speak, `centres` start
and kill, `kills` and `mishaps` are the runs. Figures and how to read them: `docs/faults.md`.
"""
