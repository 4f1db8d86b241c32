"""Headers that are odd, malformed or out of place, each list from plain to strange."""

Header = tuple[str, str]

_ALICE = "Bearer @{alice_access}"
_COOKIE = "session=@{alice_cookie}"
CREDENTIALS: list[tuple[Header, ...]] = [
    (),
    (("Authorization", "Bearer a.b.c"),),
    *(
        (("Authorization", f"{scheme} @{{alice_access}}"),)
        for scheme in ("bearer", "BEARER", "Bearer ", "Bearer\t", "Token", "Basic")
    ),
    *(
        (("Authorization", text),)
        for text in ("", "Bearer", "Bearer ", "Basic eDp5", "@{alice_access}", "\xe9", "Bearer \xe9")
    ),
    *((("Authorization", f"{_ALICE}{end}"),) for end in ("x", "=", " ", " x", ",", ", Bearer x", ".", "\t")),
    *(
        (("Authorization", f"Bearer @{{{name}}}"),)
        for name in ("alice_refresh", "alice_spent", "alice_cookie", "alice")
    ),
    (("AUTHORIZATION", _ALICE),),
    (("Authorization", _ALICE), ("Authorization", _ALICE)),
    (("Authorization", _ALICE), ("Authorization", "Basic eDp5")),
    (("Authorization", "Bearer @{bob_access}"), ("Cookie", _COOKIE)),
    (("Authorization", ""), ("Cookie", _COOKIE)),
    (("Cookie", _COOKIE),),
    *(
        (("Cookie", text.replace("C", _COOKIE)),)
        for text in ("C; C", "x=y; C", "C; x=y", "C;", ";C", " C ", "C,C", "x; C", "C\t; x")
    ),
    *(
        (("Cookie", text),)
        for text in ("", "session", "session=", "session=x.y", "session=@{alice_access}", "\xe9=\xe9", "=")
    ),
    *(
        (("Cookie", text),)
        for text in (
            'session="@{alice_cookie}"',
            "session= @{alice_cookie}",
            "SESSION=@{alice_cookie}",
            "session=@{alice_cookie}x",
        )
    ),
    (("Cookie", _COOKIE), ("Cookie", _COOKIE)),
    (("Cookie", _COOKIE), ("Cookie", "x=y")),
    *(
        (("Cookie", _COOKIE), ("Origin", text))
        for text in ("http://@{host}", "https://elsewhere.example", "null", "", "x", "HTTP://@{host}")
    ),
    *(
        (("Cookie", _COOKIE), ("Sec-Fetch-Site", text))
        for text in ("same-origin", "none", "same-site", "cross-site", "", "Same-Origin")
    ),
    (("Cookie", _COOKIE), ("Origin", "http://@{host}"), ("Origin", "http://@{host}")),
    (("Cookie", _COOKIE), ("Sec-Fetch-Site", "same-origin"), ("Origin", "https://elsewhere.example")),
]
TAGS = [
    *(
        "@{alice_etag}",
        "W/@{alice_etag}",
        "*",
        '"1"',
        '"2"',
        '"0", "1"',
        '"0","1" , W/"2"',
        'W/"0", @{alice_etag}',
        "@{alice_cover}",
    ),
    *(
        "",
        "1",
        '"',
        '"1',
        "x",
        "**",
        "*, *",
        '"1" "2"',
        "\xe9",
        '"\xe9"',
        " * ",
        "*, @{alice_etag}",
        'w/"1"',
        ',,"1",,',
    ),
]
DATES = [
    "Fri, 01 Jan 2100 00:00:00 GMT",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "Friday, 01-Jan-99 00:00:00 GMT",
    "x",
    "",
    "2100-01-01",
]
CONDITIONS = {
    # Often what is current, which most of the others are not.
    "if-match": ["@{alice_etag}", *TAGS],
    "if-none-match": ["@{alice_etag}", "@{alice_cover}", '"1"', *TAGS],
    "if-modified-since": DATES,
    "if-range": [*TAGS, *DATES],
    "range": [
        *(
            "bytes=0-",
            "bytes=3-5",
            "bytes=-4",
            "bytes=0-0",
            "bytes=99999-",
            "bytes=-0",
            "bytes=-99999",
            "bytes=5-3",
            "bytes=0-1,3-4",
        ),
        *(
            "bytes=x",
            "bytes=",
            "bytes",
            "BYTES=0-1",
            "items=0-1",
            "bytes = 0-1",
            "bytes=0 - 1",
            "bytes=+0-1",
            "bytes=0-1,",
            "",
            "bytes=--1",
        ),
    ],
}
EXTRAS: list[tuple[Header, ...]] = [
    *(
        (("Accept", text),)
        for text in ("*/*", "text/html", "application/json;q=0", "", "x", "\xe9", "application/problem+json", "*/*;q=0")
    ),
    *((("X-Request-ID", text),) for text in ("twin", "a b", "x" * 64, "x" * 65, "", "<>", "\xe9", "../..", "a,b")),
    (("X-Request-ID", "one"), ("X-Request-ID", "two")),
    (("Accept-Encoding", "gzip, br"),),
    (("Accept-Language", "de"), ("User-Agent", "")),
    (("Connection", "close"),),
    (("X-HTTP-Method-Override", "DELETE"),),
    (("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-Host", "elsewhere.example")),
    (("Origin", "https://elsewhere.example"), ("Access-Control-Request-Method", "PUT")),
    (("If-Match", '"1"'), ("If-Match", '"2"')),
    (("If-None-Match", '"2"'), ("If-None-Match", '"1"')),
    (("If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"),),
    (("Range", "bytes=0-1"),),
    (("Upgrade", "h2c"), ("Connection", "Upgrade")),
    (("TE", "trailers"), ("Prefer", "return=minimal")),
    (("X-Odd", "\xff\x80"), ("x_under", "score")),
    (("Content-Encoding", "gzip"),),
    (("Content-Language", "\xe9"),),
    (("Cache-Control", "no-cache"), ("Pragma", "no-cache")),
    (("Forwarded", "for=192.0.2.1;proto=https"),),
]
# `TYPE` is the right one.
MEDIA_TYPES = [
    *(
        "TYPE; charset=utf-8",
        "TYPE;charset=UTF-8",
        'TYPE; charset="utf-8"',
        "TYPE; charset=latin-1",
        "TYPE; charset=utf-16",
        "TYPE;",
        "TYPE; x=y",
        " TYPE ",
    ),
    *(
        "application/json",
        "application/merge-patch+json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "text/csv",
    ),
    *(
        "text/plain",
        "application/octet-stream",
        "application/x-ndjson",
        "",
        "x",
        "*/*",
        "TYPE, TYPE",
        "TYPE, text/plain",
        "\xe9",
        "TYPE/x",
        "xTYPE",
    ),
    *(
        "TYPE; charset=utf-8; charset=latin-1",
        "TYPE; charset",
        "TYPE; charset=",
        "t; CHARSET=utf8",
        "TYPE\t",
        "application/problem+json",
        "UPPER",
    ),
    *("TYPE; boundary=x", "TYPE; boundary=", "multipart/form-data; boundary=@{tag}"),
]
