import django.db.models.deletion
import eurzad.lib.clock
import portal.people.fields
from django.conf import settings
from django.db import migrations, models


def _give_ended_a_moment(apps, schema_editor):
    """Mandates that ended before this was kept ended at the latest now."""
    ended = apps.get_model("mandates", "Mandate").objects.filter(status__in=("expired", "revoked"))
    ended.update(ended_at=eurzad.lib.clock.now(), ended_by="clerk")
    ended.filter(status="expired").update(ended_by="clock")


class Migration(migrations.Migration):

    dependencies = [
        ('mandates', '0001_initial'),
        ('people', '0004_identity_key_mark'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='NamedParty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('principal', 'mocodawca'), ('attorney', 'pełnomocnik'), ('clerk', 'urząd'), ('clock', 'upływ czasu')], max_length=9, verbose_name='strona')),
                ('scheme', models.CharField(choices=[('pesel', 'PESEL'), ('nip', 'NIP')], max_length=5, verbose_name='rodzaj numeru')),
                ('fingerprint', portal.people.fields.FingerprintField(db_index=True, editable=False, max_length=64, of='encrypted_number', scheme='scheme')),
                ('encrypted_number', portal.people.fields.EncryptedTextField(editable=False)),
                ('name', models.CharField(max_length=250, verbose_name='nazwisko albo nazwa')),
            ],
            options={
                'verbose_name': 'wskazana strona',
                'verbose_name_plural': 'wskazane strony',
            },
        ),
        migrations.AddField(
            model_name='mandate',
            name='active_since',
            field=models.DateTimeField(blank=True, null=True, verbose_name='czynne od chwili'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='asked_by',
            field=models.CharField(choices=[('principal', 'mocodawca'), ('attorney', 'pełnomocnik'), ('clerk', 'urząd'), ('clock', 'upływ czasu')], default='clerk', max_length=9, verbose_name='kto wystąpił'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='asked_by_user',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='mandate',
            name='created_at',
            field=models.DateTimeField(default=eurzad.lib.clock.now, verbose_name='utworzono'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='end_reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='powód'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='ended_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='zakończono'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='ended_by',
            field=models.CharField(blank=True, choices=[('principal', 'mocodawca'), ('attorney', 'pełnomocnik'), ('clerk', 'urząd'), ('clock', 'upływ czasu')], max_length=9, verbose_name='kto zakończył'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='is_joint',
            field=models.BooleanField(default=False, verbose_name='reprezentacja łączna'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='is_statutory',
            field=models.BooleanField(default=False, verbose_name='reprezentacja z ustawy lub rejestru'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='object_id',
            field=models.UUIDField(blank=True, null=True, verbose_name='jedna sprawa'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='object_kind',
            field=models.CharField(blank=True, max_length=40, verbose_name='rodzaj sprawy'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='object_title',
            field=models.CharField(blank=True, max_length=250, verbose_name='nazwa sprawy'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='text',
            field=models.TextField(blank=True, verbose_name='treść'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='text_sha256',
            field=models.CharField(blank=True, max_length=64, verbose_name='skrót treści'),
        ),
        migrations.AlterField(
            model_name='mandate',
            name='attorney',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mandates_held', to='people.subject'),
        ),
        migrations.AlterField(
            model_name='mandate',
            name='principal',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mandates_given', to='people.subject'),
        ),
        migrations.AlterField(
            model_name='mandate',
            name='status',
            field=models.CharField(choices=[('requested', 'przygotowane'), ('awaiting_principal', 'czeka na mocodawcę'), ('awaiting_clerk', 'czeka na urząd'), ('active', 'czynne'), ('expired', 'wygasłe'), ('revoked', 'odwołane'), ('refused', 'odrzucone')], default='requested', max_length=18, verbose_name='stan'),
        ),
        migrations.AddIndex(
            model_name='mandate',
            index=models.Index(fields=['principal', 'status', 'valid_to'], name='mandates_by_principal'),
        ),
        migrations.AddIndex(
            model_name='mandate',
            index=models.Index(condition=models.Q(('status', 'active')), fields=['valid_to'], name='mandates_by_last_day'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('principal__isnull', False), ('attorney__isnull', False), _connector='OR'), name='mandates_one_side_known'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'active'), _negated=True), ('principal__isnull', False), _connector='OR'), name='mandates_active_has_principal'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ('requested', 'awaiting_principal', 'awaiting_clerk', 'active', 'expired', 'revoked', 'refused'))), name='mandates_status_known'),
        ),
        migrations.RunPython(_give_ended_a_moment, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('status__in', ('expired', 'revoked', 'refused'))), models.Q(('ended_at__isnull', True), models.Q(('status__in', ('expired', 'revoked', 'refused')), _negated=True)), _connector='OR'), name='mandates_ended_has_moment'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('object_id__isnull', True), ('object_kind', '')), models.Q(models.Q(('object_kind', ''), _negated=True), ('object_id__isnull', False)), _connector='OR'), name='mandates_object_whole'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('text', ''), ('text_sha256', '')), models.Q(models.Q(('text', ''), _negated=True), models.Q(('text_sha256', ''), _negated=True)), _connector='OR'), name='mandates_text_has_digest'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('is_joint', False), ('is_statutory', True), _connector='OR'), name='mandates_joint_is_statutory'),
        ),
        migrations.AddField(
            model_name='namedparty',
            name='mandate',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='named', to='mandates.mandate'),
        ),
        migrations.AddConstraint(
            model_name='namedparty',
            constraint=models.CheckConstraint(condition=models.Q(('side__in', ('principal', 'attorney'))), name='mandates_named_side'),
        ),
    ]
