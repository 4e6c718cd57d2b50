"""Rows of before get what the whole ledger asks of them; all kinds of receivables a town has."""

from django.db import migrations

TAX = {"regime": "tax", "rounding": "zloty", "has_threshold": True, "credit_order": "proportional"}
CIVIL = {"regime": "civil", "rounding": "grosz", "has_threshold": False, "credit_order": "interest_first"}
NONE = {"regime": "none", "rounding": "grosz", "has_threshold": False, "credit_order": "interest_first"}

# The alcohol fee keeps its days: whether they move to a working day is disputed, so the earlier one is shown.
TYPES = [
    (
        "property_tax_legal", "Podatek od nieruchomości (osoby prawne)", "taxes",
        "art. 6 ust. 9 ustawy o podatkach i opłatach lokalnych", TAX, True,
    ),
    ("agricultural_tax_legal", "Podatek rolny (osoby prawne)", "taxes", "art. 6a ust. 8 ustawy o podatku rolnym", TAX, True),
    ("forestry_tax_legal", "Podatek leśny (osoby prawne)", "taxes", "art. 6 ust. 5 ustawy o podatku leśnym", TAX, True),
    (
        "alcohol_fee", "Opłata za zezwolenie na sprzedaż alkoholu", "fees",
        "art. 11¹ ustawy o wychowaniu w trzeźwości", NONE, False,
    ),
    ("road_lane_fee", "Opłata za zajęcie pasa drogowego", "fees", "art. 40 i 40d ustawy o drogach publicznych", CIVIL, True),
    ("dog_fee", "Opłata od posiadania psów", "fees", "art. 18a ustawy o podatkach i opłatach lokalnych", TAX, True),
    ("stamp_duty", "Opłata skarbowa", "fees", "art. 6 ustawy o opłacie skarbowej", TAX, True),
]  # fmt: skip

ACCOUNT = """
    UPDATE taxes_instalment SET assessed_amount = amount, account_id =
        (SELECT account_id FROM taxes_receivable WHERE taxes_receivable.id = taxes_instalment.receivable_id)
"""
POSTED = """
    UPDATE taxes_instalment SET
        principal_posted = principal_paid - COALESCE((SELECT SUM(a.principal) {overlay}), 0),
        costs_posted = costs_paid - COALESCE((SELECT SUM(a.costs) {overlay}), 0),
        posted_carried = interest_carried + COALESCE((SELECT SUM(a.interest) {overlay} {civil}), 0),
        posted_accrued_until = interest_accrued_until,
        posted_on = settled_on
""".format(
    overlay="""
        FROM taxes_allocation a JOIN taxes_paymentreceived p ON p.id = a.payment_id
        WHERE a.instalment_id = taxes_instalment.id AND p.channel = 'portal'
    """,
    civil="AND taxes_instalment.interest_accrued_until IS NOT NULL",
)
LEFT = """
    UPDATE taxes_allocation SET interest_left =
        (SELECT interest_carried FROM taxes_instalment i WHERE i.id = taxes_allocation.instalment_id)
    WHERE (SELECT interest_accrued_until FROM taxes_instalment i WHERE i.id = taxes_allocation.instalment_id)
        IS NOT NULL
"""
AWAITING = "UPDATE taxes_paymentreceived SET posting = 'awaiting' WHERE channel = 'portal'"
PARTIES = """
    INSERT INTO taxes_accountparty (account_id, subject_id, role, share, external_id)
    SELECT id, subject_id, 'main', '', '' FROM taxes_account
"""
OVERPAID = """
    INSERT INTO taxes_overpayment
        (public_id, account_id, payment_id, cause, arose_on, amount, "left", external_id)
    SELECT {uuid}, r.account_id, p.id, 'payment', p.paid_on, SUM(a.overpaid), SUM(a.overpaid), ''
    FROM taxes_allocation a JOIN taxes_paymentreceived p ON p.id = a.payment_id
    JOIN taxes_instalment i ON i.id = a.instalment_id JOIN taxes_receivable r ON r.id = i.receivable_id
    WHERE a.overpaid > 0 GROUP BY r.account_id, p.id, p.paid_on
"""


def load(apps, schema_editor):
    """Add the kinds that are missing; what the town changed stays."""
    types = apps.get_model("taxes", "ReceivableType").objects.using(schema_editor.connection.alias)
    types.bulk_create(
        (
            types.model(code=code, name=name, area=area, legal_basis=basis, shifts_due_date=shifts, **flags)
            for code, name, area, basis, flags, shifts in TYPES
        ),
        ignore_conflicts=True,
    )


def fill(apps, schema_editor):
    is_postgres = schema_editor.connection.vendor == "postgresql"
    overpaid = OVERPAID.format(uuid="gen_random_uuid()" if is_postgres else "lower(hex(randomblob(16)))")
    for statement in (ACCOUNT, POSTED, LEFT, AWAITING, PARTIES, overpaid):
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("taxes", "0005_ledger_model")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
