"""The API in Flask (WSGI)."""
