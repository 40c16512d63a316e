"""The validation policy of the instance, read once from the file that the settings name (docs/policy.md)."""

from api.settings import SettingInvalid, Settings
from api.telling import words_of
from trust.paths import ValidationPolicy
from trust.policy_file import LARGEST, PolicyMalformed, read_policy

__all__ = ["configured_policy"]

SETTING = "TRUST_VALIDATION_POLICY"


def configured_policy(settings: Settings) -> ValidationPolicy:
    """Return what the operator asks of verdicts beyond the strict rules. Raise `SettingInvalid` for its file."""
    if settings.validation_policy is None:
        return ValidationPolicy()
    try:
        with settings.validation_policy.open("rb") as file:
            return read_policy(file.read(LARGEST + 1))
    except OSError:
        raise SettingInvalid(setting=SETTING, fault="the file cannot be read") from None
    except PolicyMalformed as error:
        raise SettingInvalid(setting=SETTING, fault=words_of(error)[1]) from None
