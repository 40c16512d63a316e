"""A service in which licences are shared: clients with grants, and somebody who speaks for the holder."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any, Final

import httpx2

from api.demo import cast
from identity.duties import Duty, Grant
from licence.sharing.copying import COPY_PURPOSE
from seal.stamping.authorising import AuthoriseStamping
from tests.api.builders import Furnished, Service, everybody
from tests.fakes.clock import NOW

__all__ = ["PURPOSE", "SharedService"]

PURPOSE: Final = "loan.review"
YEAR: Final = timedelta(days=365)
KEYS: Final = count(1)


@dataclass
class SharedService:
    """Everybody who has to do with sharing, with a session or token each."""

    service: Service
    furnished: Furnished
    officer: str = field(init=False)
    reviewer: str = field(init=False)
    speaker: str = field(init=False)
    identifier: str = field(init=False)

    def __post_init__(self) -> None:
        authority, enterprise = self.furnished.authority, self.furnished.enterprise
        self.officer = self.service.bearer(Grant(Duty.LICENCE_OFFICER, authority))
        self.reviewer = self.service.bearer(Grant(Duty.LICENCE_REVIEWER, authority))
        self.speaker = self.service.bearer(Grant(Duty.LICENCE_HOLDER, enterprise))
        path = f"/v1/licences/{self.furnished.licence}"
        self.identifier = self.service.ask("GET", path, token=self.officer).json()["identifier"]

    @property
    def licence(self) -> str:
        """The address of the licence in the sharing interface."""
        return f"/v1/sharing/licences/{self.identifier}"

    @property
    def key(self) -> dict[str, str]:
        """A header with an idempotency key that nobody has used."""
        return {"Idempotency-Key": f"sharing-{next(KEYS)}"}

    def client(self) -> tuple[str, str]:
        """Return the name and the token of a new business system."""
        token = self.service.system_bearer()
        return self.service.ask("GET", "/v1/me", token=token).json()["id"], token

    def proposal(self, client: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Return the body of a proposal."""
        fields = {"number": "whole", "holder_name": "whole", "holder_code": "masked", "data.address": "whole"}
        return {
            "issuer": self.furnished.authority,
            "client": client,
            "types": [{"code": cast.BUSINESS_TYPE, "fields": fields}],
            "calls": ["query", "data", "file", "verify_data", "verify_file", "decode_qr", "copy"],
            "purposes": [{"code": PURPOSE, "words": "个人住房公积金贷款资格审核"}],
            "law": "《住房公积金管理条例》第二十六条",
            "valid_until": (NOW + YEAR).isoformat(),
            **changes,
        }

    def grant(self, client: str, **changes: Any) -> str:  # noqa: ANN401 - JSON
        """Return a grant in force."""
        ask, body = self.service.ask, self.proposal(client, **changes)
        proposed = ask("POST", "/v1/sharing-grants", token=self.officer, json=body, headers=self.key)
        assert proposed.status_code == 201, proposed.text
        name: str = proposed.json()["id"]
        assert ask("POST", f"/v1/sharing-grants/{name}/approval", token=self.reviewer).status_code == 200
        return name

    def granted(self, **changes: Any) -> tuple[str, str]:  # noqa: ANN401 - likewise
        """Return the name and the token of a new client with a grant in force."""
        client, token = self.client()
        self.grant(client, **changes)
        return client, token

    def let_copies_be_sealed(self) -> None:
        """Let the owner of the platform's seal authorise the platform's system for copies."""
        furnished = self.furnished
        command = AuthoriseStamping(
            seal=furnished.seal,
            holder=furnished.client,
            purpose=COPY_PURPOSE,
            document_kinds=(),
            valid_until=NOW + YEAR,
            request_key="copies",
        )
        self.service.instance.authorisations.authorise(everybody("officer", furnished.authority), command)

    def share(self, method: str, client: str, token: str, data: dict[str, Any], **head: str) -> dict[str, Any]:
        """Return the answer of the sharing service in its envelope."""
        body = {"head": {"accessId": client, "accessToken": token, **head}, "data": data}
        answer: httpx2.Response = self.service.ask("POST", f"/share/{method}", json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found
