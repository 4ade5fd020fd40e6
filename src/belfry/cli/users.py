"""`belfry user …` and `belfry token`: who may work here. They write the registry, with or without a running server."""

import math
import sys
from typing import Annotated, Final

import typer

from belfry.cli.talk import USAGE, AsJson, Config, fail, registry_of, settings_of, tell
from belfry.domain.abilities import Abilities, Skill
from belfry.ports.staff import Role, User
from belfry.registry.people import TOKEN_MAX

BY: Final = "command line"
PASSWORD_LINE_MAX: Final = 10_000
HOURS: Final = TOKEN_MAX.total_seconds() / 3600

user_app: typer.Typer = typer.Typer(no_args_is_help=True, help="Staff accounts.")

Tenants = Annotated[
    list[str] | None,
    typer.Option("--tenant", help="Only accounts of this tenant, or the site of this id; more than one may be given."),
]
Skills = Annotated[
    list[Skill] | None, typer.Option("--skill", help="Trained for this group of kinds; more than one may be given.")
]
Speaks = Annotated[
    list[str] | None, typer.Option("--speaks", help="Speaks this language, such as de; more than one may be given.")
]
Name = Annotated[str, typer.Argument(help="What the person signs in with, and what the record shows.")]


@user_app.command(epilog="Example: belfry user add anna --role operator --config belfry.toml")
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="What the account is for.", show_default=False)],
    config: Config,
    tenant: Tenants = None,
    as_json: AsJson = False,
) -> None:
    """Add a staff account. The password is asked for, or read from standard input."""
    if role is Role.SERVICE:
        fail("a service has no password: see belfry token --role service", USAGE)
    with registry_of(settings_of(config)) as registry:
        user = registry.users.add(name, role, ask_password(), by=BY, tenants=tenant or None)
    _tell(user, "added", as_json=as_json)


@user_app.command("list", epilog="Example: belfry user list --config belfry.toml --json")
def list_users(config: Config, as_json: AsJson = False) -> None:
    """List the staff accounts."""
    with registry_of(settings_of(config)) as registry:
        users = registry.users.all()
    if as_json:
        tell({"items": users})
        return
    width = max((len(user.name) for user in users), default=0)
    for user in users:
        of = "" if user.tenants is None else f"  of {', '.join(sorted(user.tenants))}"
        typer.echo(f"{user.name:{width}}  {user.role}{of}{'  disabled' if user.disabled else ''}")


@user_app.command(epilog="Example: belfry user tenants anna --tenant north --config belfry.toml")
def tenants(
    name: Name,
    config: Config,
    tenant: Tenants = None,
    every: Annotated[bool, typer.Option("--all", help="Of all tenants: every site, and what is nobody's.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say of which tenants an account is, in place of those before: some by name, or --all."""
    if every is bool(tenant):
        fail("say --tenant NAME for each one, or --all", USAGE)
    with registry_of(settings_of(config)) as registry:
        user = registry.users.set_tenants(name, None if every else tenant, by=BY)
    of = "all tenants" if user.tenants is None else ", ".join(sorted(user.tenants))
    _tell(user, f"of {of}", as_json=as_json)


@user_app.command(
    epilog="Example: belfry user skills anna --skill fire --skill care_voice --speaks de --config belfry.toml"
)
def skills(
    name: Name,
    config: Config,
    skill: Skills = None,
    speaks: Speaks = None,
    none: Annotated[bool, typer.Option("--none", help="Trained for everything, and no language is named.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what a person is trained for and speaks, in place of before: he is handed first what fits, and nothing is
    kept from him."""
    if none is bool(skill or speaks):
        fail("say --skill and --speaks for each one, or --none", USAGE)
    chosen = Abilities(frozenset(map(str, skill or ())), frozenset(speaks or ()))
    with registry_of(settings_of(config)) as registry:
        user = registry.users.set_abilities(name, chosen, by=BY)
    said = ", ".join(sorted(user.abilities.skills)) or "everything"
    spoken = f"; speaks {', '.join(sorted(user.abilities.speaks))}" if user.abilities.speaks else ""
    _tell(user, f"trained for {said}{spoken}", as_json=as_json)


@user_app.command(epilog="Example: belfry user password anna --config belfry.toml")
def password(name: Name, config: Config, as_json: AsJson = False) -> None:
    """Set a new password and sign the account out everywhere."""
    with registry_of(settings_of(config)) as registry:
        user = registry.users.set_password(name, ask_password(), by=BY)
    _tell(user, "has a new password", as_json=as_json)


@user_app.command(epilog="Example: belfry user disable anna --config belfry.toml")
def disable(name: Name, config: Config, as_json: AsJson = False) -> None:
    """Let an account in no more, at once. What it did stays in the record."""
    with registry_of(settings_of(config)) as registry:
        user = registry.users.disable(name, by=BY)
    _tell(user, "disabled", as_json=as_json)


def token(
    role: Annotated[Role, typer.Option(help="What the token may do.", show_default=False)],
    config: Config,
    name: Annotated[str | None, typer.Option(help="Whom it acts for; default: the role.")] = None,
    tenant: Annotated[str | None, typer.Option(help="Only accounts of this tenant.")] = None,
    hours: Annotated[
        float | None, typer.Option(help="How long it lasts: of a person at most 12, of a service as its agreement.")
    ] = None,
    agreement: Annotated[str | None, typer.Option(help="Agreement of a service, with which it ends.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print a bearer token that acts for a person, or that software is let in by under an agreement. It is shown once;
    the registry keeps only its hash."""
    if (role is Role.SERVICE) is (agreement is None):
        fail("--role service needs --agreement ID" if agreement is None else "--agreement is for --role service", USAGE)
    most = HOURS if agreement is None else math.inf
    if hours is not None and not 0 < hours <= most:
        fail(f"--hours {hours:g}: a token lasts more than 0" + f" and at most {most:g}" * (most is HOURS), USAGE)
    with registry_of(settings_of(config)) as registry:
        if agreement is None:
            hours = hours or HOURS
            secret = registry.tokens.issue(role, name=name, tenant=tenant, hours=hours, by=BY)
        else:
            secret = registry.tokens.issue_for_service(agreement, name=name, tenant=tenant, hours=hours, by=BY)
    if as_json:
        called = name or (role.value if agreement is None else f"{role.value} {agreement}")
        told = {"token": secret, "name": called, "role": role, "tenant": tenant, "hours": hours}
        tell(told if agreement is None else told | {"agreement": agreement})
    else:
        typer.echo(secret)


def ask_password() -> str:
    """Ask twice at a terminal, else read one line."""
    if sys.stdin.isatty():
        answer: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return answer
    line = sys.stdin.readline(PASSWORD_LINE_MAX).rstrip("\r\n")
    if not line:
        fail("no password: give it as one line on standard input, or call this at a terminal", USAGE)
    return line


def _tell(user: User, done: str, *, as_json: bool) -> None:
    if as_json:
        tell(user)
    else:
        typer.echo(f"{user.name} ({user.role}): {done}")
