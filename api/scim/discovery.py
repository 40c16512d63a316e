"""What the SCIM service tells of itself (RFC 7643, 5 to 7): what it serves, and nothing that it does not."""

from typing import Any, Final

from api.scim.resource import PERSON, USER
from identity.documents import DocumentKind

__all__ = ["MOST", "provider_configuration", "resource_types", "schemas"]

MOST: Final = 200
"""Accounts on a page at most."""


def provider_configuration(address: str) -> dict[str, Any]:
    """Return what of the protocol is served (RFC 7643, 5)."""
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MOST},
        "changePassword": {"supported": False},
        "sort": {"supported": False},
        "etag": {"supported": True},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "OAuth Bearer Token",
                "description": "Access token for client credentials with private_key_jwt (RFC 6750, RFC 7523)",
                "primary": True,
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{address}/ServiceProviderConfig"},
    }


def resource_types(address: str) -> list[dict[str, Any]]:
    """Return which resources there are (RFC 7643, 6): users. Groups would be duties, which nobody outside gives."""
    return [
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": "User",
            "name": "User",
            "endpoint": "/Users",
            "schema": USER,
            "schemaExtensions": [{"schema": PERSON, "required": True}],
            "meta": {"resourceType": "ResourceType", "location": f"{address}/ResourceTypes/User"},
        }
    ]


def attribute(name: str, kind: str = "string", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return the description of an attribute (RFC 7643, 7)."""
    usual = {
        "name": name,
        "type": kind,
        "multiValued": False,
        "required": False,
        "caseExact": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none",
    }
    return {**usual, **more}


def schemas(address: str) -> list[dict[str, Any]]:
    """Return the schemas, with the attributes that count."""
    formatted = attribute("formatted", required=True)
    fixed: dict[str, Any] = {"mutability": "immutable", "caseExact": True}
    told = {
        USER: (
            "User",
            [
                attribute("userName", required=True, uniqueness="server"),
                attribute("externalId", caseExact=True),
                attribute("name", "complex", required=True, subAttributes=[formatted]),
                attribute("active", "boolean"),
            ],
        ),
        PERSON: (
            "Person",
            [
                attribute("level", "integer", required=True),
                attribute("documentKind", **fixed, canonicalValues=[one.value for one in DocumentKind]),
                attribute("documentNumber", **fixed, required=True),
                attribute("documentCountry", **fixed),
                attribute("documentValidUntil", **fixed),
            ],
        ),
    }
    return [
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": name,
            "name": title,
            "attributes": attributes,
            "meta": {"resourceType": "Schema", "location": f"{address}/Schemas/{name}"},
        }
        for name, (title, attributes) in told.items()
    ]
