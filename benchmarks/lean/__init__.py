"""A Locust user for HTTP that costs little: gevent sockets, a C parser, and arrivals by a schedule."""
