"""The whole API as its description has it, asked by schemathesis of a `belfry serve` with real stores.

A few requests of each operation, always the same ones; `python -m fuzz.api` sends thousands. No answer is a 5xx, each
is as the document says, and the log of the centre holds no trace back (`fuzz.api.serving`).
"""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from belfry.ports.staff import Role
from fuzz.api import ANSWER_WITHIN_S, STREAM, Centre, examine, labels, operations, serving

EXAMPLES = 12
SLOW = {"POST /api/v1/session": 6}
"""A pass-word is checked as slowly as a guesser should find it."""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with serving(tmp_path_factory.mktemp("api") / "centre") as running:
        yield running


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    return operations()


@pytest.mark.parametrize("label", labels())
def test_an_operation_answers_as_the_document_says_and_never_with_a_5xx(
    centre: Centre, known: dict[str, Any], label: str
) -> None:
    examine(centre, known[label], SLOW.get(label, EXAMPLES))
    assert sum(n for (name, _), n in centre.answers.items() if name == label) >= 1


def test_the_event_stream_begins_with_whatever_it_is_asked_to_go_on_from(centre: Centre) -> None:
    """Read as far as its first words; it has no end."""

    @settings(max_examples=12, deadline=None, derandomize=True, database=None)
    @given(last=st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=40), known=st.booleans())
    def listen(last: str, known: bool) -> None:
        headers: dict[str, bytes] = {"Last-Event-ID": last.strip().encode("latin-1"), "Accept-Language": b"fr;q=x,*"}
        if known:
            headers["Authorization"] = f"Bearer {centre.tokens[Role.OPERATOR]}".encode()
        with requests.get(centre.url + STREAM, headers=headers, stream=True, timeout=ANSWER_WITHIN_S) as answer:
            if known:
                assert answer.status_code == 200
                assert answer.headers["content-type"].startswith("text/event-stream")
                assert next(answer.iter_lines()).startswith((b"retry: ", b"id: "))
            else:
                assert answer.status_code == 401
                assert answer.headers["content-type"] == "application/problem+json"

    listen()
