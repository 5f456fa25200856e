from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0003_chain_over_operators_acts"),
    ]

    operations = [
        migrations.CreateModel(
            name="UploadAttempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("who", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["who", "at"], name="uploads_of_somebody")],
            },
        ),
    ]
