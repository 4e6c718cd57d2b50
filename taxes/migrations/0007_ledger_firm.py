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
        migrations.AddConstraint(
            model_name='component',
            constraint=models.CheckConstraint(condition=models.Q(('source_url', ''), ('source_url__startswith', 'https://'), _connector='OR'), name='taxes_component_link_is_https'),
        ),
        migrations.AddConstraint(
            model_name='sourcesystem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code', ''), _negated=True), models.Q(('name', ''), _negated=True)), name='taxes_source_has_name'),
        ),
        migrations.AddIndex(
            model_name='instalment',
            index=models.Index(fields=['account', 'status', 'effective_due_on'], name='taxes_instalment_owed'),
        ),
        migrations.AddIndex(
            model_name='instalment',
            index=models.Index(condition=models.Q(('status', 'settled')), fields=['account', '-settled_on'], name='taxes_instalment_settled'),
        ),
        migrations.AddIndex(
            model_name='instalment',
            index=models.Index(condition=models.Q(('arrangement__isnull', False)), fields=['arrangement'], name='taxes_instalment_plan'),
        ),
        migrations.AddIndex(
            model_name='paymentreceived',
            index=models.Index(condition=models.Q(('posting__in', ['awaiting', 'rejected'])), fields=['posting', 'paid_on'], name='taxes_payment_not_posted'),
        ),
        migrations.AddIndex(
            model_name='paymentreceived',
            index=models.Index(condition=models.Q(('posted_at__isnull', False)), fields=['posted_at'], name='taxes_payment_posted'),
        ),
        migrations.AddIndex(
            model_name='receivable',
            index=models.Index(fields=['decision_number'], name='taxes_receivable_decision'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.UniqueConstraint(condition=models.Q(('source__isnull', False), models.Q(('external_id', ''), _negated=True)), fields=('source', 'external_id'), name='taxes_account_external_id_unique'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('external_id', ''), ('source__isnull', False), _connector='OR'), name='taxes_account_id_has_source'),
        ),
        migrations.AddConstraint(
            model_name='instalment',
            constraint=models.UniqueConstraint(condition=models.Q(('source__isnull', False), models.Q(('external_id', ''), _negated=True)), fields=('source', 'external_id'), name='taxes_instalment_external_id_unique'),
        ),
        migrations.AddConstraint(
            model_name='instalment',
            constraint=models.CheckConstraint(condition=models.Q(('external_id', ''), ('source__isnull', False), _connector='OR'), name='taxes_instalment_id_has_source'),
        ),
        migrations.AddConstraint(
            model_name='instalment',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['ordinary', 'arranged', 'interest', 'fee'])), name='taxes_instalment_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='instalment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'enforcement'), _negated=True), models.Q(('enforced_on__isnull', False), ('enforcement_ended_on__isnull', True)), _connector='OR'), name='taxes_instalment_enforcement_goes_on'),
        ),
        migrations.AddConstraint(
            model_name='instalment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('source_interest__isnull', True), ('source_interest_on__isnull', True)), models.Q(('source_interest__gte', 0), ('source_interest_on__isnull', False)), _connector='OR'), name='taxes_instalment_source_interest_dated'),
        ),
        migrations.AddConstraint(
            model_name='paymentreceived',
            constraint=models.UniqueConstraint(condition=models.Q(('source__isnull', False), models.Q(('external_id', ''), _negated=True)), fields=('source', 'external_id'), name='taxes_payment_external_id_unique'),
        ),
        migrations.AddConstraint(
            model_name='paymentreceived',
            constraint=models.CheckConstraint(condition=models.Q(('external_id', ''), ('source__isnull', False), _connector='OR'), name='taxes_payment_id_has_source'),
        ),
        migrations.AddConstraint(
            model_name='paymentreceived',
            constraint=models.UniqueConstraint(condition=models.Q(('source__isnull', False)), fields=('payment_id', 'subject', 'source'), name='taxes_payment_settles_once'),
        ),
        migrations.AddConstraint(
            model_name='paymentreceived',
            constraint=models.UniqueConstraint(condition=models.Q(('source__isnull', True)), fields=('payment_id', 'subject'), name='taxes_payment_settles_once_here'),
        ),
        migrations.AddConstraint(
            model_name='paymentreceived',
            constraint=models.CheckConstraint(condition=models.Q(('channel__in', ['portal', 'transfer', 'cash', 'enforcement', 'other'])), name='taxes_payment_channel_known'),
        ),
        migrations.AddConstraint(
            model_name='paymentreceived',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('posting', 'rejected'), _negated=True), models.Q(('rejected_at__isnull', False), models.Q(('rejection_reason', ''), _negated=True)), _connector='OR'), name='taxes_payment_rejected_for_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='paymentreceived',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('posting__in', ['by_hand', 'overpayment']), _negated=True), models.Q(('resolved_at__isnull', False), ('resolved_by__isnull', False), models.Q(('resolution_reason', ''), _negated=True)), _connector='OR'), name='taxes_payment_resolved_for_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='receivable',
            constraint=models.UniqueConstraint(condition=models.Q(('source__isnull', False), models.Q(('external_id', ''), _negated=True)), fields=('source', 'external_id'), name='taxes_receivable_external_id_unique'),
        ),
        migrations.AddConstraint(
            model_name='receivable',
            constraint=models.CheckConstraint(condition=models.Q(('external_id', ''), ('source__isnull', False), _connector='OR'), name='taxes_receivable_id_has_source'),
        ),
        migrations.AddConstraint(
            model_name='remindercost',
            constraint=models.UniqueConstraint(condition=models.Q(('source__isnull', False), models.Q(('external_id', ''), _negated=True)), fields=('source', 'external_id'), name='taxes_reminder_external_id_unique'),
        ),
        migrations.AddConstraint(
            model_name='remindercost',
            constraint=models.CheckConstraint(condition=models.Q(('external_id', ''), ('source__isnull', False), _connector='OR'), name='taxes_reminder_id_has_source'),
        ),
        migrations.AddConstraint(
            model_name='decisiondocument',
            constraint=models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='taxes_document_digest'),
        ),
        migrations.AddConstraint(
            model_name='decisiondocument',
            constraint=models.CheckConstraint(condition=models.Q(('content_type', 'application/pdf')), name='taxes_document_is_pdf'),
        ),
        migrations.AddConstraint(
            model_name='overpayment',
            constraint=models.UniqueConstraint(condition=models.Q(('source__isnull', False), models.Q(('external_id', ''), _negated=True)), fields=('source', 'external_id'), name='taxes_overpayment_external_id_unique'),
        ),
        migrations.AddConstraint(
            model_name='overpayment',
            constraint=models.CheckConstraint(condition=models.Q(('external_id', ''), ('source__isnull', False), _connector='OR'), name='taxes_overpayment_id_has_source'),
        ),
        migrations.AddConstraint(
            model_name='overpayment',
            constraint=models.CheckConstraint(condition=models.Q(('cause__in', ['payment', 'reduction', 'rejected'])), name='taxes_overpayment_cause_known'),
        ),
        migrations.AddConstraint(
            model_name='overpayment',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('left__gte', 0), ('left__lte', models.F('amount'))), name='taxes_overpayment_left_within'),
        ),
        migrations.AddIndex(
            model_name='ledgerentry',
            index=models.Index(fields=['receivable', 'on'], name='taxes_entry_of_receivable'),
        ),
        migrations.AddIndex(
            model_name='ledgerentry',
            index=models.Index(condition=models.Q(('payment_id__isnull', False)), fields=['payment_id'], name='taxes_entry_of_payment'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.UniqueConstraint(condition=models.Q(('source__isnull', False), models.Q(('external_id', ''), _negated=True)), fields=('source', 'external_id'), name='taxes_entry_external_id_unique'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(('external_id', ''), ('source__isnull', False), _connector='OR'), name='taxes_entry_id_has_source'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['charge', 'increase', 'reduction', 'remission', 'write_off', 'deferral', 'plan', 'cost', 'payment', 'allocation', 'refund'])), name='taxes_entry_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(('costs__gte', 0), ('interest__gte', 0), ('principal__gte', 0)), name='taxes_entry_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(('payment_id__isnull', True), ('kind__in', ['payment', 'allocation', 'refund']), _connector='OR'), name='taxes_entry_payment_of_money'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(fields=['number'], name='taxes_decision_number'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(condition=models.Q(('source__isnull', False), models.Q(('external_id', ''), _negated=True)), fields=('source', 'external_id'), name='taxes_decision_external_id_unique'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('external_id', ''), ('source__isnull', False), _connector='OR'), name='taxes_decision_id_has_source'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(condition=models.Q(('payment_code', ''), _negated=True), fields=('payment_code',), name='taxes_decision_code_unique'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['assessment', 'change', 'deferral', 'plan', 'remission', 'overpayment', 'contract', 'other'])), name='taxes_decision_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('number', ''), _negated=True), name='taxes_decision_has_number'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('delivered_on__isnull', True), ('delivered_on__gte', models.F('decided_on')), _connector='OR'), name='taxes_decision_delivered_after'),
        ),
        migrations.AddConstraint(
            model_name='arrangement',
            constraint=models.UniqueConstraint(condition=models.Q(('source__isnull', False), models.Q(('external_id', ''), _negated=True)), fields=('source', 'external_id'), name='taxes_arrangement_external_id_unique'),
        ),
        migrations.AddConstraint(
            model_name='arrangement',
            constraint=models.CheckConstraint(condition=models.Q(('external_id', ''), ('source__isnull', False), _connector='OR'), name='taxes_arrangement_id_has_source'),
        ),
        migrations.AddConstraint(
            model_name='arrangement',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['deferral', 'plan'])), name='taxes_arrangement_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='arrangement',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['in_force', 'fulfilled', 'expired'])), name='taxes_arrangement_state_known'),
        ),
        migrations.AddConstraint(
            model_name='arrangement',
            constraint=models.CheckConstraint(condition=models.Q(('prolongation_fee__gte', 0)), name='taxes_arrangement_fee_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='accountparty',
            constraint=models.UniqueConstraint(condition=models.Q(('source__isnull', False), models.Q(('external_id', ''), _negated=True)), fields=('source', 'external_id'), name='taxes_party_external_id_unique'),
        ),
        migrations.AddConstraint(
            model_name='accountparty',
            constraint=models.CheckConstraint(condition=models.Q(('external_id', ''), ('source__isnull', False), _connector='OR'), name='taxes_party_id_has_source'),
        ),
        migrations.AddConstraint(
            model_name='accountparty',
            constraint=models.UniqueConstraint(fields=('subject', 'account'), name='taxes_party_once_per_account'),
        ),
        migrations.AddConstraint(
            model_name='accountparty',
            constraint=models.UniqueConstraint(condition=models.Q(('role', 'main')), fields=('account',), name='taxes_party_one_main'),
        ),
        migrations.AddConstraint(
            model_name='accountparty',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['main', 'co_owner'])), name='taxes_party_role_known'),
        ),
        migrations.AddConstraint(
            model_name='accountobject',
            constraint=models.UniqueConstraint(condition=models.Q(('source__isnull', False), models.Q(('external_id', ''), _negated=True)), fields=('source', 'external_id'), name='taxes_object_external_id_unique'),
        ),
        migrations.AddConstraint(
            model_name='accountobject',
            constraint=models.CheckConstraint(condition=models.Q(('external_id', ''), ('source__isnull', False), _connector='OR'), name='taxes_object_id_has_source'),
        ),
        migrations.AddConstraint(
            model_name='accountobject',
            constraint=models.UniqueConstraint(fields=('account', 'kind', 'identifier'), name='taxes_object_once'),
        ),
        migrations.AddConstraint(
            model_name='accountobject',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['parcel', 'land_register', 'building', 'unit', 'vehicle', 'licence', 'other'])), name='taxes_object_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='accountobject',
            constraint=models.CheckConstraint(condition=models.Q(('identifier', ''), _negated=True), name='taxes_object_named'),
        ),
        migrations.AddIndex(
            model_name='instalment',
            index=models.Index(condition=models.Q(('status', 'open')), fields=['effective_due_on'], name='taxes_instalment_due'),
        ),
    ]
