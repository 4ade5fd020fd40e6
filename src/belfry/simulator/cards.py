"""What the centre keeps about the cast of the town: contacts, zones, hazards, who is dialled. Everything is invented.

Numbers are of the ranges that the British numbering plan keeps for fiction (01632 960xxx and 07700 900xxx).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from belfry.domain.contacts import Absence, Authority, CallList, Contact, ContactRole, Number, WeekWindow
from belfry.domain.premises import Area, Hazard, Technology, TransmissionPath, Zone
from belfry.domain.schedules import OpeningWindow, Schedule, ScheduleException
from belfry.domain.site_file import Agency, AgencyType, Response, RiskClass, SiteChange, SiteDetails

POLICE: Final = Agency(type=AgencyType.POLICE, name="Anderby police control", number="01632 960 911")
BRIGADE: Final = Agency(type=AgencyType.BRIGADE, name="Coast fire brigade", number="01632 960 912")
AMBULANCE: Final = Agency(type=AgencyType.AMBULANCE, name="Coast ambulance", number="01632 960 913")
GUARD: Final = Agency(type=AgencyType.GUARD, name="Harbour guards", number="01632 960 914")

WORKDAYS: Final = (0, 1, 2, 3, 4)
EVERY_DAY: Final = (*range(7),)
CALLERS: Final = (Authority.CANCEL, Authority.ON_TEST, Authority.SCHEDULE, Authority.KEYS)


@dataclass(frozen=True, slots=True)
class SiteCard:
    """What a role's site has beside its account. `words` and `duress` are by the contact's order."""

    change: SiteChange
    words: Mapping[int, str]
    duress: Mapping[int, str]
    access_code: str | None = None
    confirmed: bool = True


def _phone(last: int, label: str = "") -> Number:
    return Number(f"07700 900 {last:03}", label, texts=True)


def _desk(last: int, label: str = "") -> Number:
    return Number(f"01632 960 {last:03}", label)


def _zone(number: str, name: str, hazard: Hazard, *, area: str | None = None, outdoor: bool = False) -> Zone:
    return Zone(number=number, name=name, hazard=hazard, area=area, outdoor=outdoor)


def cards(now: datetime) -> Mapping[str, SiteCard]:
    """Return the cards of the cast by role; absences lie around `now`, in whole hours."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    away = (Absence(hour - timedelta(days=3), hour + timedelta(days=4)),)
    return {
        "school": _school(away),
        "shop": _shop(),
        "bank": _bank(),
        "care": _care(away),
        "hotel": _hotel(),
        "pharmacy": _pharmacy(now),
        "museum": _museum(),
        "library": _library(),
        "office": _office(),
        "home": _home(),
        "workshop": _workshop(),
        "bakery": _bakery(),
        "depot": _depot(),
        "farm": _farm(),
        "jeweller": _jeweller(),
    }


def _school(away: Sequence[Absence]) -> SiteCard:
    details = SiteDetails(
        notes="Evening classes until 22:00 on Tuesdays. The detector above the kitchen door is known to be quick.",
        hazards="Solar panels on the gymnasium roof. Gas main in the boiler room, valve left of the door.",
        access="Fire brigade entrance from Linden Walk, key safe right of the gate. Panel in the porter's lodge.",
        risk=RiskClass.GRADE_2,
        installer="Northshore Alarms",
        premises=(_desk(101, "office"), _desk(102, "porter's lodge")),
    )
    zones = (
        _zone("007", "Smoke, corridor west, 1st floor", Hazard.FIRE, area="01"),
        _zone("021", "Call point, main stairs", Hazard.FIRE, area="01"),
        _zone("012", "Heat, kitchen", Hazard.FIRE, area="01"),
        _zone("030", "Doors, gymnasium", Hazard.INTRUSION, area="02"),
    )
    contacts = (
        Contact(order=1, name="Ivo Marlow", role=ContactRole.CARETAKER, numbers=(_phone(11), _desk(103, "lodge")),
                authority=CALLERS),
        Contact(order=2, name="Tessa Quill", role=ContactRole.MANAGER, numbers=(_phone(12),), absences=tuple(away),
                authority=(Authority.CANCEL, Authority.CONTACTS)),
        Contact(order=3, name="Rhys Oakden", role=ContactRole.DEPUTY, numbers=(_phone(13), _desk(104, "at home")),
                hours=(WeekWindow(EVERY_DAY, 360, 1_320),), authority=(Authority.CANCEL,)),
        Contact(order=4, name="Northshore Alarms", role=ContactRole.TECHNICIAN, numbers=(_desk(105),),
                lists=(CallList.TECHNICAL,)),
    )  # fmt: skip
    change = SiteChange(
        details=details,
        areas=(Area(number="01", name="Main building"), Area(number="02", name="Gymnasium")),
        zones=zones,
        contacts=contacts,
        agencies=(BRIGADE, POLICE),
    )
    return SiteCard(change, {1: "Kingfisher", 2: "Larkspur", 3: "Heron"}, {1: "Cormorant"}, "4711#")


def _shop() -> SiteCard:
    change = SiteChange(
        details=SiteDetails(
            notes="The owner lives above the shop. The police come after two calls.", premises=(_desk(110, "shop"),),
            access="Back door from the yard.", two_calls=True,
        ),
        zones=(
            _zone("001", "Contact, back door", Hazard.INTRUSION),
            _zone("004", "Movement, sales floor", Hazard.INTRUSION),
            _zone("007", "Smoke, store room", Hazard.FIRE),
        ),
        contacts=(
            Contact(order=1, name="Alma Averill", role=ContactRole.HOLDER, numbers=(_phone(21),), authority=CALLERS,
                    panel_user="5"),
            Contact(order=2, name="Bram Toome", role=ContactRole.DEPUTY, numbers=(_phone(22),),
                    hours=(WeekWindow(WORKDAYS, 480, 1_200),), lists=(CallList.INTRUSION, CallList.FIRE)),
        ),
        agencies=(_if_confirmed(POLICE, "AN-2002"), BRIGADE),
    )  # fmt: skip
    return SiteCard(change, {1: "Marmalade"}, {1: "Treacle"}, confirmed=False)


def _if_confirmed(agency: Agency, permit: str) -> Agency:
    return Agency(type=agency.type, name=agency.name, number=agency.number, permit=permit, response=Response.CONFIRMED)


def _bank() -> SiteCard:
    change = SiteChange(
        details=SiteDetails(
            hazards="Dye packs and fog in the vault lobby: wait for the all-clear.",
            access="Staff entrance in Chapel Lane, with the police only.",
            risk=RiskClass.GRADE_4,
            premises=(_desk(120, "counter"),),
        ),
        zones=(_zone("003", "Hold-up button, counter 2", Hazard.PANIC), _zone("010", "Vault", Hazard.INTRUSION)),
        contacts=(
            Contact(order=1, name="Security desk", role=ContactRole.GUARD, numbers=(_desk(121, "day and night"),),
                    authority=(Authority.CANCEL, Authority.ON_TEST)),
            Contact(order=2, name="Petra Lindqvist", role=ContactRole.MANAGER, numbers=(_phone(31),), language="de",
                    authority=(Authority.CANCEL, Authority.SCHEDULE, Authority.CONTACTS)),
        ),
        agencies=(POLICE, GUARD),
    )  # fmt: skip
    return SiteCard(change, {1: "Granite", 2: "Basalt"}, {1: "Chalk", 2: "Flint"})


def _care(away: Sequence[Absence]) -> SiteCard:
    change = SiteChange(
        details=SiteDetails(
            notes="Lift and stairs are slow at night; the night nurse opens.",
            access="Bell at the main door; the nurse has the keys of every flat.",
            premises=(_desk(130, "night nurse"),),
            call_back=True,
        ),
        zones=(_zone("012", "Pendant, flat 12", Hazard.MEDICAL), _zone("031", "Pendant, flat 31", Hazard.MEDICAL)),
        contacts=(
            Contact(order=1, name="Night nurse", role=ContactRole.CARETAKER, numbers=(_desk(130), _phone(41)),
                    authority=(Authority.CANCEL, Authority.KEYS)),
            Contact(order=2, name="Ottilie Brand", role=ContactRole.MANAGER, numbers=(_phone(42),),
                    absences=tuple(away)),
        ),
        agencies=(AMBULANCE, BRIGADE),
    )  # fmt: skip
    return SiteCard(change, {1: "Juniper"}, {})


def _hotel() -> SiteCard:
    change = SiteChange(
        details=SiteDetails(notes="Reception is staffed day and night.", premises=(_desk(140, "reception"),)),
        paths=(
            TransmissionPath(name="tcp", label="Fibre", technology=Technology.IP, category="DP3", interval_s=20,
                             provider="Coastline Telecom"),
            TransmissionPath(name="udp", label="Mobile", technology=Technology.MOBILE, category="DP3",
                             interval_s=600, alternative=True, provider="Gull Mobile"),
        ),
        zones=(_zone("005", "Smoke, laundry", Hazard.FIRE),),
        contacts=(
            Contact(order=1, name="Reception", role=ContactRole.GUARD, numbers=(_desk(140),), authority=CALLERS),
            Contact(order=2, name="Duty manager", role=ContactRole.MANAGER, numbers=(_phone(51),)),
        ),
        agencies=(BRIGADE, Agency(type=AgencyType.LIFT, name="Ascent lifts, rescue", number="01632 960 915")),
    )  # fmt: skip
    return SiteCard(change, {1: "Lighthouse"}, {})


def _pharmacy(now: datetime) -> SiteCard:
    day = now.date() + timedelta(days=2)
    week = OpeningWindow(
        days=WORKDAYS, opens_from=420, opens_until=540, closes_from=1_080, closes_until=1_200, must_open=False
    )
    saturday = OpeningWindow(
        days=(5,), opens_from=480, opens_until=600, closes_from=780, closes_until=900, must_open=False
    )
    change = SiteChange(
        details=SiteDetails(
            hazards="Oxygen bottles in the back room.", notes="Controlled drugs in the safe: two persons to open it."
        ),
        zones=(_zone("002", "Vaccine fridge", Hazard.ENVIRONMENT), _zone("001", "Contact, front", Hazard.INTRUSION)),
        schedules=(
            Schedule(
                name="Shop hours",
                openings=(week, saturday),
                exceptions=(ScheduleException(first=day, last=day, label="Stocktaking"),),
            ),
        ),
        contacts=(
            Contact(order=1, name="Nils Anderby", role=ContactRole.HOLDER, numbers=(_phone(61),), authority=CALLERS),
            Contact(order=2, name="Marguerite Sand", role=ContactRole.DEPUTY, numbers=(_phone(62),), language="fr"),
        ),
        agencies=(POLICE, BRIGADE),
    )
    return SiteCard(change, {1: "Camomile", 2: "Saffron"}, {})


def _museum() -> SiteCard:
    change = SiteChange(
        details=SiteDetails(
            hazards="Cellar floods at spring tide.", access="Quayside door; the key is with the guard."
        ),
        zones=(_zone("011", "Water, archive cellar", Hazard.WATER),),
        contacts=(
            Contact(order=1, name="Edda Skerry", role=ContactRole.MANAGER, numbers=(_phone(71),)),
            Contact(order=2, name="Museum guard", role=ContactRole.GUARD, authority=(Authority.KEYS,)),
        ),
        agencies=(GUARD, BRIGADE),
    )
    return SiteCard(change, {1: "Herring"}, {}, confirmed=False)


def _library() -> SiteCard:
    zones = tuple(
        _zone(f"{n:03}", name, Hazard.WATER if name.endswith("water") else Hazard.FIRE)
        for n, name in enumerate(_SHELVES, start=1)
    )
    change = SiteChange(
        zones=zones,
        contacts=(Contact(order=1, name="Una Fairlie", role=ContactRole.MANAGER, numbers=(_phone(81),),
                          authority=CALLERS),),
        agencies=(BRIGADE,),
    )  # fmt: skip
    return SiteCard(change, {1: "Octavo"}, {})


_SHELVES: Final = (
    "Entrance", "Cloakroom", "Lending desk", "Newspapers", "Children's corner", "Lift shaft", "Stacks, water",
    "Music", "Reading room", "Map room", "Office", "Workshop", "Cellar north", "Cellar south", "Attic", "Plant room",
    "Staff kitchen", "Garage", "Loading door", "Call point, stairs",
)  # fmt: skip


def _office() -> SiteCard:
    change = SiteChange(
        contacts=(
            Contact(order=1, name="Vera Finch", role=ContactRole.HOLDER, numbers=(_phone(91),), authority=CALLERS),
            Contact(order=2, name="Colm Rowe", role=ContactRole.HOLDER, numbers=(_phone(92),),
                    hours=(WeekWindow(WORKDAYS, 420, 1_260),)),
        ),
        agencies=(POLICE,),
    )  # fmt: skip
    return SiteCard(change, {1: "Affidavit", 2: "Codicil"}, {1: "Perjury"})


def _home() -> SiteCard:
    change = SiteChange(
        details=SiteDetails(hazards="A large dog in the garden.", premises=(_desk(150),)),
        zones=(_zone("001", "Carbon monoxide, boiler cupboard", Hazard.GAS),),
        contacts=(
            Contact(order=1, name="Hanne Wold", role=ContactRole.RESIDENT, numbers=(_phone(95),), authority=CALLERS),
            Contact(order=2, name="Neighbour opposite", role=ContactRole.OTHER, numbers=(_desk(151),),
                    authority=(Authority.KEYS,)),
        ),
        agencies=(BRIGADE, AMBULANCE),
    )  # fmt: skip
    return SiteCard(change, {1: "Bluebell"}, {})


def _workshop() -> SiteCard:
    change = SiteChange(
        details=SiteDetails(
            hazards="Resin and solvents in the paint shop. A hull may hang in the slings.",
            installer="Northshore Alarms",
            access="Gate on the quay; the bell is switched off at night.", premises=(_desk(160, "office"),),
        ),
        zones=tuple(_zone(f"{n:03}", name, Hazard.INTRUSION) for n, name in enumerate(_BENCHES, start=1)),
        contacts=(
            Contact(order=1, name="Gerrit Sands", role=ContactRole.HOLDER, numbers=(_phone(72),), authority=CALLERS),
            Contact(order=2, name="Northshore Alarms", role=ContactRole.TECHNICIAN, numbers=(_desk(105),),
                    lists=(CallList.TECHNICAL,)),
        ),
        agencies=(POLICE, BRIGADE),
    )  # fmt: skip
    return SiteCard(change, {1: "Spinnaker"}, {1: "Ballast"})


_BENCHES: Final = (
    "Slipway door", "Slipway", "Hall, north", "Hall, south", "Paint shop", "Resin store", "Sail loft", "Stairs",
    "Office", "Back office", "Chart room", "Tool store", "Engine bench", "Timber store", "Boiler room", "Canteen",
    "Yard gate", "Quay door", "Roof light", "Cash box",
)  # fmt: skip


def _bakery() -> SiteCard:
    change = SiteChange(
        details=SiteDetails(
            hazards="Gas ovens; the main valve is outside, left of the yard door.",
            notes="The bakers come at two in the morning.", premises=(_desk(161, "shop"),),
        ),
        zones=(_zone("003", "Gas, oven room", Hazard.GAS), _zone("001", "Contact, shop door", Hazard.INTRUSION)),
        contacts=(
            Contact(order=1, name="Wilma Thorne", role=ContactRole.HOLDER, numbers=(_phone(73),), authority=CALLERS),
            Contact(order=2, name="Night baker", role=ContactRole.DEPUTY, numbers=(_phone(74),),
                    hours=(WeekWindow(EVERY_DAY, 120, 600),)),
        ),
        agencies=(BRIGADE, POLICE),
    )  # fmt: skip
    return SiteCard(change, {1: "Sourdough"}, {})


def _depot() -> SiteCard:
    change = SiteChange(
        details=SiteDetails(access="Drive to the north gate; the guard opens.", risk=RiskClass.GRADE_2),
        zones=(_zone("004", "Loading gate", Hazard.INTRUSION),),
        contacts=(
            Contact(order=1, name="Gatehouse", role=ContactRole.GUARD, numbers=(_desk(162),),
                    authority=(Authority.CANCEL, Authority.KEYS)),
        ),
        agencies=(_if_confirmed(POLICE, "AN-5501"),),
    )  # fmt: skip
    return SiteCard(change, {1: "Pallet"}, {})


def _farm() -> SiteCard:
    change = SiteChange(
        details=SiteDetails(
            notes="Hard of hearing: let it ring.", access="Key with the neighbour at Lower Farm.", call_back=True,
            premises=(_desk(163),),
        ),
        zones=(_zone("002", "Fall detector, worn", Hazard.MEDICAL),),
        contacts=(
            Contact(order=1, name="Lower Farm", role=ContactRole.OTHER, numbers=(_desk(164),),
                    authority=(Authority.KEYS,)),
            Contact(order=2, name="Signe Holm", role=ContactRole.OTHER, numbers=(_phone(75),), authority=CALLERS),
        ),
        agencies=(AMBULANCE,),
    )  # fmt: skip
    return SiteCard(change, {2: "Clover"}, {})


def _jeweller() -> SiteCard:
    change = SiteChange(
        details=SiteDetails(
            access="Front only; the back is walled up. Never enter before the police.", risk=RiskClass.GRADE_4,
            premises=(_desk(165, "shop"),),
        ),
        zones=(_zone("001", "Shop", Hazard.INTRUSION), _zone("002", "Safe", Hazard.INTRUSION)),
        contacts=(
            Contact(order=1, name="Harbour guards", role=ContactRole.GUARD, numbers=(_desk(914),),
                    authority=(Authority.KEYS,)),
            Contact(order=2, name="Ephraim Pell", role=ContactRole.HOLDER, numbers=(_phone(76),), authority=CALLERS),
        ),
        agencies=(POLICE, GUARD),
    )  # fmt: skip
    return SiteCard(change, {1: "Carat", 2: "Facet"}, {2: "Paste"})
