"""Relays questions to a language model, when there is one to speak for the librarian.

On an event loop nothing more is needed: whoever no longer waits is cancelled, and the connection ends with it.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import httpx2
from anyio import fail_after

from shared import completions
from shared.config import Settings


class Upstream:
    """A chat endpoint, asked over one connection a question."""

    def __init__(self, settings: Settings) -> None:
        self._endpoint = completions.endpoint(settings)
        self._model = settings.chat_upstream_model
        self._patience_s = settings.chat_upstream_timeout_seconds
        # A kept connection may have been closed at the other end, and a question is not safe to repeat.
        self._client = httpx2.AsyncClient(
            headers=completions.request_headers(settings.chat_upstream_key),
            timeout=self._patience_s,
            limits=httpx2.Limits(max_keepalive_connections=0),
        )

    async def tokens(self, question: str, finding: str) -> AsyncGenerator[str, None]:
        """The answer as it comes; raises UpstreamFailed or UpstreamTimeout."""
        body = completions.request_body(self._model, question, finding)
        async with aclosing(self._relay(body)) as tokens:
            while True:
                try:
                    with fail_after(self._patience_s):
                        token = await anext(tokens)
                except StopAsyncIteration:
                    return
                except (TimeoutError, httpx2.TimeoutException):
                    raise completions.timed_out() from None
                except httpx2.HTTPError as error:
                    raise completions.failed(type(error).__name__) from None
                yield token

    async def _relay(self, body: dict[str, object]) -> AsyncGenerator[str, None]:
        reader = completions.TokenReader()
        async with self._client.stream("POST", self._endpoint, json=body) as response:
            completions.check_head(response.status_code, response.headers)
            async for chunk in response.aiter_raw():
                for token in reader.feed(chunk):
                    yield token
                if reader.done:
                    return
        reader.close()

    async def close(self) -> None:
        """Close what is still open."""
        await self._client.aclose()
