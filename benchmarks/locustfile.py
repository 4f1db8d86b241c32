"""Every workload for plain Locust, run from the root of the project:

locust -f benchmarks/locustfile.py --host http://127.0.0.1:5000 --class-picker      web UI
locust -f benchmarks/locustfile.py --host … --headless -u 8 -t 30s JourneyUser      one workload, by its class
locust -f benchmarks/locustfile.py --host … -u 64 --rate 200 --arrivals poisson     by a schedule, not by turns
locust -f benchmarks/locustfile.py --host … --master | --worker                     on several machines

ChatUser needs a server whose CHAT_UPSTREAM_URL is benchmarks.chat_upstream.
"""

from argparse import ArgumentTypeError
from pathlib import Path

from locust import events
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment

from benchmarks import journey
from benchmarks.failures import UsageError
from benchmarks.lean import collecting
from benchmarks.users import (
    ChatUser,
    CoverUser,
    EventsUser,
    ExportUser,
    JourneyUser,
    ListUser,
    LoginUser,
    MeUser,
    ReadUser,
    SearchUser,
    SocketUser,
    StaticUser,
    WriteUser,
)

__all__ = [
    "ChatUser",
    "CoverUser",
    "EventsUser",
    "ExportUser",
    "JourneyUser",
    "ListUser",
    "LoginUser",
    "MeUser",
    "ReadUser",
    "SearchUser",
    "SocketUser",
    "StaticUser",
    "WriteUser",
]


def _journey_file(text: str) -> str:
    try:
        journey.load(Path(text))
    except UsageError as error:
        raise ArgumentTypeError(str(error)) from None
    return text


@events.init_command_line_parser.add_listener  # type: ignore[untyped-decorator]  # Locust's
def add_arguments(parser: LocustArgumentParser) -> None:
    """What can be chosen beside Locust's own options, on the command line and in the web UI."""
    parser.add_argument("--seed", type=int, default=0, help="With the same seed, users ask the same in the same order")
    parser.add_argument(
        "--journey", type=_journey_file, default=str(journey.JOURNEY_FILE), help="File of the visits of JourneyUser"
    )
    collecting.add_arguments(parser)


@events.init.add_listener  # type: ignore[untyped-decorator]  # Locust's
def collect(environment: Environment, **_: object) -> None:
    """Users keep to a course, and what became of their requests is printed in the end."""
    collecting.Collection(environment)
