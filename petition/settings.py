"""Settings, all from the environment (README, "Configuration"). With nothing set, everything works on one machine."""

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from petition.environment import POSTGRESQL_OPTIONS, Environment, ensure_dir, is_loopback, load_keys
from petition.management.running_site import read_running_site_url
from petition.reference.languages import DEFAULT_LANGUAGE, LANGUAGES as OWN_NAMES
from petition.security.request_log import build_logging

env = Environment()
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var"))).absolute()
MIRROR_DIR = Path(env.str("MIRROR_DIR")).absolute() if env.str("MIRROR_DIR", "") else None

DEBUG = env.bool("DEBUG", False)
ROLE = env.choice("ROLE", "all", "public", "staff")
METRICS_ADDRESS = env.private_address("METRICS_ADDRESS")  # where `manage.py metrics` serves figures; None is off

# --- The site's address ------------------------------------------------------------------------------------------

SITE_URL = (env.str("SITE_URL", "") or read_running_site_url(DATA_DIR) or "http://127.0.0.1:8000").rstrip("/")
try:
    _site = urlsplit(SITE_URL)
    _site.port  # noqa: B018  (raises ValueError if it is not a number)
except ValueError:
    _site = urlsplit("")
if _site.scheme not in ("http", "https") or not _site.hostname or _site.path or _site.query:
    raise ImproperlyConfigured(
        f"SITE_URL is {SITE_URL!r}: give it as https://host or https://host:port, without a path."
    )

SITE_IS_HTTPS = _site.scheme == "https"
SITE_IS_LOOPBACK = is_loopback(_site.hostname)
if not SITE_IS_HTTPS and not SITE_IS_LOOPBACK:
    raise ImproperlyConfigured(f"SITE_URL is {SITE_URL!r}: other than on loopback it must begin with https://.")
_LOOPBACK_NAMES = ["127.0.0.1", "localhost", "[::1]"] if SITE_IS_LOOPBACK else []
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=sorted({_site.hostname, *_LOOPBACK_NAMES}))
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")

# --- Keys --------------------------------------------------------------------------------------------------------

# A public process can encrypt and check typed codes, and nothing else (promise 4).
_PRIVATE = ["CONTACT_INDEX_KEY", "CONTACT_PRIVATE_KEY"] if ROLE != "public" else []
_CONTACT_KEYS = ["CODE_KEY", "CONTACT_PUBLIC_KEY", *_PRIVATE]
_missing = [name for name in ["SECRET_KEY", *_CONTACT_KEYS] if not env.str(name, "")]
_from_file = ROLE == "all" and set(_CONTACT_KEYS) <= set(_missing)
if set(_missing) - ({"SECRET_KEY", *_CONTACT_KEYS} if _from_file else {"SECRET_KEY"} if ROLE == "all" else set()):
    # Some keys from the environment and some from the file would be no pair, and nothing encrypted could be read.
    raise ImproperlyConfigured(f"{', '.join(_missing)} missing (ROLE={ROLE}): `manage.py new_keys` prints a whole set.")
_kept = load_keys(DATA_DIR) if _missing else {}
SECRET_KEY, *SECRET_KEY_FALLBACKS = env.keys("SECRET_KEY", _kept.get("SECRET_KEY", ""))
CODE_KEY, *CODE_KEY_FALLBACKS = [_kept["CODE_KEY"]] if _from_file else env.keys("CODE_KEY")
CONTACT_PUBLIC_KEY = _kept["CONTACT_PUBLIC_KEY"] if _from_file else env.str("CONTACT_PUBLIC_KEY")
# Not even those that are in the environment of a public process by mistake.
CONTACT_INDEX_KEY = ""
CONTACT_PRIVATE_KEYS: list[str] = []
if ROLE != "public":
    CONTACT_INDEX_KEY = _kept["CONTACT_INDEX_KEY"] if _from_file else env.str("CONTACT_INDEX_KEY")
    CONTACT_PRIVATE_KEYS = [_kept["CONTACT_PRIVATE_KEY"]] if _from_file else env.list("CONTACT_PRIVATE_KEY")
# Backups should have a pair of keys of their own, with the private half on another machine.
BACKUP_PUBLIC_KEY = env.str("BACKUP_PUBLIC_KEY", "") or CONTACT_PUBLIC_KEY
BACKUP_DAYS = env.number("BACKUP_DAYS", 35, least=1)  # after these the worker deletes backups in DATA_DIR/backups

# --- Who runs it -------------------------------------------------------------------------------------------------

MAIL_DOMAIN = "localhost" if ":" in _site.hostname else _site.hostname  # no mailbox is at [::1]
SENDER = env.mailbox("SENDER", f"noreply@{MAIL_DOMAIN}")
BOUNCE_ADDRESS = env.mailbox("BOUNCE_ADDRESS", "")  # local+id@host: where reports of returned mails come
SECRETARIAT_ADDRESS = env.mailbox("SECRETARIAT_ADDRESS", "")
SECRETARIAT_NAME = env.str("SECRETARIAT_NAME", "")
# Stands in a mailbox's list of mails: where an organisation is watched, a neutral name.
MAIL_NAME = env.str("MAIL_NAME", SECRETARIAT_NAME)
SECRETARIAT_HOURS = env.str("SECRETARIAT_HOURS", "")  # text: when it answers
SECURITY_CONTACT = env.mailbox("SECURITY_CONTACT", SECRETARIAT_ADDRESS)  # a mailbox, or an https:// URL
DATA_LICENCE = env.str("DATA_LICENCE", "https://creativecommons.org/licenses/by/4.0/")  # of the list, not of the text
CONTROLLER = env.str("CONTROLLER", SECRETARIAT_NAME)  # responsible for personal data (GDPR, Art. 4(7))

UNDO_SECONDS = env.number("UNDO_SECONDS", 60)  # how long a decision can be undone, and its mail waits

# --- Mails to the staff ------------------------------------------------------------------------------------------

DIGEST_HOUR = env.number("DIGEST_HOUR", 6)  # UTC; from then on moderators get the daily mail about what waits
FLOOD_PER_HOUR = env.number("FLOOD_PER_HOUR", 100)  # more endorsements than this alert the moderators

# --- The application ---------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "petition.apps.PetitionConfig",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.forms",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
]
MIDDLEWARE = [
    "petition.web.middleware.request_ids.follow_request",
    "petition.web.middleware.headers.security_headers",
    "petition.web.middleware.content_policy.ContentPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "petition.web.middleware.language.language_from_address",
    "petition.web.middleware.request_checks.check_request",
    "petition.web.middleware.overload.refuse_when_busy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
_CONTEXT_PROCESSORS = ["django.template.context_processors.request"]
if ROLE != "public":  # whose process knows no accounts, sessions or admin
    INSTALLED_APPS += [
        "petition.admin.PetitionAdminConfig",
        *(f"django.contrib.{name}" for name in ("auth", "contenttypes", "sessions", "messages")),
        *("allauth", "allauth.account", "allauth.mfa"),
    ]
    MIDDLEWARE += [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "allauth.account.middleware.AccountMiddleware",
        "petition.admin.team.second_factor.staff_session_middleware",
        "petition.admin.access.page_access_middleware",
    ]
    _CONTEXT_PROCESSORS += [
        *(f"django.contrib.{name}.context_processors.{name}" for name in ("auth", "messages")),
        "petition.admin.menu.navigation",
    ]
ROOT_URLCONF = "petition.urls"
WSGI_APPLICATION = "petition.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": _CONTEXT_PROCESSORS},
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- How long an endorsement may wait for a decision -------------------------------------------------------------

LATE_AFTER_DAYS = env.number("LATE_AFTER_DAYS", 3)
OVERDUE_AFTER_DAYS = env.number("OVERDUE_AFTER_DAYS", 7)
if not 0 < LATE_AFTER_DAYS < OVERDUE_AFTER_DAYS:
    raise ImproperlyConfigured("LATE_AFTER_DAYS must be 1 or more, and less than OVERDUE_AFTER_DAYS.")

# --- Database ----------------------------------------------------------------------------------------------------

DATABASES = {"default": env.location("DATABASE_URL", env.db, f"sqlite:///{ensure_dir(DATA_DIR) / 'petition.sqlite3'}")}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        # IMMEDIATE takes the write lock at BEGIN: a transaction that reads first and then writes fails with "locked".
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # WAL: readers do not wait for a writer. FULL: every commit is synced to disk; NORMAL lost acknowledged commits
        # at a simulated power cut. secure_delete: erased rows are overwritten with zeros, not only marked as free.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
    }
    _database["CONN_MAX_AGE"] = 60  # opening the file and its pragmas cost more than storing a form
    _database["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}  # threads of a test cannot share one in memory
elif _database["ENGINE"].endswith("postgresql"):
    _database["CONN_MAX_AGE"] = 60
    _database["CONN_HEALTH_CHECKS"] = True
    _database.setdefault("OPTIONS", {}).update(POSTGRESQL_OPTIONS)
else:
    raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:// or postgres://.")

CACHES = {"default": env.location("CACHE_URL", env.cache, "locmemcache://")}

# --- Mail: everything goes into the outbox; only the worker delivers ---------------------------------------------

EMAIL_BACKEND = "petition.actions.mailing.queue.OutboxBackend"
EMAIL_URL = env.str("EMAIL_URL", "") if ROLE != "public" else ""  # nor its password, even if it is there by mistake
if EMAIL_URL:
    _mail = env.location("EMAIL_URL", env.email_url)
    DELIVERY_BACKEND = _mail.pop("EMAIL_BACKEND")
    globals().update(_mail)
    EMAIL_TIMEOUT = 20
else:
    DELIVERY_BACKEND = "petition.mail.file_backend.EmailBackend"
MAIL_DIR = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = SENDER
SERVER_EMAIL = SENDER

# --- Language and time -------------------------------------------------------------------------------------------

LANGUAGE_CODE = DEFAULT_LANGUAGE
LANGUAGES = list(OWN_NAMES.items())
LOCALE_PATHS = [BASE_DIR / "petition" / "locale"]
FORMAT_MODULE_PATH = ["petition.reference.formats"]
TIME_ZONE = "UTC"

# --- Static files ------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", "") or DATA_DIR / "static").absolute()
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "petition.management.static_files.ReadableStaticFilesStorage"},
}
WHITENOISE_ALLOW_ALL_ORIGINS = False

# --- Staff accounts ----------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "petition.security.weak_secrets.SiteWordsValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
ACCOUNT_ADAPTER = "petition.admin.team.allauth_adapter.AccountAdapter"
ACCOUNT_FORMS = {"login": "petition.admin.team.allauth_adapter.LoginForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,100/h/ip"}  # not by name, or strangers could lock a moderator out
HOURLY_LIMITS = env.hourly_limits()  # of each staff account (actions/staff/hourly_limits.py)
MFA_ADAPTER = "petition.admin.team.allauth_adapter.MFAAdapter"
MFA_FORMS = {
    "authenticate": "petition.admin.team.code_forms.AuthenticateForm",
    "reauthenticate": "petition.admin.team.code_forms.ReauthenticateForm",
    "activate_totp": "petition.admin.team.code_forms.ActivateTOTPForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = MAIL_DOMAIN
MFA_TOTP_TOLERANCE = 1  # one step of 30 s, for a clock that is not exact (RFC 6238, 5.2)
SESSION_COOKIE_AGE = 30 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # a cookie could be read on the device

# --- Headers -----------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],  # static/js/endorse.js fetches the preview of the entry
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"  # with "no-referrer" browsers post `Origin: null`; pages behind a link set it
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = SITE_IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000 if SITE_IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SITE_IS_HTTPS
SECURE_HSTS_PRELOAD = SITE_IS_HTTPS
_prefix = "__Host-" if SITE_IS_HTTPS else ""
SESSION_COOKIE_NAME = f"{_prefix}session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = f"{_prefix}csrf"
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "petition.web.errors.csrf_failure"

# --- Size of a submission ----------------------------------------------------------------------------------------

MAX_FORM_BYTES = 64 * 1024
# Of the two staff pages that take a file (web/middleware/request_checks.py): 1 MB, and the rest of a form.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2**20 + MAX_FORM_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
FILE_UPLOAD_PERMISSIONS = None  # as the umask says: files in DATA_DIR are private
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# --- Log: no address, no token, no body --------------------------------------------------------------------------

LOGGING = build_logging(env.choice("LOG_FORMAT", "text", "json"))
