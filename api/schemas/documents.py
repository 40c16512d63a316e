"""Identity documents on the wire: as somebody shows them, in whole."""

from datetime import date

from pydantic import Field

from api.schemas.common import Request
from identity.documents import DocumentKind, ShownDocument

__all__ = ["DocumentBody"]


class DocumentBody(Request):
    """An identity document as somebody shows it. It shows itself without its number."""

    kind: DocumentKind = Field(examples=[DocumentKind.PASSPORT])
    number: str = Field(min_length=1, max_length=30, examples=["E12345678"], repr=False)
    country: str = Field(
        default="", max_length=3, description="Of passports: three letters of ISO 3166-1", examples=["CHN"]
    )
    valid_until: date | None = Field(default=None, description="Last day; none: long term", examples=["2036-10-31"])

    @property
    def shown(self) -> ShownDocument:
        """The document."""
        return ShownDocument(kind=self.kind, number=self.number, country=self.country, valid_until=self.valid_until)
