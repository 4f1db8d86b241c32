"""A language model speaks for the librarian on a WebSocket: whatever interrupts an answer ends it there too."""

import json
import socket
from typing import Any

import pytest
from websockets.frames import Close
from websockets.sync.client import ClientConnection

from tests.contract.chats import talking
from tests.contract.sockets import ended
from tests.upstream.relay import ENDLESS, Relay, await_open


def order(connection: ClientConnection, what: str) -> None:
    connection.send(json.dumps({"message": f"stand-in: {what}"}))


def said(connection: ClientConnection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(connection.recv(timeout=20))
    return found


def types(connection: ClientConnection) -> list[str]:
    """The types of all that is said up to an end."""
    found = [said(connection)["type"]]
    while found[-1] == "token":
        found.append(said(connection)["type"])
    return found


def test_a_conversation_is_relayed(impatient: Relay) -> None:
    with talking(impatient.api, impatient.user.auth) as connection:
        for count in (1, 5, 3):
            order(connection, f"tokens={count}")
            assert types(connection) == ["token"] * count + ["done"]


@pytest.mark.parametrize(
    ("what", "slug"),
    [
        ("status=500", "upstream-failed"),
        ("tokens=2 then=cut", "upstream-failed"),
        ("delay=60", "upstream-timeout"),
        ("tokens=2 then=silence", "upstream-timeout"),
    ],
)
def test_after_a_failure_the_conversation_goes_on(impatient: Relay, what: str, slug: str) -> None:
    with talking(impatient.api, impatient.user.auth) as connection:
        order(connection, what)
        while (error := said(connection))["type"] == "token":
            pass
        assert error["problem"]["type"] == f"urn:problem:{slug}"
        order(connection, "tokens=2")
        assert types(connection) == ["token", "token", "done"]


def test_who_is_being_answered_is_not_idle(impatient: Relay) -> None:
    with talking(impatient.api, impatient.user.auth) as connection:
        order(connection, "tokens=14 rate=3")
        assert types(connection) == ["token"] * 14 + ["done"]
        assert ended(connection) == Close(1000, "idle")


WORDLESS = ["delay=60", "tokens=0 then=silence"]


@pytest.mark.parametrize("what", [*ENDLESS, *WORDLESS])
def test_stop_cancels_the_answer(patient: Relay, what: str) -> None:
    await_open(patient.stand_in, 0)
    with talking(patient.api, patient.user.auth) as connection:
        order(connection, what)
        await_open(patient.stand_in, 1)
        connection.send('{"type": "stop"}')
        assert types(connection)[-1] == "stopped"
        await_open(patient.stand_in, 0)
        order(connection, "tokens=1")
        assert types(connection) == ["token", "done"]


def test_a_question_interrupts_the_answer_to_the_one_before(patient: Relay) -> None:
    with talking(patient.api, patient.user.auth) as connection:
        order(connection, "tokens=1 then=silence")
        assert said(connection)["type"] == "token"
        order(connection, "tokens=3")
        assert types(connection) == ["stopped"]
        assert types(connection) == ["token", "token", "token", "done"]


def test_nonsense_interrupts_too(patient: Relay) -> None:
    with talking(patient.api, patient.user.auth) as connection:
        order(connection, "tokens=1 then=silence")
        assert said(connection)["type"] == "token"
        connection.send("nonsense")
        assert types(connection) == ["stopped"]
        assert types(connection) == ["error"]


@pytest.mark.parametrize("what", [*ENDLESS, *WORDLESS])
@pytest.mark.parametrize("politely", [True, False])
def test_a_client_that_leaves_the_conversation_cancels_the_answer(patient: Relay, what: str, politely: bool) -> None:
    await_open(patient.stand_in, 0)
    with talking(patient.api, patient.user.auth) as connection:
        order(connection, what)
        await_open(patient.stand_in, 1)
        if politely:
            connection.close()
        else:
            connection.socket.shutdown(socket.SHUT_RDWR)
        await_open(patient.stand_in, 0)


def test_a_session_that_ends_ends_the_conversation_at_the_next_message(patient: Relay) -> None:
    user = patient.api.session(patient.user.username)
    with talking(patient.api, user.auth) as connection:
        order(connection, "tokens=1 then=silence")
        assert said(connection)["type"] == "token"
        patient.api.http.post("/auth/logout", json={"refresh_token": user.refresh_token}).raise_for_status()
        connection.send('{"type": "stop"}')
        assert types(connection) == ["stopped"]
        assert said(connection)["problem"]["type"] == "urn:problem:invalid-token"
        assert ended(connection).code == 1008
