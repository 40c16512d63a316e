"""What can come of a check on a seal or a seal signature, beside that it passed: one closed set of stable codes.

Which check has which result, and in what order, stands in checks.py; the words in api/pages/words.py; the table of both
in docs/seal-checks.md is made from them.
"""

from enum import StrEnum

__all__ = ["SealResult"]


class SealResult(StrEnum):
    """The results of checks, in the order of the checks."""

    # The OFD package around a signature.
    PACKAGE_BROKEN = "ofd.signature_broken"
    REFERENCES_WRONG = "ofd.file_altered"
    REFERENCES_EMPTY = "ofd.nothing_protected"
    REFERENCES_WEAK = "ofd.hash_unsupported"
    FILES_UNPROTECTED = "ofd.file_unprotected"
    SEAL_FILE_MISSING = "ofd.seal_file_missing"
    SEAL_FILE_OTHER = "ofd.seal_file_differs"
    PLACE_OTHER = "ofd.made_for_other_place"
    FILES_SMUGGLED = "ofd.files_differ_from_list"
    CONTENTS_UNPROTECTED = "ofd.contents_unprotected"
    SIGNED_DIGEST_WRONG = "ofd.digest_differs"

    # The seal: GB/T 38540-2020, 6.3.
    SEAL_FORMAT = "seal.format_invalid"
    SEAL_EXTENSION = "seal.extension_not_understood"
    MAKER_UNREADABLE = "seal.maker_certificate_unreadable"
    SEAL_VALUE = "seal.value_invalid"
    SEAL_ALGORITHM = "seal.algorithm_unsupported"
    MAKER_UNTRUSTED = "seal.maker_untrusted"
    MAKER_UNKNOWN = "seal.maker_authority_unknown"
    MAKER_EXPIRED = "seal.maker_expired"
    MAKER_NOT_YET_VALID = "seal.maker_not_yet_valid"
    MAKER_MISUSED = "seal.maker_may_not_make_seals"
    MAKER_REVOKED = "seal.maker_revoked"
    MAKER_STATUS_UNKNOWN = "seal.maker_status_unknown"
    MADE_OUTSIDE_VALIDITY = "seal.made_outside_maker_validity"
    SEAL_TIME_STAMP = "seal.time_stamp_invalid"
    SEAL_TIME_STAMP_UNTRUSTED = "seal.time_stamp_unconfirmed"
    SEAL_TIME_ORDER = "seal.time_stamp_before_making"
    SEAL_NOT_YET_VALID = "seal.validity_not_begun"
    SEAL_ENDED = "seal.validity_ended"

    # The document signature: GB/T 38540-2020, 7.3.
    SIGNATURE_FORMAT = "seal_signature.format_invalid"
    SIGNATURE_EXTENSION = "seal_signature.extension_not_understood"
    SIGNATURE_VALUE = "seal_signature.value_invalid"
    SIGNATURE_ALGORITHM = "seal_signature.algorithm_unsupported"
    SIGNER_NOT_LISTED = "seal.signer_not_listed"
    SIGNER_UNTRUSTED = "seal_signature.signer_untrusted"
    SIGNER_UNKNOWN = "seal_signature.signer_authority_unknown"
    SIGNER_EXPIRED = "seal_signature.signer_expired"
    SIGNER_NOT_YET_VALID = "seal_signature.signer_not_yet_valid"
    SIGNER_MISUSED = "seal_signature.signer_may_not_seal"
    SIGNER_REVOKED = "seal_signature.signer_revoked"
    SIGNER_STATUS_UNKNOWN = "seal_signature.signer_status_unknown"
    TIME_STAMP = "seal_signature.time_stamp_invalid"
    TIME_STAMP_UNTRUSTED = "seal_signature.time_stamp_unconfirmed"
    TIME_ORDER = "seal_signature.time_stamp_before_signing"
    TIME_MISSING = "seal_signature.time_missing"
    TIME_IN_FUTURE = "seal_signature.time_in_future"
    TIME_OUTSIDE_CERTIFICATE = "seal_signature.time_outside_certificate"
    HASH_DIFFERS = "seal_signature.hash_differs"
    DOCUMENT_MISSING = "seal_signature.document_missing"

    # Warnings: the check passed, and something is to be known (the first two by GM/T 0031-2025).
    MAKER_EXPIRED_SINCE = "seal.maker_expired_since"
    MAKER_REVOKED_SINCE = "seal.maker_revoked_since"
    SEAL_TIME_STAMP_LAPSED = "seal.time_stamp_lapsed"
    TIME_STAMP_LAPSED = "seal_signature.time_stamp_lapsed"
