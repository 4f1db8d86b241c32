"""How a server lets nobody else in and loses nobody who is already at the door.

Closing a listening socket resets the connections that nobody has accepted yet. So a packet filter comes first, which
drops what newcomers send: those who are connected can be accepted in peace, and then the socket is closed. A newcomer's
system repeats its attempt a second later, and is refused like anybody who comes after the end.
"""

import ctypes
import socket
import struct
import sys

_SO_ATTACH_FILTER = 26  # <asm-generic/socket.h>; Python has no name for it
_DROP_ALL = struct.pack("@HBBI", 0x06, 0, 0, 0)  # struct sock_filter: BPF_RET, 0 bytes of the packet


def turn_away(listener: socket.socket) -> None:
    """Let no newcomer reach `listener`, in whichever processes it is open; where there are no filters, do nothing."""
    if sys.platform != "linux" or listener.fileno() < 0:
        return
    code = ctypes.create_string_buffer(_DROP_ALL, len(_DROP_ALL))
    listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("@HP", 1, ctypes.addressof(code)))
