from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("providers", "0021_pictures_of_outlets")]

    operations = [
        migrations.AddField(
            model_name="category",
            name="last_seq",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
    ]
