"""Mutants: small changes of the code that keeps accounts apart, made by a machine; the tests have to notice each."""
