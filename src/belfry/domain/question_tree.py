"""What a call-taker asks, and what the answers make of it: trees as data (`data/questions_v1.json`), one per hazard.

A tree is walked from its first question; each answer says which question comes next, and may say another kind, another
priority, a danger, and what to tell the caller. The last rule counts. Answers that the way does not pass any more are
left aside, so that an answer may be changed. The vocabulary is closed: nothing is asked about who somebody is.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import msgspec
from msgspec import Struct

from belfry.domain.tables import table_bytes

TABLE: Final = "questions_v1.json"
LANGUAGES: Final = ("en", "de", "fr", "es")

Texts = Mapping[str, str]
"""A sentence by language."""
Answers = Mapping[str, str]
"""What was answered, by the question's id."""


class Answer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    text: Texts
    kind: str | None = None
    """It is this from here on, at the priority of the kind."""
    priority: int | None = None
    """It is this urgent from here on."""
    danger: str | None = None
    say: tuple[str, ...] = ()
    """What to tell the caller now."""
    next: str | None = None
    """None: that was the last one."""


class Question(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    ask: Texts
    short: Texts
    """Before the answer, where it is read back."""
    answers: tuple[Answer, ...]

    def answer(self, which: str | None) -> Answer | None:
        return next((one for one in self.answers if one.id == which), None)


class Tree(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    text: Texts
    first: str
    questions: tuple[Question, ...]
    kind: str | None = None
    """What it is before the first answer; None: not known yet."""
    priority: int | None = None

    def question(self, which: str | None) -> Question | None:
        return next((one for one in self.questions if one.id == which), None)


class Word(Struct, frozen=True, forbid_unknown_fields=True):
    """One of a closed list: a danger, or something to say."""

    id: str
    text: Texts


class Questions(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    version: int
    words: Mapping[str, Texts]
    """Of the line that is read back: `people`, `dangers`; and `why` of what was judged otherwise."""
    dangers: tuple[Word, ...]
    sayings: tuple[Word, ...]
    trees: tuple[Tree, ...]

    def tree(self, which: str | None) -> Tree | None:
        return next((one for one in self.trees if one.id == which), None)


class Heard(Struct, frozen=True, kw_only=True):
    """What the answers make of a call. `priority` None: as the kind has it."""

    kind: str | None = None
    priority: int | None = None
    dangers: tuple[str, ...] = ()
    say: tuple[str, ...] = ()
    """Newest first."""
    asked: tuple[tuple[str, str], ...] = ()
    """Question and answer, in the order of the way."""
    next: str | None = None
    """The question that comes now; None: all is asked."""


@cache
def load() -> Questions:
    """Return the trees of this release."""
    return msgspec.json.decode(table_bytes(TABLE), type=Questions)


def hear(tree: Tree, answers: Answers) -> Heard:
    """Walk a tree by the answers, as far as they go."""
    kind, priority = tree.kind, tree.priority
    asked: list[tuple[str, str]] = []
    dangers: dict[str, None] = {}
    say: list[str] = []
    at: str | None = tree.first
    while (question := tree.question(at)) is not None:
        answer = question.answer(answers.get(question.id))
        if answer is None:
            break
        asked.append((question.id, answer.id))
        if answer.kind is not None:
            kind, priority = answer.kind, None
        priority = answer.priority or priority
        if answer.danger is not None:
            dangers[answer.danger] = None
        say = [*answer.say, *(one for one in say if one not in answer.say)]
        at = answer.next
    return Heard(kind=kind, priority=priority, dangers=tuple(dangers), say=tuple(say), asked=tuple(asked), next=at)


def read_back(tree: Tree | None, asked: Sequence[tuple[str, str]], language: str) -> Sequence[str]:
    """The answers in words, each `question: answer`, for the line that the call-taker reads to the caller."""
    lines: list[str] = []
    for which, answered in asked:
        question = None if tree is None else tree.question(which)
        answer = None if question is None else question.answer(answered)
        if question is not None and answer is not None:
            lines.append(f"{_in(question.short, language)}: {_in(answer.text, language)}")
    return lines


def danger_words(dangers: Sequence[str], language: str) -> Sequence[str]:
    return [_in(one.text, language) for one in load().dangers if one.id in dangers]


def say_words(say: Sequence[str], language: str) -> Sequence[str]:
    """What to tell the caller, in the order given."""
    known = {one.id: one.text for one in load().sayings}
    return [_in(known[one], language) for one in say if one in known]


def _in(texts: Texts, language: str) -> str:
    return texts.get(language) or texts["en"]
