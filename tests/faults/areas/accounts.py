"""Accounts: names, passwords, addresses, and what is told of them."""

from tests.faults.fault import Change, Fault
from tests.faults.front import Answer
from tests.faults.rewrites import without

# Hashing that takes long enough to be noticed when it is left out.
SLOW_HASHES = {"ARGON2_TIME_COST": "2", "ARGON2_MEMORY_KIB": "19456"}


def _tell_the_hash(answer: Answer) -> None:
    if answer.path in {"/auth/register", "/auth/me"} and answer.status < 300 and answer.document:
        answer.document["password_hash"] = "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA"


FAULTS = [
    Fault(
        "password-hash-shown",
        "An account is shown with the hash of its password.",
        ["test_accounts.py::test_a_new_account_is_shown_without_its_password"],
        rewrite=_tell_the_hash,
    ),
    Fault(
        "name-kept-as-sent",
        "Names that differ in case are different names.",
        ["test_accounts.py::test_a_name_has_one_form_and_every_spelling_of_it_is_taken"],
        [Change("shared.model", "    name = fold(text)\n", "    name = text\n")],
    ),
    Fault(
        "names-without-unicode-form",
        "Names that look alike in Unicode are different names.",
        ["test_accounts.py::test_a_name_has_one_form_and_every_spelling_of_it_is_taken"],
        [Change("shared.model", "    name = fold(text)\n", "    name = text.casefold()\n")],
    ),
    Fault(
        "login-is-case-sensitive",
        "One logs in only by the spelling that the server made of the name.",
        ["test_accounts.py::test_a_name_has_one_form_and_every_spelling_of_it_is_taken"],
        [Change("shared.accounts", "users.c.username == fold(username)", "users.c.username == username")],
    ),
    Fault(
        "name-of-any-characters",
        "A name may have spaces, slashes and signs in it.",
        ["test_accounts.py::test_other_names_are_refused"],
        [Change("shared.model", 'r"[\\w.-]+", name)', 'r".+", name)')],
    ),
    Fault(
        "name-too-short",
        "A name of two characters is taken.",
        ["test_accounts.py::test_other_names_are_refused"],
        [Change("shared.model", "USERNAME_MIN, USERNAME_MAX = 3, 32", "USERNAME_MIN, USERNAME_MAX = 2, 32")],
    ),
    Fault(
        "password-cut-at-72-bytes",
        "Only the first 72 characters of a password count, as bcrypt has it.",
        ["test_accounts.py::test_every_character_of_a_password_counts"],
        [Change("shared.passwords", '"NFKC", password)', '"NFKC", password)[:72]')],
    ),
    Fault(
        "password-in-one-unicode-form-only",
        "A password typed on another keyboard is another password.",
        ["test_accounts.py::test_a_password_may_come_in_either_unicode_form"],
        [Change("shared.passwords", 'return unicodedata.normalize("NFKC", password)', "return password")],
    ),
    Fault(
        "password-trimmed",
        "White space at the ends of a password does not count.",
        ["test_accounts.py::test_every_character_of_a_password_counts"],
        [Change("shared.passwords", '"NFKC", password)', '"NFKC", password.strip())')],
    ),
    Fault(
        "password-in-any-case",
        "Upper and lower case are one in passwords.",
        ["test_accounts.py::test_every_character_of_a_password_counts"],
        [Change("shared.passwords", '"NFKC", password)', '"NFKC", password.lower())')],
    ),
    Fault(
        "password-too-short",
        "A password of seven characters is taken.",
        ["test_accounts.py::test_other_passwords_are_refused"],
        [Change("shared.fields", "min_length=8, max_length=128", "min_length=7, max_length=128")],
    ),
    Fault(
        "any-password-opens",
        "A wrong password opens the account.",
        ["test_login.py::test_a_wrong_password_is_refused"],
        [Change("shared.passwords", "if account is None or stored is None or not right:", "if account is None:")],
    ),
    Fault(
        "unknown-names-told-apart",
        "A login with a name that nobody has is answered in other words than a wrong password.",
        ["test_login.py::test_an_unknown_name_and_a_wrong_password_get_the_same_answer"],
        [
            Change(
                "shared.passwords",
                "            raise WrongPassword\n",
                '            raise WrongPassword("There is no such account." if account is None else "")\n',
            )
        ],
    ),
    Fault(
        "unknown-names-are-quick",
        "A login with a name that nobody has is answered without hashing, sooner than a wrong password.",
        ["test_login.py::test_an_unknown_name_takes_as_long_as_a_wrong_password"],
        [
            Change(
                "shared.passwords",
                "        stored = account.password_hash if account else None\n",
                "        if account is None:\n            raise WrongPassword\n"
                "        stored = account.password_hash if account else None\n",
            )
        ],
        settings=SLOW_HASHES,
    ),
    Fault(
        "any-address-taken",
        "An e-mail address may be any text.",
        ["test_accounts.py::test_what_is_no_address_is_refused"],
        [
            Change(
                "shared.fields",
                "return validate_email(text, check_deliverability=False).normalized",
                "return text",
            )
        ],
    ),
    Fault(
        "address-unique",
        "An e-mail address that somebody has is refused, which tells that somebody has it.",
        ["test_accounts.py::test_two_accounts_may_share_an_address"],
        [
            Change(
                "shared.accounts",
                "    try:\n        user_id = connection.execute(statement).scalar_one()",
                "    if form.email and connection.scalar(select(users.c.id).where(users.c.email == form.email)):\n"
                "        raise UsernameTaken\n"
                "    try:\n        user_id = connection.execute(statement).scalar_one()",
            )
        ],
    ),
    Fault(
        "registration-takes-anything",
        "Members that an account does not have are passed over when it is opened.",
        ["test_accounts.py::test_a_registration_takes_no_other_member"],
        [
            Change(
                "shared.schemas.accounts",
                '    model_config = ConfigDict(\n        json_schema_extra={"examples": [{"username": "genly"',
                '    model_config = ConfigDict(\n        extra="ignore",'
                ' json_schema_extra={"examples": [{"username": "genly"',
            )
        ],
    ),
    Fault(
        "login-cacheable",
        "The tokens of a login may be kept by a cache.",
        ["test_login.py::test_a_login_answers_with_a_pair_of_tokens"],
        rewrite=without("cache-control", lambda answer: answer.path == "/auth/login"),
    ),
]
