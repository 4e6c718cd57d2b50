"""What holds of the ledger once its older rows are filled in."""

from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):

    dependencies = [
        ('taxes', '0006_ledger_filled'),
    ]

    operations = [
        migrations.AlterField(
            model_name='instalment',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='taxes.account'),
        ),
        migrations.AlterField(
            model_name='instalment',
            name='assessed_amount',
            field=models.DecimalField(decimal_places=2, max_digits=12, verbose_name='kwota pierwotna'),
        ),
        migrations.AddConstraint(
            model_name='instalment',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0), ('amount__lte', models.F('assessed_amount')), ('assessed_amount__gt', 0)), name='taxes_instalment_amount_within_assessed'),
        ),
        migrations.AddConstraint(
            model_name='instalment',
            constraint=models.CheckConstraint(condition=models.Q(('costs_posted__gte', 0), ('principal_posted__gte', 0), ('principal_posted__lte', models.F('amount')), ('posted_carried__gte', 0)), name='taxes_instalment_posted_within_amount'),
        ),
        migrations.AddConstraint(
            model_name='instalment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('enforced_on__isnull', True), ('enforcement_ended_on__isnull', True), ('enforcement_title', '')), models.Q(('enforced_on__isnull', False), models.Q(('enforcement_title', ''), _negated=True)), _connector='OR'), name='taxes_instalment_enforced_by_title'),
        ),
        migrations.AddConstraint(
            model_name='paymentreceived',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('channel', 'portal'), ('posting__in', ['awaiting', 'acknowledged', 'rejected', 'by_hand', 'overpayment'])), models.Q(models.Q(('channel', 'portal'), _negated=True), ('posting', '')), _connector='OR'), name='taxes_payment_posting_when_portal'),
        ),
        migrations.AddConstraint(
            model_name='paymentreceived',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('posted_at__isnull', False), ('posting__in', ['acknowledged', 'by_hand'])), models.Q(models.Q(('posting__in', ['acknowledged', 'by_hand']), _negated=True), ('posted_at__isnull', True)), _connector='OR'), name='taxes_payment_posted_when_taken_in'),
        ),
    ]
