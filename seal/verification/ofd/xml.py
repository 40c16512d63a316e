"""The structural XML files of an OFD package, read as hostile input.

They are read with expat, not with lxml. Expat does no input or output of its own: there is no network, file or
catalogue to be switched off, where libxml2 needs every switch set right. Its event for a document type comes before an
entity is declared, so that refusing it there refuses external and nested entities however they are written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from seal.verification.ofd.package import LIMITS, OFDLimits, OFDMalformed, require_within

__all__ = ["Node", "XMLReader"]


@dataclass(slots=True)
class Node:
    """An element. The name is the local one: vendors choose prefixes, and now and then another namespace."""

    name: str
    attributes: Mapping[str, str]
    children: list["Node"] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text directly inside."""
        return "".join(self.parts).strip()

    def all(self, name: str) -> list["Node"]:
        """Return the children called `name`."""
        return [child for child in self.children if child.name == name]

    def only(self, name: str) -> "Node | None":
        """Return the child called `name`, or None. Of two, two readers could choose a different one."""
        found = self.all(name)
        if len(found) > 1:
            raise OFDMalformed(part=name)
        return found[0] if found else None

    def require(self, name: str) -> "Node":
        """Return the child called `name`, or raise `OFDMalformed`."""
        found = self.only(name)
        if found is None:
            raise OFDMalformed(part=name)
        return found


class XMLReader:
    """Reads the structural files of one package, which share one allowance of elements."""

    def __init__(self, limits: OFDLimits = LIMITS) -> None:
        self.limits = limits
        self.elements = 0
        """How many elements were read so far."""

    def read(self, octets: bytes, root: str) -> Node:
        """Return the outermost element of XML in UTF-8 or UTF-16, which must be called `root`.

        Raise `OFDLimitExceeded`, or `OFDMalformed` for what is not well-formed, has another root, or a document type.
        """
        require_within("xml", len(octets), self.limits.xml)
        unclosed = [Node("", {})]

        def begin(name: str, attributes: dict[str, str]) -> None:
            self.elements += 1
            require_within("xml_elements", self.elements, self.limits.xml_elements)
            require_within("xml_depth", len(unclosed), self.limits.xml_depth)
            node = Node(name.rpartition(":")[2], attributes)
            unclosed[-1].children.append(node)
            unclosed.append(node)

        def end(_: str) -> None:
            unclosed.pop()

        def add(text: str) -> None:
            unclosed[-1].parts.append(text)

        def refuse(*_: object) -> NoReturn:
            raise OFDMalformed(part=root)

        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = begin
        parser.EndElementHandler = end
        parser.CharacterDataHandler = add
        parser.StartDoctypeDeclHandler = refuse
        try:
            parser.Parse(octets, True)  # noqa: FBT003 - expat's own parameter: there is no more to come
        except expat.ExpatError:
            raise OFDMalformed(part=root) from None
        return unclosed[0].require(root)
