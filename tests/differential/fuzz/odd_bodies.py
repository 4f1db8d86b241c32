"""Bodies that are odd or malformed, by what should be there, each list from plain to strange."""

from tests.contract.client import PASSWORD
from tests.contract.pictures import BOUNDARY, form, picture, under
from tests.contract.routes import CSV, MULTIPART

JSON_BODIES = [
    *(
        b"{}",
        b"[]",
        b"null",
        b"5",
        b'"x"',
        b"true",
        b"",
        b" ",
        b"{",
        b"}",
        b"[{}]",
        b'{"title": }',
        b"{'title': 1}",
        b'{"a":1,}',
    ),
    *(
        b'{"a":1}{"b":2}',
        b'{"a":1} x',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":"\xff"}',
        b'{"a":"\xc3"}',
        b'{"a":"\xed\xa0\x80"}',
        b"\x00",
        b"\xff\xfe{\x00}\x00",
    ),
    *(
        b'{"rating":NaN}',
        b'{"rating":-Infinity}',
        b'{"rating":1e999}',
        b'{"rating":' + b"9" * 500 + b"}",
        b'{"rating":01}',
        b'{"rating":.5}',
    ),
    *(
        b'{"rating":1,"rating":2}',
        b'{"rating":1,"r\\u0061ting":2}',
        b'{"":1}',
        b'{"__proto__":1}',
        b'{"a\\u0000":1}',
        b'{"\\ud800":1}',
    ),
    *(
        b"[" * 19 + b"]" * 19,
        b"[" * 21 + b"]" * 21,
        b"[" * 3000,
        b'{"title":"' + b"[" * 30 + b'"}',
        b'{"title":"a\nb"}',
        b'{"title":"\\x"}',
    ),
    *(
        b'{"title":"\t"}',
        b"// x\n{}",
        b"{}\x00",
        b"\x1f{}",
        b"\xc2\xa0{}",
        b"{} ",
        b"\r\n{}\r\n",
        b"username=a&password=b",
        b"<x/>",
    ),
]
_LOGIN = f"username=@{{alice}}&password={PASSWORD.replace(' ', '%20')}".encode()
FORM_BODIES = [
    *(
        b"",
        b"&",
        b"=",
        b"username",
        b"username=&password=",
        b"username=@{alice}",
        _LOGIN,
        _LOGIN + b"&x=y",
        _LOGIN + b"&x=1&x=2",
    ),
    *(
        _LOGIN + b"&grant_type=",
        _LOGIN + b"&grant_type=password&scope=",
        _LOGIN + b"&username=",
        _LOGIN + b"&username=@{alice}",
    ),
    *(
        b"%75" + _LOGIN[1:],
        _LOGIN.replace(b"&", b";"),
        _LOGIN + b"&\xff=1",
        _LOGIN + b"&x=%FF",
        _LOGIN + b"&x=\xc3\xa9",
        _LOGIN + b"%",
    ),
    *(
        b"\xef\xbb\xbf" + _LOGIN,
        _LOGIN + b"\r\n",
        b"{}",
        b'{"username": "a"}',
        _LOGIN + b"&x=" * 101,
        b"\x00",
        _LOGIN + b"&&&",
    ),
]
_PNG = picture(size=(6, 4))
_COVER = form(("cover", "cover.png", _PNG))
# What parsers of forms read each in its own way.
_DISPOSITIONS = [
    *("name=cover; filename=c", "NAME=cover;FileName=c", 'name="cover" ; filename="c"', 'name = "cover"; filename="c"'),
    *("name=\\cover; filename=c", "name=cover:; filename=c", "name=co/ver; filename=c", "name='cover'; filename='c'"),
    *('name="co\\"ver"; filename="c"', 'name="co%22ver"; filename="c"', 'name="cover"; name="x"; filename="c"'),
    *("name=cover; name*=utf-8''x; filename=c", "name*0=co; name*1=ver; filename=c", "name=cover; filename*=utf-8''c"),
    *("name=cover; filename=c; filename*=utf-8''%C3%A9", 'name="cover"; filename', 'name="cover; filename=c"'),
    *('name="cover"; filename="a;b"; x=y', 'name="cover"; filename="a\\\\b"', 'filename="c"', 'name=""; filename=""'),
]
_DISPOSITION = "Content-Disposition: form-data; name=cover; filename=c"
COVER_BODIES = [
    *(
        _COVER,
        form(("cover", "x.jpg", picture("JPEG", (6, 4)))),
        form(("cover", "", picture("WEBP", (6, 4)))),
        form(("cover", None, _PNG)),
    ),
    *(
        form(("cover", "a", b"no picture")),
        form(("cover", "a", b"")),
        form(("cover", None, b"")),
        form(("cover", "", b"")),
        form(),
    ),
    *(
        form(("Cover", "a", _PNG)),
        form(("cover", "a", _PNG), ("cover", "a", _PNG)),
        form(("x", None, b"y"), ("cover", "a", _PNG)),
    ),
    *(
        b"",
        b"--",
        b"cover=x",
        _COVER[:-4],
        _COVER[:60],
        _COVER + b"x",
        b"x" + _COVER,
        _COVER.replace(b"\r\n", b"\n"),
        _PNG,
    ),
    *(
        form(("cover", "a", _PNG[:40])),
        form(("cover", "a", b"GIF89a" + b"\0" * 40)),
        form(("cover", "a", b"<svg/>")),
        b"\r\n" + _COVER,
    ),
    *(under(f"Content-Disposition: form-data; {parameters}", content=_PNG) for parameters in _DISPOSITIONS),
    *(
        under(_DISPOSITION, "Content-Disposition: attachment; name=x", content=_PNG),
        under("Content-Disposition: form-data; name=x", _DISPOSITION, content=_PNG),
        under(_DISPOSITION, "Content-Transfer-Encoding: base64", content=_PNG),
        under(_DISPOSITION, "Content-Type: multipart/mixed; boundary=x", content=_PNG),
        under(_DISPOSITION, "Content-Length: 1", content=_PNG),
        under("X: y", _DISPOSITION, " folded", content=_PNG),
    ),
]
COVER_TYPES = [
    f"{MULTIPART}; boundary={BOUNDARY}",
    f'{MULTIPART}; boundary="{BOUNDARY}"',
    f"{MULTIPART}; x=y; BOUNDARY={BOUNDARY}",
    *(f"{MULTIPART}; boundary={BOUNDARY}{more}" for more in (":", "/x", "; boundary=x", "; boundary*=utf-8''x", ";")),
    *(f"{MULTIPART}; charset={more}; boundary={BOUNDARY}" for more in ("utf-8", "latin-1", "utf-8; charset=latin-1")),
    f'{MULTIPART}; boundary="{BOUNDARY[0]}\\{BOUNDARY[1:]}"',
]
_HEAD, _ROW = b"title,author,category,rating\n", b"Title @{tag},Author @{tag},category @{tag},5\n"
CSV_BODIES = [
    *(
        _HEAD + _ROW,
        _HEAD + _ROW * 3,
        _HEAD,
        b"",
        b"\n",
        _HEAD + b"\n\n" + _ROW,
        _HEAD + b"T,,c,6\n",
        _HEAD + b"T,A,c\n",
        _HEAD + b"T,A,c,5,6\n",
    ),
    *(
        _HEAD + b'"T @{tag}\n2","A ""q""",c,5\n',
        _HEAD + b'"T,A,c,5\n',
        _HEAD + b'"T"x,A,c,5\n',
        _HEAD + b'T"x @{tag},A,c,5\n',
        _ROW,
        b"title,title\n",
    ),
    *(
        _HEAD + b"T,\xff,c,5\n",
        b"\xef\xbb\xbf" + _HEAD + _ROW,
        _HEAD.replace(b"\n", b"\r\n") + _ROW.replace(b"\n", b"\r\n"),
        _HEAD + _ROW[:-1],
    ),
    *(
        _HEAD + b"'=1+1 @{tag},A,c,5\n",
        _HEAD + b"T,A,c,five\n",
        _HEAD + b"T,A,c,5.0\n",
        _HEAD + b"T,A,c, 5\n",
        b"isbn," + _HEAD,
        _HEAD + b"\x00,A,c,5\n",
    ),
    *(
        _HEAD + b"x" * 70_000 + b"\n",
        b"title;author;category;rating\n",
        _HEAD.upper() + _ROW,
        _HEAD + b"T\r,A,c,5\n",
        _HEAD + b"\xe2\x80\xa8,A,c,5\n",
    ),
]
_LINE = b'{"title": "Title @{tag}", "author": "Author @{tag}", "category": "category @{tag}", "rating": 4}\n'
NDJSON_BODIES = [
    *(
        _LINE,
        _LINE * 2,
        b"",
        b"\n",
        b"[]\n",
        b"{oops}\n" + _LINE,
        b'{"title": 5, "x": null}\n',
        _LINE + b"\n" + _LINE[:-1],
        _LINE[:40],
    ),
    *(
        b"\xff\n",
        b"null\n5\n",
        b'{"rating": NaN}\n' + _LINE,
        _LINE.replace(b"\n", b"\r\n"),
        b"[" * 30 + b"\n",
        b'{"a":1,"a":2}\n',
        b"\x1e" + _LINE,
    ),
]
UPLOADS = [b"", b"x", b"\x00\xff" * 100, b"u" * 20_000]
RECORD_BODIES = {CSV: CSV_BODIES, "application/x-ndjson": NDJSON_BODIES}
