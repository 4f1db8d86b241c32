"""The workloads, each one Locust user class."""

from benchmarks.users.journey import JourneyUser
from benchmarks.users.reading import FirstPageUser, ListUser, ReadUser, SearchUser
from benchmarks.users.writing import LoginUser, MeUser, WriteUser

__all__ = ["FirstPageUser", "JourneyUser", "ListUser", "LoginUser", "MeUser", "ReadUser", "SearchUser", "WriteUser"]
