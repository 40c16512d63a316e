"""Mutation: from valid octets and the number of a case to octets that nobody meant, the same ones every time.

DER is taken apart first, strings that hold DER included, so that a mutation changes one thing and every length around
it stays right; what is not DER is changed octet by octet. No random numbers: a case is the hash of its name and number.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import shake_128
from typing import Final, TypeVar

from trust.asn1 import der

__all__ = ["Draws", "Frame", "Node", "Seeds", "nodes_of"]

Choice = TypeVar("Choice")

BLOCK: Final = 256
"""Octets that are drawn at once."""

CONSTRUCTED: Final = 0x20
TAGS: Final = (0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0A, 0x0C, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1E, 0x30, 0x31)
CONTEXT_TAGS: Final = (0x80, 0x81, 0x82, 0x86, 0xA0, 0xA1, 0xA2, 0xA3)
N: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
P: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
EDGES: Final = (0, 1, -1, 2, 127, 128, -128, 255, 256, 2**31, 2**32, 2**63, 2**64, -(2**63), 2**256 - 1, 2**4096)
NUMBERS: Final = (*EDGES, N - 1, N, N + 1, P - 1, P, P + 1, -N)
TIMES: Final = (
    b"991231235959Z",
    b"500101000000Z",
    b"000230000000Z",
    b"260101000000+0800",
    b"20501231235959Z",
    b"00000101000000Z",
    b"99991231235959Z",
    b"99991231235960Z",
    b"20260101000000.5Z",
    b"20260101000000",
)
OCTETS: Final = (0x00, 0x01, 0x02, 0x04, 0x1F, 0x20, 0x30, 0x7F, 0x80, 0x81, 0x84, 0xA0, 0xFE, 0xFF)
DEEP: Final = 40
"""Levels of nesting that no structure has and no reader may fall over."""


class Draws:
    """Numbers that follow from a name and the number of a case, and from nothing else."""

    def __init__(self, name: str, case: int) -> None:
        self.seed = f"{name}/{case}".encode()
        self.octets = shake_128(self.seed).digest(BLOCK)
        self.position = 0

    def bytes(self, count: int) -> bytes:
        """Return the next `count` octets."""
        end = self.position + count
        if end > len(self.octets):
            self.octets = shake_128(self.seed).digest(2 * end)  # begins with what it was before
        drawn = self.octets[self.position : end]
        self.position = end
        return drawn

    def below(self, bound: int) -> int:
        """Return a number from 0 to `bound` − 1."""
        return int.from_bytes(self.bytes(4), "big") % bound

    def one(self, choices: Sequence[Choice]) -> Choice:
        """Return one of `choices`."""
        return choices[self.below(len(choices))]


@dataclass(frozen=True)
class Frame:
    """What surrounds a node on one level: the tag of its parent, and the parent's octets before and after it."""

    tag: int
    before: bytes
    after: bytes


@dataclass(frozen=True)
class Node:
    """An element inside a seed, with everything that surrounds it, innermost first."""

    raw: bytes
    body: bytes
    children: tuple[bytes, ...]
    frames: tuple[Frame, ...]

    @property
    def tag(self) -> int:
        """The identifier octet."""
        return self.raw[0]

    def replaced(self, *parts: bytes) -> bytes:
        """Return the seed with `parts` in the place of this node and every length around it mended."""
        encoded = b"".join(parts)
        for frame in self.frames:
            encoded = der.tlv(frame.tag, frame.before, encoded, frame.after)
        return encoded


def inside(element: der.Element) -> tuple[bytes, tuple[der.Element, ...]]:
    """Return the elements inside one, and the octets that stand before them: those in strings count as well."""
    if element.tag & CONSTRUCTED:
        return b"", element.children()
    lead = {der.Tag.OCTET_STRING: b"", der.Tag.BIT_STRING: b"\0"}.get(element.tag)
    if lead is None or not element.body.startswith(lead):
        return b"", ()
    held = element.body.removeprefix(lead)
    try:
        within = der.parse(held)
        _ = list(walk(within))
    except der.Malformed:
        return b"", ()
    return lead, (within,) if within.tag & CONSTRUCTED else ()


def walk(element: der.Element) -> Iterator[der.Element]:
    """Yield an element and all below it, or raise `Malformed`."""
    yield element
    if element.tag & CONSTRUCTED:
        for child in element.children():
            yield from walk(child)


def nodes_of(encoded: bytes) -> tuple[Node, ...]:
    """Return every node of a seed in DER; none where it is not DER."""
    found: list[Node] = []

    def visit(element: der.Element, frames: tuple[Frame, ...]) -> None:
        lead, children = inside(element)
        found.append(Node(element.raw, element.body, tuple(child.raw for child in children), frames))
        for place, child in enumerate(children):
            before = lead + b"".join(one.raw for one in children[:place])
            after = b"".join(one.raw for one in children[place + 1 :])
            visit(child, (Frame(element.tag, before, after), *frames))

    try:
        visit(der.parse(encoded), ())
    except der.Malformed:
        return ()
    return tuple(found)


# --- changes of one element ------------------------------------------------------------------------------------------


def another_tag(draws: Draws, node: Node, _pool: Sequence[Node]) -> bytes:
    """Return the element under another tag, or in the other form, constructed or primitive."""
    tag = (node.tag ^ CONSTRUCTED, draws.one(TAGS), draws.one(CONTEXT_TAGS), draws.below(256))[draws.below(4)]
    return bytes((tag,)) + node.raw[1:]


def another_length(draws: Draws, node: Node, _pool: Sequence[Node]) -> bytes:
    """Return the element with a length that is too long, too short, indefinite, or not the shortest form."""
    size = len(node.body)
    octets = (
        b"\x80",  # indefinite
        b"\x83" + size.to_bytes(3, "big"),
        b"\x84" + size.to_bytes(4, "big"),
        der.length_octets(size + 1 + draws.below(3)),
        der.length_octets(max(0, size - 1 - draws.below(3))),
        b"\x84" + draws.bytes(4),
        bytes((0x80 | draws.below(128),)),
    )
    chosen = draws.one(octets)
    return bytes((node.tag,)) + chosen + node.body + (b"\0\0" if chosen == octets[0] else b"")


def nothing(_draws: Draws, _node: Node, _pool: Sequence[Node]) -> bytes:
    """Leave the element out."""
    return b""


def twice(_draws: Draws, node: Node, _pool: Sequence[Node]) -> bytes:
    """Return the element twice."""
    return node.raw * 2


def foreign(draws: Draws, node: Node, pool: Sequence[Node]) -> bytes:
    """Return an element of another place, before, after or instead of this one."""
    other = draws.one(pool).raw
    return (other, other + node.raw, node.raw + other)[draws.below(3)]


def wrapped(draws: Draws, node: Node, _pool: Sequence[Node]) -> bytes:
    """Return the element inside another, once or beyond every bearable depth."""
    encoded = node.raw
    tag = draws.one((0x30, 0x31, 0x04, 0xA0, 0xA1, 0x24))
    for _ in range(DEEP if draws.below(8) == 0 else 1):
        encoded = der.tlv(tag, encoded)
    return encoded


def another_order(draws: Draws, node: Node, pool: Sequence[Node]) -> bytes:
    """Return the element with its children in another order, one of them missing, or one of them twice."""
    if not node.children or not node.tag & CONSTRUCTED:
        return another_body(draws, node, pool)
    children = list(node.children)
    place = draws.below(len(children))
    match draws.below(4):
        case 0:
            children.reverse()
        case 1:
            children.insert(draws.below(len(children)), children.pop(place))
        case 2:
            children.pop(place)
        case _:
            children.append(children[place])
    return der.tlv(node.tag, *children)


def another_body(draws: Draws, node: Node, _pool: Sequence[Node]) -> bytes:
    """Return the element with other contents, of the kind that its tag calls for."""
    match node.tag:
        case der.Tag.INTEGER | der.Tag.ENUMERATED if draws.below(3):
            number = draws.one(NUMBERS) if draws.below(2) else int.from_bytes(node.body, "big") + draws.below(3) - 1
            body = (b"", b"", b"\0", b"\xff")[draws.below(4)] + der.parse(der.integer(number)).body
        case der.Tag.UTC_TIME | der.Tag.GENERALIZED_TIME if draws.below(2):
            body = draws.one(TIMES)
        case der.Tag.BOOLEAN:
            body = (b"\0", b"\xff", b"\x01", b"", b"\xff\xff")[draws.below(5)]
        case _:
            body = altered(draws, node.body, ())
    return der.tlv(node.tag, body)


CHANGES: Final[tuple[Callable[[Draws, Node, Sequence[Node]], bytes], ...]] = (
    another_body,
    another_body,
    another_body,
    another_length,
    another_order,
    another_order,
    another_tag,
    foreign,
    foreign,
    nothing,
    twice,
    wrapped,
)
"""What is done to an element; what stands here more often is done more often."""


# --- changes of octets -----------------------------------------------------------------------------------------------


def altered(draws: Draws, octets: bytes, others: Sequence[bytes]) -> bytes:
    """Return `octets` with one change that knows nothing of their meaning; `others` are what may be spliced in."""
    changed = bytearray(octets)
    place = draws.below(len(changed) + 1)
    length = 1 + draws.below(8 if draws.below(4) else 64)
    match draws.below(10):
        case 0 | 1 if changed:
            changed[place % len(changed)] ^= 1 << draws.below(8)
        case 2 | 3 if changed:
            changed[place % len(changed)] = draws.one(OCTETS) if draws.below(2) else draws.below(256)
        case 4:
            del changed[place : place + length]
        case 5:
            changed[place:place] = draws.bytes(length)
        case 6:
            changed[place:place] = changed[place : place + length]
        case 7:
            del changed[place:]
        case 8 if others:
            other = draws.one(others)
            start = draws.below(len(other) + 1)
            changed[place : place + length] = other[start : start + length]
        case _:
            changed[place:place] = bytes((draws.one(OCTETS),)) * length
    return bytes(changed)


@dataclass(frozen=True)
class Seeds:
    """Valid octets of one format, and the cases that grow from them."""

    valid: tuple[bytes, ...]

    @cached_property
    def nodes(self) -> tuple[tuple[Node, ...], ...]:
        """The nodes of each seed."""
        return tuple(nodes_of(one) for one in self.valid)

    @cached_property
    def pool(self) -> tuple[Node, ...]:
        """The nodes of all seeds together."""
        return tuple(node for nodes in self.nodes for node in nodes)

    def case(self, name: str, number: int) -> bytes:
        """Return case `number`: a seed with one to four changes, of its elements first and of its octets then."""
        draws = Draws(name, number)
        chosen = draws.below(len(self.valid))
        octets, nodes = self.valid[chosen], self.nodes[chosen]
        times = 1 + (draws.below(4) if draws.below(4) == 0 else 0)
        for _ in range(times):
            if nodes and draws.below(5):
                node = draws.one(nodes)
                octets = node.replaced(draws.one(CHANGES)(draws, node, self.pool))
            else:
                octets = altered(draws, octets, self.valid)
            # To take a mutant apart anew costs more than to read it: seldom, for what takes two changes to go wrong.
            nodes = nodes_of(octets) if self.pool and times > 1 and draws.below(8) == 0 else ()
        return octets

    def cases(self, name: str, numbers: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """Yield every one of `numbers` with its case."""
        for number in numbers:
            yield number, self.case(name, number)
