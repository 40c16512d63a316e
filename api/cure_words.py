"""What an operator is told to do about keys and libraries, in Chinese: beside the English that the error itself has."""

import re
from collections.abc import Mapping
from typing import Final

from api.detail_words import Words

__all__ = ["CURES", "CURE_PATTERNS"]

CHINESE: Final[Mapping[str, str]] = {
    "have the device's administrators make key pairs, and name their indexes in TRUST_SDF_KEYS": (
        "请密码机管理员生成密钥对，并在 TRUST_SDF_KEYS 中列出其索引"
    ),
    "install Botan (Debian: apt install libbotan-2-19, or libbotan-3-7), or do without it": (
        "请安装 Botan（Debian：apt install libbotan-2-19 或 libbotan-3-7），或不使用它"
    ),
    "install a Botan with SM2; some distributions build it without": "请安装支持 SM2 的 Botan；有的发行版未编入 SM2",
    "install a libcrypto with SM2; some distributions build it without": (
        "请安装支持 SM2 的 libcrypto；有的发行版未编入 SM2"
    ),
    "install libssl3 (Debian: apt install libssl3)": "请安装 libssl3（Debian：apt install libssl3）",
    "let the service write into the folder of claims beside the keys of the instance": (
        "请允许服务写入实例密钥旁的占用登记目录"
    ),
    "name a user of this machine in TRUST_CUSTODY_CLIENT": "请在 TRUST_CUSTODY_CLIENT 中指明本机的用户",
    "name in TRUST_ROOT_TOKEN_KEY what is the label of one key in the token": (
        "请在 TRUST_ROOT_TOKEN_KEY 中指明令牌内唯一一把密钥的标签"
    ),
    "name the vendor's PKCS #11 library in TRUST_PKCS11_MODULE": "请在 TRUST_PKCS11_MODULE 中指明厂商的 PKCS #11 库",
    "name the vendor's SDF library (GM/T 0018) in TRUST_SDF_LIBRARY": (
        "请在 TRUST_SDF_LIBRARY 中指明厂商的 SDF 库（GM/T 0018）"
    ),
    "put the root key file back, or name it in TRUST_ROOT_KEY_FILE": (
        "请放回根密钥文件，或在 TRUST_ROOT_KEY_FILE 中指明其位置"
    ),
    "put the token's PIN into TRUST_PKCS11_PIN_FILE, and start anew; it is not tried again, since tokens lock": (
        "请将令牌的 PIN 写入 TRUST_PKCS11_PIN_FILE，再重新启动；为免锁定，不再重试"
    ),
    "take the root key file away from others: chmod 600": "根密钥文件不得让他人读取：chmod 600",
    "the device has no key pair at this index": "密码机在该索引处没有密钥对",
    "the device refuses the PIN in TRUST_SDF_PIN_FILE; it is not tried again, since devices lock": (
        "密码机拒绝 TRUST_SDF_PIN_FILE 中的 PIN；为免锁定，不再重试"
    ),
    "the private key does not belong to its record; restore it from a backup": "私钥与记录不符，请从备份恢复",
    "the record of this key names no place in a token; restore it": "该密钥的记录没有指明令牌内的位置，请恢复记录",
    "the record of this key names no place in an SDF device; restore it": (
        "该密钥的记录没有指明密码机内的位置，请恢复记录"
    ),
    "the root key in the environment must be 64 hexadecimal digits": "环境变量中的根密钥应为 64 位十六进制数字",
    "the root key must be 32 bytes, written as 64 hexadecimal digits": "根密钥应为 32 字节，写作 64 位十六进制数字",
    "the root key is not the one that wrapped this key, or the record was changed": (
        "根密钥不是加密该密钥的那一把，或记录已被改动"
    ),
    "the token does not do this algorithm; for SM2 see its manual and TRUST_PKCS11_SM2": (
        "令牌不支持该算法；SM2 请查阅其手册与 TRUST_PKCS11_SM2"
    ),
    "the token has no key of this identifier": "令牌中没有该标识的密钥",
    "the token refuses the PIN in TRUST_PKCS11_PIN_FILE; it is not tried again, since tokens lock": (
        "令牌拒绝 TRUST_PKCS11_PIN_FILE 中的 PIN；为免锁定，不再重试"
    ),
    "the token's key did not encipher this root key": "根密钥不是由令牌内的这把密钥加密的",
    "use a key that was made in the token and never leaves it": "请使用在令牌内生成、不可导出的密钥",
    "use a token that keeps its private keys: this one lets them out": "该令牌允许导出私钥，请换用不可导出的令牌",
    "write the token's PIN into TRUST_PKCS11_PIN_FILE as text in UTF-8: what stands there is none": (
        "TRUST_PKCS11_PIN_FILE 中的内容不是文本，请以 UTF-8 文本写入令牌的 PIN"
    ),
}

CURES: Final[Mapping[str, Words]] = {english: (chinese, english) for english, chinese in CHINESE.items()}

CURE_PATTERNS: Final[tuple[tuple[re.Pattern[str], Words], ...]] = tuple(
    (re.compile(pattern), (chinese, english))
    for pattern, chinese, english in (
        (
            r"have the device's administrators delete the key pair (.+) first",
            "请先由密码机管理员删除密钥对 {0}",
            "have the device's administrators delete the key pair {0} first",
        ),
        (r"mend TRUST_CUSTODY_SOCKET: (.+)", "请更正 TRUST_CUSTODY_SOCKET：{0}", "mend TRUST_CUSTODY_SOCKET: {0}"),
        (
            r"name the file of the PIN in (TRUST_\w+)",
            "请在 {0} 中指明 PIN 文件",
            "name the file of the PIN in {0}",
        ),
        (
            r"put the PIN into the file that (TRUST_\w+) names",
            "请将 PIN 写入 {0} 所指的文件",
            "put the PIN into the file that {0} names",
        ),
        (
            r"put the PIN of index (.+) into TRUST_SDF_PIN_FILE, and start anew",
            "请将索引 {0} 的 PIN 写入 TRUST_SDF_PIN_FILE，再重新启动",
            "put the PIN of index {0} into TRUST_SDF_PIN_FILE, and start anew",
        ),
        (r"put (\S+) back from a backup", "请从备份中恢复 {0}", "put {0} back from a backup"),
        (
            r"take the file in (TRUST_\w+) away from others: chmod 600",
            "{0} 所指的文件不得让他人读取：chmod 600",
            "take the file in {0} away from others: chmod 600",
        ),
        (
            r"the key pair (.+) in the device is not the one on record",
            "密码机内的密钥对 {0} 与记录不符",
            "the key pair {0} in the device is not the one on record",
        ),
    )
)
