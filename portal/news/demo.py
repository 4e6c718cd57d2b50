"""Announcements of the demo town."""

import uuid
from datetime import date, datetime, time, timedelta

from eurzad.lib import clock
from portal.news.models import Announcement

_NAMESPACE = uuid.UUID("3f2b7a52-5d0c-4d0e-8f8e-6d9c1f9c2b10")

# (days ago, days on show or None, is it an emergency, title, text)
_ANNOUNCEMENTS = (
    (
        0,
        2,
        True,
        "Przerwa w dostawie wody na ul. Młyńskiej",
        "Z powodu awarii wodociągu na ul. Młyńskiej i Polnej nie ma wody. Naprawa potrwa do jutra "
        "wieczorem.\n\n"
        "Beczkowóz z wodą pitną stoi przy Szkole Podstawowej nr 1. Po przywróceniu wody odkręć kran "
        "na kilka minut.",
    ),
    (
        3,
        60,
        False,
        "Podatki i opłaty zapłacisz przez internet",
        "W portalu eUrząd zobaczysz swoje podatki z ratami i odsetkami policzonymi na wybrany dzień "
        "i zapłacisz je "
        "bez prowizji.\n\nDo podglądu danych potrzebny jest jednorazowy wniosek o dostęp. Złożysz "
        "go w portalu albo przez ePUAP, podpisując profilem zaufanym.",
    ),
    (
        9,
        90,
        False,
        "Rejestr umów jest otwarty dla wszystkich",
        "Umowy zawarte przez miasto i jego jednostki można przeszukiwać bez logowania: według "
        "wykonawcy, przedmiotu, roku i jednostki.",
    ),
    (
        16,
        None,
        False,
        "Konsultacje planu miejscowego dla Zarzecza",
        "Projekt planu jest wyłożony w Wydziale Geodezji i Nieruchomości. Uwagi można składać przez "
        "21 dni od ogłoszenia.\n\nDyskusja publiczna odbędzie się w sali ratusza.",
    ),
    (
        30,
        None,
        False,
        "Zimowe godziny pracy urzędu",
        "Od grudnia do końca lutego urząd jest czynny od 7.30 do 15.30, a w środy do 17.00.",
    ),
)


def load(today: date) -> int:
    """Publish the announcements around `today`; the same ones every time. Returns how many."""
    for serial, (ago, shown, is_emergency, title, body) in enumerate(_ANNOUNCEMENTS):
        start = datetime.combine(today - timedelta(days=ago), time(0, 0), clock.WARSAW)
        Announcement.objects.update_or_create(
            public_id=uuid.uuid5(_NAMESPACE, str(serial)),
            defaults={
                "title": title,
                "body": body,
                "published_from": start,
                "published_to": start + timedelta(days=shown) if shown else None,
                "is_emergency": is_emergency,
            },
        )
    return len(_ANNOUNCEMENTS)
