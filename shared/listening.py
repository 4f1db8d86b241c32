"""What the system knows of those at the door: how to let nobody else in and lose nobody, and who has left again.

Closing a listening socket resets the connections that nobody has accepted yet. So a packet filter comes first, which
drops what newcomers send: those who are connected can be accepted in peace, and then the socket is closed. A newcomer's
system repeats its attempt a second later, and is refused like anybody who comes after the end.
"""

import ctypes
import socket
import struct
import sys

_SO_ATTACH_FILTER = 26  # <asm-generic/socket.h>; Python has no name for it
_CLOSE_WAIT = 8  # <netinet/tcp.h>: the other side has sent its FIN
_DROP_ALL = struct.pack("@HBBI", 0x06, 0, 0, 0)  # struct sock_filter: BPF_RET, 0 bytes of the packet


def turn_away(listener: socket.socket) -> None:
    """Let no newcomer reach `listener`, in whichever processes it is open; where there are no filters, do nothing."""
    if sys.platform != "linux" or listener.fileno() < 0:
        return
    code = ctypes.create_string_buffer(_DROP_ALL, len(_DROP_ALL))
    listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("@HP", 1, ctypes.addressof(code)))


def has_left(sock: socket.socket) -> bool:
    """Whether a client has closed its side, as most do that will not wait any longer; where nobody can tell, False."""
    if sys.platform != "linux":
        return False
    # The first byte of struct tcp_info is the state.
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _CLOSE_WAIT
