"""Sentences to choose from; the administrator changes them."""

from typing import Any

from django.db import migrations

TEMPLATES = (
    ("opening", "Wniosek", "Rozpatrzenie wniosku"),
    ("opening", "Pytanie mieszkańca", "Odpowiedź na pytanie osoby, której dane dotyczą"),
    ("opening", "Pismo", "Załatwienie pisma lub korespondencji"),
    ("opening", "Wpłata", "Wyjaśnienie wpłaty albo należności"),
    ("opening", "Kontrola", "Kontrola albo sprawdzenie na polecenie przełożonego"),
    ("refusal", "Dane niezgodne z ewidencją",
     "Danych z wniosku nie udało się uzgodnić z ewidencją urzędu. Prosimy o kontakt z urzędem."),
    ("refusal", "Nie jest stroną",
     "Wnioskodawca nie jest stroną żadnej sprawy ani należności prowadzonej przez urząd."),
    ("refusal", "Brak pełnomocnictwa",
     "Do wniosku nie dołączono dokumentu, z którego wynika prawo do działania w imieniu tej osoby albo firmy."),
    ("refusal", "Opłata skarbowa",
     "Nie wykazano zapłaty opłaty skarbowej od pełnomocnictwa (17 zł) ani podstawy zwolnienia z niej."),
    ("refusal", "Reprezentacja łączna",
     "Według KRS spółkę reprezentują dwie osoby łącznie, a wniosek podpisała jedna."),
    ("refusal", "Wniosek powtórzony",
     "Wniosek jest powtórzony; dostęp przyznano na podstawie wcześniejszego wniosku."),
    ("correction", "Dołącz dokument",
     "Prosimy dołączyć dokument, z którego wynika prawo do działania: pełnomocnictwo, odpis z KRS albo "
     "orzeczenie sądu."),
    ("correction", "Popraw numer",
     "Numer osoby albo firmy we wniosku nie zgadza się z dołączonym dokumentem. Prosimy go sprawdzić i poprawić."),
    ("correction", "Opłata skarbowa",
     "Prosimy dołączyć potwierdzenie zapłaty opłaty skarbowej (17 zł) albo wskazać podstawę zwolnienia."),
    ("correction", "Nieczytelny plik",
     "Dołączonego pliku nie da się odczytać. Prosimy dołączyć czytelny skan albo zdjęcie."),
)  # fmt: skip


def load(apps: Any, schema_editor: Any) -> None:
    template = apps.get_model("desk", "Template").objects.using(schema_editor.connection.alias)
    for order, (use, name, text) in enumerate(TEMPLATES, start=1):
        template.get_or_create(use=use, name=name, defaults={"text": text, "order": order * 10})


class Migration(migrations.Migration):
    dependencies = [("desk", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
