
import django.db.models.deletion
import eurzad.lib.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mandates', '0002_requests_objects_and_agreed_text'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='mandate',
            name='digested_on',
            field=models.DateField(blank=True, null=True, verbose_name='ostatnie podsumowanie za dzień'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='end_warned_on',
            field=models.DateField(blank=True, null=True, verbose_name='uprzedzono o końcu'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='last_day_told_on',
            field=models.DateField(blank=True, null=True, verbose_name='powiadomiono w ostatnim dniu'),
        ),
        migrations.CreateModel(
            name='SignedDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='nazwa pliku')),
                ('mime', models.CharField(max_length=40, verbose_name='rodzaj')),
                ('content', models.BinaryField(verbose_name='plik')),
                ('sha256', models.CharField(max_length=64, verbose_name='skrót pliku')),
                ('added_at', models.DateTimeField(default=eurzad.lib.clock.now, verbose_name='dodano')),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('mandate', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='document', to='mandates.mandate')),
            ],
            options={
                'verbose_name': 'podpisany dokument',
                'verbose_name_plural': 'podpisane dokumenty',
            },
        ),
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('principal', 'mocodawca'), ('attorney', 'pełnomocnik'), ('clerk', 'urząd'), ('clock', 'upływ czasu')], max_length=9, verbose_name='rola')),
                ('text_sha256', models.CharField(max_length=64, verbose_name='skrót treści')),
                ('at', models.DateTimeField(default=eurzad.lib.clock.now, verbose_name='kiedy')),
                ('mandate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='approvals', to='mandates.mandate')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'zatwierdzenie',
                'verbose_name_plural': 'zatwierdzenia',
                'constraints': [models.UniqueConstraint(fields=('mandate', 'user'), name='mandates_one_approval_each'), models.CheckConstraint(condition=models.Q(('role__in', ('principal', 'clerk'))), name='mandates_approval_role')],
            },
        ),
    ]
