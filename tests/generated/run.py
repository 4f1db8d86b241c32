"""One run of Schemathesis against one server, by its command, with two accounts and the committed document."""

import json
import os
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from shared.docs import OPENAPI_FILE
from tests.contract.client import PASSWORD, Api, client_of
from tests.generated.outcome import Outcome, read
from tests.servers import ROOT

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
FORM = "application/x-www-form-urlencoded"
TOKEN = {
    "extractFrom": "body",
    "extractSelector": "/access_token",
    "sendIn": "header",
    "sendName": "Authorization",
    "sendTemplate": "Bearer {token}",
}


# Who asks: whoever is admitted, which is the one with the token wherever a token is good, or the one with the cookie.
ROUNDS = {"bearer": (), "cookie": ("--auth-wfc-user", "cookie")}


@dataclass(frozen=True)
class Result:
    """How a run ended: the exit code of each round, and all that Schemathesis has said, `curl` commands included."""

    exit_codes: tuple[int, ...]
    report: str
    outcome: Outcome
    taken_s: float


@dataclass(frozen=True)
class Run:
    """What is sent: by which seed, in which rounds, and how many requests an operation gets where there is no end."""

    seed: int
    examples: int
    rounds: tuple[str, ...] = tuple(ROUNDS)

    def against(self, url: str, names: tuple[str, str], folder: Path) -> Result:
        """Run against the server at `url`, as two new users of these names; what it writes stays in `folder`."""
        folder.mkdir()
        users = folder / "users.json"
        users.write_text(json.dumps(_accounts(url, names)))
        known = {"BOOKS_USERS": str(users), "BOOKS_USER": names[0], "BOOKS_PASSWORD": PASSWORD, "PYTHONPATH": str(ROOT)}
        began = time.monotonic()
        done = [
            subprocess.run(
                self._command(url, folder / f"{name}.ndjson", ROUNDS[name]),
                cwd=folder,
                env=os.environ | known,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            for name in self.rounds
        ]
        taken_s = time.monotonic() - began
        report = "\n".join(f"{shlex.join(each.args)}\n\n{each.stdout}" for each in done)
        outcome = read(*(folder / f"{name}.ndjson" for name in self.rounds))
        return Result(tuple(each.returncode for each in done), report, outcome, taken_s)

    def _command(self, url: str, events: Path, options: tuple[str, ...]) -> list[str]:
        program = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION)]
        chosen = ["--seed", str(self.seed), "--max-examples", str(self.examples), "--no-color", *options]
        return [*program, "run", str(OPENAPI_FILE), "--url", url, *chosen, "--report-ndjson-path", str(events)]


def _accounts(url: str, names: tuple[str, str]) -> dict[str, object]:
    """Two new accounts, used by token and by the cookie of a session, in the words of Web Fuzzing Commons."""
    with client_of(url) as http:
        for name in names:
            assert Api(http).register(name).status_code == 201
    bearer = _login(names[0], "/auth/login") | {"token": TOKEN}
    cookie = _login(names[1], "/auth/session") | {"expectCookies": True}
    return {"auth": [{"name": "bearer", "loginEndpointAuth": bearer}, {"name": "cookie", "loginEndpointAuth": cookie}]}


def _login(name: str, path: str) -> dict[str, object]:
    credentials = {"username": name, "password": PASSWORD, "usernameField": "username", "passwordField": "password"}
    return {"verb": "POST", "endpoint": path, "contentType": FORM, "payloadUserPwd": credentials}
