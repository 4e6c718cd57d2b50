"""The end of an exchange with a host outside, whatever the host drips."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class Deadline:
    """Ends an exchange when its time is up: its connections are shut down under it.

    A host that sends a byte a second keeps every single read in time; only this ends the whole.
    """

    def __init__(self) -> None:
        self.has_passed = False
        self._watched: list[socket.socket] = []
        self._lock = threading.Lock()

    def watch(self, connected: socket.socket) -> None:
        """Shut this connection down too, at once when it comes too late.

        Takes a plain TCP socket, before TLS is spoken on it, so that a handshake has to end in time as well.
        """
        with self._lock:
            self._watched.append(connected.dup())  # TLS takes the socket itself away
            if self.has_passed:
                self._shut_down()

    def end(self) -> None:
        """The time is up."""
        with self._lock:
            self.has_passed = True
            self._shut_down()

    @classmethod
    @contextlib.contextmanager
    def after(cls, seconds: float) -> Iterator["Deadline"]:
        """Have the deadline pass in so many seconds unless the block ends before."""
        deadline = cls()
        timer = threading.Timer(seconds, deadline.end)
        timer.daemon = True
        timer.start()
        try:
            yield deadline
        finally:
            timer.cancel()
            deadline._forget()

    def _shut_down(self) -> None:
        for connection in self._watched:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _forget(self) -> None:
        with self._lock:
            for connection in self._watched:
                connection.close()
            self._watched.clear()
