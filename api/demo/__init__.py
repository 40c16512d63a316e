"""The story: the main job from the ceremony to a revoked licence, played through the public API by its people."""
