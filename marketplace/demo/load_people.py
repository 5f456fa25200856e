"""Writing the people of the demo, and the categories they choose from."""

from collections.abc import Sequence
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password

from accounts.enums import ConsentSource
from accounts.models import Consent, Customer, User
from accounts.services.consents import VERSIONS, WORDS
from common import crypto
from marketplace.demo import signins
from marketplace.demo.categories import CATEGORIES
from marketplace.demo.plan import PersonPlan
from marketplace.demo.seeds import public_id
from marketplace.demo.standards import steps_of
from marketplace.demo.trainings import TRAININGS, Quiz, words
from providers.models import Category, CategoryName, QuizChoice, QuizQuestion, StandardStep, Training

# Nobody signs in with it: these people only fill the boards.
UNUSABLE = f"{UNUSABLE_PASSWORD_PREFIX}demo"


def load_categories() -> dict[str, Category]:
    """The category tree with its names and standards, made or brought up to date; by slug."""
    found: dict[str, Category] = {}
    for position, (slug, parent, *named) in enumerate(CATEGORIES):
        found[slug], _ = Category.objects.update_or_create(
            slug=slug,
            defaults={
                "parent": found.get(parent),
                "position": position,
                "archived_at": None,
                "asks_vehicle": parent == "car-care",
            },
        )
        for language, (name, description) in zip(("en", "zh-hans"), named, strict=True):
            CategoryName.objects.update_or_create(
                category=found[slug],
                language=language,
                defaults={"name": name, "description": description},
            )
        StandardStep.objects.filter(category=found[slug]).delete()
        StandardStep.objects.bulk_create(
            StandardStep(category=found[slug], position=place, words=words)
            for place, words in enumerate(steps_of(slug))
        )
        if slug in TRAININGS:
            _training(found[slug], TRAININGS[slug])
    return found


def _training(category: Category, quiz: Quiz) -> None:
    training, _ = Training.objects.update_or_create(
        category=category, defaults={"note": words(quiz.note), "is_required": quiz.is_required}
    )
    training.questions.all().delete()
    for place, (asked, choices) in enumerate(quiz.questions):
        question = QuizQuestion.objects.create(training=training, position=place, words=words(asked))
        QuizChoice.objects.bulk_create(
            QuizChoice(question=question, words=words(choice), is_right=n == 0)
            for n, choice in enumerate(choices)
        )


def known_customer(seed: int) -> PersonPlan:
    """The person that the demo's customer sign-in is."""
    person = next(s for s in signins.SIGN_INS if s.email == signins.CUSTOMER)
    return PersonPlan(
        customer_id=public_id("cus", seed, person.email),
        user_id=public_id("usr", seed, person.email),
        name=person.name,
        email=person.email,
        phone="",
        language="en",
    )


def load_people(seed: int, *, regulars: Sequence[PersonPlan], at: datetime) -> None:
    """Users and their customers: the demo sign-ins (password, verified e-mail) and people who book often."""
    password = make_password(signins.PASSWORD)
    users = [
        User(
            public_id=public_id("usr", seed, s.email),
            email=s.email,
            name=s.name,
            password=password,
            is_operator=s.role == "operator",
            is_superuser=s.role == "operator",
            date_joined=at,
        )
        for s in signins.SIGN_INS
    ]
    users += [
        User(
            public_id=p.user_id,
            email=p.email,
            name=p.name,
            language=p.language,
            password=UNUSABLE,
            date_joined=at,
        )
        for p in regulars
    ]
    User.objects.bulk_create(users)
    signed_in = users[: len(signins.SIGN_INS)]
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email or "", verified=True, primary=True) for user in signed_in
    )
    Authenticator.objects.bulk_create(
        Authenticator(
            user=user,
            type=Authenticator.Type.TOTP,
            data={"secret": crypto.encrypt(settings.DEMO_TOTP_SECRET).decode()},
        )
        for user in signed_in
        if user.is_operator and settings.DEMO_TOTP_SECRET
    )
    by_id = {user.public_id: user for user in users}
    customers = Customer.objects.bulk_create(
        Customer(
            public_id=p.customer_id,
            user=by_id[p.user_id],
            is_main=True,
            name=p.name,
            email=p.email,
            language=p.language,
            created_at=at,
        )
        for p in (known_customer(seed), *regulars)
    )
    customers += Customer.objects.bulk_create(
        Customer(
            public_id=public_id("cus", seed, user.email),
            user=user,
            is_main=True,
            name=user.name,
            email=user.email,
            created_at=at,
        )
        for user in signed_in
        if user.email and user.email != signins.CUSTOMER
    )
    Consent.objects.bulk_create(
        Consent(
            customer=customer,
            kind=kind,
            version=version,
            wording=str(WORDS[ConsentSource.SIGNUP]),
            source=ConsentSource.SIGNUP,
            at=max(at, datetime.fromisoformat(f"{version}T00:00Z")),
        )
        for customer in customers
        for kind, version in VERSIONS.items()
    )
