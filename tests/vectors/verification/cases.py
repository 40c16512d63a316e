"""A case: what is given to a verifier, and what must come of it. The manifest is a list of them."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from tests.vectors.verification.world import MOMENT
from trust.certificates import Certificate
from trust.ocsp import OCSPResponse
from trust.paths import Evidence, ValidationPolicy
from trust.policy_file import read_policy
from trust.revocation import RevocationList

__all__ = ["FOLDER", "Book", "Case", "Manifest", "read_manifest"]

FOLDER: Final = Path(__file__).parent
SOURCE: Final = (
    "made by this house with tests/vectors/verification/generate.py; what must come of each is told beside it"
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One row of the manifest; README.md says what each member means."""

    name: str
    kind: str
    file: str = ""
    made: str = ""
    moment: str
    anchors: tuple[str, ...]
    material: tuple[str, ...]
    policy: str = ""
    covers: str = ""
    password: str = ""
    expect: str
    check: str
    signatures: tuple[str, ...]
    why: str

    def __post_init__(self) -> None:
        if bool(self.file) is bool(self.made) or not self.why.endswith("."):
            raise ValueError(f"{self.name}: a case is a file or a recipe, with a sentence why")


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The cases, and the trust material that they name."""

    cases: tuple[Case, ...]
    material: Mapping[str, tuple[str, ...]]
    """Names of files in the folder trust/ by the name of a set."""

    folder: Path = FOLDER

    def content(self, name: str) -> bytes:
        """Return a file."""
        return (self.folder / name).read_bytes()

    def evidence(self, case: Case) -> Evidence:
        """Return what a verifier has for a case, and nothing besides."""
        anchors = tuple(Certificate(self.content(f"trust/{name}.cer")) for name in case.anchors)
        certificates, lists, responses = [], [], []
        for name in (file for one in case.material for file in self.material[one]):
            content = self.content(f"trust/{name}")
            match Path(name).suffix:
                case ".cer":
                    certificates.append(Certificate(content))
                case ".crl":
                    lists.append(RevocationList(content))
                case ".ocsp":
                    responses.append(OCSPResponse.from_der(content))
                case other:
                    raise ValueError(other)
        return Evidence(
            anchors=anchors,
            certificates=tuple(certificates),
            revocation_lists=tuple(lists),
            status_responses=tuple(responses),
            policy=read_policy(self.content(f"trust/{case.policy}")) if case.policy else ValidationPolicy(),
        )


def read_manifest(folder: Path = FOLDER) -> Manifest:
    """Read the manifest of a folder. An unknown or missing member of a case is an error."""
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    known = {one.name for one in fields(Case)}
    for case in told["cases"]:
        if set(case) != known:
            raise ValueError(f"unknown or missing members in {case.get('name')}: {set(case) ^ known}")

    def frozen(case: dict[str, Any]) -> dict[str, Any]:
        return {name: tuple(value) if isinstance(value, list) else value for name, value in case.items()}

    cases = tuple(Case(**frozen(case)) for case in told["cases"])
    material = {name: tuple(files) for name, files in told["material"].items()}
    return Manifest(cases=cases, material=material, folder=folder)


SUFFIXES: Final = {"pdf": "pdf", "ofd": "ofd", "cms": "p7s", "seal": "esl", "seal_signature": "ses", "unknown": "bin"}
PASSED: Final = "passed"


@dataclass
class Book:
    """Collects cases with their files."""

    cases: list[Case] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    material: dict[str, list[str]] = field(default_factory=dict)

    def trust(self, name: str, *told: tuple[str, bytes]) -> str:
        """Keep a set of trust material under a name; each with the name of its file."""
        self.material[name] = [file for file, _ in told]
        for file, content in told:
            self.keep(f"trust/{file}", content)
        return name

    def keep(self, name: str, content: bytes) -> str:
        """Keep a file."""
        if self.files.setdefault(name, content) != content:
            raise ValueError(f"two files of one name: {name}")
        return name

    def add(
        self,
        name: str,
        content: bytes | str,
        expect: str = PASSED,
        check: str = "",
        *,
        why: str,
        kind: str = "",
        moment: datetime = MOMENT,
        anchors: Sequence[str] = ("sm2-root", "p256-root"),
        material: Sequence[str] = ("sm2", "p256"),
        policy: str = "",
        covers: bytes | None = None,
        password: str = "",
        signatures: Sequence[str] | None = None,
    ) -> None:
        """Add a case. `content` is the file, or a recipe's name; `signatures` the outcome of each in their order."""
        group, _ = name.split("/")
        kind = kind or {"pades": "pdf"}.get(group, group)
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        outcome = expect.partition("/")[0]
        told: dict[str, Any] = {"made": content} if isinstance(content, str) else {}
        if isinstance(content, bytes):
            told = {"file": self.keep(f"files/{slug}.{SUFFIXES[kind]}", content)}
        if covers is not None:
            told["covers"] = self.keep(f"files/{slug}.content", covers)
        self.cases.append(
            Case(
                name=name,
                kind=kind,
                moment=moment.isoformat(),
                anchors=tuple(anchors),
                material=tuple(material),
                policy=policy,
                password=password,
                expect=expect,
                check=check,
                signatures=(outcome,) if signatures is None else tuple(signatures),
                why=why,
                **told,
            )
        )

    def manifest(self) -> str:
        """Return the manifest as a file."""
        told = {"source": SOURCE, "material": self.material, "cases": [asdict(one) for one in self.cases]}
        return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
