"""Why a peer refuses a message."""


class Refused(Exception):
    """A message that a real peer would turn down; `code` is for tests, the text for the reader."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(f"{code}: {text}" if text else code)
        self.code = code
        self.text = text or code
