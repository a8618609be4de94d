"""A seeded generator of a believable subscription company, its history, its dirt and its answer key."""

from sandbox.world.generator import UNTIL, World, generate

__all__ = ["UNTIL", "World", "generate"]
