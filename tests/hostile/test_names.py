"""Names that look like somebody else's, and accounts that nobody should have."""

import pytest

from tests.contract.client import Api, User, assert_problem, locations, unique

# For each letter, one of another script that looks the same.
CYRILLIC = dict(zip("aceopxyijs", "\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0456\u0458\u0455", strict=True))
GREEK = dict(zip("aoivku", "\u03b1\u03bf\u03b9\u03bd\u03ba\u03c5", strict=True))
OTHERS = {"a": "\u0251\u0430", "l": "\u04cf", "o": "\u0585", "n": "\u0578", "u": "\u057d", "s": "\ua731", "i": "\u13a5"}


@pytest.mark.parametrize("twins", [CYRILLIC, GREEK], ids=["cyrillic", "greek"])
def test_a_letter_of_another_script_makes_no_second_name(api: Api, twins: dict[str, str]) -> None:
    name = f"maria.jokevi{unique()[:12]}"
    assert api.register(name).status_code == 201
    for letter in sorted(set(twins) & set(name)):
        problem = assert_problem(api.register(name.replace(letter, twins[letter], 1)), 422, "invalid-input")
        assert locations(problem) == [["body", "username"]]


@pytest.mark.parametrize(
    "respelled",
    [
        str.upper,
        lambda name: "".join(chr(ord(letter) + 0xFEE0) for letter in name),
        lambda name: name.replace("s", "\u017f"),
        lambda name: name.replace("k", "\u212a"),
        lambda name: "".join(chr(0x1D400 + ord(letter) - 97) if letter.isalpha() else letter for letter in name),
        lambda name: "".join(chr(0x24D0 + ord(letter) - 97) if letter.isalpha() else letter for letter in name),
        lambda name: name.replace("ii", "\u2171"),
    ],
    ids=["capitals", "full-width", "long-s", "kelvin", "mathematical", "circled", "roman-numeral"],
)
def test_another_spelling_of_a_name_is_that_name(api: Api, respelled: "object") -> None:
    assert callable(respelled)
    name = f"kiissk{unique()[:12]}"
    assert api.register(name).status_code == 201
    assert_problem(api.register(respelled(name)), 409, "username-taken")


@pytest.mark.parametrize(
    "hidden",
    ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u2066", "\u034f", "\u180e", "\u115f",
     "\u3164",
     "\ufe0f", "\U000e0061", "\x7f", "\x08", "\u0300", "\u20dd"],
    ids=ascii,
)  # fmt: skip
def test_nothing_that_does_not_show_makes_a_second_name(api: Api, hidden: str) -> None:
    name = unique("user")[:20]
    assert api.register(name).status_code == 201
    for other in (f"{name}{hidden}", f"{hidden}{name}", f"{name[:5]}{hidden}{name[5:]}"):
        response = api.register(other)
        # A mark that composes with its letter makes a letter that shows; all else is refused, or is the same name.
        shows = response.status_code == 201 and response.json()["username"].isalnum() and hidden == "\u0300"
        assert response.status_code in {409, 422} or shows


@pytest.mark.parametrize(
    "stem",
    ["\u0430\u043b\u0438\u0441\u0430", "\u03b1\u03bb\u03af\u03ba\u03b7", "\u5c71\u7530\u592a\u90ce",
     "\u30e4\u30de\u30c0\u30fc",
     "\uae40\ucca0\uc218", "\u0645\u0631\u064a\u0645", "\u05de\u05e8\u05d9\u05dd"],
    ids=ascii,
)  # fmt: skip
def test_a_name_of_one_script_is_a_name(api: Api, stem: str) -> None:
    digits = "".join(filter(str.isdigit, unique()))[:12]
    response = api.register(f"{stem}_{digits}")
    assert response.status_code == 201
    assert api.log_in(response.json()["username"]).status_code == 200


@pytest.mark.parametrize("name", ["\u5c71\u7530{}", "\u3072\u3089\u30ab\u30ca\u6f22{}", "\ud55c\uae00{}"], ids=ascii)
def test_writing_systems_that_take_latin_letters_keep_them(api: Api, name: str) -> None:
    assert api.register(name.format(unique()[:12])).status_code == 201


@pytest.mark.before_the_database
@pytest.mark.parametrize("name", ["admin", "root", "administrator", "test", "guest", "postgres", "user", "librarian"])
def test_there_is_no_account_that_everybody_knows(api: Api, name: str) -> None:
    for password in (name * 2, "password", "12345678"):
        assert api.log_in(name, password).status_code in {401, 422, 429}


def test_a_name_of_a_refused_registration_is_still_free(api: Api) -> None:
    name = unique("user")
    assert api.register(name, "short").status_code == 422
    assert api.register(name).status_code == 201


def test_the_owner_of_a_name_is_told_apart_from_its_look_alike(api: Api, alice: User) -> None:
    other = f"{alice.username[:-1]}\u0435"
    assert api.register(other).status_code == 422
    assert api.log_in(other).status_code == 401
