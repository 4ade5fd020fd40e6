"""Tables of accounts and of what belongs to them: their columns, rows as files write them, in and out."""
