"""The console's own pages: one page at all its addresses, fenced; and the demo's open door, for this machine only."""

from pathlib import Path

import pytest

from belfry.ports.staff import Role
from belfry.web.front import Page
from belfry.web.pages import ICON_SIZES, ROUTES, files_below
from tests.web.kit import BASE, Rig, centre


async def test_an_unbuilt_console_says_so_at_its_addresses(tmp_path: Path) -> None:
    async with centre(tmp_path, pages={}) as rig:
        for route in ROUTES:
            answer = await rig.client().get(f"{BASE}/{route}")
            assert answer.status_code == 200
            assert "not built" in answer.text


async def test_a_built_console_is_the_same_page_everywhere_and_never_kept(tmp_path: Path) -> None:
    pages = {
        "index.html": Page(b"<p>console</p>", "text/html", "no-cache"),
        "assets/app-4f2a.js": Page(b"let a", "text/javascript", "public, max-age=31536000, immutable"),
    }
    async with centre(tmp_path, pages=pages) as rig:
        for route in ROUTES:
            answer = await rig.client().get(f"{BASE}/{route}")
            assert (answer.text, answer.headers["cache-control"]) == ("<p>console</p>", "no-cache")
            assert answer.headers["content-security-policy"].startswith("default-src 'self'; ")
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"
        script = await rig.client().get(f"{BASE}/assets/app-4f2a.js")
        assert (script.text, script.headers["content-type"]) == ("let a", "text/javascript; charset=utf-8")
        assert "immutable" in script.headers["cache-control"]


async def test_a_site_has_an_address_of_its_own_and_nothing_below_it_but_its_editor(tmp_path: Path) -> None:
    async with centre(tmp_path, pages={"index.html": Page(b"<p>console</p>", "text/html", "no-cache")}) as rig:
        for path in ("sites/6f0c", "sites/6f0c/edit"):
            assert (await rig.client().get(f"{BASE}/{path}")).text == "<p>console</p>"
        for path in ("sites/6f0c/edit/more", "sites/6f0c/other"):
            assert (await rig.client().get(f"{BASE}/{path}")).status_code == 404


@pytest.mark.parametrize("path", ["../pyproject.toml", "assets/../../app.py", "%2e%2e/app.py", "assets", "app.py"])
async def test_a_path_never_names_a_file_outside(rig: Rig, path: str) -> None:
    answer = await rig.client().get(f"{BASE}/{path}")
    assert answer.status_code == 404


def test_what_is_served_is_what_was_built(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<p>console</p>")
    (tmp_path / "assets/tone-1.mp3").write_bytes(b"\0")
    (tmp_path / ".hidden").write_text("no")
    found = files_below(tmp_path)
    assert {path: page.media_type for path, page in found.items()} == {
        "index.html": "text/html",
        "assets/tone-1.mp3": "audio/mpeg",
    }
    assert files_below(tmp_path / "nowhere") == {}


# -- the demo


async def test_a_demo_signs_in_whoever_comes_to_its_front_page(tmp_path: Path) -> None:
    async with centre(tmp_path, demo=("anna", "bert")) as rig:
        rig.add_user("anna")
        rig.add_user("bert")
        names = []
        for _ in range(3):
            browser = rig.client()
            page = await browser.get(f"{BASE}/")
            assert page.status_code == 200
            cookie = page.headers["set-cookie"].lower()
            assert "httponly" in cookie
            assert "samesite=strict" in cookie
            session = (await browser.get("/session")).json()
            assert (session["demo"], session["user"]["role"]) == (True, Role.OPERATOR)
            names.append(session["user"]["name"])
            assert "set-cookie" not in (await browser.get(f"{BASE}/")).headers
            assert (await browser.post("/incidents/next")).status_code == 403  # the CSRF word is wanted here too
        assert names == ["anna", "bert", "anna"]
        assert (await rig.client().get("/setup")).json() == {"needed": False}


@pytest.mark.parametrize("path", ["report", "call", "decode", "overview", "signin"])
async def test_a_demo_has_no_page_at_which_a_visitor_is_stuck(tmp_path: Path, path: str) -> None:
    async with centre(tmp_path, demo=("anna",)) as rig:
        rig.add_user("anna")
        browser = rig.client()
        assert (await browser.get(f"{BASE}/{path}")).status_code == 200
        assert (await browser.get("/session")).json()["user"]["name"] == "anna"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "10.0.0.1:8440",
        "[::2]:8440",
        "[broken",
        "x@localhost",
        "x:y@127.0.0.1:8440",
        "localhost/",
        "localhost:",
    ],
)
async def test_a_demo_answers_no_foreign_host(tmp_path: Path, host: str) -> None:
    async with centre(tmp_path, demo=("anna",)) as rig:
        rig.add_user("anna")
        for path in (f"{BASE}/", f"{BASE}/api/v1/setup", f"{BASE}/report", f"{BASE}/metrics"):
            answer = await rig.client(host=host).get(path)
            assert answer.status_code in (400, 403)
            assert "set-cookie" not in answer.headers


async def test_a_demo_answers_no_foreign_page(tmp_path: Path) -> None:
    async with centre(tmp_path, demo=("anna",)) as rig:
        rig.add_user("anna")
        foreign = await rig.client(origin="https://evil.example").get(f"{BASE}/")
        nothing = await rig.client(origin="null").get(f"{BASE}/")
        named = await rig.client(origin="http://x@localhost:8440").get(f"{BASE}/")
        assert (foreign.status_code, nothing.status_code, named.status_code) == (403, 403, 403)
        assert "set-cookie" not in foreign.headers
        for host in ("localhost:8440", "LOCALHOST", "127.0.0.1:8440", "[::1]:8440"):
            assert (await rig.client(origin=BASE, host=host).get(f"{BASE}/")).status_code == 200


async def test_a_centre_in_earnest_signs_nobody_in_by_itself(rig: Rig) -> None:
    rig.add_user("anna")
    answer = await rig.client().get(f"{BASE}/")
    assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)


async def test_behind_https_the_cookie_is_secure_and_pages_stay_there(tmp_path: Path) -> None:
    async with centre(tmp_path, https=True, public_url="https://alarms.example.org") as rig:
        rig.add_user("anna")
        client = await rig.browser("anna")
        page = await client.get(f"{BASE}/")
        assert "max-age" in page.headers["strict-transport-security"]
        again = await rig.client().post("/session", json={"name": "anna", "password": "correct horse battery"})
        assert "secure" in again.headers["set-cookie"].lower()
        behind_proxy = await rig.client(origin="https://alarms.example.org").post(
            "/session", json={"name": "anna", "password": "correct horse battery"}
        )
        assert behind_proxy.status_code == 200


async def test_a_telephone_installs_the_responders_page_under_the_centres_name(tmp_path: Path) -> None:
    pages = {
        "index.html": Page(b"<p>console</p>", "text/html", "no-cache"),
        "sw.js": Page(b"//", "text/javascript", "no-cache"),
    }
    async with centre(tmp_path, pages=pages) as rig:
        answer = await rig.client().get(f"{BASE}/manifest.webmanifest")
        assert answer.headers["content-type"] == "application/manifest+json"
        said = answer.json()
        assert (said["name"], said["start_url"], said["display"], said["scope"]) == (
            "Test centre",
            "/me",
            "standalone",
            "/",
        )
        assert {"192x192", "512x512"} <= {icon["sizes"] for icon in said["icons"]}
        worker = await rig.client().get(f"{BASE}/sw.js")
        assert worker.headers["cache-control"] == "no-cache", "a new version is looked for at once"
        assert worker.headers["content-security-policy"].startswith("default-src 'self'; ")


def test_every_icon_of_the_manifest_is_there() -> None:
    public = Path(__file__).parents[2] / "console" / "public"
    for size in ICON_SIZES:
        for name in ("icon", "mask"):
            assert (public / f"{name}-{size}.png").is_file()
