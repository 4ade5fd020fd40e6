"""An ONVIF device of our own, as much as a real client needs: services, a pull point, its state at the beginning."""

import asyncio
import base64
import hashlib
import ssl
from asyncio import Event, Queue
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web
from lxml import etree

from tests.receivers.camera import PASSWORD, USER

EVENTS: Final = "http://www.onvif.org/ver10/events/wsdl"
DEVICE: Final = "http://www.onvif.org/ver10/device/wsdl"
NAMESPACES: Final = (
    'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" '
    'xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:tev="http://www.onvif.org/ver10/events/wsdl" '
    'xmlns:wsa="http://www.w3.org/2005/08/addressing" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" '
    'xmlns:ter="http://www.onvif.org/ver10/error"'
)
TIMES: Final = (
    "<tev:CurrentTime>2026-03-14T08:00:00Z</tev:CurrentTime>"
    "<tev:TerminationTime>2026-03-14T08:10:00Z</tev:TerminationTime>"
)
NOT_AUTHORIZED: Final = (
    "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode></s:Code>"
    '<s:Reason><s:Text xml:lang="en">Sender not Authorized</s:Text></s:Reason></s:Fault>'
)


def envelope(body: str) -> bytes:
    return f"<s:Envelope {NAMESPACES}><s:Header/><s:Body>{body}</s:Body></s:Envelope>".encode()


NOTHING: Final = envelope(f"<tev:PullMessagesResponse>{TIMES}</tev:PullMessagesResponse>")


class OnvifCamera:
    """`say` puts a body into the queue of the pull point. `elsewhere`: the host that it names for its services."""

    def __init__(self, *, login: bool = True, year: int = 2026, elsewhere: str | None = None) -> None:
        self.login, self.year, self.elsewhere = login, year, elsewhere
        self.asked: list[str] = []
        self.raw: list[bytes] = []
        self.state: bytes | None = None
        """What SetSynchronizationPoint brings first."""
        self.ended = False
        self.dumb: str | None = None
        """An action that it never answers."""
        self.port = 0
        self.context: ssl.SSLContext | None = None
        self._says: Queue[bytes] = Queue()
        self._pulled, self._left = Event(), Event()
        self._runner: web.AppRunner | None = None

    def say(self, *bodies: bytes) -> None:
        for body in bodies:
            self._says.put_nowait(body)

    async def listened_to(self) -> None:
        await self._pulled.wait()

    async def left(self) -> None:
        await self._left.wait()

    @property
    def host(self) -> str:
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}"

    async def begin(self) -> None:
        app = web.Application()
        app.router.add_post("/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=self.context)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def go_away(self) -> None:
        self._pulled.clear()
        assert self._runner is not None
        await self._runner.cleanup()
        self._runner = None

    async def _answer(self, request: web.Request) -> web.Response:
        content = await request.read()
        self.raw.append(content)
        root = etree.fromstring(content)
        body = next(node for node in root if str(node.tag).endswith("}Body"))
        action = str(body[0].tag).rpartition("}")[2]
        self.asked.append(action)
        if self.login and action != "GetSystemDateAndTime" and not _is_right(root):
            return _soap(envelope(NOT_AUTHORIZED), 400)
        if action == self.dumb:
            (self._left if action == "Unsubscribe" else self._pulled).set()
            await Event().wait()
        match action:
            case "PullMessages":
                return await self._pull()
            case "SetSynchronizationPoint" if self.state is not None:
                self.say(self.state)
            case "Unsubscribe":
                self._left.set()
        return _soap(envelope(self._says_to(action)))

    async def _pull(self) -> web.Response:
        self._pulled.set()
        if self.ended:
            self.ended = False
            return _soap(envelope("<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code></s:Fault>"), 500)
        return _soap(await self._says.get())

    def _says_to(self, action: str) -> str:
        host = self.elsewhere or self.host
        match action:
            case "GetSystemDateAndTime":
                return (
                    "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>Manual</tt:DateTimeType>"
                    "<tt:DaylightSavings>false</tt:DaylightSavings><tt:UTCDateTime><tt:Time><tt:Hour>8</tt:Hour>"
                    "<tt:Minute>0</tt:Minute><tt:Second>0</tt:Second></tt:Time>"
                    f"<tt:Date><tt:Year>{self.year}</tt:Year><tt:Month>3</tt:Month><tt:Day>14</tt:Day></tt:Date>"
                    "</tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
                )
            case "GetServices":
                return "<tds:GetServicesResponse>{}</tds:GetServicesResponse>".format(
                    "".join(
                        f"<tds:Service><tds:Namespace>{name}</tds:Namespace><tds:XAddr>{host}/onvif/{path}</tds:XAddr>"
                        "<tds:Version><tt:Major>2</tt:Major><tt:Minor>0</tt:Minor></tds:Version></tds:Service>"
                        for name, path in ((DEVICE, "device_service"), (EVENTS, "events"))
                    )
                )
            case "CreatePullPointSubscription":
                return (
                    "<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference>"
                    f"<wsa:Address>{host}/onvif/subscription/1</wsa:Address></tev:SubscriptionReference>"
                    "<wsnt:CurrentTime>2026-03-14T08:00:00Z</wsnt:CurrentTime>"
                    "<wsnt:TerminationTime>2026-03-14T08:10:00Z</wsnt:TerminationTime>"
                    "</tev:CreatePullPointSubscriptionResponse>"
                )
            case "SetSynchronizationPoint":
                return "<tev:SetSynchronizationPointResponse/>"
        return f"<wsnt:{action}Response/>"


def _soap(body: bytes, status: int = 200) -> web.Response:
    return web.Response(body=body, status=status, content_type="application/soap+xml", charset="utf-8")


def _is_right(root: etree._Element) -> bool:
    """WS-UsernameToken, with the digest of its profile 1.0: SHA-1 of nonce, time and pass-word."""
    said = {str(node.tag).rpartition("}")[2]: node.text or "" for node in root.iter()}
    if said.get("Username") != USER:
        return False
    made = hashlib.sha1(base64.b64decode(said["Nonce"]) + said["Created"].encode() + PASSWORD.encode()).digest()
    return said["Password"] == base64.b64encode(made).decode()


@asynccontextmanager
async def onvif_camera(camera: OnvifCamera | None = None) -> AsyncIterator[OnvifCamera]:
    made = camera or OnvifCamera()
    await made.begin()
    try:
        yield made
    finally:
        if made._runner is not None:
            await made.go_away()
        await asyncio.sleep(0)
