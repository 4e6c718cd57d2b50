import json
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.management.base import CommandParser

from eurzad.lib.dates import format_short
from eurzad.lib.money import format_pln
from taxes.management import REGIMES, OneLineCommand, before_the_table, read_amount, read_day, read_terms
from taxes.rules.due_dates import effective_due_date
from taxes.rules.errors import RateMissing
from taxes.rules.interest import Debt, Interest, explain_interest


class Command(OneLineCommand):
    """Interest for paying late, line by line."""

    help = (
        "Liczy odsetki od jednej zaległości na wskazany dzień. Przykład: "
        "manage.py interest --regime tax --principal 1000.00 --due 2026-05-15 --on 2026-08-14"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--regime", help=f"rodzaj odsetek: {', '.join(REGIMES)}")
        parser.add_argument("--principal", help="zaległość w złotych, np. 1000.00")
        parser.add_argument("--due", help="termin płatności, RRRR-MM-DD")
        parser.add_argument("--on", help="dzień zapłaty, RRRR-MM-DD")
        parser.add_argument("--delivered", help="dzień doręczenia decyzji, jeśli doręczono ją późno")
        parser.add_argument("--no-shift", action="store_true", help="termin nie przechodzi na dzień roboczy")
        parser.add_argument("--json", action="store_true", help="wynik jako JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        terms = read_terms(options["regime"], "--regime")
        principal = read_amount(options["principal"], "--principal")
        due, on = read_day(options["due"], "--due"), read_day(options["on"], "--on")
        delivered = (
            read_day(options["delivered"], "--delivered") if options["delivered"] is not None else None
        )
        effective = effective_due_date(
            due, shifts=not options["no_shift"], delivered_on=delivered, regime=terms.regime
        )
        try:
            found = explain_interest(Debt("", terms, principal, effective), on, self.current_law())
        except RateMissing as error:
            raise before_the_table(error) from None
        self.stdout.write(json.dumps(as_json(found)) if options["json"] else as_text(found))


def as_json(interest: Interest) -> dict[str, Any]:
    """Return the documented shape: amounts are decimal strings, exact ones to six places."""
    return {
        "effective_due": interest.effective_due.isoformat(),
        "days": interest.days,
        "lines": [
            {
                "from": line.first.isoformat(),
                "to": line.last.isoformat(),
                "days": line.days,
                "rate": f"{line.percent:.2f}",
                "amount": _six(line.amount),
            }
            for line in interest.lines
        ],
        "raw": _six(interest.raw),
        "total": f"{interest.total:.2f}",
    }


def as_text(interest: Interest) -> str:
    """Return the same for a person."""
    text = [f"Termin zapłaty: {format_short(interest.effective_due)}"]
    if not interest.lines:
        return "\n".join([*text, "Zapłata w terminie: odsetek nie ma."])
    text += [
        f"{format_short(line.first)} – {format_short(line.last)}  {line.days:>5} dni  {line.percent:>6.2f} %  "
        f"{_six(line.amount):>16} zł"
        for line in interest.lines
    ]
    text.append(f"Razem {interest.days} dni, przed zaokrągleniem {_six(interest.raw)} zł")
    if interest.is_below_threshold:
        text.append("Odsetek tak małych się nie nalicza (art. 54 § 1 pkt 5 Ordynacji podatkowej).")
    text.append(f"Odsetki: {format_pln(interest.total)}")
    return "\n".join(text)


def _six(amount: Decimal) -> str:
    return str(amount.quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP))
