"""Ratios by wrk, a load generator that has nothing in common with the one of this lab."""
