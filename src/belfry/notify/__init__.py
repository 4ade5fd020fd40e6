"""Ways out to people. Each is an entry point of the group `belfry.notifiers` and keeps `ports.outbox.Notifier`."""
