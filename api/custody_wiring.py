"""Wiring of custody: where the root key comes from, which devices keep private keys, and the custody process."""

import os
import pwd
from typing import assert_never

from api.settings import CustodyKind, Settings, indexes
from keys.data_keys import RootKeys
from keys.devices import Device
from keys.errors import KeystoreUnavailable
from keys.listening import Access
from keys.memory import harden
from keys.pins import read_pin
from keys.pkcs11 import PKCS11Configuration, PKCS11Device
from keys.pkcs11_mechanisms import SM2Mechanisms
from keys.remote import AdministratorsDesk, CustodyClient, RemoteDevice
from keys.root_token import TokenSource
from keys.sdf import SDFConfiguration, SDFDevice
from keys.sdf_interface import Dialect, SDFLibrary
from keys.serving import CustodyProcess, Place, starts_sealed
from keys.software import SoftwareDevice
from keys.unsealing import EnvironmentSource, FileSource, RootSource

__all__ = ["administrators_desk", "custody_process", "devices", "read_roots", "root_source", "token_source"]


def root_source(settings: Settings) -> RootSource:
    """Return where the root key comes from."""
    if settings.root_secret:
        return EnvironmentSource(settings.root_secret, settings.root_record, coming=settings.root_secret_next)
    if settings.root_token_key:
        return token_source(settings, settings.root_token_key)
    return FileSource(settings.root_key, settings.root_record)


def token_source(settings: Settings, label: str) -> TokenSource:
    """Return the root key under the token's key of that label."""
    token = pkcs11_device(settings)
    return TokenSource(token, label=label, wrapped=settings.root_token, record=settings.root_record)


def read_roots(settings: Settings) -> RootKeys:
    """Return the root keys, read where they are. Raise `KeystoreUnavailable`, or `RootMismatch`."""
    source = root_source(settings)
    return RootKeys(source.read(), reload=source.read)


def devices(settings: Settings, roots: RootKeys) -> tuple[Device, ...]:
    """Return what keeps private keys, in the order in which they are asked to make one. Raise `KeystoreUnavailable`."""
    return tuple(device(kind, settings, roots) for kind in settings.custody_kinds)


def device(kind: CustodyKind, settings: Settings, roots: RootKeys) -> Device:
    """Return the device of a kind. It is connected when it is first used."""
    match kind:
        case CustodyKind.SOFTWARE:
            return SoftwareDevice(roots)
        case CustodyKind.PROCESS:
            return RemoteDevice(CustodyClient(settings.custody_address))
        case CustodyKind.PKCS11:
            return pkcs11_device(settings)
        case CustodyKind.SDF:
            configuration = SDFConfiguration(
                pin=read_pin(settings.sdf_pin_file, setting="TRUST_SDF_PIN_FILE"),
                signing=indexes(settings.sdf_keys),
                encryption=indexes(settings.sdf_encryption_keys),
                claims=settings.sdf_claims,
            )
            return SDFDevice(SDFLibrary.load(settings.sdf_library, Dialect(settings.sdf_dialect)), configuration)
        case _:
            assert_never(kind)


def pkcs11_device(settings: Settings) -> PKCS11Device:
    """Return the token. Raise `KeystoreUnavailable`."""
    return PKCS11Device(
        PKCS11Configuration(
            module=settings.pkcs11_module,
            token=settings.pkcs11_token,
            pin=read_pin(settings.pkcs11_pin_file, setting="TRUST_PKCS11_PIN_FILE"),
            sm2=SM2Mechanisms.read(settings.pkcs11_sm2) if settings.pkcs11_sm2 else None,
        )
    )


def custody_process(settings: Settings) -> CustodyProcess:
    """Return the custody process, hardened before it reads a key. Raise `KeystoreUnavailable`, or `RootMismatch`."""
    hardening = harden()
    is_elsewhere = settings.root_secret or settings.root_token_key
    sealed = not is_elsewhere and starts_sealed(settings.root_record, settings.root_key)
    try:
        client = pwd.getpwnam(settings.custody_client) if settings.custody_client else None
    except KeyError:
        raise KeystoreUnavailable(cure="name a user of this machine in TRUST_CUSTODY_CLIENT") from None
    own = os.getuid()
    return CustodyProcess.of(
        RootKeys({}) if sealed else read_roots(settings),
        hardening,
        place=Place(settings.custody_address),
        access=Access(users={own, *([client.pw_uid] if client else [])}, group=client.pw_gid if client else None),
        own=own,
        record=settings.root_record,
    )


def administrators_desk(settings: Settings) -> AdministratorsDesk:
    """Return the administrators' side of the custody process."""
    return AdministratorsDesk(CustodyClient(Place(settings.custody_address).administration))
