"""Why a certificate or a signature is not believed."""


class Undecided(Exception):
    """The signature may be sound, but nothing tells whose it is. `code` is the reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Distrusted(Exception):
    """The signature is no good. `code` is the reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
