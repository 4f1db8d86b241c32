"""The highest rate at which a server keeps a promise, by search."""
