"""Every workload for plain Locust, run from the root of the project:

locust -f benchmarks/locustfile.py --host http://127.0.0.1:5000 --class-picker      web UI
locust -f benchmarks/locustfile.py --host … --headless -u 8 -t 30s JourneyUser      one workload, by its class
locust -f benchmarks/locustfile.py --host … --master | --worker                     on several machines
"""

from benchmarks.users import JourneyUser, ListUser, LoginUser, MeUser, ReadUser, SearchUser, WriteUser

__all__ = ["JourneyUser", "ListUser", "LoginUser", "MeUser", "ReadUser", "SearchUser", "WriteUser"]
