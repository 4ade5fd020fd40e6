"""What did my panel send? Typed or pasted, as digits or as text, answered by one key on a desk and on a phone."""

from typing import Final

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from tests.browser.house import House
from tests.browser.seats import DESK, PHONE, seat

pytestmark = pytest.mark.browser

FRAME: Final = 'CE110032"SIA-DCS"9876R579BDFL789ABC#12345A[#12345A|NFA129]'


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_typed_frame_is_decoded_by_a_key_and_what_is_none_is_named(
    house: House, browser: Browser, viewport: ViewportSize
) -> None:
    async with seat(browser, "anna", viewport=viewport) as anna:
        await anna.sign_in(house.url)
        await anna.page.goto(f"{house.url}decode")
        for typed in (FRAME, f"\n{FRAME}\r".encode().hex(" ")):
            await anna.of("frames").fill("")
            await anna.of("frames").focus()
            await anna.type(typed)
            await anna.press("Control+Enter")
            await expect(anna.of("decoded")).to_contain_text("FIRE.ALARM.AUTO")
            await expect(anna.of("decoded").get_by_test_id("valid")).to_be_in_viewport()
            await expect(anna.of("decode-go")).to_be_enabled()

        await anna.of("frames").fill(f"{FRAME}\nnonsense")
        await anna.press("Control+Enter")
        await expect(anna.of("failed")).to_contain_text("Line 2")
        await expect(anna.of("decoded")).to_have_count(0)
