"""What an administrator types into the tables of the law, checked before it counts."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eurzad.lib import clock
from eurzad.lib.dates import format_short
from eurzad.lib.money import format_amount
from taxes.models import DatedAmount, InterestRate
from taxes.rules import rate_checks
from taxes.rules.rates import Rate, RateTable

TAX, CIVIL = InterestRate.Regime.TAX.value, InterestRate.Regime.CIVIL.value
NO_DAY = date.min
PERCENT_KINDS = ("_share", "_percent", "_surcharge")


def _percent(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, max_digits=4, decimal_places=2, min_value=Decimal("0.01"),
        max_value=rate_checks.HIGHEST, help_text=gettext_lazy("W procentach na rok; puste: tego dnia się nie zmienia."),
    )  # fmt: skip


class RatesForm(forms.ModelForm):  # type: ignore[type-arg]
    """The rates that begin on one day, both kinds at once: they change together."""

    tax_percent = _percent(gettext_lazy("Odsetki za zwłokę (podatki)"))
    tax_source = forms.CharField(label=gettext_lazy("Podstawa"), required=False, max_length=200)
    civil_percent = _percent(gettext_lazy("Odsetki ustawowe za opóźnienie"))
    civil_source = forms.CharField(label=gettext_lazy("Podstawa"), required=False, max_length=200)

    class Meta:
        model = InterestRate
        fields = ("valid_from",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.former_day: date | None = self.instance.valid_from if self.instance.pk else None
        mine = InterestRate.objects.filter(valid_from=self.former_day or NO_DAY)
        self.former = {row.regime: row for row in mine}
        for regime, row in self.former.items():
            self.initial.setdefault(f"{regime}_percent", row.percent)
            self.initial.setdefault(f"{regime}_source", row.source)

    def clean_valid_from(self) -> date:
        """A day near the present, free, and between its neighbours when it is moved."""
        day: date = self.cleaned_data["valid_from"]
        last = clock.today() + rate_checks.AHEAD
        if not rate_checks.FIRST_DAY <= day <= last:
            raise ValidationError(
                _("Podaj dzień od %(first)s do %(last)s.")
                % {"first": format_short(rate_checks.FIRST_DAY), "last": format_short(last)}
            )
        if day == self.former_day:
            return day
        others = InterestRate.objects.exclude(valid_from=self.former_day or NO_DAY)
        if others.filter(valid_from=day).exists():
            raise ValidationError(_("Stawki od tego dnia już są: zmień je na ich stronie, zamiast dodawać."))
        if self.former_day and others.filter(
            valid_from__range=(min(day, self.former_day), max(day, self.former_day))
        ):
            raise ValidationError(_("Między dawnym a nowym dniem są inne stawki: kolejność musi zostać."))
        is_first = self.former_day and not all(
            others.filter(regime=regime, valid_from__lt=self.former_day).exists() for regime in self.former
        )
        if is_first and self.former_day and day > self.former_day:
            raise ValidationError(
                _("To pierwsza stawka: późniejszy dzień zostawiłby lukę na początku tabeli.")
            )
        return day

    def clean(self) -> dict[str, Any]:
        """Each rate has its source, and both agree."""
        found = super().clean() or self.cleaned_data
        rates = self.rates
        for regime in (TAX, CIVIL):
            if found.get(f"{regime}_percent") is not None and not found.get(f"{regime}_source"):
                self.add_error(
                    f"{regime}_source", _("Podaj podstawę: akt albo uchwałę, z której jest stawka.")
                )
            if regime in self.former and found.get(f"{regime}_percent") is None:
                self.add_error(
                    f"{regime}_percent", _("Stawki nie można wymazać; usuń cały dzień, jeśli był pomyłką.")
                )
        if not rates and not self.errors:
            raise ValidationError(_("Podaj co najmniej jedną stawkę."))
        if self.errors:
            return found
        day = found["valid_from"]
        wrong = rate_checks.mismatch(self._table(TAX, day), self._table(CIVIL, day), day)
        if wrong:
            raise ValidationError(
                _(
                    "Od 2020 r. stawka podatkowa to dwa razy stawka ustawowa mniej 8, najmniej 8%%. Na %(day)s przy "
                    "stawce ustawowej %(civil)s %% wychodzi %(expected)s %%, a jest %(tax)s %%. Wpisz obie stawki "
                    "albo popraw tę, która jest błędna."
                )
                % {
                    "day": format_short(wrong.day), "civil": format_amount(wrong.civil),
                    "expected": format_amount(wrong.expected), "tax": format_amount(wrong.tax),
                }
            )  # fmt: skip
        return found

    @property
    def rates(self) -> dict[str, tuple[Decimal, str]]:
        """What was typed: percent and source by regime."""
        found = self.cleaned_data
        return {
            regime: (found[f"{regime}_percent"], found.get(f"{regime}_source", ""))
            for regime in (TAX, CIVIL)
            if found.get(f"{regime}_percent") is not None
        }

    def _table(self, regime: str, day: date) -> RateTable:
        """The table as it would be."""
        rows = InterestRate.objects.filter(regime=regime).exclude(valid_from=self.former_day or NO_DAY)
        table = dict(rows.values_list("valid_from", "percent"))
        if regime in self.rates:
            table[day] = self.rates[regime][0]
        return RateTable(tuple(Rate(start, table[start]) for start in sorted(table)))


class AmountForm(forms.ModelForm):  # type: ignore[type-arg]
    """An amount or a share of the law."""

    class Meta:
        model = DatedAmount
        fields = ("kind", "valid_from", "amount", "source")

    def clean_valid_from(self) -> date:
        """A day since the tables begin, and not years ahead."""
        day: date = self.cleaned_data["valid_from"]
        last = date(clock.today().year + 1, 12, 31)
        if not rate_checks.FIRST_DAY <= day <= last:
            raise ValidationError(
                _("Podaj dzień od %(first)s do %(last)s.")
                % {"first": format_short(rate_checks.FIRST_DAY), "last": format_short(last)}
            )
        return day

    def clean(self) -> dict[str, Any]:
        """A share is a percentage; one value a day."""
        found = super().clean() or self.cleaned_data
        kind, amount = str(found.get("kind") or ""), found.get("amount")
        highest = Decimal(100) if kind.endswith(PERCENT_KINDS) else Decimal(1_000_000)
        if amount is not None and not 0 <= amount <= highest:
            self.add_error(
                "amount", _("Podaj wartość od 0 do %(highest)s.") % {"highest": format_amount(highest)}
            )
        others = DatedAmount.objects.exclude(pk=self.instance.pk)
        if others.filter(kind=kind, valid_from=found.get("valid_from") or NO_DAY).exists():
            self.add_error(
                "valid_from", _("Wartość tego rodzaju od tego dnia już jest: zmień ją, zamiast dodawać.")
            )
        return found
