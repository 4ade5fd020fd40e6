"""Pass-words over HTTP: compared and never read, duress answered as the right one, a code shown to who needs it."""

import json
import logging
from typing import Any

import httpx
import pytest

from belfry.domain.facts import AccessShown, Fact, Received, WordChecked, WordTried
from belfry.ports import Stored
from belfry.ports.staff import Role
from belfry.web.problems import reply
from tests.web.kit import Rig
from tests.web.sites_kit import ANNA, card, change, contact_of, site, supervisor

WORD = "Sunflower"
DURESS = "Thunderstorm"
CODE = "4711-B"


async def furnished(rig: Rig) -> tuple[str, dict[str, Any]]:
    """A site whose one contact has both words; returns its id and the contact."""
    editor, mill = supervisor(rig), site(rig)
    anna = await contact_of(editor, mill)
    for body in ({"word": WORD}, {"duress_word": DURESS}):
        answer = await editor.put(f"/accounts/{mill}/words", json={"contact": anna["id"], **body})
        assert answer.status_code == 200, answer.text
    return mill, anna


async def said(client: httpx.AsyncClient, mill: str, word: str, incident: str | None = None) -> httpx.Response:
    return await client.post(f"/accounts/{mill}/words/check", json={"word": word, "incident": incident})


async def facts(rig: Rig) -> list[Fact]:
    entries = await rig.journal.page(0, 1_000)
    return [fact for one in entries if isinstance(one, Stored) for fact in one.entry.facts]


async def alarm_at(rig: Rig, client: httpx.AsyncClient, account: str = "7001") -> str:
    return await rig.alarm(client, "BA", account)


async def test_the_right_word_says_whose_it_is_and_what_he_may_decide(rig: Rig) -> None:
    mill, anna = await furnished(rig)
    operator = rig.token(name="otto")
    incident = await alarm_at(rig, operator)
    answer = await said(operator, mill, "sun flower!", incident)
    assert answer.status_code == 200
    assert answer.json() == {
        "accepted": True,
        "contact": {"id": anna["id"], "name": "Anna Holder", "role": "holder"},
        "authority": ANNA["authority"],
        "wrong_words": 0,
    }
    wrong = (await said(operator, mill, "Moonlight", incident)).json()
    assert wrong == {"accepted": False, "contact": None, "authority": [], "wrong_words": 1}
    told = (await operator.get(f"/incidents/{incident}")).json()["timeline"]
    words = [(line["by"], line["data"]) for line in told if line["type"] == "word"]
    assert words == [("otto", {"right": True, "contact": anna["id"]}), ("otto", {"right": False})]


async def test_a_duress_word_is_answered_as_the_right_one_and_raises_a_silent_alarm(rig: Rig) -> None:
    mill, anna = await furnished(rig)
    operator = rig.token(name="otto")
    incident = await alarm_at(rig, operator)
    right = await said(operator, mill, WORD, incident)
    before = len(await facts(rig))
    duress = await said(operator, mill, DURESS, incident)
    assert (duress.status_code, duress.content) == (right.status_code, right.content)
    assert dict(duress.headers) == dict(right.headers)
    await rig.settled()
    raised = [one for one in rig.board.queue() if one.kind == "PERS.ALARM.DURESS"]
    assert [(one.account_id, one.priority, one.silent, one.method) for one in raised] == [(mill, 1, True, "system")]
    written = (await facts(rig))[before:]
    assert [type(fact).__name__ for fact in written] == ["Received", "WordChecked", "Opened"]
    kept = next(fact for fact in written if isinstance(fact, WordChecked))
    assert (kept.right, kept.contact) == (True, anna["id"]), "the line of the story says nothing of duress"
    assert {one.id for one in rig.board.queue()} == {incident, raised[0].id}, "and nothing else happened"


async def test_a_duress_word_without_an_incident_raises_the_same_alarm(rig: Rig) -> None:
    mill, _ = await furnished(rig)
    operator = rig.token(name="otto")
    right, duress = await said(operator, mill, WORD), await said(operator, mill, DURESS)
    assert duress.content == right.content
    await rig.settled()
    assert [(one.kind, one.account_id) for one in rig.board.queue()] == [("PERS.ALARM.DURESS", mill)]
    tried = [fact for fact in await facts(rig) if isinstance(fact, WordTried)]
    assert [(fact.account_id, fact.by, fact.right) for fact in tried] == [(mill, "otto", True)] * 2


async def test_no_sooner_and_no_later_both_answers_wait_for_the_same_append(rig: Rig) -> None:
    """In turns of the loop, which are what a journal in memory and one thread of the registry leave to compare."""
    mill, _ = await furnished(rig)
    operator = rig.token(name="otto")
    incident = await alarm_at(rig, operator)
    appends: list[list[str]] = []
    stored = rig.journal.append

    def counting(entries: Any, expect: Any = None) -> Any:
        appends.append([type(fact).__name__ for entry in entries for fact in entry.facts])
        return stored(entries, expect)

    rig.journal.append = counting  # type: ignore[method-assign]  # counted on its way to the real one
    await said(operator, mill, WORD, incident)
    right = list(appends)
    appends.clear()
    await said(operator, mill, DURESS, incident)
    assert right == [["WordChecked"]]
    assert ["WordChecked"] in appends
    assert ["Received"] in appends


async def test_a_wrong_word_twice_means_help_and_not_the_next_contact(rig: Rig) -> None:
    mill, _ = await furnished(rig)
    operator = rig.token(name="otto")
    incident = await alarm_at(rig, operator)
    flags = []
    for _ in range(3):
        await said(operator, mill, "Moonlight", incident)
        flags.append((await operator.get(f"/incidents/{incident}")).json()["flags"])
    assert flags == [[], ["wrong_word"], ["wrong_word"]]


async def test_whoever_guesses_has_to_wait_and_is_told_how_long(rig: Rig) -> None:
    mill, _ = await furnished(rig)
    operator = rig.token(name="otto")
    for _ in range(5):
        assert (await said(operator, mill, "Moonlight")).json()["accepted"] is False
    waiting = await said(operator, mill, WORD)
    assert (waiting.status_code, waiting.json()["type"]) == (429, "belfry:attempts")
    assert int(waiting.headers["retry-after"]) == 15 * 60
    rig.wait(minutes=15)
    assert (await said(operator, mill, WORD)).json()["accepted"] is True


async def test_a_word_is_asked_about_an_open_incident_of_this_site_alone(rig: Rig) -> None:
    mill, _ = await furnished(rig)
    operator = rig.token(name="otto")
    elsewhere = await rig.alarm(operator, "BA", "2002")
    for incident in (elsewhere, "i999", "nothing"):
        answer = await said(operator, mill, WORD, incident)
        assert (answer.status_code, answer.json()["type"]) == (404, "belfry:incident")
    incident = await alarm_at(rig, operator)
    await operator.post(f"/incidents/{incident}/take", json={"version": 1})
    closing = {"version": 2, "seen_upto": 1, "disposition": "false_alarm", "cause": "user_mistake"}
    assert (await operator.post(f"/incidents/{incident}/close", json=closing)).status_code == 200
    assert (await said(operator, mill, WORD, incident)).status_code == 409
    assert not [fact for fact in await facts(rig) if isinstance(fact, WordChecked | WordTried)]


async def test_no_word_stands_in_any_answer_fact_log_or_change(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    mill, anna = await furnished(rig)
    editor = supervisor(rig)
    incident = await alarm_at(rig, editor)
    answers = [await said(editor, mill, word, incident) for word in (WORD, DURESS, "Moonlight")]
    answers += [
        await editor.put(f"/accounts/{mill}/words", json={"contact": anna["id"], "word": "ab"}),
        await editor.put(f"/accounts/{mill}/words", json={"contact": anna["id"], "word": ["ab", WORD]}),
        await editor.put(f"/accounts/{mill}/words", json={"contact": anna["id"], "duress_word": WORD}),
        await editor.put(f"/accounts/{mill}/words", json={"contact": "nobody", "word": WORD}),
        await editor.get(f"/accounts/{mill}"),
        await editor.get(f"/accounts/{mill}/changes"),
        await editor.get(f"/incidents/{incident}"),
    ]
    assert [answer.status_code for answer in answers[3:7]] == [400] * 4
    written = caplog.text + str([fact for fact in await facts(rig) if not isinstance(fact, Received)])
    everything = written + "".join(answer.text for answer in answers)
    for word in (WORD, DURESS, "Moonlight"):
        assert word.lower() not in everything.lower(), word
    shown = answers[7].json()["contacts"][0]
    assert (shown["has_word"], shown["has_duress"]) == (True, True)


async def test_a_word_is_set_one_at_a_time_by_a_supervisor_and_taken_away_with_null(rig: Rig) -> None:
    mill, anna = await furnished(rig)
    editor, path = supervisor(rig), f"/accounts/{mill}/words"
    both = await editor.put(path, json={"contact": anna["id"], "word": "One word", "access_code": CODE})
    assert (both.status_code, both.json()["field"]) == (400, "access_code")
    nothing = await editor.put(path, json={"contact": anna["id"]})
    assert nothing.status_code == 400
    whose = await editor.put(path, json={"word": "One word"})
    assert (whose.status_code, whose.json()["field"]) == (400, "contact")
    gone = await editor.put(path, json={"contact": anna["id"], "word": None})
    assert gone.json()["contacts"][0]["has_word"] is False
    assert (await said(editor, mill, WORD)).json()["accepted"] is False
    for role in (Role.OPERATOR, Role.INSTALLER, Role.HOLDER):
        assert (await rig.token(role).put(path, json={"access_code": CODE})).status_code == 403, role


async def test_the_code_of_the_key_safe_is_shown_to_who_handles_an_alarm_there_and_that_is_written_down(
    rig: Rig,
) -> None:
    mill, _ = await furnished(rig)
    editor, operator = supervisor(rig), rig.token(name="otto")
    await editor.put(f"/accounts/{mill}/words", json={"access_code": CODE})
    shown = await card(operator, mill)
    assert shown["details"]["has_access_code"] is True
    assert CODE not in json.dumps(shown)
    incident = await alarm_at(rig, operator)
    path, body = f"/accounts/{mill}/access-code", {"incident": incident}
    untaken = await operator.post(path, json=body)
    assert (untaken.status_code, untaken.json()["type"]) == (409, "belfry:conflict")
    await operator.post(f"/incidents/{incident}/take", json={"version": 1})
    another = await rig.token(name="else").post(path, json=body)
    assert another.status_code == 409
    assert CODE not in untaken.text + another.text
    assert (await operator.post(path, json=body)).json() == {"code": CODE}
    kept = [fact for fact in await facts(rig) if isinstance(fact, AccessShown)]
    assert [(fact.incident, fact.by, fact.account_id) for fact in kept] == [(incident, "otto", mill)]
    told = (await operator.get(f"/incidents/{incident}")).json()["timeline"]
    assert [line["by"] for line in told if line["type"] == "access"] == ["otto"]
    elsewhere = await rig.alarm(operator, "BA", "2002")
    await operator.post(f"/incidents/{elsewhere}/take", json={"version": 1})
    assert (await operator.post(path, json={"incident": elsewhere})).status_code == 404


async def test_where_nothing_can_be_kept_no_code_is_shown_and_no_word_is_answered(rig: Rig) -> None:
    mill, _ = await furnished(rig)
    editor = supervisor(rig)
    await editor.put(f"/accounts/{mill}/words", json={"access_code": CODE})
    incident = await alarm_at(rig, editor)
    await editor.post(f"/incidents/{incident}/take", json={"version": 1})
    await rig.journal.close()
    refused = [
        await editor.post(f"/accounts/{mill}/access-code", json={"incident": incident}),
        await said(editor, mill, WORD),
        await said(editor, mill, DURESS),
    ]
    assert [answer.status_code for answer in refused] == [503] * 3
    assert CODE not in refused[0].text
    assert refused[1].content == refused[2].content


def test_a_refusal_of_a_word_shows_the_limit_and_not_the_word() -> None:
    from belfry.web.bodies import Body
    from belfry.web.problems import Refused
    from belfry.web.site_asks import WordsBody

    with pytest.raises(Refused) as refused:
        Body(WordsBody).of(json.dumps({"contact": "c1", "word": "x" * 300}).encode())
    assert b"xxx" not in reply(refused.value.problem).content


async def test_a_contact_that_goes_takes_his_words_along(rig: Rig) -> None:
    mill, _ = await furnished(rig)
    editor = supervisor(rig)
    await change(editor, mill, contacts=[{"order": 1, "name": "Otto"}])
    assert (await said(editor, mill, WORD)).json()["accepted"] is False
    assert (await said(editor, mill, DURESS)).json()["accepted"] is False
    await rig.settled()
    assert list(rig.board.queue()) == []
