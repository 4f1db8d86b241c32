"""Loading books from CSV files, and growing the table for measurements."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from shared import accounts, listing, seed
from shared.book_csv import BookRecords, Rejected
from shared.config import Settings
from shared.cursors import Cursors
from shared.engine import Engines
from shared.errors import WrongPassword
from shared.migrate import upgrade
from shared.model import utc_now
from shared.passwords import Passwords
from shared.schemas import BookPage, BookQuery, FullBook, Registration

HEADER = "title,author,category,description,rating,published_year"
KEY = b"a key that is long enough to sign with"
Stored = list[tuple[object, ...]]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/books.sqlite3")
    monkeypatch.setenv("SECRET_KEY", KEY.decode())
    monkeypatch.setenv("ARGON2_MEMORY_KIB", "8")
    return Settings.load()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "given.csv"


def write(file: Path, *lines: str) -> None:
    file.write_text("".join(f"{line}\n" for line in (HEADER, *lines)), encoding="utf-8", newline="")


def numbered(count: int) -> list[str]:
    return [f"Book {n},Ann Author {n % 7},novel,,{n % 5 + 1},{1900 + n % 100}" for n in range(count)]


def load(file: Path, *options: str) -> int:
    return seed.main(["--csv", str(file), *options])


def stored(settings: Settings, columns: str = HEADER) -> Stored:
    with closing(sqlite3.connect(str(settings.database.database))) as connection:
        return connection.execute(f"SELECT {columns} FROM books ORDER BY id").fetchall()  # noqa: S608


def find(settings: Settings, query: BookQuery) -> BookPage:
    engines = Engines(settings)
    try:
        with engines.reads.connect() as connection:
            return listing.find(connection, query, Cursors(KEY))
    finally:
        engines.dispose()


def register(settings: Settings, username: str) -> None:
    upgrade(settings)
    engines = Engines(settings)
    form = Registration(username=username, password="a long winter", email=None)
    try:
        with engines.writes.begin() as connection:
            accounts.register(connection, form, "a hash", utc_now())
    finally:
        engines.dispose()


def test_every_record_of_our_own_file_is_a_different_book() -> None:
    with seed.OWN_BOOKS.open(encoding="utf-8", newline="") as file:
        records = list(BookRecords(file))
    found = [record for record in records if isinstance(record, FullBook)]
    assert found == records
    assert len({(book.title, book.author) for book in found}) == len(found) >= 300
    assert {len(book.description) <= 200 for book in found} == {True}


def test_our_own_file_has_books_before_christ_and_books_without_a_year() -> None:
    with seed.OWN_BOOKS.open(encoding="utf-8", newline="") as file:
        years = [record.published_year for record in BookRecords(file) if isinstance(record, FullBook)]
    assert min(year for year in years if year is not None) < 0
    assert years.count(None) >= 2


def test_without_a_file_our_own_books_are_loaded(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert seed.main([]) == 0
    count = len(stored(settings))
    assert count >= 300
    assert capsys.readouterr().out == f"loaded {count}, rejected 0, already present 0\n"


def test_books_are_stored_as_the_file_has_them(settings: Settings, file: Path) -> None:
    write(
        file,
        'Odes,Horace,poetry,"Friends, wine\nand ""time""",5,-23',
        '"Ficciones",Jorge Luis Borges,short stories,,4,1944',
        "Panchatantra,Viṣṇu Śarman,short stories,,3,",
    )
    assert load(file) == 0
    assert stored(settings) == [
        ("Odes", "Horace", "poetry", 'Friends, wine\nand "time"', 5, -23),
        ("Ficciones", "Jorge Luis Borges", "short stories", "", 4, 1944),
        ("Panchatantra", "Viṣṇu Śarman", "short stories", "", 3, None),
    ]


def test_loaded_books_are_found_by_author_category_and_words(settings: Settings, file: Path) -> None:
    write(file, 'Roadside Picnic,"Arkady Strugatsky, Boris Strugatsky",Science Fiction,,5,1972', *numbered(3))
    load(file)
    for query in (
        BookQuery(author="arkady strugatsky, BORIS STRUGATSKY"),
        BookQuery(category="science fiction"),
        BookQuery(q="picnic strug"),
    ):
        assert [book.title for book in find(settings, query).items] == ["Roadside Picnic"]


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with byte order mark"])
def test_columns_may_come_in_any_order_and_among_others(settings: Settings, file: Path, mark: str) -> None:
    file.write_text(
        f"{mark}published_year,isbn,rating,title,author,description,category\r\n1813,x,5,E,J,d,c\r\n", "utf-8"
    )
    assert load(file) == 0
    assert stored(settings) == [("E", "J", "c", "d", 5, 1813)]


def test_rejects_are_reported_by_the_line_on_which_they_begin(
    settings: Settings, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(
        file,
        'Good,A,c,"three\nlines\nlong",5,1900',
        "Bad,A,c,,6,1900",
        "",
        'Worse,,c,"two\nlines",none,1900',
        "Also good,A,c,,5,1900",
    )
    assert load(file) == 0
    captured = capsys.readouterr()
    assert captured.err.splitlines() == [
        "line 5: rating: Input should be less than or equal to 5 (title 'Bad')",
        "line 7: author: String should have at least 1 character; "
        "rating: Input should be a valid integer (title 'Worse')",
    ]
    assert captured.out == "loaded 2, rejected 2, already present 0\n"
    assert stored(settings, "title") == [("Good",), ("Also good",)]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (f"T,{'a' * 201},c,,5,1900", "author: String should have at most 200 characters (title 'T')"),
        ("T,A,c,,4.0,1900", "rating: Input should be a valid integer (title 'T')"),
        ("T,A,c,,,1900", "rating: Input should be a valid integer (title 'T')"),
        ("T,A,c,,5,MCM", "published_year: Input should be a valid integer (title 'T')"),
        (f"T,A,c,,5,{'9' * 5000}", "published_year: Input should be a valid integer (title 'T')"),
        ("T\x00,A,c,,5,1900", "title: Text must not contain the NUL character (title 'T\\x00')"),
        ("T,A,c,,5", "5 fields under 6 columns"),
        ("T,A,c,,5,1900,", "7 fields under 6 columns"),
        ('"T"x,A,c,,5,1900', "not CSV: ',' expected after '\"'"),
    ],
)
def test_a_record_that_is_no_book_is_rejected_and_the_next_is_loaded(
    settings: Settings, file: Path, capsys: pytest.CaptureFixture[str], record: str, reason: str
) -> None:
    write(file, record, "Next,A,c,,5,1900")
    assert load(file) == 0
    assert capsys.readouterr().err == f"line 2: {reason}\n"
    assert stored(settings, "title") == [("Next",)]


def test_a_quote_that_is_never_closed_is_rejected_where_it_opens(
    settings: Settings, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(file, "Good,A,c,,5,1900", '"Open,A,c,,5,1900', "Swallowed,A,c,,5,1900")
    assert load(file) == 0
    assert capsys.readouterr().err == "line 3: not CSV: unexpected end of data\n"
    assert stored(settings, "title") == [("Good",)]


def test_loading_a_file_twice_changes_nothing(
    settings: Settings, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(file, *numbered(2500))
    load(file)
    first = stored(settings, "*")
    load(file)
    assert stored(settings, "*") == first
    assert capsys.readouterr().out.splitlines()[1] == "loaded 0, rejected 0, already present 2500"


def test_a_book_is_the_same_when_title_author_and_year_are(
    settings: Settings, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(
        file,
        "Faust,Goethe,drama,first,5,1808",
        "Faust,Goethe,poetry,second,4,1808",
        "Faust,Goethe,drama,,5,1832",
        "Faust,Marlowe,drama,,5,1808",
        "Faust,Goethe,drama,,5,",
        "Faust,Goethe,novel,,5,",
    )
    load(file)
    assert capsys.readouterr().out == "loaded 4, rejected 0, already present 2\n"
    assert len(set(stored(settings, "author, published_year"))) == 4


def test_growing_ends_at_exactly_that_many_different_and_valid_books(settings: Settings, file: Path) -> None:
    write(file, *numbered(30), f"{'long ' * 60},{'n' * 99} {'s' * 99},novel,,5,-9999", 'Two,"A B, C D",novel,,5,')
    assert load(file, "--scale", "4000") == 0
    rows = stored(settings)
    found = [FullBook(**dict(zip(HEADER.split(","), row, strict=True))) for row in rows]  # type: ignore[arg-type]  # SQLite's
    assert len(found) == 4000
    assert len({book.title for book in found}) == 4000
    assert {book.category for book in found} == {"novel"}


def test_growing_varies_authors_and_years(settings: Settings) -> None:
    seed.main(["--scale", "20000"])
    authors = len(set(stored(settings, "author")))
    assert 10_000 < authors < 20_000
    assert len(set(stored(settings, "published_year"))) > 500


def test_grown_books_are_found_by_the_words_of_their_models(settings: Settings) -> None:
    seed.main(["--scale", "5000"])
    titles = [book.title for book in find(settings, BookQuery(q="middlemarch", limit=5)).items]
    assert titles[0] == "Middlemarch"
    assert len(titles) == 5


def test_growing_again_continues_where_it_ended(settings: Settings, file: Path) -> None:
    write(file, *numbered(10))
    load(file, "--scale", "500")
    first = stored(settings, "*")
    load(file, "--scale", "500")
    assert stored(settings, "*") == first
    write(file, *numbered(17))
    load(file, "--scale", "1500")
    assert stored(settings, "*")[:500] == first
    titles = stored(settings, "title")
    assert len(set(titles)) == len(titles) == 1500


def test_growing_the_same_books_gives_the_same_table(
    settings: Settings, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(file, *numbered(10))
    load(file, "--scale", "1200")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/other.sqlite3")
    load(file, "--scale", "1200")
    assert stored(Settings.load()) == stored(settings)


def test_a_table_that_is_larger_already_does_not_grow(
    settings: Settings, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(file, *numbered(10))
    load(file, "--scale", "5")
    assert capsys.readouterr().out == "loaded 10, rejected 0, already present 0\n"
    assert len(stored(settings)) == 10


def test_nothing_is_loaded_when_there_is_no_book_to_vary(
    settings: Settings, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(file)
    assert load(file, "--scale", "5") == 2
    assert capsys.readouterr().err == "error: there is no book to vary in the file\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "there is no header"),
        (b"\n", "there is no header"),
        (b"Emma,Jane Austen,novel,,5,1815\n", "the header lacks or repeats title, author, category, description"),
        (b"title,author,category,description,published_year\n", "the header lacks or repeats rating"),
        (HEADER.encode() + b",title\n", "the header lacks or repeats title"),
        (b'"title"x,author\n', "the header is not CSV"),
        ("title,author,größe".encode("latin-1"), "not UTF-8"),
    ],
)
def test_a_file_without_the_columns_is_refused_in_one_line(
    settings: Settings, file: Path, capsys: pytest.CaptureFixture[str], content: bytes, reason: str
) -> None:
    file.write_bytes(content)
    assert load(file) == 2
    assert capsys.readouterr().err.startswith(f"error: {file}: {reason}")


@pytest.mark.parametrize(("name", "reason"), [("absent.csv", "No such file"), (".", "Is a directory")])
def test_a_file_that_cannot_be_read_is_refused_in_one_line(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, reason: str
) -> None:
    assert load(tmp_path / name) == 2
    assert capsys.readouterr().err.startswith(f"error: {tmp_path / name}: {reason}")


def test_a_file_that_stops_being_utf_8_half_way_leaves_nothing_behind(settings: Settings, file: Path) -> None:
    write(file, *numbered(5000))
    with file.open("ab") as opened:
        opened.write("Größe,A,c,,5,1900\n".encode("latin-1"))
    assert load(file) == 2
    assert stored(settings) == []


def test_an_interruption_leaves_nothing_behind(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(records: BookRecords) -> Iterator[FullBook | Rejected]:
        for number in range(2500):
            yield FullBook(title=f"T{number}", author="A", category="c", description="", rating=5, published_year=1)
        raise KeyboardInterrupt

    monkeypatch.setattr(BookRecords, "__iter__", interrupted)
    assert seed.main([]) == 130
    assert capsys.readouterr().err == "error: interrupted, nothing was loaded\n"
    assert stored(settings) == []


def test_nobody_can_log_in_as_the_owner_of_the_books(settings: Settings, file: Path) -> None:
    write(file, *numbered(1))
    load(file)
    assert stored(settings, "owner") == [(seed.OWNER,)]
    engines = Engines(settings)
    try:
        with engines.reads.connect() as connection:
            account = accounts.credentials(connection, seed.OWNER)
    finally:
        engines.dispose()
    assert account is not None
    with pytest.raises(WrongPassword):
        Passwords(settings).verify("", account)


def test_books_are_not_given_to_a_user_who_took_the_owners_name(
    settings: Settings, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    register(settings, seed.OWNER)
    write(file, *numbered(1))
    assert load(file) == 2
    assert capsys.readouterr().err == "error: somebody registered as 'catalogue' and would own the books\n"
    assert stored(settings) == []


def test_a_database_that_somebody_else_is_writing_is_reported_in_one_line(
    settings: Settings, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(file, *numbered(1))
    upgrade(settings)
    monkeypatch.setenv("DATABASE_TIMEOUT_SECONDS", "0.05")
    with closing(sqlite3.connect(str(settings.database.database), isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert load(file) == 1
    assert capsys.readouterr().err == "error: the database refused: database is locked\n"


def test_progress_is_shown_on_a_terminal_only(
    settings: Settings, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(file, *numbered(10))
    monkeypatch.setattr(seed, "PROGRESS_ROWS", 1000)
    load(file, "--scale", "1500")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    load(file, "--scale", "4000")
    assert capsys.readouterr().err == "1,000 rows\n2,000 rows\n"


@pytest.mark.parametrize("scale", ["-1", "many"])
def test_a_scale_that_is_no_number_of_rows_is_refused(scale: str) -> None:
    with pytest.raises(SystemExit) as stop:
        seed.main(["--scale", scale])
    assert stop.value.code == 2
