"""Writing iCalendar (RFC 5545): whole days with alarms, nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

LINE_OCTETS = 75


@dataclass(frozen=True, slots=True)
class Entry:
    """One whole-day event. `alarms` are RFC 5545 durations from the beginning of the day (`-P7D`, `PT9H`)."""

    uid: str
    day: date
    title: str
    text: str = ""
    url: str = ""
    alarms: Sequence[str] = ()


def calendar(*, name: str, product: str, stamp: datetime, entries: Iterable[Entry]) -> bytes:
    """Return a calendar; the same input gives the same bytes. `stamp` is an aware moment in UTC."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{escape(product)}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escape(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
        "X-PUBLISHED-TTL:PT12H",
    ]
    for entry in entries:
        lines += _event(entry, stamp)
    lines.append("END:VCALENDAR")
    return b"".join(fold(line) for line in lines)


def _event(entry: Entry, stamp: datetime) -> list[str]:
    title = escape(entry.title)
    lines = [
        "BEGIN:VEVENT",
        f"UID:{escape(entry.uid)}",
        f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{title}",
        "TRANSP:TRANSPARENT",
        "CLASS:PRIVATE",
    ]
    if entry.text:
        lines.append(f"DESCRIPTION:{escape(entry.text)}")
    if entry.url:
        lines.append(f"URL:{_one_line(entry.url)}")
    for trigger in entry.alarms:
        lines += [
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"TRIGGER:{trigger}",
            f"DESCRIPTION:{title}",
            "END:VALARM",
        ]
    return [*lines, "END:VEVENT"]


def escape(text: str) -> str:
    """Return TEXT (RFC 5545 3.3.11); control characters, which it has no way to carry, are left out."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\\", "\\\\")
    text = text.replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
    return _one_line(text)


def _one_line(text: str) -> str:
    return "".join(sign for sign in text if sign >= " " and sign != "\x7f")


def fold(line: str) -> bytes:
    """Return a content line with its end, broken so that no piece is longer than 75 octets or cuts a character."""
    pieces, piece, size = [], "", 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > LINE_OCTETS:
            pieces.append(piece)
            piece, size = " ", 1
        piece += sign
        size += octets
    return "\r\n".join([*pieces, piece]).encode() + b"\r\n"
