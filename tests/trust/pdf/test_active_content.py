"""What moves is refused before it is sealed, wherever it hides; what stands still is not."""

import zlib
from collections.abc import Mapping

import pytest

from tests.trust.pdf.paper import compressed, page_dictionary, paper, stream
from trust.pdf import active_content
from trust.pdf.active_content import ACTIONS, ANNOTATIONS, KEYS, PDFDynamicContent, is_plainly_still, require_still
from trust.pdf.file import PDFFile
from trust.pdf.intake import PDFLimitExceeded, PDFMalformed


def what_moves(pdf: bytes) -> str | None:
    try:
        require_still(PDFFile(pdf))
    except PDFDynamicContent as error:
        return str(error.details["what"])
    return None


SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"


@pytest.mark.parametrize(
    ("pdf", "what"),
    [
        pytest.param(paper(catalog=b"/OpenAction" + SCRIPT), "JavaScript", id="when it is opened"),
        pytest.param(paper(catalog=b"/OpenAction<</S/JavaScript>>"), "JavaScript", id="without the script itself"),
        pytest.param(paper(catalog=b"/OpenAction<</S/Rendition/JS(1)>>"), "JavaScript", id="under another action"),
        pytest.param(
            paper(catalog=b"/Names<</JavaScript<</Names[(a) 50 0 R]>>>>", others={50: SCRIPT}),
            "JavaScript",
            id="by a name",
        ),
        pytest.param(paper(catalog=b"/AA<</WP 50 0 R>>", others={50: SCRIPT}), "JavaScript", id="before printing"),
        pytest.param(paper(page_dictionary(more=b"/AA<</O" + SCRIPT + b">>")), "JavaScript", id="of a page"),
        pytest.param(
            paper(page_dictionary(more=b"/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A" + SCRIPT + b">>]")),
            "JavaScript",
            id="of a link",
        ),
        pytest.param(
            paper(catalog=b"/OpenAction<</S/GoTo/D[10 0 R/Fit]/Next[<</S/Named/N/Print>><</S/Launch/F(x)>>]>>"),
            "Launch",
            id="after another one",
        ),
        pytest.param(paper(catalog=b"/OpenAction<</S/Java#53cript>>"), "JavaScript", id="in a name with a number sign"),
        pytest.param(
            paper(catalog=b"/OpenAction<</Type 51 0 R/S 50 0 R/F(x)>>", others={50: b"/Launch", 51: b"/Action"}),
            "Launch",
            id="in a name in an object of its own",
        ),
        pytest.param(
            paper(catalog=b"/AcroForm<</Fields[]/XFA[(form) 50 0 R]>>", others={50: stream(b"<xdp/>")}),
            "XFA",
            id="a form that is a program",
        ),
        pytest.param(paper(catalog=b"/Collection<</View/D>>"), "Collection", id="a portfolio"),
        pytest.param(
            paper(page_dictionary(more=b"/X 50 0 R"), others={50: stream(b"", b"/Subtype/Form/Ref<</F(x)/Page 0>>")}),
            "Ref",
            id="a page of another file",
        ),
        pytest.param(
            paper(page_dictionary(more=b"/X 50 0 R"), others={50: stream(b"", b"/Subtype/PS")}),
            "PS",
            id="a program for the printer",
        ),
        pytest.param(
            paper(page_dictionary(more=b"/X 50 0 R"), others={50: stream(b"", b"/Subtype/Image/Alternates[]")}),
            "Alternates",
            id="another image in print",
        ),
        pytest.param(
            paper(page_dictionary(more=b"/X 50 0 R"), others={50: stream(b"", b"/Subtype/Image/OPI<<>>")}),
            "OPI",
            id="an image that the printer puts",
        ),
        pytest.param(compressed(page_dictionary(more=b"/AA<</O" + SCRIPT + b">>")), "JavaScript", id="compressed"),
    ],
)
def test_what_moves(pdf: bytes, what: str) -> None:
    assert what == what_moves(pdf)


def test_how_it_is_told() -> None:
    with pytest.raises(PDFDynamicContent) as caught:
        require_still(PDFFile(paper(catalog=b"/OpenAction" + SCRIPT)))
    assert (caught.value.code, caught.value.details) == ("pdf.dynamic_content", {"what": "JavaScript"})


def test_data_of_a_stream_that_stand_in_another_file() -> None:
    with pytest.raises(PDFMalformed):
        what_moves(paper(others={4: stream(b"", b"/F(http://elsewhere.example/page)")}))


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_every_action(action: str) -> None:
    told = action.encode()
    assert action == what_moves(paper(catalog=b"/OpenAction<</S/%b>>" % told))
    assert action == what_moves(paper(catalog=b"/OpenAction<</Type/Action/S/%b>>" % told))
    of_structure = what_moves(paper(catalog=b"/X<</Type/StructElem/S/%b/P 1 0 R>>" % told))
    assert of_structure == (action if action in {"Hide", "Movie"} else None)
    # Readers do not look at the type of what they run.
    for kind in (b"StructElem", b"Else"):
        assert action == what_moves(paper(catalog=b"/OpenAction<</Type/%b/S/%b/F(x)/State[]>>" % (kind, told)))


@pytest.mark.parametrize("kind", sorted(ANNOTATIONS))
def test_every_annotation(kind: str) -> None:
    told = kind.encode()
    annotated = page_dictionary(more=b"/Annots[<</Type/Annot/Subtype/%b/Rect[0 0 9 9]>>]" % told)
    assert kind == what_moves(paper(annotated))
    assert what_moves(paper(page_dictionary(more=b"/X<</Type/Else/Subtype/%b>>" % told))) is None
    disguised = page_dictionary(more=b"/Annots[<</Type/Else/Subtype/%b/Rect[0 0 9 9]>>]" % told)
    assert kind == what_moves(paper(disguised))


@pytest.mark.parametrize(
    ("flags", "what"),
    [(4, None), (0, None), (32, None), (2 | 4 | 32, None), (4 | 32, "NoView"), (256, "NoView"), (4 | 256, "NoView")],
)
def test_annotations_for_one_medium(flags: int, what: str | None) -> None:
    """What is printed and not shown on the screen, nobody has seen who asked for the seal."""
    note = b"<</Subtype/FreeText/Rect[0 0 9 9]/F %b>>"
    assert what_moves(paper(page_dictionary(more=b"/Annots[" + note % b"%d" % flags + b"]"))) == what
    referred = page_dictionary(more=b"/Annots[" + note % b"50 0 R" + b"]")
    assert what_moves(paper(referred, others={50: b"%d" % flags})) == what
    assert not is_plainly_still(paper(referred, others={50: b"%d" % flags}))
    for told in (b"%d", b"%%x\n%d", b"+%d", b"0%d"):
        written = paper(page_dictionary(more=b"/Annots[" + note % (told % flags) + b"]"))
        assert what_moves(written) is None or not is_plainly_still(written)
        assert not is_plainly_still(written.replace(b"/F ", b"/#46 "))


def layered(usage: bytes, category: bytes = b"[/View/Print]", *, of: bytes = b"D") -> bytes:
    """Return a file whose layer 50 has a usage that readers follow."""
    follows = b"<</AS 51 0 R>>"
    configured = b"/D" + follows if of == b"D" else b"/D<<>>/Configs[" + follows + b"]"
    layer = b"<</Type/OCG/Name(a)/Usage<<%b>>>>" % usage
    rules = b"[<</Event/Print/OCGs[50 0 R]/Category%b>>]" % category
    return paper(catalog=b"/OCProperties<</OCGs[50 0 R]%b>>" % configured, others={50: layer, 51: rules})


ALIKE = b"/View<</ViewState/ON>>/Print<</PrintState/ON>>/Export<</ExportState/ON>>"


def test_layers_that_are_alike_everywhere() -> None:
    assert what_moves(layered(ALIKE)) is None
    assert what_moves(layered(ALIKE.replace(b"ON", b"OFF"))) is None
    assert what_moves(layered(b"")) is None
    assert what_moves(paper(catalog=b"/OCProperties 7")) is None
    assert what_moves(paper(catalog=b"/OCProperties<</D 7/Configs 7>>")) is None
    assert what_moves(paper(catalog=b"/OCProperties<</D<</AS[7 <</OCGs[7]/Category[7]>>]>>>>")) is None
    # Who follows no usage shows each as the configuration says.
    assert (
        what_moves(layered(ALIKE.replace(b"Print<</PrintState/ON", b"Print<</PrintState/OFF")).replace(b"/AS", b"/Xs"))
        is None
    )


@pytest.mark.parametrize("of", [b"D", b"Configs"])
@pytest.mark.parametrize(
    "usage",
    [ALIKE.replace(key + b"State/ON", key + b"State/OFF") for key in (b"View", b"Print", b"Export")],
    ids=["screen", "paper", "export"],
)
def test_layers_for_one_medium(usage: bytes, of: bytes) -> None:
    assert what_moves(layered(usage, of=of)) == "AS"
    assert not is_plainly_still(layered(usage, of=of))


@pytest.mark.parametrize("category", [b"[/Zoom]", b"[/Print/User]", b"[/Language]"])
def test_layers_that_follow_their_reader(category: bytes) -> None:
    assert what_moves(layered(ALIKE, category)) == "AS"


@pytest.mark.parametrize("key", sorted(KEYS))
def test_every_entry(key: str) -> None:
    assert what_moves(paper(catalog=b"/X<</%b 1>>" % key.encode())) == KEYS[key]


STILL: Mapping[str, bytes] = {
    "plain": paper(),
    "what is no name": paper(catalog=b"/X<</S<</A 1>>/Subtype[<<>>]/Type(a)>>"),
    "compressed": compressed(),
    "a link": paper(
        page_dictionary(more=b"/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://a.example)>>>>]")
    ),
    "printing": paper(catalog=b"/OpenAction<</S/Named/N/Print>>"),
    "an attached file": paper(
        catalog=b"/AF[50 0 R]/Names<</EmbeddedFiles<</Names[(a.xml) 50 0 R]>>>>",
        others={50: b"<</Type/Filespec/F(a.xml)/EF<</F 51 0 R>>>>", 51: stream(b"<xml/>", b"/Type/EmbeddedFile")},
    ),
    "a form with a button": paper(catalog=b"/AcroForm<</Fields[<</T(b)/FT/Btn/A<</S/SubmitForm/F(x)>>>>]>>"),
    "words about scripts": paper(others={4: stream(b"BT (/S/JavaScript /XFA) Tj ET")}, catalog=b"/X(/JS)"),
    "an object that nothing leads to": paper(others={50: SCRIPT}),
}


@pytest.mark.parametrize("name", STILL)
def test_what_stands_still(name: str) -> None:
    assert what_moves(STILL[name]) is None


def test_loops_end() -> None:
    loop = {50: b"[51 0 R 50 0 R]", 51: b"<</A 50 0 R/B 51 0 R>>"}
    assert what_moves(paper(catalog=b"/X 50 0 R", others=loop)) is None
    branching = {100 + level: b"[%d 0 R %d 0 R]" % (101 + level, 101 + level) for level in range(60)}
    branching[160] = b"null"
    assert what_moves(paper(catalog=b"/X 100 0 R", others=branching)) is None


def test_more_objects_than_any_document_has() -> None:
    assert active_content.MOST_OBJECTS == 200_000
    missing = b" ".join(b"%d 0 R" % number for number in range(100, 100 + 200_001))
    with pytest.raises(PDFLimitExceeded) as caught:
        what_moves(paper(catalog=b"/X 50 0 R", others={50: b"[" + missing + b"]", 300_000: b"null"}))
    assert caught.value.details["limit"] in ("objects", "work")


def test_a_reference_to_what_is_yet_to_be_written_is_refused() -> None:
    """What a seal adds takes the next numbers: it would be seen where the reference stands."""
    free = PDFFile(paper(catalog=b"/X null")).free_number
    assert what_moves(paper(catalog=b"/X %d 0 R" % (free - 2))) is None  # of no object, and never of one
    for number in (free, free + 3):
        with pytest.raises(PDFMalformed):
            what_moves(paper(catalog=b"/X[<</Y %d 0 R>>]" % number))


FORM = b"<</Fields 51 0 R/SigFlags 52 0 R>>"
OF_FORM = {50: FORM, 51: b"[]", 52: b"3"}


@pytest.mark.parametrize("led_to", [50, 51, 52, 54, 55, 57])
def test_what_a_signature_changes_is_reached_by_one_way_alone(led_to: int) -> None:
    """It would change where the other way leads to it as well, and an earlier signature would be called broken."""
    others = {
        **OF_FORM,
        54: b"<</Type/DSS/Certs 55 0 R>>",
        55: b"[]",
        56: b"<<>>",
        57: b"[]",
        60: b"<</Y[1 %d 0 R]>>" % led_to,
    }
    catalog = b"/AcroForm 50 0 R/DSS 54 0 R/Perms 56 0 R"
    page = page_dictionary(more=b"/Annots 57 0 R")
    assert what_moves(paper(page, catalog=catalog + b"/X 59 0 R", others={**others, 59: b"<<>>"})) is None
    with pytest.raises(PDFMalformed):
        what_moves(paper(page, catalog=catalog + b"/X 60 0 R", others=others))


def test_the_signature_that_certifies_is_reached_by_its_field_too() -> None:
    others = {
        50: b"<</Fields[51 0 R]>>",
        51: b"<</FT/Sig/T(a)/V 52 0 R>>",
        52: b"<</Type/Sig>>",
        53: b"<</DocMDP 52 0 R>>",
    }
    assert what_moves(paper(catalog=b"/AcroForm 50 0 R/Perms 53 0 R/X 1 0 R/Y 10 0 R", others=others)) is None


def test_an_object_that_cannot_be_read() -> None:
    with pytest.raises(PDFMalformed):
        what_moves(paper(catalog=b"/X 50 0 R", others={50: b"<</A"}))


def test_a_stream_is_not_decoded() -> None:
    bomb = stream(zlib.compress(bytes(64 << 20), 9), b"/Filter/FlateDecode")
    assert what_moves(paper(catalog=b"/X 50 0 R", others={50: bomb})) is None


@pytest.mark.parametrize("name", sorted({*ACTIONS, *ANNOTATIONS, *KEYS, "PS", "Ref", "ObjStm"}))
@pytest.mark.parametrize("behind", [b" 1", b"/X", b"(x)", b"<<>>", b">>", b"[1]", b"%\n1", b"\n1"])
def test_a_name_that_may_move_is_never_plainly_still(name: str, behind: bytes) -> None:
    assert not is_plainly_still(paper(catalog=b"/OpenAction<</S/" + name.encode() + behind + b">>"))


@pytest.mark.parametrize("name", [b"Java#53cript", b"#4aS", b"J#53", b"#4A#53", b"Sou#6Ed", b"#33D", b"3#44"])
def test_a_name_with_escapes_is_never_plainly_still(name: bytes) -> None:
    assert not is_plainly_still(paper(catalog=b"/OpenAction<</S/" + name + b">>"))


@pytest.mark.parametrize(
    "more",
    [
        b"",
        b"/Subtype/application#2Fjson",
        b"/JSX 1",
        b"/Sounds 1",
        b"/Sub/Link/URI(x)",
        b"/AF[<</EF<</F 55 0 R>>>>]",
        b"/F 4/Rect[]",
    ],
)
def test_what_has_no_such_name_is_plainly_still(more: bytes) -> None:
    assert is_plainly_still(paper(catalog=more))


@pytest.mark.parametrize("name", [b"Java#", b"JavaScrip#", b"#4G", b"RichMediaExecut", b"Rich", b"3DD", b"OC"])
def test_a_name_that_only_begins_like_one_is_plainly_still(name: bytes) -> None:
    assert is_plainly_still(paper(catalog=b"/X/" + name + b" 1/Y/" + name + b">"))


@pytest.mark.parametrize("letters", [0, 1, 14, 15])
def test_an_escape_is_found_behind_some_letters(letters: int) -> None:
    assert not is_plainly_still(paper(catalog=b"/J" + b"a" * letters + b"#53 1"))
    assert is_plainly_still(paper(catalog=b"/J" + b"a" * 16 + b"#53 1"))
