"""What is wrong with answers that have to do with files. No Locust, no network."""

from benchmarks.answers import Answered, Expected, a_cover


def wrong_cover(answer: Answered, status: int, size: tuple[int, int]) -> str | None:
    """What is wrong with the answer to a JPEG cover of this size."""
    expected = Expected(
        status,
        a_cover,
        lambda cover: (cover["media_type"], cover["width"], cover["height"]) == ("image/jpeg", *size),
        "another picture than was sent",
    )
    if wrong := expected(answer):
        return wrong
    tag = f'"{expected.body["sha256"]}"'.encode()
    return None if answer.headers.get(b"etag") == tag else "an ETag that is not made of the picture"


def wrong_file(answer: Answered, original: Answered | None = None) -> str | None:
    """What is wrong with a file that is sent with its length and its validator, and like the one before."""
    if answer.status != 200:
        return f"status {answer.status} instead of 200"
    if answer.headers.get(b"content-length") != str(len(answer.body)).encode():
        return "a file without its length"
    if not answer.headers.get(b"etag", b"").startswith(b'"'):
        return "a file without a strong ETag"
    if original and (answer.body, answer.headers[b"etag"]) != (original.body, original.headers[b"etag"]):
        return "another file than before"
    return None
