"""Files over those of a template: what an author tries out."""

import pytest

from licence.errors import TemplateMalformed
from licence.template.changing import changed
from tests.licence.template.templates import SVG, bundle_of


def test_files_lie_over_those_of_the_template() -> None:
    bundle = bundle_of()
    text = bundle.files["template.typ"] + b"// more\n"
    found = changed(bundle, {"template.typ": text, "more.svg": SVG})
    assert dict(found.files) == {**bundle.files, "template.typ": text, "more.svg": SVG}
    assert bundle.files["template.typ"] != text
    assert changed(found, {"more.svg": None, "template.typ": bundle.files["template.typ"]}).digest == bundle.digest


def test_without_changes_it_is_the_template_itself() -> None:
    bundle = bundle_of()
    assert changed(bundle, {}) is bundle


def test_what_is_no_template_any_more_is_refused() -> None:
    with pytest.raises(TemplateMalformed) as refused:
        changed(bundle_of(), {"manifest.json": None})
    assert refused.value.details == {"file": "manifest.json", "fault": "missing"}
    with pytest.raises(TemplateMalformed):
        changed(bundle_of(), {"run.sh": b"echo"})
