"""The domain of both implementations: no web framework, no event loop (`tests/test_structure.py` proves it)."""
