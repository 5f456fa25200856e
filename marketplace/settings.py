"""Django's settings. What an installation may choose is in env.py."""

import base64
import hashlib
from urllib.parse import unquote, urlsplit

import dj_database_url
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from marketplace.env import BASE_DIR, Env

try:
    env = Env()  # type: ignore[call-arg]  # pydantic fills it from the environment
except ValidationError as error:
    raise SystemExit(
        "\n".join(
            f"settings: {str(e['loc'][0]).upper() if e['loc'] else ''}: {e['msg']}" for e in error.errors()
        )
    ) from None

SECRET_KEY = env.secret_key.get_secret_value()
SECRET_KEY_FALLBACKS = env.secret_key_fallbacks
# Without a ring of its own an installation encrypts with a key derived from SECRET_KEY.
FIELD_KEYS = env.field_keys or [
    base64.urlsafe_b64encode(hashlib.sha256(SECRET_KEY.encode()).digest()).decode()
]

DEBUG = env.debug
DEMO = env.demo
ALLOWED_HOSTS = env.allowed_hosts
SITE_URL = env.site_url
SITE_NAME = "Hereabouts"
REDIS_URL = env.redis_url
TRUSTED_PROXIES = env.trusted_proxies
CALENDAR_NETWORKS = env.calendar_networks
HOLD_MINUTES = env.hold_minutes
OFFER_MINUTES = env.offer_minutes
HOLDS_PER_ADDRESS = env.holds_per_address
ERASURE_DAYS = env.erasure_days
ROUTER_URL = env.router_url
ROUTER_KIND = env.router_kind
ROUTER_MODES = frozenset(env.router_modes)
# The bank account that providers are paid from. A demonstration has the IBAN of the standard's own example.
PAYOUT_HOLDER = env.payout_holder or (SITE_NAME if DEMO else "")
PAYOUT_IBAN = env.payout_iban or ("FI2112345600000785" if DEMO else "")
PAYOUT_BIC = env.payout_bic
SANDBOX_SECRET = env.sandbox_secret.get_secret_value()
SANDBOX_WEBHOOK_URL = env.sandbox_webhook_url or f"{SITE_URL}/webhooks/sandbox"
STRIPE_SECRET_KEY = env.stripe_secret_key.get_secret_value()
STRIPE_WEBHOOK_SECRET = env.stripe_webhook_secret.get_secret_value()
# Of the endpoint that hears of providers' accounts.
STRIPE_CONNECT_SECRET = env.stripe_connect_secret.get_secret_value()
STRIPE_API_URL = env.stripe_api_url
# Where forms of ours may lead to: the pages of gateways, on which people pay and providers set up how they are paid.
PAYMENT_PAGES = [env.stripe_checkout_url, env.stripe_connect_url] if STRIPE_SECRET_KEY else []

INSTALLED_APPS = [
    "daphne",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.gis",
    "unfold",
    "django.contrib.admin",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "channels",
    "django_vite",
    "pgtrigger",
    "procrastinate.contrib.django",
    "ninja",
    "common",
    "geo",
    "accounts",
    "providers",
    "payments",
    "payments.sandbox",
    "bookings",
    "notifications",
    "reviews",
    "invoices",
    "discovery",
    "frontend",
    "marketplace",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "marketplace.middleware.ContentSecurityPolicy",
    "marketplace.middleware.ApiProblems",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "marketplace.middleware.LanguageOfAddress",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PrincipalMiddleware",
    "accounts.middleware.ForgottenOnSignOut",
    "accounts.middleware.SeenMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SecondFactorGuard",
    "marketplace.middleware.NothingNamedNul",
    "marketplace.middleware.DomainErrors",
]

ROOT_URLCONF = "marketplace.urls"
WSGI_APPLICATION = "marketplace.wsgi.application"
ASGI_APPLICATION = "marketplace.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Ours before those of the same name that django-allauth brings.
        "DIRS": [BASE_DIR / "frontend" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "frontend.context.site",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

_database = dj_database_url.parse(
    env.database_url.get_secret_value(), engine="django.contrib.gis.db.backends.postgis"
)
_database.setdefault("OPTIONS", {})
# Compiling costs more than it saves: searches took 0.4 to 1.3 s with it. So does starting workers for one statement,
# which the database finds worth it once tables are large: 30 ms for a slot list beside five million bookings.
_database["OPTIONS"].setdefault("options", "-c jit=off -c max_parallel_workers_per_gather=0")
# Used by common/prepared.py alone: Django's own statements are never prepared.
_database["OPTIONS"].setdefault("prepare_threshold", 5)
if env.database_pool:
    # A database that was away is asked again within seconds; by default the pauses double for five minutes.
    _database["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": env.database_pool,
        "timeout": 10,
        "reconnect_timeout": 5,
    }
# A pooled connection may have died with the database: tried before each use (one empty query).
_database["CONN_HEALTH_CHECKS"] = True
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Only sign-in's rate limits use it. They count over all processes, so the cache is shared: a table, or Redis.
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "shared_cache",
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        }
    )
}

AUTH_USER_MODEL = "accounts.User"
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # e-mail is unique, by a constraint over its lower case
    "gis.W001",  # Debian 12 has GDAL 3.6; no spatial file from outside is ever read with it
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account_start"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_DISPLAY = "accounts.adapter.user_display"
ACCOUNT_FORMS = {
    "login": "accounts.forms_allauth.SignInForm",
    "signup": "accounts.forms_allauth.SignUpForm",
    "confirm_login_code": "accounts.forms_allauth.SignInCodeForm",
    "confirm_email_verification_code": "accounts.forms_allauth.EmailCodeForm",
    "confirm_password_reset_code": "accounts.forms_allauth.ResetCodeForm",
    "change_phone": "accounts.forms_allauth.PhoneForm",
    "verify_phone": "accounts.forms_allauth.PhoneCodeForm",
}
MFA_ADAPTER = "accounts.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = SITE_NAME
# A phone's clock is half a minute off at times.
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Passkeys need https, but for a site on one's own machine.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = SITE_URL.startswith("http://")
MFA_FORMS = {
    "authenticate": "accounts.forms_second_factor.CodeForm",
    "reauthenticate": "accounts.forms_second_factor.CodeAgainForm",
    "activate_totp": "accounts.forms_second_factor.NewCodeAppForm",
    "add_webauthn": "accounts.forms_second_factor.NewPasskeyForm",
}
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_LOGIN_METHODS = {"email"}
# Without password1 among them allauth takes the password off its sign-in form, too.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
# Eight digits, three tries a code and ten codes an hour: nobody guesses one.
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": True, "length": 8}
ACCOUNT_RATE_LIMITS = {
    "request_login_code": "20/m/ip,3/m/key,10/h/key",
    "reset_password": "20/m/ip,3/m/key,10/h/key",
    # A text costs something, and rings somewhere: the key is the number.
    "change_phone": "10/h/user",
    "verify_phone": "1/30s/key,5/h/key,3/m/ip,20/h/ip",
}
# How people here write phone numbers without a country code (ISO 3166-1).
PHONE_REGION = "FI"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https://")
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "frontend.views.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SITE_URL.startswith("https://") else None
SECURE_HSTS_SECONDS = 31_536_000 if SITE_URL.startswith("https://") else 0
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
# Files stay in memory, so that none lies about unencrypted; nginx lets no more than 10 MB of a request through.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 10 * 1_048_576
DATA_UPLOAD_MAX_NUMBER_FILES = 10

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "frontend" / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = env.static_root
STATICFILES_DIRS = [path for path in [BASE_DIR / "frontend" / "dist"] if path.is_dir()]
MEDIA_ROOT = env.media_root
DJANGO_VITE = {"default": {"manifest_path": BASE_DIR / "frontend" / "dist" / ".vite" / "manifest.json"}}

# Web push: a ring of keys, the addresses that the worker may send to, and who is asked when something is wrong with it.
PUSH_KEYS = env.push_keys
PUSH_CONTACT = env.push_contact
PUSH_SERVICES = env.push_services

# Without a gateway there are no texts, but for the demo, whose mailbox shows them.
TEXTS_URL = env.texts_url.get_secret_value() or ("mailbox:" if DEMO else "")
TEXTS_SENDER = "notifications.mailbox.keep_text" if TEXTS_URL == "mailbox:" else "common.texting.by_gateway"
DEFAULT_FROM_EMAIL = env.email_from
EMAIL_URL = env.email_url.get_secret_value()
if EMAIL_URL == "mailbox:":
    EMAIL_BACKEND = "notifications.mailbox.MailboxBackend"
else:
    _mail = urlsplit(EMAIL_URL)
    EMAIL_HOST = _mail.hostname
    EMAIL_PORT = _mail.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[_mail.scheme]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.scheme == "smtp+tls", _mail.scheme == "smtps"
    EMAIL_TIMEOUT = 15

PROCRASTINATE_ON_APP_READY = "marketplace.jobs.on_app_ready"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "common.logs.WithoutWords",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.log_level},
    "loggers": {
        # Its INFO lines name paths with their query strings.
        "httpx": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
        # It names the numbers that it could not reach.
        "apprise": {"level": "CRITICAL"},
        # Their INFO lines tell each step of drawing a document.
        "weasyprint": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},
        # A refused request is nothing to warn of: fifty people after one slot would fill the log.
        "django.request": {"level": "ERROR"},
    },
}

# The demo's operators have this secret in their code app: `manage.py demo_code`, and the demo mailbox, say the code.
DEMO_TOTP_SECRET = "HEREABOUTSDEMOHEREABOUTSDEMO2345" if DEMO else ""

UNFOLD = {"SITE_TITLE": SITE_NAME, "SITE_HEADER": SITE_NAME}
