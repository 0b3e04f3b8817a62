"""A local Bot API server that speaks strictly, with people and phones: for the demo, tests and benchmarks."""

from bot.sandbox.deeds import Impossible, Picked
from bot.sandbox.people import Group, Person
from bot.sandbox.server import Call, Sandbox

__all__ = ["Call", "Group", "Impossible", "Person", "Picked", "Sandbox"]
