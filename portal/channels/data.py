"""The channels as delivered; from there on the town keeps them."""

from typing import Any

CHANNELS: tuple[dict[str, Any], ...] = (
    {
        "code": "portal",
        "name": "Portal eUrząd",
        "order": 10,
        "takes_applications": True,
        "sends_letters": False,
        "receipt_kind": "upp",
        "legal_effect": "Wniosek złożony w portalu wpływa do urzędu z chwilą podaną w urzędowym poświadczeniu "
        "przedłożenia (UPP).",
    },
    {
        "code": "epuap",
        "name": "ePUAP",
        "order": 20,
        "takes_applications": True,
        "sends_letters": True,
        "receipt_kind": "upp",
        "legal_effect": "Od 1 stycznia 2026 r. ePUAP nie jest ogólną drogą składania pism. Urząd przyjmuje nim ten "
        "wniosek, bo dotyczy dostępu do usługi urzędu. Poświadczenie (UPP) znajdziesz na swoim koncie ePUAP.",
    },
    {
        "code": "edoreczenia",
        "name": "e-Doręczenia",
        "order": 30,
        "takes_applications": False,
        "sends_letters": False,
        "receipt_kind": "evidence",
        "legal_effect": "Pismo wysłane na adres urzędu do e-Doręczeń wpływa z chwilą podaną w dowodzie otrzymania.",
    },
    {
        "code": "paper",
        "name": "Papier",
        "order": 40,
        "takes_applications": False,
        "sends_letters": False,
        "receipt_kind": "stamp",
        "legal_effect": "Pismo złożone w urzędzie wpływa w dniu podanym na pieczęci wpływu, a nadane w polskiej "
        "placówce pocztowej operatora wyznaczonego zachowuje termin, jeśli nadano je przed jego upływem.",
    },
)
