"""Writing files anew: what was taken over, changed and added, and which files are too strange for it."""

import io

import pikepdf
import pytest

from tests.trust.pdf.paper import paper, updated
from trust.pdf.crossrefs import FREE
from trust.pdf.file import PDFFile, page_references
from trust.pdf.intake import PDFMalformed
from trust.pdf.objects import Name, Reference, Stream
from trust.pdf.rewriting import MOST_KEPT, Part, Rewriting


def plain() -> bytes:
    """Return a file with one table and no gap among its numbers, as the typesetter writes them."""
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(paper())) as file:
        file.save(output, object_stream_mode=pikepdf.ObjectStreamMode.disable, static_id=True)
    return output.getvalue()


def test_what_is_not_changed_stays_as_it_stands() -> None:
    pdf = plain()
    written = Rewriting(PDFFile(pdf)).finished()
    assert written == Rewriting(PDFFile(pdf)).finished()
    old, new = PDFFile(pdf), PDFFile(written)
    assert len(new.sections) == 1
    assert new.trailer == old.trailer
    for number in range(old.free_number):
        assert new.load(Reference(number)) == old.load(Reference(number))


def test_where_the_objects_of_a_table_stand() -> None:
    section = PDFFile(plain()).sections[0]
    entries = {number: section.entry(number) for number in section.numbers()}
    assert entries[0] == FREE
    assert section.places() == [(one.offset, number) for number, one in entries.items() if one and not one.free]
    assert len(section.places()) == len(entries) - 1


def test_what_is_changed_and_added_is_there() -> None:
    rewriting = Rewriting(PDFFile(plain()))
    added = rewriting.add(Stream({"Type": Name("Test")}, b"data"))
    rewriting.change(rewriting.root, ("Test",), lambda _: added)
    rewriting.change(rewriting.root, ("Names", "Test"), lambda _: (1, 2))
    file = PDFFile(rewriting.finished())
    catalog = file.load(rewriting.root)
    assert isinstance(catalog, dict)
    assert catalog["Names"] == {"Test": (1, 2)}
    assert file.load(added) == Stream({"Type": "Test", "Length": 4}, b"data")
    assert len(page_references(file)) == 1


def test_a_part_brings_along_all_that_it_refers_to() -> None:
    other = Rewriting(PDFFile(plain()))
    leaf = other.add((1, 2, 3))
    shared = other.add({"Leaf": leaf, "Again": leaf})
    itself = other.reserve()
    other.replace(itself, {"Itself": itself})
    source = PDFFile(other.finished())
    value = Stream({"One": shared, "Two": (shared, {"Three": leaf}), "Four": itself}, b"content")
    rewriting = Rewriting(PDFFile(plain()))
    first = rewriting.free_number
    place = rewriting.put(Part.of(source, value))
    assert place == Reference(first)
    rewriting.change(rewriting.root, ("Part",), lambda _: place)
    file = PDFFile(rewriting.finished())
    assert file.free_number == first + 4
    taken = file.load(place)
    assert isinstance(taken, Stream)
    one = taken.dictionary["One"]
    assert isinstance(one, Reference)
    inner = file.load(one)
    assert isinstance(inner, dict)
    assert inner["Leaf"] == inner["Again"]
    assert file.load(Reference(*inner["Leaf"])) == (1, 2, 3)
    assert taken.dictionary["Two"] == (one, {"Three": inner["Leaf"]})
    again = taken.dictionary["Four"]
    assert isinstance(again, Reference)
    assert file.load(again) == {"Itself": again}


def test_files_with_the_same_parts_begin_alike() -> None:
    part = Part.of(PDFFile(plain()), Stream({}, b"shared"))
    one, other = Rewriting(PDFFile(plain())), Rewriting(PDFFile(plain()))
    for rewriting, own in ((one, b"one"), (other, b"another")):
        place = rewriting.put(part)
        rewriting.change(rewriting.root, ("Own",), lambda _, told=(own, place): told)  # type: ignore[misc]  # bound now
        assert PDFFile(rewriting.finished()).load(place) == Stream({"Length": 6}, b"shared")
    beginning = one.beginning(one.finished())
    assert beginning == other.beginning(other.finished())
    assert b"shared" in beginning
    assert one.finished() != other.finished()
    for rewriting in (one, other):
        assert rewriting.finished().startswith(beginning)


def object_streams() -> bytes:
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(paper())) as file:
        file.save(output, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return output.getvalue()


@pytest.mark.parametrize(
    "pdf", [updated(paper(), lambda writer: writer.update_root()), object_streams()], ids=["two revisions", "streams"]
)
def test_files_that_are_not_plain_are_refused(pdf: bytes) -> None:
    with pytest.raises(PDFMalformed):
        Rewriting(PDFFile(pdf))


def test_a_number_that_nothing_has_is_refused() -> None:
    rewriting = Rewriting(PDFFile(plain()))
    rewriting.reserve()
    with pytest.raises(PDFMalformed):
        rewriting.finished()


def test_a_part_leads_to_itself_under_whatever_numbers_it_stands() -> None:
    part = Part((Stream({"Next": Reference(1)}, b"shared"), {"Back": Reference(0)}))
    for count in (0, 3, 0, *range(MOST_KEPT + 2)):
        rewriting = Rewriting(PDFFile(plain()))
        for _ in range(count):
            rewriting.add({})
        place = rewriting.put(part)
        file = PDFFile(rewriting.finished())
        first = file.load(place)
        assert isinstance(first, Stream)
        assert first.dictionary == {"Next": Reference(place.number + 1), "Length": 6}
        assert file.load(Reference(place.number + 1)) == {"Back": place}
        assert len(part.kept) <= MOST_KEPT
    assert part == Part(part.objects)


def test_an_object_of_a_part_that_is_replaced_is_the_other_one() -> None:
    rewriting = Rewriting(PDFFile(plain()))
    part = Part(({"Old": 1},))
    place = rewriting.put(part)
    rewriting.replace(place, {"New": 2})
    assert PDFFile(rewriting.finished()).load(place) == {"New": 2}
    again = Rewriting(PDFFile(plain()))
    assert again.put(part) == place
    assert PDFFile(again.finished()).load(place) == {"Old": 1}
