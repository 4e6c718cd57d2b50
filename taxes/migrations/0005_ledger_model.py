"""The ledger whole: systems, parties, decisions, arrangements, entries, overpayments, and what the book posted."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0005_sessions_and_demo_handover'),
        ('taxes', '0004_statements'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountObject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_id', models.CharField(blank=True, editable=False, max_length=64, verbose_name='identyfikator w systemie dziedzinowym')),
                ('kind', models.CharField(choices=[('parcel', 'działka'), ('land_register', 'księga wieczysta'), ('building', 'budynek'), ('unit', 'lokal'), ('vehicle', 'pojazd'), ('licence', 'zezwolenie'), ('other', 'inny')], max_length=15, verbose_name='rodzaj')),
                ('identifier', models.CharField(max_length=60, verbose_name='oznaczenie')),
                ('description', models.CharField(blank=True, max_length=200, verbose_name='opis')),
            ],
            options={
                'verbose_name': 'przedmiot opodatkowania',
                'verbose_name_plural': 'przedmioty opodatkowania',
                'ordering': ('account', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='AccountParty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_id', models.CharField(blank=True, editable=False, max_length=64, verbose_name='identyfikator w systemie dziedzinowym')),
                ('role', models.CharField(choices=[('main', 'podatnik'), ('co_owner', 'współwłaściciel')], default='co_owner', max_length=10, verbose_name='rola')),
                ('share', models.CharField(blank=True, max_length=30, verbose_name='udział')),
            ],
            options={
                'verbose_name': 'zobowiązany',
                'verbose_name_plural': 'zobowiązani',
                'ordering': ('account', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Arrangement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_id', models.CharField(blank=True, editable=False, max_length=64, verbose_name='identyfikator w systemie dziedzinowym')),
                ('kind', models.CharField(choices=[('deferral', 'odroczenie'), ('plan', 'układ ratalny')], max_length=10, verbose_name='rodzaj')),
                ('state', models.CharField(choices=[('in_force', 'obowiązuje'), ('fulfilled', 'wykonany'), ('expired', 'wygasł')], default='in_force', max_length=10, verbose_name='stan')),
                ('granted_on', models.DateField(verbose_name='z dnia')),
                ('prolongation_fee', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='opłata prolongacyjna')),
            ],
            options={
                'verbose_name': 'ulga w spłacie',
                'verbose_name_plural': 'ulgi w spłacie',
                'ordering': ('-granted_on', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_id', models.CharField(blank=True, editable=False, max_length=64, verbose_name='identyfikator w systemie dziedzinowym')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('assessment', 'decyzja wymiarowa'), ('change', 'decyzja zmieniająca'), ('deferral', 'odroczenie terminu płatności'), ('plan', 'rozłożenie na raty'), ('remission', 'umorzenie'), ('overpayment', 'postanowienie w sprawie nadpłaty'), ('contract', 'umowa'), ('other', 'inny dokument')], max_length=12, verbose_name='rodzaj')),
                ('number', models.CharField(max_length=60, verbose_name='numer')),
                ('decided_on', models.DateField(verbose_name='z dnia')),
                ('delivered_on', models.DateField(blank=True, null=True, verbose_name='doręczono')),
                ('payment_code', models.CharField(blank=True, max_length=40, verbose_name='kod płatności')),
                ('document_reference', models.CharField(blank=True, max_length=120, verbose_name='oznaczenie dokumentu')),
            ],
            options={
                'verbose_name': 'decyzja',
                'verbose_name_plural': 'decyzje',
                'ordering': ('-decided_on', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='DecisionDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='nazwa pliku')),
                ('content_type', models.CharField(default='application/pdf', max_length=60, verbose_name='rodzaj')),
                ('sha256', models.CharField(max_length=64, verbose_name='skrót SHA-256')),
                ('content', models.BinaryField(verbose_name='treść')),
            ],
            options={
                'verbose_name': 'dokument decyzji',
                'verbose_name_plural': 'dokumenty decyzji',
            },
        ),
        migrations.CreateModel(
            name='LedgerEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_id', models.CharField(blank=True, editable=False, max_length=64, verbose_name='identyfikator w systemie dziedzinowym')),
                ('kind', models.CharField(choices=[('charge', 'przypis'), ('increase', 'zwiększenie'), ('reduction', 'odpis'), ('remission', 'umorzenie'), ('write_off', 'przedawnienie lub odpisanie'), ('deferral', 'odroczenie terminu'), ('plan', 'rozłożenie na raty'), ('cost', 'koszty upomnienia'), ('payment', 'wpłata'), ('allocation', 'zaliczenie'), ('refund', 'zwrot')], max_length=12, verbose_name='rodzaj')),
                ('on', models.DateField(verbose_name='dzień')),
                ('principal', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='należność główna')),
                ('interest', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='odsetki')),
                ('costs', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='koszty upomnień')),
                ('is_reversal', models.BooleanField(default=False, verbose_name='storno')),
                ('payment_id', models.UUIDField(blank=True, null=True, verbose_name='płatność w portalu')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='uwagi')),
                ('recorded_at', models.DateTimeField(verbose_name='zapisano')),
            ],
            options={
                'verbose_name': 'zapis na kartotece',
                'verbose_name_plural': 'zapisy na kartotekach',
                'ordering': ('on', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Overpayment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_id', models.CharField(blank=True, editable=False, max_length=64, verbose_name='identyfikator w systemie dziedzinowym')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('cause', models.CharField(choices=[('payment', 'wpłata większa niż należność'), ('reduction', 'zmniejszenie należności'), ('rejected', 'wpłata, której nie można było zaksięgować')], max_length=10, verbose_name='skąd')),
                ('arose_on', models.DateField(verbose_name='powstała')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='kwota')),
                ('left', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='pozostało')),
            ],
            options={
                'verbose_name': 'nadpłata',
                'verbose_name_plural': 'nadpłaty',
                'ordering': ('-arose_on', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='SourceSystem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='kod')),
                ('name', models.CharField(max_length=120, verbose_name='nazwa')),
                ('as_of', models.DateTimeField(blank=True, null=True, verbose_name='stan na')),
            ],
            options={
                'verbose_name': 'system dziedzinowy',
                'verbose_name_plural': 'systemy dziedzinowe',
                'ordering': ('name',),
            },
        ),
        migrations.RemoveConstraint(
            model_name='instalment',
            name='taxes_instalment_amount_positive',
        ),
        migrations.RemoveConstraint(
            model_name='instalment',
            name='taxes_instalment_enforced_by_title',
        ),
        migrations.RemoveConstraint(
            model_name='paymentreceived',
            name='taxes_payment_settles_once',
        ),
        migrations.RemoveConstraint(
            model_name='paymentreceived',
            name='taxes_payment_channel_known',
        ),
        migrations.RemoveIndex(
            model_name='instalment',
            name='taxes_instalment_owed',
        ),
        migrations.RemoveIndex(
            model_name='instalment',
            name='taxes_instalment_settled',
        ),
        migrations.AddField(
            model_name='account',
            name='external_id',
            field=models.CharField(blank=True, editable=False, max_length=64, verbose_name='identyfikator w systemie dziedzinowym'),
        ),
        migrations.AddField(
            model_name='allocation',
            name='interest_left',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='odsetki niezapłacone'),
        ),
        migrations.AddField(
            model_name='component',
            name='source_url',
            field=models.URLField(blank=True, max_length=300, verbose_name='adres uchwały'),
        ),
        migrations.AddField(
            model_name='instalment',
            name='account',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='taxes.account'),
        ),
        migrations.AddField(
            model_name='instalment',
            name='assessed_amount',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='kwota pierwotna'),
        ),
        migrations.AddField(
            model_name='instalment',
            name='bears_interest',
            field=models.BooleanField(default=True, verbose_name='nalicza się odsetki'),
        ),
        migrations.AddField(
            model_name='instalment',
            name='blocked_reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='dlaczego nie można zapłacić przez internet'),
        ),
        migrations.AddField(
            model_name='instalment',
            name='costs_posted',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='zaksięgowano kosztów upomnień'),
        ),
        migrations.AddField(
            model_name='instalment',
            name='enforcement_body',
            field=models.CharField(blank=True, max_length=160, verbose_name='organ egzekucyjny'),
        ),
        migrations.AddField(
            model_name='instalment',
            name='enforcement_ended_on',
            field=models.DateField(blank=True, null=True, verbose_name='egzekucja zakończona'),
        ),
        migrations.AddField(
            model_name='instalment',
            name='external_id',
            field=models.CharField(blank=True, editable=False, max_length=64, verbose_name='identyfikator w systemie dziedzinowym'),
        ),
        migrations.AddField(
            model_name='instalment',
            name='kind',
            field=models.CharField(choices=[('ordinary', 'rata'), ('arranged', 'rata układu'), ('interest', 'odsetki objęte układem'), ('fee', 'opłata prolongacyjna')], default='ordinary', max_length=10, verbose_name='rodzaj'),
        ),
        migrations.AddField(
            model_name='instalment',
            name='limitation_on',
            field=models.DateField(blank=True, null=True, verbose_name='przedawnia się'),
        ),
        migrations.AddField(
            model_name='instalment',
            name='posted_accrued_until',
            field=models.DateField(blank=True, null=True, verbose_name='odsetki rozliczone w księdze do'),
        ),
        migrations.AddField(
            model_name='instalment',
            name='posted_carried',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='odsetki pozostałe w księdze'),
        ),
        migrations.AddField(
            model_name='instalment',
            name='posted_on',
            field=models.DateField(blank=True, null=True, verbose_name='ostatnie księgowanie'),
        ),
        migrations.AddField(
            model_name='instalment',
            name='principal_posted',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='zaksięgowano należności głównej'),
        ),
        migrations.AddField(
            model_name='instalment',
            name='source_interest',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='odsetki według systemu dziedzinowego'),
        ),
        migrations.AddField(
            model_name='instalment',
            name='source_interest_on',
            field=models.DateField(blank=True, null=True, verbose_name='odsetki według systemu na dzień'),
        ),
        migrations.AddField(
            model_name='paymentreceived',
            name='acknowledged_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='potwierdzono'),
        ),
        migrations.AddField(
            model_name='paymentreceived',
            name='credited_on',
            field=models.DateField(blank=True, null=True, verbose_name='dzień uznania rachunku'),
        ),
        migrations.AddField(
            model_name='paymentreceived',
            name='external_id',
            field=models.CharField(blank=True, editable=False, max_length=64, verbose_name='identyfikator w systemie dziedzinowym'),
        ),
        migrations.AddField(
            model_name='paymentreceived',
            name='posted_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='zaksięgowano'),
        ),
        migrations.AddField(
            model_name='paymentreceived',
            name='posting',
            field=models.CharField(blank=True, choices=[('awaiting', 'czeka na zaksięgowanie'), ('acknowledged', 'zaksięgowana'), ('rejected', 'odrzucona przez system dziedzinowy'), ('by_hand', 'zaksięgowana ręcznie'), ('overpayment', 'uznana za nadpłatę')], max_length=12, verbose_name='księgowanie'),
        ),
        migrations.AddField(
            model_name='paymentreceived',
            name='rejected_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='odrzucono'),
        ),
        migrations.AddField(
            model_name='paymentreceived',
            name='rejection_reason',
            field=models.CharField(blank=True, max_length=300, verbose_name='powód odrzucenia'),
        ),
        migrations.AddField(
            model_name='paymentreceived',
            name='resolution_reason',
            field=models.CharField(blank=True, max_length=300, verbose_name='uzasadnienie'),
        ),
        migrations.AddField(
            model_name='paymentreceived',
            name='resolved_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='rozstrzygnięto'),
        ),
        migrations.AddField(
            model_name='paymentreceived',
            name='resolved_by',
            field=models.UUIDField(blank=True, editable=False, null=True, verbose_name='kto rozstrzygnął'),
        ),
        migrations.AddField(
            model_name='receivable',
            name='external_id',
            field=models.CharField(blank=True, editable=False, max_length=64, verbose_name='identyfikator w systemie dziedzinowym'),
        ),
        migrations.AddField(
            model_name='receivable',
            name='payment_title',
            field=models.CharField(blank=True, max_length=140, verbose_name='tytuł przelewu'),
        ),
        migrations.AddField(
            model_name='remindercost',
            name='external_id',
            field=models.CharField(blank=True, editable=False, max_length=64, verbose_name='identyfikator w systemie dziedzinowym'),
        ),
        migrations.AlterField(
            model_name='allocation',
            name='payment',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='taxes.paymentreceived'),
        ),
        migrations.AlterField(
            model_name='component',
            name='receivable',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='components', to='taxes.receivable'),
        ),
        migrations.AlterField(
            model_name='instalment',
            name='receivable',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='instalments', to='taxes.receivable'),
        ),
        migrations.AlterField(
            model_name='paymentreceived',
            name='channel',
            field=models.CharField(choices=[('portal', 'płatność internetowa'), ('transfer', 'przelew'), ('cash', 'kasa urzędu'), ('enforcement', 'organ egzekucyjny'), ('other', 'inny sposób')], max_length=12, verbose_name='sposób'),
        ),
        migrations.AlterField(
            model_name='paymentreceived',
            name='subject',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.subject'),
        ),
        migrations.AlterField(
            model_name='receivable',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='receivables', to='taxes.account', verbose_name='kartoteka'),
        ),
        migrations.AlterField(
            model_name='remindercost',
            name='instalment',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='taxes.instalment'),
        ),
        migrations.AddField(
            model_name='accountobject',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='objects_taxed', to='taxes.account'),
        ),
        migrations.AddField(
            model_name='accountparty',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parties', to='taxes.account'),
        ),
        migrations.AddField(
            model_name='accountparty',
            name='subject',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.subject', verbose_name='podmiot'),
        ),
        migrations.AddField(
            model_name='arrangement',
            name='receivable',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='arrangements', to='taxes.receivable'),
        ),
        migrations.AddField(
            model_name='instalment',
            name='arrangement',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='instalments', to='taxes.arrangement'),
        ),
        migrations.AddField(
            model_name='decision',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='taxes.account'),
        ),
        migrations.AddField(
            model_name='decision',
            name='receivable',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='taxes.receivable'),
        ),
        migrations.AddField(
            model_name='arrangement',
            name='decision',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='taxes.decision'),
        ),
        migrations.AddField(
            model_name='decisiondocument',
            name='decision',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='document', to='taxes.decision'),
        ),
        migrations.AddField(
            model_name='ledgerentry',
            name='decision',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='taxes.decision'),
        ),
        migrations.AddField(
            model_name='ledgerentry',
            name='instalment',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='taxes.instalment'),
        ),
        migrations.AddField(
            model_name='ledgerentry',
            name='receivable',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='taxes.receivable'),
        ),
        migrations.AddField(
            model_name='overpayment',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overpayments', to='taxes.account'),
        ),
        migrations.AddField(
            model_name='overpayment',
            name='payment',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='overpayments', to='taxes.paymentreceived'),
        ),
        migrations.AddField(
            model_name='overpayment',
            name='source',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='taxes.sourcesystem', verbose_name='system dziedzinowy'),
        ),
        migrations.AddField(
            model_name='ledgerentry',
            name='source',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='taxes.sourcesystem', verbose_name='system dziedzinowy'),
        ),
        migrations.AddField(
            model_name='decision',
            name='source',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='taxes.sourcesystem', verbose_name='system dziedzinowy'),
        ),
        migrations.AddField(
            model_name='arrangement',
            name='source',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='taxes.sourcesystem', verbose_name='system dziedzinowy'),
        ),
        migrations.AddField(
            model_name='accountparty',
            name='source',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='taxes.sourcesystem', verbose_name='system dziedzinowy'),
        ),
        migrations.AddField(
            model_name='accountobject',
            name='source',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='taxes.sourcesystem', verbose_name='system dziedzinowy'),
        ),
        migrations.AddField(
            model_name='account',
            name='source',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='taxes.sourcesystem', verbose_name='system dziedzinowy'),
        ),
        migrations.AddField(
            model_name='instalment',
            name='source',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='taxes.sourcesystem', verbose_name='system dziedzinowy'),
        ),
        migrations.AddField(
            model_name='paymentreceived',
            name='source',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='taxes.sourcesystem', verbose_name='system dziedzinowy'),
        ),
        migrations.AddField(
            model_name='receivable',
            name='source',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='taxes.sourcesystem', verbose_name='system dziedzinowy'),
        ),
        migrations.AddField(
            model_name='remindercost',
            name='source',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='taxes.sourcesystem', verbose_name='system dziedzinowy'),
        ),
        migrations.AddField(
            model_name='account',
            name='closed_on',
            field=models.DateField(blank=True, null=True, verbose_name='zamknięta'),
        ),
        migrations.AddField(
            model_name='receivable',
            name='closed_on',
            field=models.DateField(blank=True, null=True, verbose_name='nie ma jej już w księdze od'),
        ),
    ]
