"""What the system knows of those at the door: how to let nobody else in and lose nobody, and who has left again.

Closing a listening socket resets the connections that nobody has accepted yet. So a packet filter comes first, which
drops a newcomer's first packet: those who are connected, or about to be, can be accepted in peace, and then the socket
is closed. A newcomer's system tries again a second later, and is refused like anybody who comes after the end.
"""

import ctypes
import socket
import struct
import sys

_SO_ATTACH_FILTER = 26  # <asm-generic/socket.h>; Python has no name for it
_CLOSE_WAIT = 8  # <netinet/tcp.h>: the other side has sent its FIN
# Instructions of the classic packet filter (struct sock_filter): code, jump if true, jump if false, operand.
_DROP_NEWCOMERS = b"".join(
    struct.pack("@HBBI", *instruction)
    for instruction in (
        (0x30, 0, 0, 13),  # load the byte of the flags, which TCP's header has at 13 (RFC 9293 section 3.1)
        (0x54, 0, 0, 0x12),  # leave SYN and ACK
        (0x15, 0, 1, 0x02),  # SYN alone?
        (0x06, 0, 0, 0),  # then take nothing of the packet
        (0x06, 0, 0, 0xFFFFFFFF),  # else all
    )
)


def turn_away(listener: socket.socket) -> None:
    """Let no newcomer reach `listener`, in whichever processes it is open; where there are no filters, do nothing."""
    if sys.platform != "linux" or listener.fileno() < 0:
        return
    code = ctypes.create_string_buffer(_DROP_NEWCOMERS, len(_DROP_NEWCOMERS))
    program = struct.pack("@HP", len(code) // 8, ctypes.addressof(code))
    listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)


def has_left(sock: socket.socket) -> bool:
    """Whether a client has closed its side, as most do that will not wait any longer; where nobody can tell, False."""
    if sys.platform != "linux":
        return False
    # The first byte of struct tcp_info is the state.
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _CLOSE_WAIT
