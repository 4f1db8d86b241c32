"""What is let through to Werkzeug and to python-multipart is read alike by both, and nothing is dear to judge."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Callable
from io import BytesIO

import pytest
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartParser
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from shared.errors import MalformedRequest, UnsupportedMediaType
from shared.multipart import check_multipart
from shared.parsing import MULTIPART, check_media_type

MUTANTS = 20_000
LIMIT_S = 0.5
# Name, content or None for a text, and whether there is anything in it: all that an operation can tell.
Parts = list[tuple[str, bytes | None, bool]]

# What the grammars of RFC 9110, 2231 and 7578 are made of, and what they forbid.
PARAMETERS = [
    "name=",
    "NAME=",
    "name*=utf-8''",
    "name*0=",
    "filename=",
    "filename*=utf-8''",
    "filename",
    "size=",
    "x_1.=",
]
PARAMETERS += ["boundary=", "Boundary=", "boundary*=utf-8''", "boundary*0=", "charset=utf-8", "charset=", "charset"]
CHARACTERS = [*"\"\\;=:*' \t/(<,@?[{~|%1é\x00\xff\u2028", '\\"', "%22", "%41", "; ", "cover", "abc", '"x"', '""', '="']
LINES = ["Content-Type: text/plain; charset=latin-1", "Content-Type: multipart/mixed; boundary=b", "Content-Length: 1"]
LINES += ["Content-Transfer-Encoding: base64", "Content-Disposition: attachment; name=x", "content-disposition:", "X:"]
LINES += ['Content-Disposition: form-data; name="second"', " folded", "X: \x85\x0b", "X-\x85: 1", "X: \u2028"]
CONTENTS = [b"", b"x", b"\r\n", b"\r", b"\n", b"\xe9", b"a\r\n-", b"--", b"\n\n", b"\r\n--"]
BOUNDARIES = ["abc", "a", "b", "ab c", "a?b", "a:b", "a'b", "a%22b", "a\\b", "a/b", "a=b", "a;b", "a,b", "a*b", "a(b)"]


def changed(chance: random.Random, tokens: list[str], most: int) -> str:
    """The tokens as a text, after up to `most` were put in or changed."""
    tokens = tokens.copy()
    for _ in range(chance.randint(0, most)):
        start = chance.randrange(len(tokens) + 1)
        tokens[start : start + chance.choice((0, 0, 1))] = [chance.choice(chance.choice((PARAMETERS, CHARACTERS)))]
    return "".join(tokens)


def part(chance: random.Random) -> bytes:
    """One part with headers good or bad."""
    tokens = ["; ", "name=", '"', "cover", '"'] if chance.random() < 0.7 else ["; ", "name=", "cover"]
    if chance.random() < 0.5:
        tokens += ["; ", "filename=", '"', "c.png", '"']
    lines = ["Content-Disposition: form-data" + changed(chance, tokens, 4)]
    for _ in range(chance.choice((0, 0, 0, 1, 2))):
        lines.insert(chance.randrange(len(lines) + 1), chance.choice(LINES))
    encoding = chance.choice(("utf-8", "utf-8", "utf-8", "latin-1"))
    return "\r\n".join(lines).encode(encoding, "replace") + b"\r\n\r\n" + chance.choice(CONTENTS)


def with_parts(chance: random.Random) -> tuple[str, bytes]:
    """A plain media type, and a body of parts good or bad."""
    parts = [part(chance) for _ in range(chance.randint(1, 2))]
    return f"{MULTIPART}; boundary=b", b"".join(b"--b\r\n" + each + b"\r\n" for each in parts) + b"--b--\r\n"


def with_boundary(chance: random.Random) -> tuple[str, bytes]:
    """A media type good or bad, and a body with a boundary that may be meant."""
    boundary, quote = chance.choice(BOUNDARIES), chance.choice(('"', ""))
    tokens = [chance.choice(("; ", ";", " ;")), chance.choice(("boundary=", "Boundary=")), quote, boundary, quote]
    delimiter = f"--{chance.choice((boundary, boundary, 'abc', 'a'))}"
    body = f'{delimiter}\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n{delimiter}--\r\n'
    # A header has the characters of Latin-1.
    return MULTIPART + changed(chance, tokens, 3).replace("\u2028", "\x85"), body.encode()


def told(name: str, content: bytes | str, file_name: str | None) -> tuple[str, bytes | None, bool]:
    """What an operation learns of a part."""
    return name, None if isinstance(content, str) else content, bool(content or file_name)


def by_werkzeug(content_type: str, body: bytes) -> Parts:
    """The parts that Werkzeug finds."""
    media_type, options = parse_options_header(content_type)
    _, texts, files = FormDataParser(silent=False).parse(BytesIO(body), media_type.lower(), len(body), options)
    found = [told(name, text, None) for name, text in texts.items(multi=True)]
    for name, file in files.items(multi=True):
        with file.stream:
            found.append(told(name, file.read(), file.filename))
    return sorted(found, key=repr)


async def told_of(name: str, value: UploadFile | str) -> tuple[str, bytes | None, bool]:
    """What an operation learns of a part that Starlette found."""
    return told(name, value, None) if isinstance(value, str) else told(name, await value.read(), value.filename)


async def by_starlette(content_type: str, body: bytes) -> Parts:
    """The parts that Starlette finds, by python-multipart."""

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    form = await MultiPartParser(Headers({"Content-Type": content_type}), stream()).parse()
    try:
        return sorted([await told_of(*each) for each in form.multi_items()], key=repr)
    finally:
        await form.close()


def accepted(content_type: str, body: bytes) -> bool:
    """Whether a request gets as far as the parsers."""
    try:
        check_media_type(content_type, MULTIPART)
        check_multipart(content_type, body)
    except (MalformedRequest, UnsupportedMediaType):
        return False
    return True


@pytest.mark.parametrize("form", [with_parts, with_boundary])
def test_both_parsers_read_the_same_out_of_what_is_accepted(
    form: Callable[[random.Random], tuple[str, bytes]],
) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    forms = [form(chance) for _ in range(MUTANTS)]
    good = [each for each in forms if accepted(*each)]
    # Enough of either to mean something.
    assert MUTANTS / 20 < len(good) < MUTANTS / 2, seed

    async def compare() -> None:
        for content_type, body in good:
            assert by_werkzeug(content_type, body) == await by_starlette(content_type, body), (seed, content_type, body)

    asyncio.run(compare())


@pytest.mark.parametrize("piece", ['; a="x"', "; a=x", r'; a="\""', '; a=""', "; ", ";\t", "; a", '; a="', "; a=%22"])
def test_a_header_that_is_wrong_at_its_end_is_not_tried_in_other_ways(piece: str) -> None:
    many = piece * (4000 // len(piece))
    started = time.process_time()
    for content_type, disposition in ((f"; {many}(", ""), ("", f"{many}(")):
        body = f'--b\r\nContent-Disposition: form-data; name="cover"{disposition}\r\n\r\nx\r\n--b--\r\n'
        assert not accepted(f"{MULTIPART}; boundary=b{content_type}", body.encode())
    assert time.process_time() - started < LIMIT_S
