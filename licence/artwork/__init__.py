"""The engraved artwork of licences as SVG: guilloche frames, rosettes, grounds, watermarks and microtext.

`python -m licence.artwork` writes the pictures of every template; they are committed, and a test makes them again.
"""
