"""What an operator is told to do is told in Chinese too: every cure in the code, whole or by its pattern."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cure_words import CURES
from api.telling import words_of
from keys.data_keys import CHANGED
from keys.errors import KeystoreUnavailable
from keys.pkcs11 import ONCE
from keys.wrapping import OWNER_ALONE
from trust.crypto.botan import BotanMissing

NAMED = {
    OWNER_ALONE,
    CHANGED,
    f"put the token's PIN into TRUST_PKCS11_PIN_FILE, and start anew; {ONCE}",
    f"the token refuses the PIN in TRUST_PKCS11_PIN_FILE; {ONCE}",
}
"""Those that stand under a name, or are put together from one."""

ROOT = Path(__file__).parent.parent.parent


def cures() -> Iterator[str]:
    """Yield every text without a blank to fill that an error of the house gives as its cure."""
    for folder in ("keys", "trust", "api"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "cure" not in (text := path.read_text(encoding="utf-8")):
                continue
            for node in ast.walk(ast.parse(text)):
                named = isinstance(node, ast.keyword) and node.arg == "cure"
                assigned = isinstance(node, ast.Assign) and [ast.unparse(one) for one in node.targets] == ["cure"]
                if (named or assigned) and isinstance(value := getattr(node, "value", None), ast.Constant):
                    yield str(value.value)


def test_every_cure_has_chinese_words_and_every_word_its_cure() -> None:
    found = set(cures())
    assert len(found) > 20
    assert found | NAMED == set(CURES)


@pytest.mark.parametrize("cure", CURES)
def test_a_cure_is_told_in_two_languages(cure: str) -> None:
    chinese, english = words_of(KeystoreUnavailable(cure=cure))
    assert cure in english
    assert cure not in chinese
    assert re.search("[\u4e00-\u9fff]", CURES[cure][0])


@pytest.mark.parametrize(
    ("cure", "chinese"),
    [
        (
            "have the device's administrators delete the key pair signing/3 first",
            "请先由密码机管理员删除密钥对 signing/3",
        ),
        ("mend TRUST_CUSTODY_SOCKET: No such file", "请更正 TRUST_CUSTODY_SOCKET：No such file"),
        ("name the file of the PIN in TRUST_SDF_PIN_FILE", "请在 TRUST_SDF_PIN_FILE 中指明 PIN 文件"),
        ("put the PIN into the file that TRUST_SDF_PIN_FILE names", "请将 PIN 写入 TRUST_SDF_PIN_FILE 所指的文件"),
        ("put the PIN of index 7 into TRUST_SDF_PIN_FILE, and start anew", "请将索引 7 的 PIN 写入"),
        ("put root.json back from a backup", "请从备份中恢复 root.json"),
        ("take the file in TRUST_PKCS11_PIN_FILE away from others: chmod 600", "TRUST_PKCS11_PIN_FILE 所指的文件不得"),
        ("the key pair signing/3 in the device is not the one on record", "密码机内的密钥对 signing/3 与记录不符"),
    ],
)
def test_a_cure_with_a_name_in_it_is_told_in_two_languages(cure: str, chinese: str) -> None:
    told = words_of(KeystoreUnavailable(cure=cure))
    assert chinese in told[0]
    assert cure in told[1]


def test_a_library_that_is_missing_is_told_so_too() -> None:
    cure = "install Botan (Debian: apt install libbotan-2-19, or libbotan-3-7), or do without it"
    assert "请安装 Botan" in words_of(BotanMissing(cure=cure))[0]
