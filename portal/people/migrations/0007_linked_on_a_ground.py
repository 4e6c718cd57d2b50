from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0006_contact_limits_grounds'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='identity',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('subject__isnull', True), ('subject_ground', ''), ('subject_since__isnull', True)), models.Q(('subject__isnull', False), ('subject_since__isnull', False), models.Q(models.Q(('scheme__in', ['pesel', 'eidas']), ('subject_ground', 'clerk')), models.Q(('scheme', 'pesel'), ('subject_ground', 'automatic')), ('subject_ground', 'demo'), _connector='OR')), _connector='OR'), name='people_identity_linked_on_a_ground'),
        ),
    ]
