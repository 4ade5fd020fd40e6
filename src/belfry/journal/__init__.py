"""The journal: every fact of the centre, in one order, kept before anything is answered.

`memory` keeps nothing beyond the process and serves tests and tools; `sqlite` is the default of one machine;
`jetstream`, experimental, writes to a NATS server. All keep the promise of `ports.Journal` and run the suite
`belfry.testing.journal_suite`. How they keep it: `docs/journal.md`.
"""
