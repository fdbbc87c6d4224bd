"""What can go wrong, in words for the person who started the simulator."""


class SimulatorError(Exception):
    """Ends the program with its message."""


class RefusedError(SimulatorError):
    """The server understood and said no; asking again would not help."""

    def __init__(self, status: int, what: str, detail: str) -> None:
        super().__init__(f"The server refused {what}: {status} {detail}".rstrip())
        self.status = status
        self.detail = detail


class UnreachableError(SimulatorError):
    """The server cannot be asked just now; worth another try."""

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s
