"""The public vectors that need a registry: each story is played, and the verdict is what it must be."""

import pytest

from tests.builders import read_vectors
from tests.licence.builders import Desk
from tests.vectors.verification.stories import Asked, Story, play

STORIES = read_vectors("verification/registry.json", Story)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_verdict_is_what_it_must_be(desk: Desk, story: Story) -> None:
    assert play(desk, story) == Asked(expect=story.expect, file=story.file, check=story.check), story.why


@pytest.mark.parametrize(("steps", "asked"), [(["sing"], "file"), (["seal sings"], "file"), (["issue"], "song")])
def test_a_story_that_nobody_understands_is_no_story(desk: Desk, steps: list[str], asked: str) -> None:
    story = Story(name="", story=steps, asked=asked, expect="", file="", check="", why="")
    with pytest.raises(ValueError, match=r"sing|song"):
        play(desk, story)
