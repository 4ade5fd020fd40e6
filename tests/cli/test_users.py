"""`belfry user` and `belfry token`: staff accounts from the command line, as a person and as a program call them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
import typer
from typer.testing import CliRunner, Result

from belfry.cli.users import token, user_app
from belfry.domain.agreement import AgreedField, Agreement
from belfry.ports.staff import Role, User
from belfry.registry import Registry, agreement_rows

app: Final = typer.Typer()
app.add_typer(user_app, name="user")
app.command()(token)

PASSWORD: Final = "correct horse\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "belfry.toml"
    file.write_text('name = "Test"\n')
    return file


def run(config: Path, *words: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, [*words, "--config", str(config)], input=typed)


def registered(config: Path, name: str, password: str) -> User | None:
    registry = Registry.open(config.parent / "data")
    found = registry.users.check(name, password)
    registry.close()
    return found


def test_a_user_is_added_with_a_password_from_standard_input(config: Path) -> None:
    result = run(config, "user", "add", "Anna", "--role", "operator", typed=PASSWORD)
    assert (result.exit_code, result.stdout) == (0, "Anna (operator): added\n")
    user = registered(config, "anna", PASSWORD.strip())
    assert user is not None
    assert user.role is Role.OPERATOR


def test_users_are_listed_for_people_and_for_programs(config: Path) -> None:
    run(config, "user", "add", "Anna", "--role", "operator", typed=PASSWORD)
    run(config, "user", "add", "Bo", "--role", "auditor", typed=PASSWORD)
    assert run(config, "user", "disable", "bo").exit_code == 0
    assert run(config, "user", "list").stdout == "Anna  operator\nBo    auditor  disabled\n"
    items = json.loads(run(config, "user", "list", "--json").stdout)["items"]
    assert [(item["name"], item["disabled"]) for item in items] == [("Anna", False), ("Bo", True)]


def test_a_password_is_replaced(config: Path) -> None:
    run(config, "user", "add", "Anna", "--role", "operator", typed=PASSWORD)
    assert run(config, "user", "password", "anna", typed="battery staple\n").exit_code == 0
    assert registered(config, "Anna", PASSWORD.strip()) is None
    assert registered(config, "Anna", "battery staple") is not None


@pytest.mark.parametrize(
    ("words", "typed", "code", "told"),
    [
        (("user", "add", "anna", "--role", "auditor"), PASSWORD, 1, "'anna' is taken"),
        (("user", "add", "Bert", "--role", "operator"), "short\n", 2, "10 to 256 characters; this one has 5"),
        (("user", "add", "Bert", "--role", "operator"), "", 2, "no password: give it as one line"),
        (("user", "add", " Bert", "--role", "operator"), PASSWORD, 2, "1 to 60 printable characters"),
        (("user", "add", "Bert", "--role", "service"), PASSWORD, 2, "a service has no password"),
        (("user", "add", "Bert", "--role", "boss"), PASSWORD, 2, "operator"),
        (("user", "disable", "Bert"), None, 1, "there is no user 'Bert'"),
        (("user", "password", "Bert"), PASSWORD, 1, "there is no user 'Bert'"),
        (("token", "--role", "service"), None, 2, "--role service needs --agreement ID"),
        (("token", "--role", "service", "--agreement", "7"), None, 1, "there is no agreement '7'"),
        (("token", "--role", "operator", "--agreement", "7"), None, 2, "--agreement is for --role service"),
        (("token", "--role", "service", "--agreement", "7", "--hours", "0"), None, 2, "lasts more than 0"),
        (("token", "--role", "operator", "--tenant", "a b"), None, 1, "'a b': a tenant wants"),
        (("token", "--role", "operator", "--hours", "13"), None, 2, "--hours 13: a token lasts more than 0"),
    ],
)
def test_what_cannot_be_done_is_told_on_standard_error_with_its_code(
    config: Path, words: tuple[str, ...], typed: str | None, code: int, told: str
) -> None:
    assert run(config, "user", "add", "Anna", "--role", "operator", typed=PASSWORD).exit_code == 0
    result = run(config, *words, typed=typed)
    assert result.exit_code == code
    assert told in result.stderr
    assert result.stdout == ""


def test_settings_that_cannot_be_used_are_a_fault_and_missing_ones_wrong_usage(config: Path) -> None:
    config.write_text("dta = 'x'")
    result = run(config, "user", "list")
    assert result.exit_code == 1
    assert "unknown key dta; did you mean data?" in result.stderr
    assert run(config.parent / "none.toml", "user", "list").exit_code == 2


def test_a_token_is_printed_alone_and_acts_for_its_name(config: Path) -> None:
    result = run(config, "token", "--role", "supervisor", "--name", "night desk", "--hours", "1")
    assert result.exit_code == 0
    registry = Registry.open(config.parent / "data")
    user = registry.tokens.find(result.stdout.removesuffix("\n"), datetime.now(UTC))
    registry.close()
    assert user is not None
    assert (user.name, user.role) == ("night desk", Role.SUPERVISOR)


def test_a_token_for_a_program(config: Path) -> None:
    told = json.loads(run(config, "token", "--role", "operator", "--json").stdout)
    assert (told["name"], told["role"], told["hours"]) == ("operator", "operator", 12)
    assert len(told["token"]) == 43


def test_a_user_may_be_of_some_tenants_only(config: Path) -> None:
    assert run(config, "user", "add", "Bert", "--role", "operator", "--tenant", "north", typed=PASSWORD).exit_code == 0
    assert run(config, "user", "list").stdout == "Bert  operator  of north\n"
    told = run(config, "user", "tenants", "bert", "--tenant", "south", "--tenant", "east")
    assert told.stdout == "Bert (operator): of east, south\n"
    for words in ((), ("--all", "--tenant", "south")):
        refused = run(config, "user", "tenants", "bert", *words)
        assert (refused.exit_code, "--tenant NAME for each one, or --all" in refused.output) == (2, True)
    assert "of east, south" in run(config, "user", "list").stdout
    assert run(config, "user", "tenants", "bert", "--all").stdout == "Bert (operator): of all tenants\n"


def test_what_a_user_is_trained_for_is_said_and_taken_back(config: Path) -> None:
    run(config, "user", "add", "Anna", "--role", "operator", typed=PASSWORD)
    said = run(config, "user", "skills", "anna", "--skill", "fire", "--skill", "care_voice", "--speaks", "de")
    assert said.stdout == "Anna (operator): trained for care_voice, fire; speaks de\n"
    assert run(config, "user", "skills", "anna", "--none").stdout == "Anna (operator): trained for everything\n"
    assert run(config, "user", "skills", "anna").exit_code == 2
    assert run(config, "user", "skills", "anna", "--skill", "crowds").exit_code == 2
    assert run(config, "user", "skills", "anna", "--speaks", "German").exit_code == 2
    assert run(config, "user", "skills", "nobody", "--speaks", "de").exit_code == 1


def test_a_service_gets_a_token_as_long_as_its_agreement_lasts(config: Path) -> None:
    ends = datetime.now(UTC) + timedelta(days=30)
    wanted = Agreement(
        partner="City fire brigade",
        kinds=("FIRE",),
        fields=(AgreedField.CODE,),
        why="They come",
        begins=datetime.now(UTC),
        ends=ends,
    )
    registry = Registry.open(config.parent / "data")
    agreement = agreement_rows.make(registry.store, wanted, by="test").id
    registry.close()
    result = run(config, "token", "--role", "service", "--agreement", agreement, "--json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert (told["role"], told["agreement"], told["name"]) == ("service", agreement, f"service {agreement}")
    registry = Registry.open(config.parent / "data")
    user = registry.tokens.find(told["token"], ends - timedelta(days=1))
    over = registry.tokens.find(told["token"], ends)
    registry.close()
    assert user is not None
    assert (user.role, user.agreement, over) == (Role.SERVICE, agreement, None)
