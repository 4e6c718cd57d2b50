"""The rates and amounts of the law as delivered, and the kinds of receivables; from here on the town keeps them."""

from django.db import migrations

from taxes import data

TAX = {"regime": "tax", "rounding": "zloty", "has_threshold": True, "credit_order": "proportional"}
CIVIL = {"regime": "civil", "rounding": "grosz", "has_threshold": False, "credit_order": "interest_first"}

TYPES = [
    ("property_tax", "Podatek od nieruchomości", "taxes", "art. 6 ust. 7 ustawy o podatkach i opłatach lokalnych", TAX),
    ("agricultural_tax", "Podatek rolny", "taxes", "art. 6a ust. 6 ustawy o podatku rolnym", TAX),
    ("forestry_tax", "Podatek leśny", "taxes", "art. 6 ust. 3 ustawy o podatku leśnym", TAX),
    ("combined_obligation", "Łączne zobowiązanie pieniężne", "taxes", "art. 6c ustawy o podatku rolnym", TAX),
    ("vehicle_tax", "Podatek od środków transportowych", "taxes", "art. 11 ustawy o podatkach i opłatach lokalnych", TAX),
    (
        "waste_fee", "Opłata za gospodarowanie odpadami", "fees",
        "art. 6h i 6q ustawy o utrzymaniu czystości i porządku w gminach", TAX,
    ),
    (
        "perpetual_usufruct_fee", "Opłata za użytkowanie wieczyste", "fees",
        "art. 71 ust. 4 ustawy o gospodarce nieruchomościami", CIVIL,
    ),
    (
        "transformation_fee", "Opłata przekształceniowa", "fees",
        "art. 20 ustawy o przekształceniu prawa użytkowania wieczystego", CIVIL,
    ),
    ("lease", "Czynsz dzierżawny", "fees", "art. 693 § 1 Kodeksu cywilnego", CIVIL),
]


def load(apps, schema_editor):
    alias = schema_editor.connection.alias
    rates = apps.get_model("taxes", "InterestRate").objects.using(alias)
    rates.bulk_create(
        rates.model(regime=regime, valid_from=day, percent=percent, source=source)
        for regime, day, percent, source in data.interest_rates()
    )
    amounts = apps.get_model("taxes", "DatedAmount").objects.using(alias)
    amounts.bulk_create(
        amounts.model(kind=kind, valid_from=day, amount=amount, source=source)
        for kind, day, amount, source in data.dated_amounts()
        if kind in ("interest_threshold", "reminder_cost")  # the others are known from 0003 on
    )
    types = apps.get_model("taxes", "ReceivableType").objects.using(alias)
    types.bulk_create(
        types.model(code=code, name=name, area=area, legal_basis=basis, shifts_due_date=True, **flags)
        for code, name, area, basis, flags in TYPES
    )


class Migration(migrations.Migration):
    dependencies = [("taxes", "0001_initial")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
