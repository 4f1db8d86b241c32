"""The headers that every answer carries: who asked (X-Request-ID) and how long it took (X-Process-Time)."""

import re
import secrets

_SAFE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def request_id(sent: str | None) -> str:
    """The client's own id if it is one, and harmless in a log and a header; else a new one."""
    text = (sent or "").strip(" \t")
    return text if _SAFE.fullmatch(text) else secrets.token_hex(8)


def trace_headers(request_id: str, seconds: float) -> dict[str, str]:
    """Headers of an answer that took `seconds`."""
    return {
        "X-Request-ID": request_id,
        "X-Process-Time": f"{seconds:.6f}",
        "X-Content-Type-Options": "nosniff",
    }
