"""Who comes in, and that nobody begins at a desk that cannot be heard."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.house import PASSWORD, House, furnish, line, running
from tests.browser.seats import seat

pytestmark = pytest.mark.browser


async def test_a_wrong_password_is_said_and_the_right_one_leads_through_the_sound_test(
    house: House, browser: Browser
) -> None:
    async with seat(browser, "anna") as anna:
        await anna.page.goto(house.url)
        await anna.of("name").fill("anna")
        await anna.of("password").fill("not the password")
        await anna.of("signin-go").click()
        await expect(anna.of("failed")).to_have_text("Name or password is wrong.")
        await expect(anna.of("password")).to_have_value("")

        await anna.of("password").fill(PASSWORD)
        await anna.of("signin-go").click()

        await expect(anna.of("sound-test")).to_be_visible()
        await expect(anna.of("sound-heard")).to_be_disabled()
        assert await anna.tones() == []
        await anna.of("sound-play").click()
        await anna.expect_tone("triangle", 523)
        await anna.of("sound-heard").click()
        await anna.expect_connected()
        await expect(anna.of("sound-bar")).to_have_count(0)


async def test_whoever_hears_nothing_goes_on_under_a_bar_that_says_so(house: House, browser: Browser) -> None:
    async with seat(browser, "boris") as boris:
        await boris.page.goto(house.url)
        await boris.of("name").fill("boris")
        await boris.of("password").fill(PASSWORD)
        await boris.of("signin-go").click()
        await boris.of("sound-play").click()
        await boris.of("sound-nothing").click()
        await boris.of("sound-without").click()

        await boris.expect_connected()
        await expect(boris.of("sound-bar")).to_contain_text("Sound is not tested")


async def test_signing_out_ends_the_session_everywhere_in_the_browser(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await anna.of("user-menu").click()
        await anna.of("sign-out").click()
        await expect(anna.of("signin")).to_be_visible()
        await anna.page.reload()
        await expect(anna.of("signin")).to_be_visible()


async def test_the_one_time_code_makes_the_first_administrator(tmp_path: Path, browser: Browser) -> None:
    config, _ = furnish(tmp_path, operators=())
    async with running("serve", "--config", str(config)) as child, seat(browser, "carla") as carla:
        url = (await line(child)).removeprefix("console: ")
        code = (await line(child)).rpartition(" ")[2]

        await carla.page.goto(url)
        await expect(carla.of("setup")).to_be_visible()
        for field, text in {"code": "0000-0000", "name": "carla", "password": PASSWORD, "again": PASSWORD}.items():
            await carla.of(field).fill(text)
        await carla.of("setup-go").click()
        await expect(carla.of("failed")).to_be_visible()
        await expect(carla.of("code")).to_have_attribute("aria-invalid", "true")

        await carla.of("code").fill(code)
        await carla.of("setup-go").click()
        await expect(carla.of("signin")).to_be_visible()
        await carla.of("name").fill("carla")
        await carla.of("password").fill(PASSWORD)
        await carla.of("signin-go").click()
        await carla.of("sound-play").click()
        await carla.of("sound-heard").click()
        await carla.of("user-menu").click()
        await expect(carla.page.get_by_role("group", name="carla")).to_contain_text("administrator")
