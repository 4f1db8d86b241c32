"""Load generators against each other: how much load each applies with one core."""
