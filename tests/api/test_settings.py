"""Settings: what is read from the environment, what is refused, and what a second process is told."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from api.fault_words import spoken
from api.settings import (
    ClockCheck,
    CustodyKind,
    Environment,
    SettingInvalid,
    Settings,
    forget_secrets,
    indexes,
    inherited_environment,
)
from licence.claim import CLAIM_LENGTH, MAX_PAYLOAD


def test_the_defaults_are_those_of_a_laptop() -> None:
    settings = Settings()
    assert (Environment.DEVELOPMENT, Path("var"), "", None) == (
        settings.environment,
        settings.data_dir,
        settings.database_url,
        settings.root_key_file,
    )
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8080, "http://localhost:8080")
    assert (settings.max_body, settings.minimum_disk, settings.housekeeping_seconds) == (34 << 20, 200 << 20, 60)
    assert (settings.login_rate, settings.verify_rate, settings.hotline) == ("10/minute", "120/minute", "12345")
    assert settings.openid_rate == "600/minute"
    assert settings.proxies == "127.0.0.1,::1"
    assert settings.unused_upload_days == 30
    assert settings.time_stamp_renewal_days == 180
    assert not settings.dpop_nonces
    assert (settings.openid_rotation_days, settings.person_notices_url) == (90, "")
    of_clients = settings.client_rate, settings.client_daily_rate, settings.client_stamping_rate
    assert of_clients == ("6000/minute", "5000000/day", "1000000/day")
    assert (settings.proposal_days, settings.agreed_rotations, settings.wants_agreement) == (7, None, False)
    assert (settings.proofing_provider, settings.proofing_seconds, settings.proofing_days) == ("nobody", 10, "")
    assert (settings.recovery_wait_hours, settings.recovery_capped_days, settings.floors) == (24, 30, "")
    assert (settings.verify_client_rate, settings.verify_batch, settings.verify_workers) == ("6000/minute", 100, 1)
    assert (settings.verify_queue, settings.verify_queue_octets, settings.verify_keep_hours) == (200, 1 << 30, 24)


def test_keys_take_two_persons_in_production() -> None:
    address = "https://trust.example"
    for told, wanted in ((None, True), (True, True), (False, False)):
        settings = Settings(environment=Environment.PRODUCTION, public_url=address, agreed_rotations=told)
        assert settings.wants_agreement is wanted
    assert Settings(agreed_rotations=True).wants_agreement


def test_foreign_files_are_read_apart_unless_a_laptop_says_otherwise() -> None:
    settings = Settings()
    assert (settings.workers, settings.worker_seconds, settings.worker_memory) == (2, 10, 1 << 30)
    assert Settings(workers=0).workers == 0
    address = "https://trust.example"
    assert Settings(environment=Environment.PRODUCTION, public_url=address, workers=1).workers == 1
    with pytest.raises(ValidationError, match="processes of their own"):
        Settings(environment=Environment.PRODUCTION, public_url=address, workers=0)


def test_no_secret_has_a_default() -> None:
    for name, field in Settings.model_fields.items():
        if "key" in name or "password" in name or "secret" in name:
            assert field.default in (None, ""), name


def test_everything_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given = {
        "TRUST_ENVIRONMENT": "production",
        "TRUST_DATA_DIR": str(tmp_path),
        "TRUST_DATABASE_URL": "postgresql+psycopg://localhost/trust",
        "TRUST_ROOT_KEY_FILE": str(tmp_path / "root.key"),
        "TRUST_ROOT_SECRET": "5a" * 32,
        "TRUST_ROOT_SECRET_NEXT": "5b" * 32,
        "TRUST_ROOT_TOKEN_KEY": "xinyin root",
        "TRUST_CRYPTO_BACKEND": "libcrypto",
        "TRUST_EMBLEM_FILE": str(tmp_path / "emblem.svg"),
        "TRUST_VALIDATION_POLICY": str(tmp_path / "policy.toml"),
        "TRUST_CUSTODY": "sdf,process",
        "TRUST_CUSTODY_SOCKET": "/run/xinyin/service.sock",
        "TRUST_CUSTODY_CLIENT": "xinyin",
        "TRUST_PKCS11_MODULE": "/usr/lib/token.so",
        "TRUST_PKCS11_TOKEN": "xinyin",
        "TRUST_PKCS11_PIN_FILE": str(tmp_path / "token.pin"),
        "TRUST_PKCS11_SM2": "key_type=0x80000201,generate=0x80000202,sign=0x80000203",
        "TRUST_SDF_LIBRARY": "/usr/lib/libsdf.so",
        "TRUST_SDF_PIN_FILE": str(tmp_path / "sdf.pin"),
        "TRUST_SDF_KEYS": "1-20,25",
        "TRUST_SDF_ENCRYPTION_KEYS": "21",
        "TRUST_SDF_DIALECT": "without_algorithm",
        "TRUST_PUBLIC_URL": "https://trust.example/",
        "TRUST_HOST": "0.0.0.0",  # noqa: S104 - an example
        "TRUST_PORT": "443",
        "TRUST_PROXIES": "10.0.0.5, 2001:db8::/32",
        "TRUST_MAX_BODY": "2048",
        "TRUST_MINIMUM_DISK": "0",
        "TRUST_LOGIN_RATE": "5/minute",
        "TRUST_OPENID_RATE": "7/minute",
        "TRUST_REFUSED_RATE": "6/minute",
        "TRUST_BREACHED_PASSWORDS": str(tmp_path / "breached.txt"),
        "TRUST_SESSION_HOURS": "12",
        "TRUST_SESSION_IDLE_L1": "50",
        "TRUST_SESSION_IDLE_L2": "20",
        "TRUST_SESSION_IDLE_L3": "10",
        "TRUST_CLIENT_RATE": "70/minute",
        "TRUST_CLIENT_DAILY_RATE": "700/day",
        "TRUST_CLIENT_STAMPING_RATE": "30/day",
        "TRUST_AGREED_ROTATIONS": "True",
        "TRUST_PROPOSAL_DAYS": "3",
        "TRUST_PROOFING_PROVIDER": "http",
        "TRUST_PROOFING_CERTIFICATE": str(tmp_path / "provider.pem"),
        "TRUST_PROOFING_CLIENT": "yunzhou",
        "TRUST_PROOFING_URL": "https://proofing.example",
        "TRUST_PROOFING_SECONDS": "7",
        "TRUST_PROOFING_DAYS": "1=30",
        "TRUST_RECOVERY_WAIT_HOURS": "48",
        "TRUST_RECOVERY_CAPPED_DAYS": "90",
        "TRUST_FLOORS": "licence:issue=3",
        "TRUST_VERIFY_RATE": "7/minute",
        "TRUST_VERIFY_CLIENT_RATE": "7/second",
        "TRUST_VERIFY_BATCH": "10",
        "TRUST_VERIFY_WORKERS": "2",
        "TRUST_VERIFY_QUEUE": "20",
        "TRUST_VERIFY_QUEUE_OCTETS": "1048576",
        "TRUST_VERIFY_KEEP_HOURS": "1",
        "TRUST_STATUS_RATE": "11/minute",
        "TRUST_TIME_STAMP_RATE": "9/minute",
        "TRUST_SEAL_CERTIFICATES": "outside",
        "TRUST_SEAL_DEADLINES": "applied=7",
        "TRUST_SEAL_VERSION": "5",
        "TRUST_TIME_STAMP_DIALECT": "rfc5652",
        "TRUST_TIME_STAMP_URL_SM2": "https://tsa.example/sm2",
        "TRUST_TIME_STAMP_URL_P256": "http://tsa.example:8080/p256",
        "TRUST_CLOCK_MAXIMUM_STEP": "5",
        "TRUST_CLOCK_CHECK": "kernel",
        "TRUST_CLOCK_MAXIMUM_ERROR": "50",
        "TRUST_WORKERS": "4",
        "TRUST_WORKER_SECONDS": "5",
        "TRUST_WORKER_MEMORY": "268435456",
        "TRUST_UPPER_ACCOUNTS_URL": "https://sso.example/scim",
        "TRUST_UPPER_LOGIN_CLIENT": "city-330199",
        "TRUST_UPPER_LOGIN_ISSUER": "https://sso.example",
        "TRUST_UPPER_LOGIN_LEVELS": "1=1,2=2",
        "TRUST_UPPER_PLATFORM_CERTIFICATE": str(tmp_path / "platform.pem"),
        "TRUST_UPPER_PLATFORM_ID": "330000",
        "TRUST_UPPER_PLATFORM_URL": "https://seal.example/up",
        "TRUST_QR_URL": "https://z.example",
        "TRUST_LIVE_CODE_SECONDS": "30",
        "TRUST_SHARING_RATE": "7/hour",
        "TRUST_HOTLINE": "0571-12345",
        "TRUST_DPOP_NONCES": "True",
        "TRUST_OPENID_ROTATION_DAYS": "30",
        "TRUST_PERSON_NOTICES_URL": "https://gateway.example/notices",
        "TRUST_SHARING_SEAL": "seal_1",
        "TRUST_SHARING_SYSTEM": "client_1",
        "TRUST_BULK_WORKERS": "2",
        "TRUST_BULK_UPLOAD": "1048576",
        "TRUST_BULK_ROWS": "1000",
        "TRUST_BULK_CHUNK": "50",
        "TRUST_BULK_LEASE_SECONDS": "60",
        "TRUST_BULK_KEEP_DAYS": "7",
        "TRUST_UNUSED_UPLOAD_DAYS": "10",
        "TRUST_TIME_STAMP_RENEWAL_DAYS": "400",
        "TRUST_HOUSEKEEPING_SECONDS": "1",
    }
    assert set(given) == {f"TRUST_{name.upper()}" for name in Settings.model_fields}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert (Environment.PRODUCTION, tmp_path, tmp_path / "root.key", 443, 2048) == (
        settings.environment,
        settings.data_dir,
        settings.root_key,
        settings.port,
        settings.max_body,
    )
    assert settings.database == "postgresql+psycopg://localhost/trust"
    told = inherited_environment(settings)
    assert {**given, "TRUST_PUBLIC_URL": "https://trust.example"}.items() <= told.items()


@pytest.mark.parametrize(
    ("told", "kinds"),
    [
        ("software", ["software"]),
        ("process", ["process"]),
        ("sdf,process", ["sdf", "process"]),
        ("pkcs11,sdf,software", ["pkcs11", "sdf", "software"]),
    ],
)
def test_custodies_are_named_in_their_order(told: str, kinds: list[str]) -> None:
    settings = Settings(custody=told)
    assert list(settings.custody_kinds) == kinds
    assert CustodyKind.PROCESS not in settings.for_ceremony().custody_kinds
    assert len(settings.for_ceremony().custody_kinds) == len(kinds)


@pytest.mark.parametrize("told", ["hsm", "software,process", "sdf,sdf", "sdf,", "sdf, process", "SDF"])
def test_custodies_that_cannot_be_are_refused(told: str) -> None:
    with pytest.raises(ValidationError, match="software"):
        Settings(custody=told)


@pytest.mark.parametrize(
    ("told", "found"), [("", ()), ("1", (1,)), ("1-3", (1, 2, 3)), ("5,1-2", (5, 1, 2)), ("10-11,7", (10, 11, 7))]
)
def test_indexes_are_written_as_people_write_them(told: str, found: tuple[int, ...]) -> None:
    assert indexes(told) == found
    assert Settings(sdf_keys=told, sdf_encryption_keys=told).sdf_keys == told


@pytest.mark.parametrize("told", ["x", "1,", "-1", "1-", "1-2-3", "1 2", "1,1", "1-3,2", "100000"])
@pytest.mark.parametrize("setting", ["sdf_keys", "sdf_encryption_keys"])
def test_indexes_that_cannot_be_are_refused(setting: str, told: str) -> None:
    with pytest.raises(ValidationError, match=setting):
        Settings(**{setting: told})  # type: ignore[arg-type]


@pytest.mark.parametrize("told", ["1,2,3", "key_type=1,generate=2,sign=3", "key_type=0x1,generate=0x2,sign=0x3 "])
def test_vendors_numbers_that_cannot_be_are_refused(told: str) -> None:
    with pytest.raises(ValidationError, match="pkcs11_sm2"):
        Settings(pkcs11_sm2=told)


def test_the_custody_process_is_in_the_data_folder_unless_it_is_elsewhere(tmp_path: Path) -> None:
    assert Settings(data_dir=tmp_path).custody_address == tmp_path / "custody" / "service.sock"
    assert Settings(custody_socket=tmp_path / "s").custody_address == tmp_path / "s"
    assert Settings(data_dir=tmp_path).sdf_claims == tmp_path / "keys" / "sdf"


def test_a_second_process_has_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = Settings(data_dir=tmp_path, port=9, public_url="https://trust.example", login_rate="3/minute")
    for name, value in inherited_environment(first).items():
        if name.startswith("TRUST_"):
            monkeypatch.setenv(name, value)
    assert first == Settings()
    assert "PATH" in inherited_environment(first)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("environment", "staging"),
        ("port", 0),
        ("proxies", "*"),
        ("proxies", "proxy.example"),
        ("proxies", "10.0.0.0/33"),
        ("port", 65536),
        ("unused_upload_days", 9),
        ("time_stamp_renewal_days", 29),
        ("port", "eighty"),
        ("max_body", 1023),
        ("minimum_disk", -1),
        ("housekeeping_seconds", 0),
        ("login_rate", "often"),
        ("client_rate", "often"),
        ("client_daily_rate", ""),
        ("client_stamping_rate", "a day"),
        ("proposal_days", 0),
        ("proposal_days", 91),
        ("openid_rate", "600 a minute"),
        ("openid_rotation_days", -1),
        ("person_notices_url", "http://elsewhere.example/notices"),
        ("person_notices_url", "https://gateway.example/notices?x=1"),
        ("hotline", "ring us"),
        ("hotline", "<b>12345</b>"),
        ("verify_rate", ""),
        ("verify_client_rate", "as often as it likes"),
        ("verify_batch", 0),
        ("verify_batch", 1001),
        ("verify_workers", 0),
        ("verify_workers", 17),
        ("verify_queue", 0),
        ("verify_queue_octets", 1023),
        ("verify_keep_hours", 0),
        ("verify_keep_hours", 25),
        ("time_stamp_rate", "now and then"),
        ("time_stamp_dialect", "gmt0010"),
        ("time_stamp_url_sm2", "tsa.example"),
        ("time_stamp_url_p256", "https://tsa.example/?a=b"),
        ("clock_maximum_step", 0),
        ("clock_maximum_step", 3601),
        ("clock_maximum_error", 0),
        ("clock_check", "sundial"),
        ("seal_version", "1"),
        ("seal_deadlines", "applied"),
        ("seal_deadlines", "active=3"),
        ("seal_deadlines", "applied=0"),
        ("public_url", "trust.example"),
        ("public_url", "ftp://trust.example"),
        ("public_url", ""),
        ("public_url", "https://"),
        ("public_url", "https://trust.example/?a=b"),
        ("public_url", "https://somebody@trust.example"),
        ("qr_url", "codes.example"),
        ("qr_url", "https://codes.example/?a=b"),
        ("live_code_seconds", 9),
        ("live_code_seconds", 121),
        ("database_url", "mysql://localhost/trust"),
        ("database_url", "trust.db"),
    ],
)
def test_what_cannot_be_is_refused_at_once(name: str, value: object) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({name: value})


def test_production_has_an_address_with_tls() -> None:
    with pytest.raises(ValidationError):
        Settings(environment=Environment.PRODUCTION, public_url="http://trust.example")
    assert Settings(environment=Environment.PRODUCTION, public_url="https://trust.example").public_url


@pytest.mark.parametrize(
    ("environment", "check", "asked"),
    [
        (Environment.DEVELOPMENT, ClockCheck.AUTO, False),
        (Environment.PRODUCTION, ClockCheck.AUTO, True),
        (Environment.DEVELOPMENT, ClockCheck.KERNEL, True),
        (Environment.PRODUCTION, ClockCheck.OFF, False),
    ],
)
def test_the_kernel_is_asked_in_production_unless_told_otherwise(
    environment: Environment,
    check: ClockCheck,
    asked: bool,  # noqa: FBT001
) -> None:
    settings = Settings(environment=environment, clock_check=check, public_url="https://trust.example")
    assert settings.asks_kernel_clock is asked


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        Settings().port = 9


def test_addresses_follow_from_the_public_one() -> None:
    settings = Settings(public_url="https://trust.example/base//")
    assert settings.public_url == "https://trust.example/base"
    assert settings.pki_url == "https://trust.example/base/pki"
    assert settings.claim_url == "https://trust.example/base/v/"
    assert settings.copy_url == "https://trust.example/base/c/"
    assert settings.token_url == "https://trust.example/base/oauth2/token"


def test_an_address_that_makes_codes_too_fine_is_refused() -> None:
    longest = "https://" + "h" * 20
    assert len(Settings(public_url=longest).claim_url) + CLAIM_LENGTH == MAX_PAYLOAD
    for longer in (longest + "h", "https://" + "字" * 7):
        with pytest.raises(ValidationError, match="room for 28 octets"):
            Settings(public_url=longer)
        assert Settings(public_url=longer, qr_url="https://z.cn/").claim_url == "https://z.cn/v/"
        with pytest.raises(ValidationError, match="room for 28 octets"):
            Settings(qr_url=longer)
    assert Settings(public_url=longest, qr_url="https://z.cn").pki_url == f"{longest}/pki"


def test_codes_lead_to_an_address_with_tls_in_production() -> None:
    public = "https://trust.example"
    with pytest.raises(ValidationError):
        Settings(environment=Environment.PRODUCTION, public_url=public, qr_url="http://z.cn")
    assert Settings(environment=Environment.PRODUCTION, public_url=public, qr_url="https://z.cn").qr_url


def test_files_stand_in_the_folder(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert (tmp_path / "keys" / "root.key", tmp_path / "blobs") == (settings.root_key, settings.blobs)
    assert f"sqlite:///{tmp_path / 'trust.db'}" == settings.database
    assert Settings(data_dir=Path("somewhere")).database.startswith("sqlite:////")


def test_a_setting_left_empty_is_one_that_was_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    # As a compose file does it: TRUST_ROOT_KEY_FILE=
    monkeypatch.setenv("TRUST_ROOT_KEY_FILE", "")
    assert Settings().data_dir / "keys" / "root.key" == Settings().root_key


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("TRUST_PORT", "eighty", "integer"),
        ("TRUST_PUBLIC_URL", "trust.example", "https://"),
        ("TRUST_CRYPTO_BACKEND", "gmssl", "'auto', 'libcrypto' or 'botan'"),  # a second opinion, never a choice
        ("TRUST_CRYPTO_BACKEND", "reference", "'auto', 'libcrypto' or 'botan'"),
        ("TRUST_DATABASE_URL", "mysql://trust:hunter2hunter2@localhost", "postgresql+psycopg://"),
    ],
)
def test_what_cannot_be_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, fault: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingInvalid) as refused:
        Settings.read()
    assert name == refused.value.details["setting"]
    assert fault in str(refused.value.details["fault"])
    assert value not in str(refused.value)
    with pytest.raises(ValidationError) as raw:
        Settings()
    assert value not in str(raw.value)


def test_a_second_process_inherits_no_setting_that_the_first_does_not_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUST_ROOT_KEY_FILE", "/elsewhere/root.key")
    assert inherited_environment(Settings(root_key_file=None))["TRUST_ROOT_KEY_FILE"] == ""


def test_the_password_of_the_database_is_not_shown() -> None:
    settings = Settings(database_url="postgresql+psycopg://trust:hunter2hunter2@localhost/trust")
    assert "hunter2hunter2" in settings.database
    assert "hunter2hunter2" not in f"{settings!r} {settings}"


def test_secrets_are_taken_out_of_the_environment_once_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUST_ROOT_SECRET", "5a" * 32)
    settings = Settings()
    forget_secrets()
    assert "TRUST_ROOT_SECRET" not in os.environ  # noqa: TID251 - what a process started from here would inherit
    assert settings.root_secret == "5a" * 32
    assert "5a5a" not in repr(settings)
    forget_secrets()  # where there is none, there is nothing to take


PLATFORM = Path("platform.pem")


@pytest.mark.parametrize(
    "address",
    [
        "https://seal.example",
        "https://seal.example:8443/up/",
        "http://127.0.0.1:8081/up",
        "http://localhost/up",
        "http://[::1]:8081",
    ],
)
def test_a_platform_above_is_reached_with_tls_or_on_this_machine(address: str) -> None:
    settings = Settings(upper_platform_url=address, upper_platform_certificate=PLATFORM)
    assert settings.upper_platform_url == address.rstrip("/")


@pytest.mark.parametrize(
    "address",
    [
        "http://seal.example/up",
        "http://127.0.0.1.seal.example/up",
        "http://localhost.seal.example/up",
        "ftp://seal.example",
        "https://seal.example/up?a=b",
        "https://a@seal.example",
        "seal.example",
    ],
)
def test_no_other_address_is_one_of_a_platform_above(address: str) -> None:
    with pytest.raises(ValidationError, match="begins with https"):
        Settings(upper_platform_url=address, upper_platform_certificate=PLATFORM)


def test_a_platform_above_needs_the_certificate_that_its_answers_are_held_against() -> None:
    with pytest.raises(ValidationError, match="TRUST_UPPER_PLATFORM_CERTIFICATE"):
        Settings(upper_platform_url="https://seal.example")
    assert Settings(upper_platform_certificate=PLATFORM).upper_platform_url == ""


# --- login and accounts at the platform above


@pytest.mark.parametrize("address", ["https://sso.example", "https://sso.example/", "http://127.0.0.1:8000"])
def test_the_platform_above_may_be_where_persons_log_in(address: str) -> None:
    settings = Settings(upper_login_issuer=address, upper_login_client="us", upper_accounts_url=f"{address}/scim/")
    assert settings.upper_login_issuer == address.rstrip("/")
    assert settings.upper_accounts_url == f"{address}/scim"


@pytest.mark.parametrize(
    "address", ["http://sso.example", "sso.example", "https://sso.example?a=b", "http://localhost.x"]
)
def test_a_login_that_anybody_could_answer_for_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="begins with https"):
        Settings(upper_login_issuer=address, upper_login_client="us")


def test_a_login_needs_our_name_there() -> None:
    with pytest.raises(ValidationError, match="TRUST_UPPER_LOGIN_CLIENT"):
        Settings(upper_login_issuer="https://sso.example")


@pytest.mark.parametrize("address", ["https://other.example/scim", "http://sso.example/scim", "https://sso.example?a"])
def test_accounts_are_at_the_host_of_the_login(address: str) -> None:
    with pytest.raises(ValidationError, match="at the host of TRUST_UPPER_LOGIN_ISSUER"):
        Settings(upper_login_issuer="https://sso.example", upper_login_client="us", upper_accounts_url=address)
    with pytest.raises(ValidationError, match="at the host of TRUST_UPPER_LOGIN_ISSUER"):
        Settings(upper_accounts_url=address)


def test_levels_of_the_platform_above_are_a_table() -> None:
    assert Settings(upper_login_levels="low=1,high=3").upper_login_levels == "low=1,high=3"
    with pytest.raises(ValidationError, match="write levels as"):
        Settings(upper_login_levels="1=9")


@pytest.mark.parametrize("value", ["?", "-1", "0", "99999999999999999999", "1=9", "1=1,1=1", "1,1", "http://x y"])
def test_whoever_reads_chinese_is_told_in_chinese_why_a_setting_cannot_be(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    refused = []
    for name in Settings.model_fields:
        with monkeypatch.context() as environment:
            environment.setenv(f"TRUST_{name.upper()}", value)
            try:
                Settings.read()
            except SettingInvalid as error:
                refused.append(error)
    assert refused
    unsaid = [error.details for error in refused if spoken(error.code, error.details)[0] == error.details]
    assert unsaid == []
