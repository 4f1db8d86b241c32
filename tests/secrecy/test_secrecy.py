"""The search for secrets in logs finds what is planted: by any client, in any spelling, in any process of the run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.tokens import new_refresh_token
from tests.secrecy.hearing import FOLDER, Secret, secrets_in
from tests.secrecy.search import leaks, spellings
from tests.servers import ROOT

SAID = "sesame, opén \x1b & shut"
TYPED = "sesame%2C+op%C3%A9n+%1B+%26+shut"


@pytest.mark.parametrize(
    ("kind", "request_", "value"),
    [
        ("password", '{"username": "a", "password": "sesame, op\\u00e9n \\u001b & shut"}', SAID),
        ("password", '{"password" :"sesame, op\\u00e9n \\u001b & shut", "email": null', SAID),
        ("password", f"username=a&password={TYPED}&scope=", SAID),
        ("password", f"POST /auth/login?password={TYPED} HTTP/1.1\r\nHost: x\r\n\r\n", SAID),
        ("refresh_token", '{"refresh_token": "abcdefgh"}', "abcdefgh"),
        ("authorization", "GET / HTTP/1.1\r\nAUTHORIZATION: bearer a.b.c\r\nHost: x\r\n\r\n", "a.b.c"),
        ("authorization", "GET / HTTP/1.1\r\nauthorization:Basic eDp5==\r\n\r\n", "eDp5=="),
        ("cookie", "GET / HTTP/1.1\r\nCookie: a=b; session=abc.def; c=d\r\n\r\n", "abc.def"),
    ],
)
def test_what_a_request_keeps_secret_is_heard(kind: str, request_: str, value: str) -> None:
    assert Secret(kind, value) in set(secrets_in(request_.encode()))


def test_what_is_no_secret_is_not_heard() -> None:
    assert not set(secrets_in(b"GET /passwords?q=session HTTP/1.1\r\nAccept: */*\r\nCookie: a=b\r\n\r\n"))


def found(tmp_path: Path, line: bytes, *secrets: Secret) -> list[str]:
    # Not called a log, or the run that this test is a part of would look through it as well.
    log = tmp_path / "planted"
    log.write_bytes(b"first\nsecond " + line + b"\nthird\n")
    return [str(leak) for leak in leaks([log], secrets)]


@pytest.mark.parametrize("spelling", sorted(spellings(SAID)))
def test_a_secret_is_found_in_every_spelling(tmp_path: Path, spelling: bytes) -> None:
    assert found(tmp_path, b'"' + spelling + b'"', Secret("password", SAID)) == ["planted:2: password"]
    assert not found(tmp_path, spelling[1:], Secret("password", SAID))


def test_what_is_no_text_at_all_is_looked_for_too(tmp_path: Path) -> None:
    # Half of a pair, which JSON can write and UTF-8 cannot.
    assert found(tmp_path, rb'{"message": "\ud83d lone half"}', Secret("password", "\ud83d lone half"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("of eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.", "token"),
        ("$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA", "password hash"),
        ("[parameters: ('genly', 'winter')]", "parameters of a statement"),
        (f"token={'a1B' * 14}c;", "refresh token or signature"),
    ],
)
def test_what_shows_its_kind_is_found_though_nobody_sent_it(tmp_path: Path, text: str, kind: str) -> None:
    assert found(tmp_path, text.encode()) == [f"planted:2: {kind}"]


def test_every_refresh_token_shows_its_kind(tmp_path: Path) -> None:
    # One in fourteen hundred has no digit.
    assert sum(not found(tmp_path, new_refresh_token().encode()) for _ in range(50)) <= 1


def test_ids_and_long_words_are_no_secrets(tmp_path: Path) -> None:
    assert not found(tmp_path, b"%b %b /books/%b" % (b"0123456789abcdef" * 2, b"a" * 43, b"Ab-" * 14 + b"c"))


def test_a_log_under_two_names_is_read_once(tmp_path: Path) -> None:
    assert found(tmp_path, b"$argon2")
    (tmp_path / "other").hardlink_to(tmp_path / "planted")
    assert len(leaks([tmp_path / "planted", tmp_path / "other"], [])) == 1


PLANTED = """
import json, socket

def test_that_passes(tmp_path):
    near, far = socket.socketpair()
    near.sendall(b'POST /auth/register HTTP/1.1\\\\r\\\\n\\\\r\\\\n{{"password": "open, sesame"}}')
    near.close(), far.close()
    (tmp_path / "server.log").write_text("started\\\\n" + json.dumps({{"message": {message!r}}}))
"""


def run_with(tmp_path: Path, message: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """A test run of its own, in which a server has logged `message`."""
    (tmp_path / "test_planted.py").write_text(PLANTED.format(message=message).replace("\\\\", "\\"))
    environment = {name: value for name, value in os.environ.items() if name != FOLDER and "PYTEST" not in name}
    environment |= {"TMPDIR": str(tmp_path), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    plugins = [f"-p{name}" for name in ("tests.conftest", "pytest_timeout", "xdist.plugin", "no:cacheprovider")]
    command = [sys.executable, "-m", "pytest", *plugins, "-c", str(ROOT / "pyproject.toml"), *options, str(tmp_path)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["alone", "parallel"])
def test_a_run_in_which_all_tests_pass_fails_when_a_log_holds_a_secret(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    done = run_with(tmp_path, "so open, sesame it is", *options)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert "server.log:2: password" in done.stdout
    assert "open, sesame" not in done.stdout


def test_a_run_whose_logs_are_clean_passes(tmp_path: Path) -> None:
    done = run_with(tmp_path, "open to all")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "secrets in logs" not in done.stdout


def test_a_run_against_a_server_elsewhere_is_not_listened_to(tmp_path: Path) -> None:
    assert run_with(tmp_path, "so open, sesame it is", "--base-url", "http://127.0.0.1:1").returncode == 0
