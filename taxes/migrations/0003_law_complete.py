"""More kinds of amounts, trade interest, and the rows of the law that are missing; what the town changed stays."""

from django.db import migrations, models

from taxes import data


def load(apps, schema_editor):
    alias = schema_editor.connection.alias
    rates = apps.get_model("taxes", "InterestRate").objects.using(alias)
    rates.bulk_create(
        (
            rates.model(regime=regime, valid_from=day, percent=percent, source=source)
            for regime, day, percent, source in data.interest_rates()
        ),
        ignore_conflicts=True,
    )
    amounts = apps.get_model("taxes", "DatedAmount").objects.using(alias)
    amounts.bulk_create(
        (
            amounts.model(kind=kind, valid_from=day, amount=amount, source=source)
            for kind, day, amount, source in data.dated_amounts()
        ),
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('taxes', '0002_law_and_types'),
    ]

    operations = [
        migrations.CreateModel(
            name='RateReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reviewed_on', models.DateField(verbose_name='sprawdzono')),
                ('actor_id', models.UUIDField(editable=False, verbose_name='kto')),
            ],
            options={
                'verbose_name': 'sprawdzenie stawek',
                'verbose_name_plural': 'sprawdzenia stawek',
                'ordering': ('-reviewed_on', '-pk'),
            },
        ),
        migrations.AlterModelOptions(
            name='datedamount',
            options={'ordering': ('kind', '-valid_from'), 'verbose_name': 'kwota lub stawka ustawowa', 'verbose_name_plural': 'kwoty i stawki ustawowe'},
        ),
        migrations.RemoveConstraint(
            model_name='datedamount',
            name='taxes_dated_amount_kind_known',
        ),
        migrations.RemoveConstraint(
            model_name='receivabletype',
            name='taxes_type_regime_known',
        ),
        migrations.AddField(
            model_name='receivabletype',
            name='threshold_after_rounding',
            field=models.BooleanField(default=False, help_text='Kwotę, do której odsetek się nie nalicza, porównuje się z sumą już zaokrągloną.', verbose_name='drobne odsetki po zaokrągleniu'),
        ),
        migrations.AlterField(
            model_name='datedamount',
            name='amount',
            field=models.DecimalField(decimal_places=2, max_digits=12, verbose_name='kwota w zł albo stawka w %'),
        ),
        migrations.AlterField(
            model_name='datedamount',
            name='kind',
            field=models.CharField(choices=[('interest_threshold', 'odsetki do tej kwoty nie są naliczane (zł)'), ('reminder_cost', 'koszty upomnienia (zł)'), ('reduced_share', 'obniżone odsetki: część stawki odsetek za zwłokę (%)'), ('prolongation_share', 'opłata prolongacyjna: część stawki odsetek za zwłokę (%), od dnia uchwały rady'), ('single_limit', 'podatek za rok do tej kwoty płaci się jednorazowo (zł)'), ('alcohol_a_base', 'alkohol do 4,5 % i piwo: opłata podstawowa (zł)'), ('alcohol_a_limit', 'alkohol do 4,5 % i piwo: próg sprzedaży (zł)'), ('alcohol_a_percent', 'alkohol do 4,5 % i piwo: część sprzedaży ponad próg (%)'), ('alcohol_b_base', 'alkohol 4,5–18 %: opłata podstawowa (zł)'), ('alcohol_b_limit', 'alkohol 4,5–18 %: próg sprzedaży (zł)'), ('alcohol_b_percent', 'alkohol 4,5–18 %: część sprzedaży ponad próg (%)'), ('alcohol_c_base', 'alkohol ponad 18 %: opłata podstawowa (zł)'), ('alcohol_c_limit', 'alkohol ponad 18 %: próg sprzedaży (zł)'), ('alcohol_c_percent', 'alkohol ponad 18 %: część sprzedaży ponad próg (%)'), ('alcohol_surcharge', 'alkohol: dopłata do raty po terminie (%)')], max_length=20, verbose_name='rodzaj'),
        ),
        migrations.AlterField(
            model_name='receivabletype',
            name='regime',
            field=models.CharField(choices=[('tax', 'podatkowy'), ('civil', 'cywilny'), ('trade', 'cywilny, transakcje handlowe'), ('none', 'bez odsetek')], max_length=10, verbose_name='reżim odsetek'),
        ),
        migrations.AddConstraint(
            model_name='datedamount',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['interest_threshold', 'reminder_cost', 'reduced_share', 'prolongation_share', 'single_limit', 'alcohol_a_base', 'alcohol_a_limit', 'alcohol_a_percent', 'alcohol_b_base', 'alcohol_b_limit', 'alcohol_b_percent', 'alcohol_c_base', 'alcohol_c_limit', 'alcohol_c_percent', 'alcohol_surcharge'])), name='taxes_dated_amount_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='receivabletype',
            constraint=models.CheckConstraint(condition=models.Q(('regime__in', ['tax', 'civil', 'trade', 'none'])), name='taxes_type_regime_known'),
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
