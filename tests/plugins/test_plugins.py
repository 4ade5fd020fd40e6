"""Parts come from really installed packages: each test lays one on the path, with the metadata that pip would write."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import Struct

from belfry.plugins import Group, PluginError, installed, load, settings_of

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    monkeypatch.syspath_prepend(str(tmp_path))

    def package(name: str, entry: str, code: str = "", group: Group = Group.NOTIFIERS) -> None:
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{group}]\n{entry}\n")
        (tmp_path / f"{name}.py").write_text(code)

    return package


def test_a_part_is_found_by_group_and_name(install: Install) -> None:
    install("bellmaker", "bell = bellmaker:Bell", "class Bell: ...")
    assert load(Group.NOTIFIERS, "bell").__name__ == "Bell"
    assert "bell" not in installed(Group.RECEIVERS)


def test_an_unknown_part_is_refused_with_what_is_installed(install: Install) -> None:
    install("bellmaker", "bell = bellmaker:Bell", "class Bell: ...")
    with pytest.raises(PluginError, match=r"'bel' is not installed; installed in belfry\.notifiers: .*bell"):
        load(Group.NOTIFIERS, "bel")


def test_the_built_in_parts_come_through_the_same_door() -> None:
    assert "dc09" in installed(Group.RECEIVERS)
    assert {"memory", "sqlite"} <= set(installed(Group.JOURNALS))
    assert "apprise" in installed(Group.NOTIFIERS)


@pytest.mark.parametrize(
    ("name", "code", "cause"),
    [
        ("broken_import", "import nowhere_at_all", "ModuleNotFoundError: No module named 'nowhere_at_all'"),
        ("broken_start", "raise RuntimeError('no licence file')", "RuntimeError: no licence file"),
        ("broken_name", "", "AttributeError: module 'broken_name'"),
    ],
)
def test_a_part_that_cannot_load_is_refused_with_its_cause(install: Install, name: str, code: str, cause: str) -> None:
    install(name, f"bell = {name}:Bell", code)
    with pytest.raises(PluginError) as refused:
        load(Group.NOTIFIERS, "bell")
    assert f"'bell' ({name}:Bell) cannot be loaded: {cause}" in str(refused.value)
    assert "installed in belfry.notifiers: apprise, bell" in str(refused.value)
    assert refused.value.__cause__ is not None


def test_a_name_that_two_packages_claim_is_refused(install: Install) -> None:
    install("bell_one", "bell = bell_one:Bell")
    install("bell_two", "bell = bell_two:Bell")
    with pytest.raises(PluginError, match=r"claimed twice, by bell_one:Bell .+ and bell_two:Bell .+uninstall one"):
        load(Group.NOTIFIERS, "bell")


def test_one_package_seen_twice_on_the_path_is_one(install: Install) -> None:
    install("bell_old", "bell = bellmaker:Bell")
    install("bellmaker", "bell = bellmaker:Bell", "class Bell: ...")
    assert load(Group.NOTIFIERS, "bell").__name__ == "Bell"


def test_a_part_says_what_its_settings_are() -> None:
    class Good:
        class Settings(Struct):
            room: int = 1

    assert settings_of(Group.RECEIVERS, "good", Good) is Good.Settings
    with pytest.raises(PluginError, match=r"'bad' in belfry\.receivers has no msgspec Struct called Settings"):
        settings_of(Group.RECEIVERS, "bad", object())
