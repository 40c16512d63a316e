"""Metadata of licences in XML, and in the XMP packets of PDF files (ISO 16684-1).

XML comes from strangers: it is read without document types, entities, or more elements than metadata has.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NoReturn
from xml.parsers import expat
from xml.sax.saxutils import escape

from licence.types.fields import Value

__all__ = ["NAMESPACE", "PREFIX", "into_packet", "out_of_packet", "read_xml", "write_xml"]

NAMESPACE: Final = "urn:xinyin:licence-metadata:1#"
"""Of the XML file and of the properties in XMP. It ends as names of schemas in XMP do."""

PREFIX: Final = "zz"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
MOST_ELEMENTS: Final = 20_000
DEEPEST: Final = 20
SCHEMAS_END: Final = b"</rdf:Bag></pdfaExtension:schemas>"
RDF_END: Final = b"</rdf:RDF>"


@dataclass
class Node:
    """An element. Names have their namespace before them, with a space between."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text that stands in it."""
        return "".join(self.parts)


def write_xml(elements: Mapping[str, Value]) -> bytes:
    """Return metadata as an XML file."""
    inner = "".join(f"  <{name}>{content(value)}</{name}>\n" for name, value in elements.items())
    return f'{HEAD}<licence xmlns="{NAMESPACE}">\n{inner}</licence>\n'.encode()


def content(value: Value) -> str:
    """Return a value as the content of its element."""
    if isinstance(value, str):
        return escape(value)
    rows = (
        "".join(f'<cell name="{escape(name, QUOTE)}">{escape(text)}</cell>' for name, text in row.items())
        for row in value
    )
    return "<rows>" + "".join(f"<row>{row}</row>" for row in rows) + "</rows>"


QUOTE: Final = {'"': "&quot;"}


def read_xml(encoded: bytes) -> dict[str, Value]:
    """Return the elements of an XML file. Raise `ValueError`."""
    root = parse(encoded)
    if root.name != named("licence"):
        raise ValueError("another kind of file")
    told: dict[str, Value] = {}
    for one in root.children:
        name = own(one)
        if name in told:
            raise ValueError("an element comes twice")
        told[name] = value_of(one)
    return told


def value_of(node: Node) -> Value:
    """Return the value in an element."""
    if not node.children:
        return node.text
    (rows,) = node.children
    if own(rows) != "rows":
        raise ValueError("neither text nor rows")
    return [
        {one.attributes["name"]: one.text for one in row.children if "name" in one.attributes} for row in rows.children
    ]


def named(name: str) -> str:
    """Return a name of ours as the parser tells it."""
    return f"{NAMESPACE} {name}"


def own(node: Node) -> str:
    """Return the name of an element of ours. Raise `ValueError` for another's."""
    namespace, _, name = node.name.rpartition(" ")
    if namespace != NAMESPACE:
        raise ValueError("an element of another namespace")
    return name


def parse(encoded: bytes) -> Node:
    """Return the outermost element. Raise `ValueError` for what is no XML, too much of it, or has a document type."""
    open_ones, count = [Node("")], 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MOST_ELEMENTS or len(open_ones) > DEEPEST:
            raise ValueError("too many elements")
        node = Node(name, attributes)
        open_ones[-1].children.append(node)
        open_ones.append(node)

    def end(_: str) -> None:
        open_ones.pop()

    def add(text: str) -> None:
        open_ones[-1].parts.append(text)

    def refuse(*_: object) -> NoReturn:
        raise ValueError("a document type")

    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = add
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(encoded, True)  # noqa: FBT003 - expat's own parameter: there is no more to come
    except expat.ExpatError as error:
        raise ValueError("not well formed") from error
    return open_ones[0].children[0]


# --- XMP


def into_packet(packet: bytes, elements: Mapping[str, Value]) -> bytes:
    """Return an XMP packet with metadata as properties, and their description. Raise `ValueError`."""
    if packet.count(SCHEMAS_END) != 1 or packet.count(RDF_END) != 1:
        raise ValueError("not a packet of ours")
    schema = described(elements).encode()
    properties = "".join(f"<{PREFIX}:{name}>{property_of(value)}</{PREFIX}:{name}>" for name, value in elements.items())
    told = f'<rdf:Description rdf:about="" xmlns:{PREFIX}="{NAMESPACE}">{properties}</rdf:Description>'.encode()
    return packet.replace(SCHEMAS_END, schema + SCHEMAS_END).replace(RDF_END, told + RDF_END)


def property_of(value: Value) -> str:
    """Return a value as the content of its property: rows as an ordered array of JSON objects."""
    if isinstance(value, str):
        return escape(value)
    rows = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in value)
    return "<rdf:Seq>" + "".join(f"<rdf:li>{escape(row)}</rdf:li>" for row in rows) + "</rdf:Seq>"


def described(elements: Mapping[str, Value]) -> str:
    """Return the description of the properties that PDF/A asks for."""
    properties = "".join(
        '<rdf:li rdf:parseType="Resource">'
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>GB/T 36903 {name}</pdfaProperty:description>"
        f"<pdfaProperty:name>{name}</pdfaProperty:name>"
        f"<pdfaProperty:valueType>{'Text' if isinstance(value, str) else 'Seq Text'}</pdfaProperty:valueType>"
        "</rdf:li>"
        for name, value in elements.items()
    )
    return (
        '<rdf:li rdf:parseType="Resource">'
        "<pdfaSchema:schema>Licence metadata (GB/T 36903)</pdfaSchema:schema>"
        f"<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI>"
        f"<pdfaSchema:prefix>{PREFIX}</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )


def out_of_packet(packet: bytes) -> dict[str, Value]:
    """Return the properties of ours in an XMP packet. Raise `ValueError`."""
    told: dict[str, Value] = {}
    for node in properties_in(parse(packet)):
        name = own(node)
        if name in told:
            raise ValueError("a property comes twice")
        told[name] = property_value(node)
    return told


def properties_in(node: Node) -> list[Node]:
    """Return the properties of ours that descriptions in a packet have."""
    if node.name == f"{RDF} Description":
        return [one for one in node.children if one.name.startswith(f"{NAMESPACE} ")]
    return [found for one in node.children for found in properties_in(one)]


def property_value(node: Node) -> Value:
    """Return the value of a property."""
    if not node.children:
        return node.text
    (sequence,) = node.children
    if sequence.name != f"{RDF} Seq":
        raise ValueError("neither text nor an array")
    return [json.loads(one.text) for one in sequence.children]
