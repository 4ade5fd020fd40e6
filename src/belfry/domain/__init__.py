"""Pure rules and values: kinds, signals, incidents, supervision. No I/O, no clock: `now` is an argument."""
