"""A template bundle with some of its files changed: what an author tries out before anything of it is kept."""

from collections.abc import Mapping

from licence.template.bundle import TemplateBundle

__all__ = ["changed"]


def changed(bundle: TemplateBundle, files: Mapping[str, bytes | None]) -> TemplateBundle:
    """Return a bundle with `files` over its own; None takes one away. Raise `TemplateMalformed`."""
    if not files:
        return bundle
    kept = {name: content for name, content in bundle.files.items() if name not in files}
    return TemplateBundle(kept | {name: content for name, content in files.items() if content is not None})
