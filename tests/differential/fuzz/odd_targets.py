"""Methods, paths and queries that are odd, malformed or out of place, each list from plain to strange."""

from tests.differential.fuzz.values import MISSING_ID


def _words(text: str) -> list[str]:
    """Parts without white space, which is most of them."""
    return text.split()


METHODS = ["HEAD", "OPTIONS", "GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"]
# Ids that are nobody's, or none: what others have made must not be found.
IDS = [
    *(str(MISSING_ID), str(MISSING_ID + 1), "9" * 30, "9" * 5000, f"%39{str(MISSING_ID)[1:]}"),
    *_words("0 -1 +1 01 1.0 1e0 abc %20 0x1 %00 %FF %C3%A9 \xe9 %D9%A1 1%00 1%2F2 1%0a 1%20 %2e%2e 1;a=b %EF%BC%91"),
    *_words("% %zz ~ export import author - null %2F @{alice_book}%20 0@{alice_book}"),
]
AUTHORS = ["", "A" * 201, *_words("%20 a%2Fb/@{tag} / %00 %FF \xe9 a//b %2e%2e .. . %zz %25 + a;b a%3Fb")]
# How a path is bent: each takes the right one.
PATHS = _words("""
    {}/ /{} //{} {}// /.{} /x/..{} {}/. {}/.. {}%2F {}%00 {};a=b {}#x {}%20 {}.json {}/nothing/here /nothing{}
    /%2F{} \\{} {}%0a {}? {}%3Flimit=1 {}\xe9 {}% UPPER NO-SLASH ENCODED FIRST-ENCODED
""")
# Added to a query that is right.
QUERIES = [
    *_words("""
    x=1 limit=1&limit=2 limit=2&limit=2 limit limit= = && =5 LIMIT=1 limit=%31 %6Cimit=1 limit=%FF limit=\xff
    x=%FF %FF=x \xe9=1 q=%00 q=%ED%A0%80 q=% q=%zz q=%C3 limit=1;limit=2 limit=+1 limit=%201 limit=1%20 limit=01
    limit=1e1 limit=0x1 limit=1_0 limit=%D9%A1 limit[]=1 category=a&category=b sort=- sort=--id sort=ID
    sort=relevance sort=id,title done=1 done=True cursor=%00 cursor=. cursor=.. min_rating=5.0 min_rating=0
    min_rating=6 ?limit=1 # a=b#c
    """),
    *("&".join(f"x{number}=" for number in range(count)) for count in (99, 101)),
    "q=" + "%41" * 1000,
]
