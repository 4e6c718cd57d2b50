"""Which of UTF-8, CP1250 and CP852 a file is in. A guess that could be wrong is no guess: the file is refused."""

import codecs
from collections import Counter

NAMES = {"utf-8": "utf-8", "cp1250": "cp1250", "cp852": "cp852"}
_POLISH = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ"
_BESIDE = "äöüÄÖÜßéá§°–—„”’«»…\xa0×ľčřšžŠŽČ"
"""What else stands in Polish names, addresses and titles."""
_SURE = 0.97
_ASCII = bytes(range(128))


def _bytes_of(text: str, encoding: str) -> frozenset[int]:
    return frozenset(code for letter in text for code in letter.encode(encoding, "ignore"))


_LETTERS = {name: _bytes_of(_POLISH, name) for name in ("cp1250", "cp852")}
_FITTING = {name: _LETTERS[name] | _bytes_of(_BESIDE, name) for name in _LETTERS}


class Ambiguous(ValueError):
    """Nobody could tell which encoding it is."""


class Listener:
    """Listens to the bytes of a file as they pass and then says what they are."""

    def __init__(self) -> None:
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._is_utf8 = True
        self._first = b""
        self._beyond: Counter[int] = Counter()

    def hear(self, chunk: bytes) -> None:
        """Take the next bytes."""
        if len(self._first) < 4:
            self._first = (self._first + chunk)[:4]
        if self._is_utf8:
            try:
                self._utf8.decode(chunk)
            except UnicodeDecodeError:
                self._is_utf8 = False
        self._beyond.update(chunk.translate(None, _ASCII))

    def tell(self, declared: str = "") -> str:
        """Return `utf-8-sig`, `utf-8`, `cp1250` or `cp852`; raises Ambiguous.

        `declared` is what the envelope says; it decides between two that are possible, and is refused where the
        bytes contradict it. UTF-16 is refused.
        """
        if self._first[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise Ambiguous("utf-16")
        if self._first[:3] == codecs.BOM_UTF8:
            if not self._whole_utf8():
                raise Ambiguous("utf-8")
            return "utf-8-sig"
        possible = ["utf-8"] if self._whole_utf8() else self._likely()
        if not self._beyond:
            return "utf-8"
        if declared:
            if declared in possible or (possible != ["utf-8"] and self._can_be(declared)):
                return declared
            raise Ambiguous(declared)
        if len(possible) != 1:
            raise Ambiguous(" / ".join(possible))
        return possible[0]

    def _whole_utf8(self) -> bool:
        if self._is_utf8:
            try:
                self._utf8.decode(b"", final=True)
            except UnicodeDecodeError:
                self._is_utf8 = False
        return self._is_utf8

    def _share(self, of: dict[str, frozenset[int]], name: str) -> float:
        fitting = sum(count for code, count in self._beyond.items() if code in of[name])
        return fitting / max(1, self._beyond.total())

    def _can_be(self, name: str) -> bool:
        return name in _FITTING and self._share(_FITTING, name) >= _SURE

    def _likely(self) -> list[str]:
        """Encodings that nearly all bytes fit; of two, the one whose letters are Polish, if that is clear."""
        fitting = [name for name in _FITTING if self._can_be(name)]
        if len(fitting) == 2:
            first, second = sorted(fitting, key=lambda name: -self._share(_LETTERS, name))
            if self._share(_LETTERS, first) - self._share(_LETTERS, second) >= 0.3:
                return [first]
        return fitting
