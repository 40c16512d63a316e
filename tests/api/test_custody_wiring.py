"""The wiring of custody: which devices the settings ask for, and the units under which the processes run."""

import re
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from api import cli
from api.custody_wiring import administrators_desk, devices
from api.foundation import Foundation
from api.settings import Settings
from keys.claims import Claims
from keys.data_keys import RootKeys, StoredProtection
from keys.errors import AlgorithmNotKept, KeystoreUnavailable
from keys.pkcs11 import PKCS11Device
from keys.remote import RemoteDevice, RemoteProtection
from keys.sdf import SDFDevice
from keys.software import SoftwareDevice
from keys.wrapping import RootKey
from tests.api.builders import copied, settings_for
from tests.keys.custody import custody, folder_of_sockets
from tests.keys.devices import SDF_PIN, TOKEN_PIN, build_sdf, new_token, softhsm
from trust.crypto.algorithms import KEYS
from trust.crypto.sm2 import G, SM2PublicKey
from trust.signing import KeyPurpose, Signer

ROOT = Path(__file__).parent.parent.parent
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))

MDWE = """
import ctypes, mmap
assert ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) == 0  # PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN
try:
    mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)
    raise SystemExit("the rule does not hold here")
except PermissionError:
    pass
from keys.memory import harden
from keys.private_keys import generate
from trust.crypto.algorithms import KEYS
harden()
for algorithm in KEYS.values():
    generate(algorithm)
print("signed")
"""


def pin_file(folder: Path, pin: bytes) -> Path:
    """Write a PIN."""
    path = folder / "pin"
    path.write_bytes(pin)
    path.chmod(0o600)
    return path


def test_each_kind_is_its_device(tmp_path: Path) -> None:
    roots = RootKeys.of(RootKey(bytes(32)))
    pin = pin_file(tmp_path, SDF_PIN)
    settings = Settings(
        data_dir=tmp_path,
        custody="sdf,pkcs11,process",
        sdf_library=str(build_sdf(tmp_path)),
        sdf_pin_file=pin,
        sdf_keys="1-3",
        sdf_encryption_keys="4",
        pkcs11_pin_file=pin,
        pkcs11_sm2="key_type=0x1,generate=0x2,sign=0x3",
    )
    sdf, pkcs11, process = devices(settings, roots)
    assert isinstance(sdf, SDFDevice)
    assert (sdf.configuration.signing, sdf.configuration.encryption) == ((1, 2, 3), (4,))
    assert isinstance(pkcs11, PKCS11Device)
    assert pkcs11.algorithms == {"sm2", "p256", "rsa3072"}
    assert isinstance(process, RemoteDevice)
    (software,) = devices(Settings(), roots)
    assert isinstance(software, SoftwareDevice)
    sdf.close()


@pytest.mark.parametrize("kind", ["pkcs11", "sdf"])
def test_a_device_without_its_pin_is_said_at_the_start(kind: str) -> None:
    with pytest.raises(KeystoreUnavailable, match=f"TRUST_{kind.upper()}_PIN_FILE"):
        devices(Settings(custody=kind), RootKeys({}))


def test_an_instance_signs_sm2_in_a_device_and_p256_in_a_token_and_goes_on_with_its_old_keys(
    founded_folder: Path, tmp_path: Path
) -> None:
    folder = copied(founded_folder, tmp_path / "instance")
    library = softhsm(tmp_path)
    (tmp_path / "token").mkdir()
    settings = settings_for(
        folder,
        custody="sdf,pkcs11,software",
        sdf_library=str(build_sdf(tmp_path)),
        sdf_pin_file=pin_file(tmp_path, SDF_PIN),
        sdf_keys="1-2",
        pkcs11_module=library,
        pkcs11_token=new_token(library),
        pkcs11_pin_file=pin_file(tmp_path / "token", TOKEN_PIN),
    )
    base = Foundation.open(settings)
    assert base.custody.name.startswith("SDF device; PKCS #11 token xinyin-")
    for algorithm, scheme in (("sm2", "sdf"), ("p256", "pkcs11"), ("ml-dsa-65", "software")):
        with base.store.transaction() as tx:
            key = base.custody.generate(tx, KeyPurpose.DOCUMENT, KEYS[algorithm])
            base.custody.activate(tx, key)
        assert key.handle.startswith(f"{scheme}:")
        value = Signer(base.custody, key).sign(b"message")
        key.public_key.verify(value, b"message", key.public_key.own_algorithm)
    old = next(one for one in base.keys_in_custody() if one.purpose is KeyPurpose.AUDIT)
    value = Signer(base.custody, old.reference).sign(b"message")
    old.public_key.verify(value, b"message", old.public_key.own_algorithm)
    base.store.close()


def test_encryption_keys_are_handed_over_by_software_beside_a_device(founded_folder: Path, tmp_path: Path) -> None:
    settings = settings_for(
        copied(founded_folder, tmp_path / "instance"),
        custody="sdf,software",
        sdf_library=str(build_sdf(tmp_path)),
        sdf_pin_file=pin_file(tmp_path, SDF_PIN),
        sdf_keys="1",
    )
    base = Foundation.open(settings)
    with base.store.transaction() as tx:
        key, enveloped = base.custody.envelope(tx, KeyPurpose.DECRYPTION, SM2PublicKey(*G))
    assert key.handle.startswith("software:")
    assert enveloped
    base.store.close()


def test_the_ceremony_has_the_root_key_in_its_own_process(tmp_path: Path) -> None:
    base = Foundation.create(settings_for(tmp_path / "instance", custody="process"))
    assert base.settings.custody == "software"
    assert not base.roots.is_sealed
    assert base.settings.root_key.exists()


def test_a_device_alone_does_not_pretend_to_have_what_it_lacks(founded_folder: Path, tmp_path: Path) -> None:
    settings = settings_for(
        copied(founded_folder, tmp_path / "instance"),
        custody="sdf",
        sdf_library=str(build_sdf(tmp_path)),
        sdf_pin_file=pin_file(tmp_path, SDF_PIN),
        sdf_keys="1",
    )
    base = Foundation.open(settings)
    with pytest.raises(AlgorithmNotKept), base.store.transaction() as tx:
        base.custody.generate(tx, KeyPurpose.DOCUMENT, KEYS["p256"])
    base.store.close()


def test_with_a_process_the_root_key_is_read_for_ceremonies_alone(founded_folder: Path, tmp_path: Path) -> None:
    folder = copied(founded_folder, tmp_path / "instance")
    with folder_of_sockets() as sockets:
        base = Foundation.open(
            settings_for(folder, custody="process", custody_socket=sockets / "custody" / "service.sock")
        )
        assert base.roots.is_sealed
        assert isinstance(base.protection, RemoteProtection)
        with custody(sockets, RootKey.load(base.settings.root_key)):
            assert base.custody.ready()
            assert administrators_desk(base.settings).report().state.startswith("unsealed")
            base.establish()
        assert "own_roots" not in vars(base)
        assert not base.own_roots.is_sealed
        assert base.own_keyring is not base.custody
        base.store.close()
        local = Foundation.open(settings_for(folder))
        assert isinstance(local.protection, StoredProtection)
        assert local.own_roots is local.roots
        assert local.own_keyring is local.custody
        local.store.close()


def test_claims_are_bound_to_the_public_half(tmp_path: Path) -> None:
    from keys.private_keys import generate

    one, other = generate(KEYS["sm2"]).public(), generate(KEYS["sm2"]).public()
    claims = Claims(tmp_path / "claims")
    assert claims.claim("signing/1", one, context="key key_1 document sm2")
    assert not claims.claim("signing/1", one, context="key key_2 document sm2")
    assert claims.claim("signing/1", other, context="key key_3 document sm2")
    assert claims.claim("signing/2", one, context="key key_4 document sm2")
    told = sorted(file.read_text() for file in claims.folder.iterdir())
    assert told == [f"key key_{number} document sm2\n" for number in (1, 3, 4)]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_names_commands_and_settings_that_there_are(unit: Path) -> None:
    text = unit.read_text()
    known = {f"TRUST_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"TRUST_[A-Z0-9_]+", text)) <= known
    (command,) = re.findall(r"^ExecStart=/opt/xinyin/\.venv/bin/trust (.*)$", text, re.MULTILINE)
    name, *rest = command.split()
    found = cli.load(name)
    while rest and rest[0] in getattr(found, "commands", {}):
        found = found.commands[rest.pop(0)]
    found.make_context(name, rest)  # it takes these options; nothing is run
    for limit in ("LimitCORE=0", "NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=\n"):
        assert limit in text
    parser = ConfigParser(strict=False, interpolation=None)
    parser.read_string(text)
    assert set(parser.sections()) == {"Unit", "Service", "Install"}


def test_both_units_meet_at_the_same_socket_under_two_users() -> None:
    service, process = (unit.read_text() for unit in (UNITS[1], UNITS[0]))
    pattern = r"TRUST_CUSTODY_SOCKET=(\S+)"
    assert re.findall(pattern, service) == re.findall(pattern, process)
    users = [re.findall(r"^User=(\S+)$", text, re.MULTILINE) for text in (service, process)]
    assert users == [["xinyin"], ["xinyin-custody"]]
    assert re.findall(r"TRUST_CUSTODY_CLIENT=(\S+)", process) == users[0]
    for rule in ("LimitMEMLOCK=infinity", "MemoryDenyWriteExecute=yes", "PrivateNetwork=yes", "MemorySwapMax=0"):
        assert rule in process


def test_keys_are_made_where_no_page_can_be_written_and_run() -> None:
    done = subprocess.run([sys.executable, "-c", MDWE], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("signed\n", "")
