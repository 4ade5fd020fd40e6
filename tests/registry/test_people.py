"""Users, tokens and sessions: a secret is known to its holder only, and a disabled user is out everywhere."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher

from belfry.domain.abilities import GENERALIST, Abilities
from belfry.domain.agreement import AgreedField, Agreement
from belfry.ports.staff import (
    AbilitiesRefused,
    NameRefused,
    NameTaken,
    NoSuchUser,
    PasswordRefused,
    Role,
    Sessions,
    Tokens,
    User,
    Users,
)
from belfry.registry import Registry, RegistryError
from belfry.registry.people import UserTable
from tests.registry.conftest import IN_A_FILE, Clock, everything_stored

PASSWORD = "correct horse"


@pytest.fixture
def anna(registry: Registry) -> User:
    return registry.users.add("Anna", Role.OPERATOR, PASSWORD, by="test")


def test_the_right_password_lets_in_and_the_name_has_no_case(registry: Registry, anna: User) -> None:
    assert registry.users.check("anna", PASSWORD) == anna
    assert registry.users.check("ＡＮＮＡ", PASSWORD) == anna


@pytest.mark.parametrize(("name", "password"), [("Anna", "wrong horse"), ("Bert", PASSWORD), ("Anna", "x" * 10_000)])
def test_anything_else_does_not(registry: Registry, anna: User, name: str, password: str) -> None:
    assert registry.users.check(name, password) is None


def test_a_name_that_nobody_has_is_hashed_as_well(registry: Registry, anna: User) -> None:
    hashed: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - the library's name
            hashed.append(str(hash))
            return super().verify(hash, password)

    table = UserTable(registry.store, Counting(time_cost=1, memory_cost=8, parallelism=1))
    assert table.check("Nobody", PASSWORD) is None
    assert hashed == [table.stand_in]


def test_no_two_users_have_names_that_people_would_confuse(registry: Registry, anna: User) -> None:
    with pytest.raises(NameTaken, match="'ANNA' is taken"):
        registry.users.add("ANNA", Role.AUDITOR, PASSWORD, by="test")
    assert registry.users.all() == [anna]


@pytest.mark.parametrize("name", ["", " anna", "anna\n", "a" * 61, "an\u202ena"])
def test_a_name_that_would_mislead_is_refused(registry: Registry, name: str) -> None:
    with pytest.raises(NameRefused, match="1 to 60 printable characters"):
        registry.users.add(name, Role.OPERATOR, PASSWORD, by="test")


@pytest.mark.parametrize("password", ["too short", "x" * 257])
def test_a_password_is_refused_with_the_limit_and_not_repeated(registry: Registry, password: str) -> None:
    with pytest.raises(PasswordRefused, match=f"10 to 256 characters; this one has {len(password)}") as refused:
        registry.users.add("Anna", Role.OPERATOR, password, by="test")
    assert password not in str(refused.value)


def test_the_first_user_is_the_first_only_once(registry: Registry) -> None:
    assert registry.users.empty()
    assert registry.users.add_first("Anna", Role.ADMINISTRATOR, PASSWORD, by="set-up") is not None
    assert registry.users.add_first("Bert", Role.ADMINISTRATOR, PASSWORD, by="set-up") is None
    assert not registry.users.empty()
    assert [user.name for user in registry.users.all()] == ["Anna"]


def test_a_password_hashed_at_a_lower_cost_is_hashed_anew_at_sign_in(registry: Registry, anna: User) -> None:
    dearer = UserTable(registry.store, PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    assert dearer.check("Anna", PASSWORD) == anna
    assert dearer.check("Anna", PASSWORD) == anna
    assert registry.users.check("Anna", PASSWORD) == anna


def test_a_disabled_user_and_an_old_password_let_nobody_in(registry: Registry, anna: User) -> None:
    assert registry.users.set_password("anna", "battery staple", by="test") == anna
    assert registry.users.check("Anna", PASSWORD) is None
    assert registry.users.check("Anna", "battery staple") == anna
    assert registry.users.disable("anna", by="test").disabled
    assert registry.users.check("Anna", "battery staple") is None
    assert [change.fields for change in registry.changes(1)] == [("password",), ("disabled_at",)]
    with pytest.raises(RegistryError, match="there is no user 'Bert'"):
        registry.users.disable("Bert", by="test")


@IN_A_FILE
def test_nothing_secret_is_on_the_disk(registry: Registry, anna: User, clock: Clock, tmp_path: Path) -> None:
    token = registry.tokens.issue(Role.OPERATOR, hours=1, by="test")
    secret, _ = registry.sessions.open(anna, clock(), timedelta(hours=1))
    stored = everything_stored(tmp_path)
    for word in (PASSWORD, token, secret):
        assert word.encode() not in stored


# -- tokens -----------------------------------------------------------------------------------------------------------


def test_a_token_acts_for_its_name_until_it_expires(registry: Registry, clock: Clock) -> None:
    secret = registry.tokens.issue(Role.SUPERVISOR, name="night desk", hours=2, by="test")
    user = registry.tokens.find(secret, clock())
    assert user is not None
    assert (user.name, user.role) == ("night desk", Role.SUPERVISOR)
    assert registry.tokens.find(secret, clock.turn(timedelta(hours=2))) is None
    assert registry.tokens.find("x" + secret[1:], clock()) is None
    assert registry.tokens.find("", clock()) is None


def test_a_token_in_a_users_name_is_that_user_and_ends_with_it(registry: Registry, clock: Clock, anna: User) -> None:
    secret = registry.tokens.issue(Role.AUDITOR, name="anna", hours=1, by="test")
    assert registry.tokens.find(secret, clock()) == User(id=anna.id, name="Anna", role=Role.AUDITOR)
    registry.users.disable("Anna", by="test")
    assert registry.tokens.find(secret, clock()) is None
    with pytest.raises(RegistryError, match="'Anna' is disabled"):
        registry.tokens.issue(Role.AUDITOR, name="anna", hours=1, by="test")


@pytest.mark.parametrize("hours", [0, -1, 12.01])
def test_a_token_lasts_at_most_twelve_hours(registry: Registry, hours: float) -> None:
    with pytest.raises(RegistryError, match=r"hours = .*: a token lasts more than 0 and at most 12"):
        registry.tokens.issue(Role.OPERATOR, hours=hours, by="test")


def test_a_service_gets_no_token_without_an_agreement(registry: Registry) -> None:
    with pytest.raises(RegistryError, match="a service needs an agreement"):
        registry.tokens.issue(Role.SERVICE, hours=1, by="test")


async def agreed(registry: Registry, clock: Clock, *, tenant: str | None = None) -> Agreement:
    wanted = Agreement(
        partner="City fire brigade",
        kinds=("FIRE",),
        fields=(AgreedField.CODE,),
        why="They come",
        begins=clock(),
        ends=clock() + timedelta(days=30),
        tenant=tenant,
    )
    return await registry.agreements_door().make(wanted, by="test")


async def test_a_service_is_let_in_as_long_as_its_agreement_holds(registry: Registry, clock: Clock) -> None:
    agreement = await agreed(registry, clock, tenant="north")
    secret = registry.tokens.issue_for_service(agreement.id, hours=None, by="test")
    brief = registry.tokens.issue_for_service(agreement.id, name="gateway", hours=1, by="test")
    user = registry.tokens.find(secret, clock())
    assert user is not None
    assert (user.role, user.name, user.tenants) == (Role.SERVICE, f"service {agreement.id}", frozenset({"north"}))
    later = clock() + timedelta(days=29)
    assert registry.tokens.find(brief, later) is None
    assert registry.tokens.find(secret, later) is not None
    assert registry.tokens.find(secret, agreement.ends) is None


async def test_a_service_is_out_at_once_when_its_agreement_is_ended(registry: Registry, clock: Clock) -> None:
    agreement, agreements = await agreed(registry, clock), registry.agreements_door()
    secret = registry.tokens.issue_for_service(agreement.id, hours=None, by="test")
    door = registry.tokens_door(agreements)
    assert await door.find(secret, clock()) is not None
    await agreements.end(agreement.id, clock(), by="test")
    assert await door.find(secret, clock()) is None
    assert registry.tokens.find(secret, clock()) is None
    with pytest.raises(RegistryError, match="is over"):
        registry.tokens.issue_for_service(agreement.id, hours=None, by="test")


async def test_a_service_is_nobody_and_reaches_no_further_than_its_agreement(
    registry: Registry, clock: Clock, anna: User
) -> None:
    agreement = await agreed(registry, clock, tenant="north")
    for words, told in (
        ({"name": "Anna"}, "acts for nobody"),
        ({"tenant": "south"}, "is not about tenant 'south'"),
        ({"hours": 0.0}, "more than 0"),
        ({"hours": 1e300}, "too many"),
    ):
        with pytest.raises(RegistryError, match=told):
            registry.tokens.issue_for_service(agreement.id, **{"hours": None, "by": "test"} | words)
    with pytest.raises(RegistryError, match="there is no agreement 'g0'"):
        registry.tokens.issue_for_service("g0", hours=None, by="test")


def test_a_token_of_one_tenant_reaches_no_other(registry: Registry, clock: Clock) -> None:
    secret = registry.tokens.issue(Role.OPERATOR, tenant="north", hours=1, by="test")
    user = registry.tokens.find(secret, clock())
    assert user is not None
    assert user.tenants == frozenset({"north"})


def test_a_token_reaches_no_further_than_its_user(registry: Registry, clock: Clock, anna: User) -> None:
    registry.users.set_tenants("Anna", ["north", "south"], by="test")
    whole = registry.tokens.issue(Role.OPERATOR, name="Anna", hours=1, by="test")
    south = registry.tokens.issue(Role.OPERATOR, name="Anna", tenant="south", hours=1, by="test")
    with pytest.raises(RegistryError, match="'Anna' is not of tenant 'east'"):
        registry.tokens.issue(Role.OPERATOR, name="Anna", tenant="east", hours=1, by="test")
    registry.users.set_tenants("Anna", ["north"], by="test")
    found = [registry.tokens.find(secret, clock()) for secret in (whole, south)]
    assert [user and user.tenants for user in found] == [frozenset({"north"}), frozenset()]


async def test_the_token_door_notices_a_disabled_user_within_seconds(
    registry: Registry, clock: Clock, anna: User
) -> None:
    door: Tokens = registry.tokens_door()
    secret = registry.tokens.issue(Role.OPERATOR, name="Anna", hours=1, by="test")
    assert await door.find(secret, clock()) == anna
    registry.users.disable("Anna", by="test")
    assert await door.find(secret, clock.turn(timedelta(seconds=5))) is None
    assert await door.find("x" * 100_000, clock()) is None


# -- the doors of users and sessions ----------------------------------------------------------------------------------


async def test_the_user_door_keeps_its_promise(registry: Registry) -> None:
    door: Users = registry.users_door()
    assert await door.empty()
    anna = await door.add_first("Anna", Role.ADMINISTRATOR, PASSWORD)
    bert = await door.add("Bert", Role.OPERATOR, PASSWORD)
    assert await door.add_first("Carl", Role.OPERATOR, PASSWORD) is None
    assert await door.all() == [anna, bert]
    assert await door.check("bert", PASSWORD) == bert
    with pytest.raises(NameTaken):
        await door.add("anna", Role.OPERATOR, PASSWORD)


async def test_a_session_lasts_until_it_ends_and_over_a_restart(registry: Registry, clock: Clock, anna: User) -> None:
    door: Sessions = registry.sessions_door(timedelta(hours=8))
    secret, session = await door.open(anna, clock())
    assert session.user == anna
    assert session.csrf not in secret
    assert door.find(secret, clock.turn(timedelta(hours=7))) == session
    assert door.find(secret[:-1], clock()) is None
    assert door.find("x" * 100_000, clock()) is None

    restarted = registry.sessions_door(timedelta(hours=8))
    await restarted.refresh(clock())
    assert restarted.find(secret, clock()) == session
    assert restarted.find(secret, clock.turn(timedelta(hours=1))) is None

    await door.end(secret)
    assert door.find(secret, clock() - timedelta(hours=5)) is None
    await restarted.refresh(clock() - timedelta(hours=5))
    assert restarted.find(secret, clock() - timedelta(hours=5)) is None


async def test_the_sessions_of_a_disabled_user_are_over_after_a_refresh(
    registry: Registry, clock: Clock, anna: User
) -> None:
    door = registry.sessions_door(timedelta(hours=8))
    secret, _ = await door.open(anna, clock())
    registry.users.disable("Anna", by="another process")
    await door.refresh(clock())
    assert door.find(secret, clock()) is None


async def test_an_idle_session_ends_and_a_used_one_stays(registry: Registry, clock: Clock, anna: User) -> None:
    door = registry.sessions_door(timedelta(hours=24))
    idle, _ = await door.open(anna, clock())
    used, _ = await door.open(anna, clock())
    assert door.find(used, clock.turn(timedelta(hours=11))) is not None
    assert await door.sweep(clock.turn(timedelta(hours=1))) == 1
    assert door.find(idle, clock()) is None
    assert door.find(used, clock()) is not None
    after = registry.sessions_door(timedelta(hours=24))
    await after.refresh(clock())
    assert after.find(idle, clock()) is None
    assert after.find(used, clock()) is not None
    assert await door.sweep(clock.turn(timedelta(hours=12))) == 1
    assert door.find(used, clock()) is None


# -- tenants ----------------------------------------------------------------------------------------------------------


async def test_a_user_is_of_all_tenants_until_some_are_named(registry: Registry, clock: Clock, anna: User) -> None:
    bert = registry.users.add("Bert", Role.HOLDER, PASSWORD, by="test", tenants=["south", "aabcdefghijklmnop"])
    assert (anna.tenants, bert.tenants) == (None, frozenset({"south", "aabcdefghijklmnop"}))
    assert [user.tenants for user in registry.users.all()] == [None, bert.tenants]
    checked = registry.users.check("bert", PASSWORD)
    assert checked == bert
    registry.users.set_tenants("bert", None, by="test")
    assert [user.tenants for user in registry.users.all()] == [None, None]
    assert registry.changes(0)[-1].fields == ("tenants",)


def test_no_tenant_is_never_taken_for_all_of_them(registry: Registry, anna: User) -> None:
    registry.users.set_tenants("Anna", ["north"], by="test")
    with pytest.raises(RegistryError, match="no tenant is named"):
        registry.users.set_tenants("Anna", [], by="test")
    with pytest.raises(RegistryError, match="no tenant is named"):
        registry.users.add("Bert", Role.OPERATOR, PASSWORD, by="test", tenants=())
    assert [(user.name, user.tenants) for user in registry.users.all()] == [("Anna", frozenset({"north"}))]


async def test_a_session_knows_its_users_tenants_as_soon_as_it_is_refreshed(
    registry: Registry, clock: Clock, anna: User
) -> None:
    door: Sessions = registry.sessions_door(timedelta(hours=1))
    secret, opened = await door.open(anna, clock())
    assert opened.user.tenants is None
    registry.users.set_tenants("Anna", ["north"], by="test")
    await door.refresh(clock())  # type: ignore[attr-defined]  # of the door itself, for whoever follows the registry
    session = door.find(secret, clock())
    assert session is not None
    assert session.user.tenants == frozenset({"north"})


@pytest.mark.parametrize("tenant", ["", "a b", "x" * 61])
def test_a_tenant_that_no_account_can_have_is_refused(registry: Registry, tenant: str) -> None:
    with pytest.raises(RegistryError, match="a tenant wants 1 to 60 letters"):
        registry.users.add("Bert", Role.OPERATOR, PASSWORD, by="test", tenants=[tenant])
    assert registry.users.all() == []


async def test_what_somebody_is_trained_for_is_kept_and_known_to_his_session(
    registry: Registry, clock: Clock, anna: User
) -> None:
    users, sessions = registry.users_door(), registry.sessions_door(timedelta(hours=12))
    await sessions.refresh(clock())
    await sessions.open(anna, clock())
    chosen = Abilities(frozenset({"fire", "care_voice"}), frozenset({"de", "fr"}))
    assert (await users.set_abilities("Anna", chosen, by="boss")).abilities == chosen
    assert [user.abilities for user in await users.all() if user.name == anna.name] == [chosen]
    await sessions.refresh(clock())
    assert sessions.abilities(anna.name) == chosen
    assert sessions.abilities("nobody") == GENERALIST
    await users.set_abilities("anna", GENERALIST, by="boss")
    await sessions.refresh(clock())
    assert sessions.abilities(anna.name) == GENERALIST


@pytest.mark.parametrize(
    "abilities",
    [
        Abilities(frozenset({"crowds"})),
        Abilities(speaks=frozenset({"deutsch"})),
        Abilities(speaks=frozenset({"DE"})),
        Abilities(speaks=frozenset(f"a{letter}" for letter in "abcdefghijklm")),
    ],
)
def test_a_skill_that_is_not_listed_and_what_is_no_language_are_refused(
    registry: Registry, anna: User, abilities: Abilities
) -> None:
    with pytest.raises(AbilitiesRefused):
        registry.users.set_abilities("anna", abilities, by="boss")
    with pytest.raises(NoSuchUser):
        registry.users.set_abilities("nobody", GENERALIST, by="boss")
