"""Whole sites: kept, read back, changed by several people, and every change told without its values."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event

from belfry.domain.contacts import Absence, Authority, CallList, Contact, ContactRole, Number, WeekWindow
from belfry.domain.premises import Area, CodeRule, Hazard, SiteParts, Technology, TransmissionPath, Zone
from belfry.domain.schedules import (
    Calendar,
    Interval,
    OpeningWindow,
    Schedule,
    ScheduleException,
    ScheduleKind,
)
from belfry.domain.signal import Wire
from belfry.domain.site import Account, TimeWindow
from belfry.domain.site_file import Agency, AgencyType, Response, RiskClass, SiteChange, SiteDetails, SiteFile
from belfry.registry import Changed, NoSuchAccount, Registry, RegistryError, Taken, Unfit, parse_sheet
from tests.registry.conftest import Clock

AN_OPENING = OpeningWindow(
    days=(0, 1, 2, 3, 4), opens_from=420, opens_until=480, closes_from=1_080, closes_until=1_500, must_open=False
)
EVERYTHING = SiteChange(
    account={"name": "Harbour", "latitude": 47.5, "longitude": 8.5, "window": "strict", "keys": [b"0123456789abcdef"]},
    details=SiteDetails(
        notes="two\nlines", hazards="gas", access="behind the gate", risk=RiskClass.GRADE_3, installer="Muster AG",
        service_contract="24 h", premises=(Number("044 999 88 77", "office", True),), call_back=True,
        two_calls=True,
    ),
    areas=(Area(number="1", name="Shop"), Area(number="2")),
    zones=(Zone(number="1", area="1", hazard=Hazard.FIRE), Zone(number="1", name="Door", outdoor=True)),
    paths=(
        TransmissionPath(name="panels/tcp", technology=Technology.IP, category="DP4", interval_s=90, provider="A"),
        TransmissionPath(name="udp", label="Radio", alternative=True),
    ),
    codes=(CodeRule(wire=Wire.SIA, code="BA", zone="1", kind="PROP.ALARM.INTR", priority=3, pending_s=60),),
    schedules=(
        Schedule(
            name="Hours", openings=(AN_OPENING,), holidays="zurich",
            exceptions=(ScheduleException(first=date(2026, 12, 24), last=date(2026, 12, 26), label="closed"),),
        ),
        Schedule(kind=ScheduleKind.CHECK_IN, point="7", intervals=(Interval(days=(0, 7), every_s=3_600),)),
    ),
    contacts=(
        Contact(
            order=1, name="Ana", role=ContactRole.HOLDER, numbers=(Number("+41 (0)44 123 45 67"),), language="de",
            lists=(CallList.FIRE,), authority=(Authority.CANCEL, Authority.KEYS),
            hours=(WeekWindow((0, 7), 1_320, 360),), panel_user="3",
            absences=(Absence(datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC)),),
        ),
        Contact(order=2, name="Bert"),
    ),
    agencies=(Agency(type=AgencyType.POLICE, name="Post 4", number="117", permit="P-1", response=Response.CONFIRMED),),
)  # fmt: skip


@pytest.fixture
def file(registry: Registry) -> SiteFile:
    registry.put_calendar(Calendar(name="zurich", days=(date(2026, 8, 1),)), by="anna")
    return registry.add({"account": "1234", "receiver": "panels", "tenant": "north"}, by="anna")


def told(registry: Registry, account_id: str) -> list[tuple[str, str, tuple[str, ...], int | None]]:
    return [(change.table, change.row, change.fields, change.version) for change in registry.changes_of(account_id)]


# -- keeping ----------------------------------------------------------------------------------------------------------


def test_everything_that_is_kept_comes_back(registry: Registry, file: SiteFile, where: Path | str) -> None:
    after = registry.edit(file.account.id, EVERYTHING, version=1, by="bert")
    registry.close()
    again = Registry.open(where)
    found = again.site(file.account.id)
    again.close()
    assert found == after
    assert after.version == 2
    assert (after.account.name, after.account.window) == ("Harbour", TimeWindow.STRICT)
    assert after.account.keys == (b"0123456789abcdef",)
    assert after.details == EVERYTHING.details
    assert (after.parts.areas, after.parts.zones, after.parts.paths, after.parts.codes) == (
        EVERYTHING.areas, EVERYTHING.zones, EVERYTHING.paths, EVERYTHING.codes,
    )  # fmt: skip
    for kept, given in (
        (after.parts.schedules, EVERYTHING.schedules),
        (after.contacts, EVERYTHING.contacts),
        (after.agencies, EVERYTHING.agencies),
    ):
        assert [one.id[:1] for one in kept] == [{Schedule: "s", Contact: "c", Agency: "g"}[type(kept[0])]] * len(kept)
        assert [_without_id(one) for one in kept] == list(given or ())


def _without_id(piece: Any) -> Any:
    return type(piece)(**{name: getattr(piece, name) for name in piece.__struct_fields__ if name != "id"})


def test_what_is_not_named_stays_as_it_is(registry: Registry, file: SiteFile) -> None:
    before = registry.edit(file.account.id, EVERYTHING, version=1, by="bert")
    after = registry.edit(file.account.id, SiteChange(account={"name": "Docks"}), version=2, by="bert")
    assert after.account.keys == before.account.keys
    assert (after.details, after.parts, after.contacts, after.agencies) == (
        before.details, before.parts, before.contacts, before.agencies,
    )  # fmt: skip


def test_a_collection_is_replaced_as_a_whole_and_a_piece_keeps_its_id(registry: Registry, file: SiteFile) -> None:
    before = registry.edit(file.account.id, EVERYTHING, version=1, by="bert")
    ana, bert = before.contacts
    renamed = Contact(id=bert.id, order=1, name="Bertha")
    after = registry.edit(file.account.id, SiteChange(contacts=(renamed,)), version=2, by="bert")
    assert after.contacts == (renamed,)
    assert registry.site(file.account.id) == after
    assert told(registry, file.account.id)[-2:] == [
        ("contact", ana.id, ("removed",), 3),
        ("contact", bert.id, ("order", "name"), 3),
    ]


def test_pieces_come_back_in_the_order_in_which_they_were_given(registry: Registry, file: SiteFile) -> None:
    zones = tuple(Zone(number=str(number)) for number in (10, 9, 2, 30))
    registry.edit(file.account.id, SiteChange(zones=zones), version=1, by="bert")
    turned = zones[::-1]
    assert registry.edit(file.account.id, SiteChange(zones=turned), version=2, by="bert").parts.zones == turned
    assert registry.parts() == {file.account.id: SiteParts(zones=turned)}


def test_an_edit_that_changes_nothing_is_none(registry: Registry, file: SiteFile) -> None:
    registry.edit(file.account.id, EVERYTHING, version=1, by="bert")
    before = registry.site(file.account.id)
    assert before is not None
    same = SiteChange(
        account={"name": "Harbour"}, details=before.details, contacts=before.contacts, areas=before.parts.areas
    )
    rows = len(registry.changes(0))
    assert registry.edit(file.account.id, same, version=2, by="bert") == before
    assert len(registry.changes(0)) == rows


def test_parts_are_of_those_accounts_that_have_any(registry: Registry, file: SiteFile) -> None:
    registry.add({"account": "9"}, by="anna")
    assert registry.parts() == {}
    after = registry.edit(file.account.id, EVERYTHING, version=1, by="bert")
    assert registry.parts() == {file.account.id: after.parts}
    assert registry.some_sites([file.account.id, "gone"]) == ([after.account], registry.parts())
    book = registry.book()
    assert book.parts(file.account.id) == after.parts
    assert [calendar.name for calendar in registry.calendars()] == ["zurich"]


def test_memory_never_takes_over_half_of_a_change(where: Path | str, registry: Registry, file: SiteFile) -> None:
    before = registry.edit(file.account.id, EVERYTHING, version=1, by="bert")
    half_way = SiteChange(account={"name": "Pier"}, zones=(), codes=())
    changed = list[SiteFile]()

    def somebody_edits(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT") and not changed:  # behind the first question, in front of the next
            beside = Registry.open(where, clock=registry.store.clock)
            changed.append(beside.edit(file.account.id, half_way, version=before.version, by="carla"))
            beside.close()

    event.listen(registry.store.engine, "after_cursor_execute", somebody_edits)
    assert registry.some_sites([file.account.id]) == ([before.account], {file.account.id: before.parts})
    (after,) = changed
    assert registry.some_sites([file.account.id]) == ([after.account], {file.account.id: after.parts})


# -- change rows ------------------------------------------------------------------------------------------------------


def test_a_change_row_says_which_piece_and_which_fields_and_never_what(registry: Registry, file: SiteFile) -> None:
    after = registry.edit(file.account.id, EVERYTHING, version=1, by="bert")
    rows = told(registry, file.account.id)
    assert rows[0] == ("account", file.account.id, ("added",), 1)
    assert rows[1] == ("account", file.account.id, ("name", "latitude", "longitude", "keys", "window"), 2)
    assert ("zone", "1/1", ("added",), 2) in rows
    assert ("code_rule", "sia/BA//1", ("added",), 2) in rows
    assert ("contact", after.contacts[0].id, ("added",), 2) in rows
    assert {change.by for change in registry.changes_of(file.account.id)[1:]} == {"bert"}
    everything = repr(registry.changes(0))
    for value in ("Harbour", "Ana", "Muster", "behind the gate", "0123456789abcdef", "123 45 67"):
        assert value not in everything


def test_a_holder_confirms_what_he_read(registry: Registry, file: SiteFile, clock: Clock) -> None:
    assert file.confirmed_at is None
    at = clock.turn(timedelta(days=3))
    assert registry.confirm(file.account.id, by="hanna", version=1).confirmed_at == at
    found = registry.site(file.account.id)
    assert found is not None
    assert (found.confirmed_at, found.confirmed_by, found.version) == (at, "hanna", 1)
    registry.edit(file.account.id, SiteChange(account={"name": "x"}), version=1, by="bert")
    with pytest.raises(Changed):
        registry.confirm(file.account.id, by="hanna", version=1)
    with pytest.raises(NoSuchAccount):
        registry.confirm("nobody", by="hanna")


# -- two editors ------------------------------------------------------------------------------------------------------


def test_the_second_editor_is_told_what_changed_and_nothing_is_lost(registry: Registry, file: SiteFile) -> None:
    first = registry.edit(file.account.id, SiteChange(account={"name": "Docks"}), version=1, by="anna")
    with pytest.raises(Changed) as refused:
        registry.edit(file.account.id, SiteChange(account={"address": "Quay 1"}), version=1, by="bert")
    assert refused.value.current == first
    assert [(change.by, change.fields) for change in refused.value.changes] == [("anna", ("name",))]
    assert registry.site(file.account.id) == first
    merged = registry.edit(file.account.id, SiteChange(account={"address": "Quay 1"}), version=2, by="bert")
    assert (merged.account.name, merged.account.address, merged.version) == ("Docks", "Quay 1", 3)


def test_an_import_is_an_editor_too(registry: Registry, file: SiteFile) -> None:
    registry.import_accounts(parse_sheet("account,receiver,name\n1234,panels,Docks\n"), by="import")
    with pytest.raises(Changed) as refused:
        registry.edit(file.account.id, SiteChange(account={"name": "Mill"}), version=1, by="bert")
    assert [(change.by, change.version) for change in refused.value.changes] == [("import", 2)]


def test_of_many_editors_at_once_each_is_told_or_kept(
    registry: Registry, file: SiteFile, where: Path | str, hasher: PasswordHasher
) -> None:
    """As if in several programs: each has the database open by itself. A counter in the notes loses no step."""
    steps, editors, refusals = 6, 4, []

    def edit(name: str) -> None:
        own = Registry.open(where, hasher=hasher)
        done = 0
        while done < steps:
            seen = own.site(file.account.id)
            assert seen is not None
            count = int(seen.details.notes or 0) + 1
            change = SiteChange(details=SiteDetails(notes=str(count)), account={"name": name})
            try:
                own.edit(file.account.id, change, version=seen.version, by=name)
                done += 1
            except Changed as refused:
                refusals.append(refused)
        own.close()

    threads = [Thread(target=edit, args=(f"editor{n}",)) for n in range(editors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = registry.site(file.account.id)
    assert after is not None
    assert (after.details.notes, after.version) == (str(steps * editors), 1 + steps * editors)
    ids = [change.id for change in registry.changes(0)]
    assert ids == sorted(ids)
    assert all(refused.changes for refused in refusals)


# -- refusals ---------------------------------------------------------------------------------------------------------


def test_every_value_that_cannot_be_kept_is_told_and_nothing_is_written(registry: Registry, file: SiteFile) -> None:
    change = SiteChange(
        account={"time_zone": "Moon", "care": "perhaps", "colour": "red"},
        zones=(Zone(number="1"), Zone(number="1")),
        contacts=(Contact(id="cunknown", order=1, name="A"), Contact(order=0, name="")),
        schedules=(Schedule(openings=(AN_OPENING,), holidays="bern"),),
    )
    with pytest.raises(Unfit) as refused:
        registry.edit(file.account.id, change, version=1, by="bert")
    assert [flaw.field for flaw in refused.value.flaws] == [
        "account.care", "account.colour", "contacts[0].id", "account.time_zone", "zones[1]", "schedules[0].holidays",
        "contacts[0].order", "contacts[0].name",
    ]  # fmt: skip
    assert registry.site(file.account.id) == file


def test_a_number_that_is_taken_is_told_and_not_whose_it_is(registry: Registry, file: SiteFile) -> None:
    registry.edit(file.account.id, SiteChange(account={"name": "Secret Bank"}), version=1, by="anna")
    other = registry.add({"account": "5678", "receiver": "panels", "tenant": "south"}, by="carl")
    taken = {"account": "1234", "receiver": "panels"}
    with pytest.raises(Taken, match="account '1234' of receiver 'panels' and any prefix is taken") as refused:
        registry.add({**taken, "tenant": "south"}, by="carl")
    for value in ("Secret Bank", "north", file.account.id):
        assert value not in str(refused.value)
    with pytest.raises(Taken):
        registry.edit(other.account.id, SiteChange(account=taken), version=1, by="carl")
    registry.add({"account": "1234", "receiver": "panels", "prefix": "7", "tenant": "north"}, by="anna")


def test_no_frame_is_for_two_tenants(registry: Registry, file: SiteFile) -> None:
    """Whoever says more of another tenant's number would be given its alarms."""
    bring = partial(registry.bring, by="carl", tenants=frozenset({"south"}))
    theirs = {"account": "1234", "tenant": "south"}
    for where in ({}, {"prefix": "7"}, {"receiver": "panels", "prefix": "7"}):
        with pytest.raises(Taken):
            registry.add({**theirs, **where}, by="carl")
    refused = bring([parse_sheet("account,receiver,prefix,tenant\n1234,panels,7,south\n")])
    assert [problem.reason.split(";")[0] for problem in refused.problems] == ["'1234' is taken"]

    registry.edit(file.account.id, SiteChange(account={"prefix": "1"}), version=1, by="anna")
    other = registry.add({**theirs, "prefix": "7"}, by="carl")
    with pytest.raises(Taken):
        registry.edit(other.account.id, SiteChange(account={"prefix": None}), version=1, by="carl")
    named = bring([parse_sheet("account,prefix,name\n1234,7,Villa\n")])
    assert (named.changed, list(named.problems)) == (1, [])
    mine = registry.add({"account": "1234", "prefix": "1", "tenant": "north"}, by="anna")
    moved = registry.bring([parse_sheet("account,prefix,tenant\n1234,1,south\n")], by="anna")
    assert len(moved.problems) == 1, "nor is one given to another tenant while another one could be meant"
    with pytest.raises(Taken):
        registry.edit(mine.account.id, SiteChange(account={"tenant": "south"}), version=1, by="anna")


def test_parents_are_of_the_same_tenant_and_make_no_loop(registry: Registry, file: SiteFile) -> None:
    house = registry.add({"account": "1", "tenant": "north"}, by="anna").account.id
    flat = registry.add({"account": "2", "tenant": "north"}, by="anna").account.id
    foreign = registry.add({"account": "3", "tenant": "south"}, by="anna").account.id
    registry.edit(flat, SiteChange(details=SiteDetails(parent=house)), version=1, by="anna")
    for account_id, parent in ((house, flat), (house, house), (house, foreign), (house, "nowhere")):
        with pytest.raises(Unfit, match=r"details\.parent"):
            registry.edit(account_id, SiteChange(details=SiteDetails(parent=parent)), version=1, by="anna")
    with pytest.raises(Unfit, match=r"areas\[0\]\.sub_account"):
        registry.edit(house, SiteChange(areas=(Area(number="1", sub_account=foreign),)), version=1, by="anna")
    with pytest.raises(Unfit, match=r"account\.tenant"):
        registry.edit(house, SiteChange(account={"tenant": "south"}), version=1, by="anna")


def test_an_account_that_is_not_there_cannot_be_changed(registry: Registry) -> None:
    assert registry.site("nobody") is None
    with pytest.raises(NoSuchAccount, match="'nobody'"):
        registry.edit("nobody", SiteChange(), version=1, by="anna")


# -- templates --------------------------------------------------------------------------------------------------------


def test_a_new_site_begins_as_its_type_does_and_what_is_given_wins(registry: Registry) -> None:
    change = SiteChange(contacts=(Contact(order=1, name="A", role=ContactRole.TECHNICIAN),))
    shop = registry.add({"account": "1", "test_s": 3_600}, template="shop", by="anna", change=change)
    assert (shop.account.type, shop.account.verify_fire, shop.account.test_s) == ("shop", "none", 3_600)
    assert [schedule.kind for schedule in shop.parts.schedules] == [ScheduleKind.OPENING]
    assert shop.contacts[0].lists == (CallList.TECHNICAL,)
    home = registry.add({"account": "2"}, template="dwelling", by="anna")
    assert (home.account.verify_fire, home.parts.schedules) == ("home_90s", ())
    assert registry.add({"account": "3"}, by="anna").account == Account(
        id=registry.search("3").items[0].id, account="3"
    )
    with pytest.raises(Unfit, match="template = 'church': wants one of dwelling"):
        registry.add({"account": "4"}, template="church", by="anna")


def test_a_registry_error_is_what_all_refusals_are() -> None:
    assert all(issubclass(kind, RegistryError) for kind in (Changed, Unfit, Taken, NoSuchAccount))
