"""The API in FastAPI (ASGI)."""
