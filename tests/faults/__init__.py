"""Faults that test the tests: each breaks the contract in one place, and the contract suite must notice.

    python -m tests.faults                              # every fault on both twins: the kill table
    python -m tests.faults.serve FAULT --twin flask     # a faulty server, to look at

A fault is a changed line of the source, or something in front of a server that alters its answers. It names the rules
of the contract that are about it: a fault counts as killed only if these fail, and pass without it.
"""
