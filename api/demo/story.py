"""The story of the main job: seven chapters, each step through the public API by the person whose duty it is.

It is longer than a module should be because a story is read from its beginning to its end.
"""

import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey

from api.ceremony import Founded
from api.demo import cast
from api.demo.appointing import appoint
from api.demo.browser import find_browser, photograph
from api.demo.cast import AUTHORITY, ENTERPRISE, STAFF, Company
from api.demo.delegating import stamp_under_a_delegation
from api.demo.documents import foreign_documents, page
from api.demo.evidence import place_for_seal, pretty, rasterise, require_words, seal_signature_of
from api.demo.journal import Journal, StoryFailed, Voice
from api.demo.passkey import SoftPasskey
from api.demo.proving import prove_again
from api.demo.subjects import merge_a_visitor
from api.settings import Settings
from identity.assertion import ASSERTION_TYPE
from identity.duties import Duty
from licence.qr import read_codes
from licence.service import ISSUE_PURPOSE
from trust.clock import Clock

__all__ = ["Story"]

STAMP_PURPOSE: Final = "document.stamp"
STAMP_KIND: Final = "notice"
REFUSED: Final = (400, 403, 409)
"""Statuses of a refusal that the story asks for."""


@dataclass
class Story:
    """Everything that the chapters share."""

    settings: Settings
    founded: Founded
    http: httpx2.Client
    journal: Journal
    clock: Clock
    out: Path
    corpus: Path | None
    voices: dict[str, Voice] = field(default_factory=dict)
    subjects: dict[str, str] = field(default_factory=dict)
    names: dict[str, Any] = field(default_factory=dict)

    def play(self) -> dict[str, Any]:
        """Play every chapter and return the summary."""
        chapters = (
            ("1 密钥仪式与三员 Ceremony", self.ceremony),
            ("2 统一身份 Identity", self.identity),
            ("3 电子印章 Seal", self.seal),
            ("4 电子证照 Licences", self.licences),
            ("5 外来文件签章 Other people's documents", self.documents),
            ("6 公众查验 Public verification", self.verification),
            ("7 吊销与停用 Revocation and suspension", self.revocation),
        )
        for title, chapter in chapters:
            with self.journal.chapter_of(title):
                chapter()
        return self.summary()

    def voice(self, role: str) -> Voice:
        """Return somebody of the story."""
        return self.voices[role]

    @property
    def public(self) -> Voice:
        """Anybody, without a login."""
        return Voice("公众", self.http, self.journal)

    def write(self, name: str, content: bytes | str) -> None:
        """Write a file of the evidence."""
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    # --- 1

    def ceremony(self) -> None:
        """The founders choose their passwords and log in; the trust material is published."""
        self.write("ceremony.md", self.founded.transcript())
        titles = {
            Duty.SYSTEM_ADMINISTRATOR: "系统管理员",
            Duty.SECURITY_ADMINISTRATOR: "安全管理员",
            Duty.AUDITOR: "审计管理员",
            Duty.REGISTRAR: "登记员",
        }
        for place, founder in enumerate(self.founded.founders):
            role = founder.duty.value if founder.duty is not Duty.REGISTRAR else f"registrar{place}"
            if role in self.voices:
                role = f"second_{role}"
            who = f"{titles[founder.duty]} {founder.name}"
            self.log_in(role, who, founder.activation.secret, founder.activation.holder)
        for one in self.public.json("取得信任材料", "GET", "/pki/certificates"):
            folder = "anchors" if one["anchor"] else "certs"
            self.write(f"{folder}/{one['name']}.pem", one["pem"])
        for name in ("root-sm2", "root-p256", "issuing-sm2", "issuing-p256"):
            self.write(f"crl/{name}.crl", self.public.ask(f"取得 {name} 撤销列表", "GET", f"/pki/{name}.crl").content)

    def log_in(self, role: str, who: str, code: str, person: str) -> None:
        """Somebody chooses a username and a password, and logs in."""
        voice = Voice(who, self.http, self.journal)
        username, password = f"{role.replace('_', '.')}", f"{secrets.token_urlsafe(18)}"
        body = {"code": code, "username": username, "password": password}
        voice.ask("激活账号，自设口令", "POST", "/v1/auth/activation", json=body)
        answer = voice.json("登录", "POST", "/v1/auth/sessions", json={"username": username, "password": password})
        voice.token = answer["token"]
        passkey = SoftPasskey()
        asked = voice.json("取得绑定挑战", "POST", "/v1/auth/authenticators/keys/questions")
        made = passkey.make(asked["public_key"], origin=asked["origin"])
        enrolment = {"question": asked["question"], "credential": made, "name": "手机"}
        voice.ask("绑定通行密钥", "POST", "/v1/auth/authenticators/keys", json=enrolment)
        asked = voice.json("取得登录挑战", "POST", "/v1/auth/questions")
        shown = passkey.show(asked["public_key"], origin=asked["origin"])
        key = {"question": asked["question"], "credential": shown}
        path = "/v1/auth/sessions/current/step-up"
        answer = voice.json("以通行密钥提升至三级", "POST", path, json={"key": key})
        voice.token = answer["token"]
        self.voices[role], self.subjects[role] = voice, person

    # --- 2

    def identity(self) -> None:
        """Persons and organisations are registered by one officer and proven by another; the business system joins."""
        first, second = (voice for role, voice in self.voices.items() if role.startswith("registrar"))
        for member in STAFF:
            body = {"name": member.name, "citizen_number": member.number}
            person = first.json(f"登记 {member.name}", "POST", "/v1/persons", json=body)["id"]
            second.ask(f"核验 {member.name}", "POST", f"/v1/subjects/{person}/proofing")
            self.subjects[member.role] = person
        body = {"name": ENTERPRISE.representative, "citizen_number": cast.person_number(301)}
        head = first.json("登记企业法定代表人", "POST", "/v1/persons", json=body)["id"]
        second.ask("核验企业法定代表人", "POST", f"/v1/subjects/{head}/proofing")
        self.subjects["authority"] = self.register(first, second, AUTHORITY, self.subjects["owner"])
        self.subjects["enterprise"] = self.register(first, second, ENTERPRISE, head)
        for company in cast.companies():
            self.register(first, second, company, None)
        security = self.voice(Duty.SECURITY_ADMINISTRATOR.value)
        for member in STAFF:
            person = self.subjects[member.role]
            opened = security.json(f"为 {member.name} 开通账号", "POST", "/v1/accounts", json={"person": person})
            grant = {
                "person": person,
                "duty": member.duty,
                "organisation": self.subjects["authority"] if member.for_authority else None,
            }
            appoint(security, self.voice(f"second_{Duty.SECURITY_ADMINISTRATOR.value}"), member, grant)
            self.log_in(member.role, member.name, opened["activation_code"], person)
        self.business_system()
        self.subjects["visitor"] = merge_a_visitor(first, second)
        prove_again(first, second, head)

    def register(self, first: Voice, second: Voice, company: Company, head: str | None) -> str:
        """An organisation is registered by one officer and proven by another."""
        body = {"name": company.name, "credit_code": company.code, "legal_representative": head}
        found: str = first.json(f"登记 {company.name}", "POST", "/v1/organisations", json=body)["id"]
        second.ask(f"核验 {company.name}", "POST", f"/v1/subjects/{found}/proofing")
        return found

    def business_system(self) -> None:
        """The business system is registered with its public key, approved, and gets a token for its assertion."""
        key = ECKey.generate_key("P-256")
        body = {
            "name": "云州市场监管综合业务系统",
            "organisation": self.subjects["authority"],
            "public_jwk": key.as_dict(private=False),
        }
        system = self.voice(Duty.SYSTEM_ADMINISTRATOR.value)
        once = {"Idempotency-Key": "story-client"}
        client = system.json("登记业务系统", "POST", "/v1/clients", json=body, headers=once)["id"]
        security = self.voice(Duty.SECURITY_ADMINISTRATOR.value)
        security.ask("批准业务系统", "POST", f"/v1/clients/{client}/approval")
        claims = {
            "iss": client,
            "sub": client,
            "aud": self.settings.token_url,
            "jti": secrets.token_hex(16),
            "exp": int((self.clock.now() + timedelta(minutes=2)).timestamp()),
        }
        assertion = jwt.encode({"alg": "ES256"}, claims, key)
        voice = Voice("业务系统", self.http, self.journal)
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
        }
        voice.token = voice.json("以签名断言换取令牌", "POST", "/oauth2/token", data=form)["access_token"]
        self.voices["client"], self.subjects["client"] = voice, client

    # --- 3

    def papers(self) -> list[str]:
        """The applicant uploads what an application for a seal needs."""
        found = []
        for kind, title in (("application_letter", "电子印章申请书"), ("subject_certificate", "主体资格证明")):
            form = {"organisation": self.subjects["authority"], "kind": kind}
            file = {"file": (f"{kind}.pdf", page(title), "application/pdf")}
            once = {"Idempotency-Key": f"story-{kind}"}
            answer = self.voice("applicant").json(
                f"上传{title}", "POST", "/v1/seal-evidence", data=form, files=file, headers=once
            )
            found.append(answer["id"])
        return found

    def seal(self) -> None:
        """The authority's seal from application to authorisation."""
        application = {
            "owner": self.subjects["authority"],
            "kind": "business",
            "row": "电子证照专用章",
            "reason": "用于签发电子证照",
            "evidence": self.papers(),
        }
        applied = self.voice("applicant").json(
            "申请电子证照专用章", "POST", "/v1/seals", json=application, headers={"Idempotency-Key": "story-seal"}
        )
        seal = f"/v1/seals/{applied['id']}"
        reason = {"reason": "材料齐全，名称与统一社会信用代码一致。"}
        self.voice("reviewer").ask("审核通过", "POST", f"{seal}/approval", json=reason)
        self.voice("maker").ask("制作", "POST", f"{seal}/making")
        self.voice("filer").ask("备案", "POST", f"{seal}/filing")
        self.voice("maker").ask("发放", "POST", f"{seal}/issue")
        self.voice("owner").ask("接收启用", "POST", f"{seal}/acceptance")
        until = (self.clock.now() + timedelta(days=365)).isoformat()
        for what, purpose, kinds in (
            ("授权业务系统签发证照", ISSUE_PURPOSE, [cast.BUSINESS_TYPE, cast.FOOD_TYPE]),
            ("授权业务系统加盖通知", STAMP_PURPOSE, [STAMP_KIND]),
        ):
            grant = {"holder": self.subjects["client"], "purpose": purpose, "document_kinds": kinds}
            body = grant | {"valid_until": until}
            once = {"Idempotency-Key": f"story-{purpose}"}
            self.voice("owner").ask(what, "POST", f"{seal}/authorisations", json=body, headers=once)
        details = self.voice("owner").json("查看印章及其经历", "GET", seal)
        self.names["seal"] = {name: details[name] for name in ("id", "code", "name", "filing_number", "state")}
        self.write("certs/owner.pem", details["owner_certificate"])
        self.write("certs/signer.pem", details["document_certificate"])
        self.write("seal.esl", self.voice("owner").ask("取得印章数据", "GET", f"{seal}/seal.esl").content)
        self.write("seal.png", self.voice("owner").ask("取得章面", "GET", f"{seal}/image?dpi=600").content)

    # --- 4

    def licences(self) -> None:
        """Two ready types are published, two licences issued one by one, twenty from a table."""
        for what, ready in (("营业执照", "business_licence"), ("食品经营许可证", "food_permit")):
            officer, reviewer = self.voice("officer"), self.voice("licence_reviewer")
            file = officer.ask(f"取得现成证照类型 {what}", "GET", f"/v1/licence-types/ready/{ready}").content
            self.write(f"types/{ready}.zip", file)
            form, files = {"issuer": self.subjects["authority"]}, {"file": (f"{ready}.zip", file, "application/zip")}
            path = "/v1/licence-types/imports"
            kind = f"/v1/licence-types/{officer.json(f'起草 {what}', 'POST', path, data=form, files=files)['id']}"
            specimen = reviewer.ask(f"预览样张 {what}", "POST", f"{kind}/versions/1/preview?dpi=60").content
            self.write(f"types/{ready}.png", specimen)
            reviewer.ask(f"复核 {what}", "POST", f"{kind}/review")
            officer.ask(f"发布 {what}", "POST", f"{kind}/publication")
        business = self.issue("营业执照", cast.BUSINESS_TYPE, "330199002000001(1/1)", cast.business_record(ENTERPRISE))
        food = self.issue("食品经营许可证", cast.FOOD_TYPE, "JY23301990123456", cast.food_record(ENTERPRISE))
        self.names["licence"], self.names["food"] = business, food
        self.write("licence.pdf", self.download(business["id"], "下载营业执照"))
        self.write("food.pdf", self.download(food["id"], "下载食品经营许可证"))
        self.write("stamp.ses", seal_signature_of((self.out / "licence.pdf").read_bytes()))
        self.table()

    def issue(self, what: str, kind: str, number: str, record: dict[str, str]) -> dict[str, str]:
        """The business system issues one licence, and repeats its request as after a lost answer."""
        body = {
            "type": kind,
            "seal": self.names["seal"]["id"],
            "number": number,
            "holder_code": ENTERPRISE.code,
            "data": cast.unregistered(record),
        }
        client, key = self.voice("client"), {"Idempotency-Key": f"story-{number}"}
        first = client.json(f"签发{what}", "POST", "/v1/licences", json=body, headers=key)
        again = client.json("重发同一请求（幂等）", "POST", "/v1/licences", json=body, headers=key)
        if first["id"] != again["id"]:
            raise StoryFailed("a repeated request issued a second licence")
        return {name: first[name] for name in ("id", "identifier", "number", "issued_on", "address")}

    def download(self, licence: str, what: str) -> bytes:
        """The business system fetches a licence."""
        return self.voice("client").ask(what, "GET", f"/v1/licences/{licence}/file").content

    def table(self) -> None:
        """The business system issues twenty licences from a table in which two rows are bad."""
        table = cast.the_table()
        self.write("companies.csv", table)
        client = self.voice("client")
        form = {"type": cast.BUSINESS_TYPE, "seal": self.names["seal"]["id"], "start": "true"}
        files = {"file": ("companies.csv", table, "text/csv")}
        once = {"Idempotency-Key": "story-table"}
        job = client.json("从表格批量签发 22 行", "POST", "/v1/bulk-jobs", data=form, files=files, headers=once)["id"]
        client.ask("跟踪进度，直至任务完成", "GET", f"/v1/bulk-jobs/{job}/events")
        told = client.json("查看批量任务", "GET", f"/v1/bulk-jobs/{job}")
        results = client.ask("取得结果文件", "GET", f"/v1/bulk-jobs/{job}/results?format=jsonl").text
        rows = [json.loads(line) for line in results.splitlines()]
        answer = {"job": told["id"], "issued": told["issued"], "refused": told["refused"], "rows": rows}
        self.write("reports/batch.json", pretty(answer))
        issued = [row["licence"] for row in answer["rows"] if row["licence"]]
        refused = [row for row in answer["rows"] if row["problem"]]
        if (len(issued), len(refused)) != (20, 2):
            raise StoryFailed(f"{len(issued)} rows were issued and {len(refused)} refused")
        for one in issued:
            self.write(f"licences/{one['number']}.pdf", self.download(one["id"], f"下载 {one['number']}"))
        self.names["refused_rows"] = [
            {"line": row["line"], "code": row["problem"]["code"], "field": row["problem"]["field"]} for row in refused
        ]

    # --- 5

    def documents(self) -> None:
        """Other people's documents are stamped; what cannot be stamped is refused with its reason."""
        files = foreign_documents()
        if self.corpus is not None:
            files |= {path.name: path.read_bytes() for path in sorted(self.corpus.glob("*.pdf"))}
        refusals = {}
        for name, content in files.items():
            response = self.stamp(name, content)
            if response.status_code == httpx2.codes.CREATED:
                self.write(f"stamped/{name}", response.content)
            else:
                refusals[name] = response.json()["code"]
        self.delegate(foreign_documents()["several-pages.pdf"])
        self.names["stamped"] = sorted(set(files) - set(refusals))
        self.names["refused_documents"] = refusals

    def delegate(self, document: bytes) -> None:
        """Somebody stamps a document under a delegation that was given on."""
        reviewer, officer = ((self.voice(one), self.subjects[one]) for one in ("licence_reviewer", "officer"))
        pdf, chain = stamp_under_a_delegation(
            owner=self.voice("owner"),
            between=reviewer,
            agent=officer,
            authority=self.subjects["authority"],
            seal=self.names["seal"],
            document=document,
            now=self.clock.now(),
        )
        self.write("delegated.pdf", pdf)
        self.write("delegation-chain.der", chain)
        self.check("delegated.pdf", pdf, expect="passed")
        report = (self.out / "reports" / "delegated.pdf.json").read_text(encoding="utf-8")
        require_words(report, "delegation.chain", "delegation.use")

    def stamp(self, name: str, content: bytes) -> httpx2.Response:
        """The business system stamps one document."""
        x, y = place_for_seal(content)
        return self.voice("client").ask(
            f"加盖 {name}",
            "POST",
            f"/v1/seals/{self.names['seal']['id']}/stampings",
            expect=(201, *REFUSED),
            data={
                "order": json.dumps(
                    {
                        "places": [{"kind": "point", "page": 1, "x_mm": round(x, 1), "y_mm": round(y, 1)}],
                        "reason": "通知签发",
                    },
                    ensure_ascii=False,
                ),
                "purpose": STAMP_PURPOSE,
                "document_kind": STAMP_KIND,
            },
            files={"file": (name, content, "application/pdf")},
            headers={"Idempotency-Key": f"story-stamp-{name}"},
        )

    # --- 6

    def verification(self) -> None:
        """The public scans the paper, opens the address, and drops files."""
        pdf = (self.out / "licence.pdf").read_bytes()
        picture = rasterise(pdf)
        codes = read_codes(picture)
        if codes != (self.names["licence"]["address"],):
            raise StoryFailed(f"the QR code read from the page is {codes}")
        self.write("qr.txt", codes[0])
        client = self.voice("client")
        self.write(
            "qr.png", client.ask("取得二维码图片", "GET", f"/v1/licences/{self.names['licence']['id']}/qr.png").content
        )
        path = codes[0].removeprefix(self.settings.public_url)
        page = self.public.ask("扫码打开查验页", "GET", path).text
        require_words(page, "有效", "营业执照")
        if ENTERPRISE.name in page:
            raise StoryFailed("the public page shows the holder's whole name")
        self.photograph(codes[0])
        claim = self.public.json("以接口查验二维码", "GET", "/v1/verify/" + path.removeprefix("/v/"))
        self.write("reports/qr.json", pretty(claim))
        for name in ("licence.pdf", "food.pdf", "seal.esl"):
            self.check(name, (self.out / name).read_bytes(), expect="passed")
        altered = bytearray(pdf)
        altered[len(altered) // 3] ^= 0x01
        self.check("altered.pdf", bytes(altered), expect="failed")

    def photograph(self, address: str) -> None:
        """A phone shows the public page, where a browser is installed."""
        browser = find_browser()
        if browser is None:
            self.journal.note("本机没有 Chromium，略去查验页截图 (no Chromium here: verify.png is left out)")
            return
        try:
            photograph(browser, address, self.out / "verify.png")
        except (RuntimeError, OSError) as error:
            self.journal.note(f"Chromium 未能截图，略去 (no picture: {error})")

    def check(self, name: str, content: bytes, *, expect: str) -> None:
        """The public drops a file."""
        what = f"查验文件 {name}" if expect == "passed" else f"查验被改动一个字节的 {name}"
        report = self.public.json(what, "POST", "/v1/verify", files={"file": (name, content)})
        self.write(f"reports/{name}.json", pretty(report))
        if report["outcome"] != expect:
            raise StoryFailed(f"{name} is {report['outcome']}: {report['reason']}")

    # --- 7

    def revocation(self) -> None:
        """The licence is revoked and the seal suspended; the same QR code tells it, and nothing is stamped any more."""
        licence, seal = self.names["licence"]["id"], self.names["seal"]["id"]
        reason = {"reason": "登记事项造假，依法吊销。"}
        body, once = {"event": "revoke", **reason}, {"Idempotency-Key": "story-revocation"}
        wanted = self.voice("officer").json(
            "申请吊销营业执照", "POST", f"/v1/licences/{licence}/requests", json=body, headers=once
        )
        self.voice("licence_reviewer").ask(
            "复核同意吊销",
            "POST",
            f"/v1/licence-requests/{wanted['id']}/approval",
            json={"digest": wanted["digest"], "remark": "情况属实，同意。"},
        )
        path = self.names["licence"]["address"].removeprefix(self.settings.public_url)
        page = self.public.ask("再扫同一二维码", "GET", path).text
        require_words(page, "无效", "吊销")
        claim = self.public.json("以接口查验同一二维码", "GET", "/v1/verify/" + path.removeprefix("/v/"))
        self.write("reports/qr-revoked.json", pretty(claim))
        self.voice("owner").ask(
            "停用印章", "POST", f"/v1/seals/{seal}/suspension", json={"reason": "保管人员调整，暂停使用。"}
        )
        refused = self.stamp("after-suspension.pdf", foreign_documents()["several-pages.pdf"])
        if refused.status_code == httpx2.codes.CREATED or refused.json()["code"] != "seal.not_active":
            raise StoryFailed("a suspended seal was not refused with seal.not_active")
        self.write("reports/refused-stamping.json", pretty(refused.json()))
        checked = self.voice(Duty.AUDITOR.value).json("核验审计链", "GET", "/v1/audit/check")
        if not checked["intact"]:
            raise StoryFailed(f"the audit trail is broken: {checked}")
        self.names["audit"] = checked

    def summary(self) -> dict[str, Any]:
        """Return names, identifiers and timings."""
        return {
            "operator": self.founded.operator,
            "authority": {"name": AUTHORITY.name, "credit_code": AUTHORITY.code, "id": self.subjects["authority"]},
            "enterprise": {"name": ENTERPRISE.name, "credit_code": ENTERPRISE.code, "id": self.subjects["enterprise"]},
            "subjects": self.subjects,
            **self.names,
            "chapters_seconds": self.journal.chapters,
            "steps": [
                {
                    "number": step.number,
                    "who": step.who,
                    "what": step.what,
                    "status": step.status,
                    "ms": step.milliseconds,
                }
                for step in self.journal.steps
            ],
        }
