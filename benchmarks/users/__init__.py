"""The workloads, each one Locust user class."""

from benchmarks.users.chats import ChatUser
from benchmarks.users.files import CoverUser, ExportUser, StaticUser
from benchmarks.users.journey import JourneyUser
from benchmarks.users.reading import FirstPageUser, ListUser, ReadUser, SearchUser
from benchmarks.users.streams import EventsUser, SocketUser
from benchmarks.users.writing import LoginUser, MeUser, WriteUser

__all__ = [
    "ChatUser",
    "CoverUser",
    "EventsUser",
    "ExportUser",
    "FirstPageUser",
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
