"""The questionnaires, as tables to be read aloud; what is wrong in one dies at import."""

from __future__ import annotations

from dataclasses import dataclass, field

MEGABYTE = 1_000_000
# Bot API, getFile: "for the moment, bots can download files of up to 20MB in size".
LARGEST_FILE = 20 * MEGABYTE
MOST_FILES = 30

# Nghị định 13/2012 (technical, management, operational, application of technical progress);
# the programme adds research.
KINDS = ("technical", "management", "operational", "applied_technology", "research")


@dataclass(frozen=True, slots=True)
class Step:
    """One question. `sealed` says whether a sealed initiative is asked it too."""

    key: str
    optional: bool = False
    sealed: bool = True
    offers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Text(Step):
    """Words, from `shortest` to `longest` characters; `proposes` names the answer a title is taken from."""

    shortest: int = 1
    longest: int = 20_000
    proposes: str = ""


@dataclass(frozen=True, slots=True)
class Choice(Step):
    """One of `options`; `completes` names the answer that it fills in rather than standing by itself."""

    options: tuple[str, ...] = ()
    completes: str = ""


@dataclass(frozen=True, slots=True)
class Money(Step):
    """Đồng and a period, or none in money."""


@dataclass(frozen=True, slots=True)
class Date(Step):
    """A day, month or quarter, not in the future, inside the phase's applied range."""


@dataclass(frozen=True, slots=True)
class Files(Step):
    """Photos, documents, voice, video; `largest` in bytes."""

    largest: int = LARGEST_FILE
    most: int = MOST_FILES


@dataclass(frozen=True, slots=True)
class Names(Step):
    """Other authors and their shares; the rest to 100 % is the sender's."""


class WrongForm(Exception):
    """A form is declared wrongly: a repeated step, nothing required, or a proposal from nowhere."""


@dataclass(frozen=True, slots=True)
class Form:
    """A questionnaire: its name, which is the prefix of its texts, and its steps in order."""

    name: str
    steps: tuple[Step, ...]
    _by_key: dict[str, Step] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        keys = [step.key for step in self.steps]
        if len(set(keys)) != len(keys):
            raise WrongForm(f"{self.name}: a step is repeated in {keys}")
        if all(step.optional for step in self.steps):
            raise WrongForm(f"{self.name}: nothing is required")
        object.__setattr__(self, "_by_key", dict(zip(keys, self.steps, strict=True)))
        for position, step in enumerate(self.steps):
            if isinstance(step, Choice) and not step.options:
                raise WrongForm(f"{self.name}.{step.key}: no options")
            if isinstance(step, Text) and step.proposes and step.proposes not in keys[:position]:
                raise WrongForm(f"{self.name}.{step.key}: proposes from {step.proposes}, not asked before")

    def step(self, key: str) -> Step:
        """The step of that key. Raises KeyError."""
        return self._by_key[key]

    def has(self, key: str) -> bool:
        """Whether there is such a step."""
        return key in self._by_key


INITIATIVE = Form(
    "initiative",
    (
        Text("before", shortest=10, longest=20_000, sealed=False, offers=("sealed",)),
        Text("after", shortest=10, longest=20_000, sealed=False),
        Text("effect", shortest=5, longest=5_000),
        Money("benefit", offers=("not_in_money",)),
        Date("applied_on"),
        Choice("kind", options=KINDS),
        Text("title", shortest=5, longest=300, proposes="after"),
        Choice("period", options=("year", "month", "once"), optional=True, completes="benefit"),
        Names("coauthors", optional=True),
        Files("files", optional=True),
        Text("conditions", shortest=3, longest=5_000, optional=True, sealed=False),
    ),
)
