"""The C interface of cryptographic devices (密码设备应用接口, GM/T 0018, "SDF") by ctypes.

The text of the standard was not at hand: all of this follows the headers that several vendors and libraries publish
and agree on (UNCONFIRMED, docs/divergences.md). Numbers stand right-aligned in fields of 512 bits. Vendors differ in
one function, SDF_InternalDecrypt_ECC, which takes an algorithm or does not: `Dialect` says it.
"""

import ctypes
from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Any, Final, Self

from keys.errors import KeystoreUnavailable
from trust.crypto.sm2 import KeyMalformed, SM2PublicKey, SM2Signature
from trust.crypto.sm2_ciphertext import SM2Ciphertext

__all__ = ["Code", "Dialect", "ECCCipher", "ECCSignature", "ECCrefPublicKey", "Refused", "SDFLibrary"]

ECC_MAX_LENGTH: Final = 64
"""ECCref_MAX_LEN: 512 bits."""

SCALAR_LENGTH: Final = 32
BITS: Final = 256
SGD_SM2_3: Final = 0x00020800
"""SM2 for encryption (GM/T 0006)."""

HANDLE: Final = ctypes.c_void_p
UINT: Final = ctypes.c_uint
UINT_POINTER: Final = ctypes.POINTER(ctypes.c_uint)
BYTES: Final = ctypes.c_void_p
HANDLE_POINTER: Final = ctypes.POINTER(ctypes.c_void_p)
FIELD: Final = ctypes.c_ubyte * ECC_MAX_LENGTH


class Code(IntEnum):
    """The codes that functions return and that we tell apart (GM/T 0018-2012, Annex A). Every other is a breakdown."""

    OK = 0
    PARDENY = 0x01000007  # no right to use the private key
    KEYNOTEXIST = 0x01000008
    ENCDATAERR = 0x01000016
    PRKRERR = 0x01000018  # the right was not given: a wrong PIN


class Dialect(StrEnum):
    """How a library wants SDF_InternalDecrypt_ECC called."""

    WITH_ALGORITHM = "with_algorithm"
    WITHOUT_ALGORITHM = "without_algorithm"


class Refused(Exception):
    """A function returned another code than 0. Never leaves keys/sdf.py, which turns it into an error of ours."""

    def __init__(self, function: str, code: int) -> None:
        super().__init__(f"{function}: 0x{code:08x}")
        self.code = code


class ECCrefPublicKey(ctypes.Structure):
    """A point."""

    _fields_ = (("bits", UINT), ("x", FIELD), ("y", FIELD))

    def point(self) -> SM2PublicKey:
        """Return the point. Raise `KeyMalformed` for one that is not on the SM2 curve."""
        if self.bits != BITS:
            raise KeyMalformed
        return SM2PublicKey(number(self.x), number(self.y))  # a number of more than 256 bits is refused there


class ECCSignature(ctypes.Structure):
    """r and s."""

    _fields_ = (("r", FIELD), ("s", FIELD))

    def signature(self) -> SM2Signature:
        """Return the signature. Raise `SignatureMalformed` for numbers out of range."""
        return SM2Signature(number(self.r), number(self.s))


class ECCCipher(ctypes.Structure):
    """C1, C3, the length of C2; C2 follows as long as it is (`C[1]` in the headers)."""

    _fields_ = (("x", FIELD), ("y", FIELD), ("M", ctypes.c_ubyte * SCALAR_LENGTH), ("L", UINT))

    @classmethod
    def of(cls, ciphertext: SM2Ciphertext) -> "ctypes.Array[ctypes.c_char]":
        """Return `ciphertext` as the structure with its C2 behind it."""
        head = cls(
            x=aligned(ciphertext.point.x),
            y=aligned(ciphertext.point.y),
            M=(ctypes.c_ubyte * SCALAR_LENGTH)(*ciphertext.hash),
            L=len(ciphertext.data),
        )
        return ctypes.create_string_buffer(bytes(head) + ciphertext.data)


def number(field: "ctypes.Array[ctypes.c_ubyte]") -> int:
    """Return the number in a field."""
    return int.from_bytes(bytes(field), "big")


def aligned(value: int) -> "ctypes.Array[ctypes.c_ubyte]":
    """Return a number right-aligned in a field."""
    return FIELD(*value.to_bytes(ECC_MAX_LENGTH, "big"))


PROTOTYPES: Final[Mapping[str, tuple[Any, ...]]] = {
    "SDF_OpenDevice": (HANDLE_POINTER,),
    "SDF_CloseDevice": (HANDLE,),
    "SDF_OpenSession": (HANDLE, HANDLE_POINTER),
    "SDF_CloseSession": (HANDLE,),
    "SDF_GenerateRandom": (HANDLE, UINT, BYTES),
    "SDF_GetPrivateKeyAccessRight": (HANDLE, UINT, BYTES, UINT),
    "SDF_ReleasePrivateKeyAccessRight": (HANDLE, UINT),
    "SDF_ExportSignPublicKey_ECC": (HANDLE, UINT, ctypes.POINTER(ECCrefPublicKey)),
    "SDF_ExportEncPublicKey_ECC": (HANDLE, UINT, ctypes.POINTER(ECCrefPublicKey)),
    "SDF_InternalSign_ECC": (HANDLE, UINT, BYTES, UINT, ctypes.POINTER(ECCSignature)),
}
DECRYPT: Final = "SDF_InternalDecrypt_ECC"
DECRYPT_PROTOTYPES: Final[Mapping[Dialect, tuple[Any, ...]]] = {
    Dialect.WITH_ALGORITHM: (HANDLE, UINT, UINT, BYTES, BYTES, UINT_POINTER),
    Dialect.WITHOUT_ALGORITHM: (HANDLE, UINT, BYTES, BYTES, UINT_POINTER),
}


class SDFLibrary:
    """The functions of a vendor's library, typed. ctypes lets other threads run during each call."""

    def __init__(self, handle: ctypes.CDLL, dialect: Dialect) -> None:
        self.dialect = dialect
        self.functions: dict[str, Any] = {}
        for name, arguments in (*PROTOTYPES.items(), (DECRYPT, DECRYPT_PROTOTYPES[dialect])):
            function = getattr(handle, name)
            function.restype, function.argtypes = UINT, arguments
            self.functions[name] = function

    @classmethod
    def load(cls, path: str, dialect: Dialect) -> Self:
        """Load the library at `path`, or raise `KeystoreUnavailable`."""
        try:
            return cls(ctypes.CDLL(path), dialect)
        except (OSError, AttributeError):  # not there, or without these functions
            raise KeystoreUnavailable(cure="name the vendor's SDF library (GM/T 0018) in TRUST_SDF_LIBRARY") from None

    def call(self, name: str, *arguments: object) -> None:
        """Call the function `name`. Raise `Refused` where it does not return 0."""
        code: int = self.functions[name](*arguments)
        if code != Code.OK:
            raise Refused(name, code)

    def decrypt(self, session: int | None, index: int, ciphertext: SM2Ciphertext) -> bytes:
        """Return what the encryption pair at `index` deciphers. Raise `Refused`."""
        cipher = ECCCipher.of(ciphertext)
        size = len(ciphertext.data)
        plain, written = ctypes.create_string_buffer(size), UINT(size)
        algorithm = (SGD_SM2_3,) if self.dialect is Dialect.WITH_ALGORITHM else ()
        try:
            self.call(DECRYPT, session, index, *algorithm, cipher, plain, ctypes.byref(written))
            if written.value != size:  # SM2 plaintexts are as long as C2
                raise Refused(DECRYPT, Code.ENCDATAERR)
            return plain.raw
        finally:
            ctypes.memset(plain, 0, size)
