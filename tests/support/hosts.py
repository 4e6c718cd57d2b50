"""Hosts that misbehave on the wire."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n"
BODY = b"<x/>"


@contextmanager
def host(answer: Callable[[socket.socket], None], *, reads_request: bool = True) -> Iterator[str]:
    """Listen for one connection, read the request if told so and let `answer` do as it likes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                received = b""
                while reads_request and not received.endswith(
                    BODY
                ):  # closing with unread bytes would reset the connection
                    received += connection.recv(65536)
                try:
                    answer(connection)
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join()


def sending(*parts: bytes, pause: float = 0.0) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
            time.sleep(pause)

    return answer


def dripping(*parts: bytes) -> Callable[[socket.socket], None]:
    """Send the parts, then a byte now and then until the other side is gone: only a deadline ends that."""

    def answer(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
        while True:
            connection.sendall(b"x")
            time.sleep(0.02)

    return answer


def silent(connection: socket.socket) -> None:
    """Say nothing until the other side is gone."""
    connection.recv(1)
