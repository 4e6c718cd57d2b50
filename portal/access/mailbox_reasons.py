"""Why an application that came to the office's mailbox waits for a clerk, in words for the clerk."""

from django.utils.translation import gettext_lazy as _

REASONS = {
    "access.unsigned": _("Wniosek nie jest podpisany. Wezwij nadawcę do podpisania albo zamknij z notatką."),
    "access.unsupported": _(
        "Wniosek podpisano w sposób, którego system nie obsługuje. Sprawdź podpis ręcznie."
    ),
    "access.altered": _(
        "Podpis nie zgadza się z treścią: pismo zmieniono po podpisaniu. Wezwij do złożenia go od nowa."
    ),
    "access.untrusted": _("Nie wiadomo, kto podpisał: certyfikat nie jest zaufany. Sprawdź podpis ręcznie."),
    "access.no_person": _("Z podpisu nie da się odczytać, kto podpisał. Sprawdź podpis ręcznie."),
    "access.wrong_time": _("Podpis ma datę z przyszłości. Wezwij nadawcę do ponownego podpisania."),
    "access.unreadable": _("Pliku nie da się odczytać. Wezwij nadawcę do złożenia wniosku od nowa."),
    "access.revoked": _("Certyfikat podpisu był unieważniony. Wezwij nadawcę do ponownego podpisania."),
    "access.expired": _("Certyfikat podpisu był nieważny. Wezwij nadawcę do ponownego podpisania."),
    "access.no_number": _("Podpis nie podaje numeru PESEL. Potwierdź tożsamość nadawcy inaczej."),
    "access.other_document": _("To nie jest wniosek o dostęp, choć tak się nazywa. Przeczytaj treść."),
    "access_door_closed": _(
        "Urząd nie przyjmuje teraz tych wniosków przez ePUAP. Odpisz nadawcy, jak złożyć wniosek."
    ),
}
