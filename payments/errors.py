"""What can go wrong at checkout, in the resident's words."""

from django.utils.translation import gettext as _

from eurzad.lib.errors import DomainError


class CheckoutError(DomainError):
    """The basket cannot be paid as it is. `link` is where the resident can do something about it."""

    code = "payments.checkout"
    link = ""


class NothingToPay(CheckoutError):
    """Nothing of what was chosen can be paid by this viewer now."""

    code = "payments.nothing_to_pay"

    def __init__(self) -> None:
        super().__init__(
            _("Nie ma czego zapłacić: wybrane pozycje są już zapłacone albo nie możesz ich opłacić.")
        )


class SeveralPayers(CheckoutError):
    """The basket mixes debts of different subjects."""

    code = "payments.several_payers"

    def __init__(self) -> None:
        super().__init__(_("Wybrane pozycje należą do różnych osób lub firm. Zapłać za każdą z nich osobno."))


class AlreadyReserved(CheckoutError):
    """Somebody is paying for one of the objects right now; `link` leads there when the viewer may see it."""

    code = "payments.reserved"

    def __init__(self, *, title: str, until: str, link: str) -> None:
        message = _(
            "„%(title)s” jest właśnie opłacane. Nic nie zginęło: "
            "dokończ tamtą płatność albo spróbuj po %(until)s."
        )
        super().__init__(message % {"title": title, "until": until})
        self.link = link


class AmountChanged(CheckoutError):
    """The total is no longer what the summary showed."""

    code = "payments.amount_changed"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Kwota zmieniła się od chwili otwarcia tej strony. Nic nie pobrano. "
                "Sprawdź nową kwotę i potwierdź ją."
            )
        )


class ProviderRefused(CheckoutError):
    """The provider will not take the order."""

    code = "payments.provider_refused"

    def __init__(self, reference: str) -> None:
        message = _(
            "Operator płatności odrzucił zlecenie %(reference)s. Nic nie pobrano. "
            "Spróbuj ponownie za kilka minut."
        )
        super().__init__(message % {"reference": reference})
