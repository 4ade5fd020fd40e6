"""The town as drawn: lines and outlines in metres east and north of the market place. Change it here, and only here."""

from collections.abc import Mapping, Sequence
from typing import Final

from belfry.simulator.land.shapes import Cover, SpotKind, Way

Metres = tuple[float, float]
"""East and north of the middle."""
Line = Sequence[Metres]

MIDDLE: Final = (54.0725, -0.2108)
"""Latitude and longitude of the market place, degrees; streets lie within two and a half kilometres."""

STREETS: Final[Sequence[tuple[str, Way, str, Line]]] = (
    # the middle
    ("Market Place", Way.PEDESTRIAN, "AN1 1", ((-60, -35), (-60, 35), (60, 35), (60, -35), (-60, -35))),
    ("Market Street", Way.SECONDARY, "AN1 1", ((60, 0), (300, -15), (560, -50), (820, -110), (835, -110))),
    ("Chapel Lane", Way.TERTIARY, "AN1 2", ((-60, 35), (-75, 200), (-85, 420), (-100, 620))),
    ("Linden Walk", Way.RESIDENTIAL, "AN1 2", ((-66, 100), (120, 110), (300, 120))),
    ("Mill Lane", Way.RESIDENTIAL, "AN1 3", ((-60, 0), (-300, -40), (-560, -110), (-640, -150))),
    ("Bridge Street", Way.SECONDARY, "AN1 3", ((0, -35), (10, -200), (20, -320), (30, -420))),
    ("Saddler Street", Way.RESIDENTIAL, "AN1 2", ((150, -6), (155, 112))),
    ("Customs House Street", Way.RESIDENTIAL, "AN1 4", ((300, -15), (305, 50), (300, 120))),
    ("Fish Row", Way.RESIDENTIAL, "AN1 4", ((560, -50), (555, 50), (560, 140))),
    ("Net Loft Lane", Way.RESIDENTIAL, "AN1 4", ((700, -82), (700, 145))),
    ("Cooper Street", Way.RESIDENTIAL, "AN1 5", ((150, -6), (150, -180), (200, -300))),
    ("Baker Row", Way.RESIDENTIAL, "AN1 5", ((430, -33), (430, -306))),
    ("Brewhouse Yard", Way.SERVICE, "AN1 5", ((300, -15), (310, -110), (340, -160))),
    ("Weaver Street", Way.RESIDENTIAL, "AN1 6", ((-180, -20), (-170, -259))),
    ("Tannery Lane", Way.RESIDENTIAL, "AN1 6", ((-400, -67), (-380, -191))),
    ("North Bank", Way.RESIDENTIAL, "AN1 6",
     ((-560, -110), (-250, -250), (16, -280), (200, -300), (600, -310), (850, -300))),
    ("Smithy Lane", Way.RESIDENTIAL, "AN1 7", ((-300, -40), (-310, 110), (-320, 245))),
    ("Cherry Close", Way.RESIDENTIAL, "AN1 7", ((-180, 219), (-170, 330))),
    # the harbour and the shore
    ("Quay Street", Way.TERTIARY, "AN2 1", ((842, 230), (835, -110), (850, -300))),
    ("Ropewalk", Way.RESIDENTIAL, "AN2 1", ((300, 120), (560, 140), (839, 150))),
    ("Windlass Street", Way.RESIDENTIAL, "AN2 1", ((842, 230), (850, 300), (860, 420))),
    ("Lifeboat Lane", Way.SERVICE, "AN2 2", ((839, 130), (960, 100), (1000, 120))),
    ("Esplanade", Way.TERTIARY, "AN2 2", ((1000, 120), (1090, 420), (1190, 820), (1330, 1350))),
    ("Lighthouse Road", Way.RESIDENTIAL, "AN2 3", ((1330, 1350), (1380, 1600), (1440, 1850))),
    ("Harbour Road", Way.TERTIARY, "AN2 4", ((30, -420), (400, -440), (800, -410), (1000, -420))),
    ("Ferry Lane", Way.SERVICE, "AN2 4", ((400, -440), (405, -390))),
    ("Dock Road", Way.TERTIARY, "AN2 5", ((800, -410), (870, -700), (950, -1000), (1000, -1300))),
    ("Depot Lane", Way.SERVICE, "AN2 5", ((870, -700), (1050, -720))),
    # the north
    ("North Gate", Way.SECONDARY, "AN3 1", ((300, 120), (310, 400), (330, 720), (380, 1100), (430, 1457))),
    ("Beech Avenue", Way.RESIDENTIAL, "AN3 1", ((-85, 420), (110, 410), (310, 400))),
    ("Hawthorn Avenue", Way.RESIDENTIAL, "AN3 1", ((-100, 620), (110, 640), (330, 720))),
    ("Ålesund Road", Way.RESIDENTIAL, "AN3 2", ((310, 400), (600, 410), (860, 420), (1090, 420))),
    ("Beacon Street", Way.RESIDENTIAL, "AN3 2", ((560, 140), (580, 280), (600, 410))),
    ("Anchor Street", Way.RESIDENTIAL, "AN3 2", ((700, 145), (708, 280), (715, 414))),
    ("Capstan Lane", Way.RESIDENTIAL, "AN3 2", ((580, 280), (708, 280))),
    ("Cliff Road", Way.TERTIARY, "AN3 3", ((330, 720), (620, 760), (900, 790), (1190, 820))),
    ("Gull Terrace", Way.RESIDENTIAL, "AN3 3", ((600, 410), (620, 760))),
    ("Sandpiper Way", Way.RESIDENTIAL, "AN3 3", ((860, 420), (900, 790))),
    ("Curlew Close", Way.RESIDENTIAL, "AN3 3", ((740, 415), (755, 600))),
    ("Fort Road", Way.RESIDENTIAL, "AN3 4", ((380, 1100), (700, 1120), (1000, 1080), (1260, 1085))),
    ("Drifter Road", Way.RESIDENTIAL, "AN3 4", ((620, 760), (660, 940), (700, 1120))),
    ("Hill Road", Way.SECONDARY, "AN3 5",
     ((-100, 620), (-260, 900), (-420, 1200), (-510, 1395), (-700, 1800), (-800, 2150))),
    # the west
    ("Station Road", Way.TERTIARY, "AN4 1", ((-75, 200), (-400, 260), (-700, 310), (-900, 340))),
    ("Station Yard", Way.SERVICE, "AN4 1", ((-900, 340), (-920, 400), (-920, 480))),
    ("Orchard Way", Way.RESIDENTIAL, "AN4 1", ((-400, 260), (-420, 500), (-440, 760))),
    ("Garden Row", Way.RESIDENTIAL, "AN4 1", ((-700, 310), (-690, 520), (-680, 740))),
    ("Elm Grove", Way.RESIDENTIAL, "AN4 1", ((-420, 500), (-690, 520))),
    ("Meadow Road", Way.RESIDENTIAL, "AN4 2", ((-880, 750), (-680, 740), (-440, 760), (-180, 760))),
    ("Almond Close", Way.RESIDENTIAL, "AN4 2", ((-680, 740), (-760, 880))),
    ("Hospital Road", Way.TERTIARY, "AN4 3", ((-440, 760), (-560, 950), (-700, 1100), (-800, 1250))),
    ("Infirmary Lane", Way.RESIDENTIAL, "AN4 3", ((-560, 950), (-420, 980), (-303, 980))),
    ("West Gate", Way.SECONDARY, "AN4 4", ((-900, 340), (-1100, 330), (-1500, 330))),
    ("Railway Terrace", Way.RESIDENTIAL, "AN4 4", ((-1060, 332), (-1040, 560), (-1030, 800))),
    ("Engine Street", Way.RESIDENTIAL, "AN4 4", ((-1060, 332), (-1075, 130))),
    ("Heath Road", Way.RESIDENTIAL, "AN4 5", ((-1300, 330), (-1290, 620), (-1240, 900))),
    # the south
    ("South Road", Way.SECONDARY, "AN5 1", ((30, -420), (80, -800), (160, -1200), (200, -1480), (240, -1900))),
    ("Foundry Road", Way.TERTIARY, "AN5 2", ((30, -420), (-300, -430), (-650, -420), (-1100, -380), (-1505, -300))),
    ("Gasworks Lane", Way.SERVICE, "AN5 2", ((-650, -420), (-640, -260))),
    ("Maple Road", Way.RESIDENTIAL, "AN5 3", ((-300, -430), (-270, -600), (-250, -780), (-230, -1100))),
    ("Rowan Drive", Way.RESIDENTIAL, "AN5 3", ((-650, -420), (-620, -600), (-600, -760))),
    ("Willow Way", Way.RESIDENTIAL, "AN5 3", ((56, -620), (-270, -600), (-620, -600))),
    ("Larch Road", Way.RESIDENTIAL, "AN5 3", ((80, -800), (-250, -780), (-600, -760), (-1000, -740))),
    ("Honfleur Street", Way.RESIDENTIAL, "AN5 4", ((120, -1000), (-100, -1040), (-230, -1100), (-500, -1100))),
    ("Büsum Way", Way.RESIDENTIAL, "AN5 5", ((80, -800), (450, -790), (886, -760))),
    ("Sluice Lane", Way.RESIDENTIAL, "AN5 5", ((400, -440), (430, -620), (450, -790))),
    ("Mast Lane", Way.RESIDENTIAL, "AN5 5", ((620, -424), (650, -600), (660, -776))),
    ("Signal Hill", Way.RESIDENTIAL, "AN5 6", ((160, -1200), (420, -1180), (600, -1100), (680, -950))),
    # around it all
    ("Ring Road", Way.PRIMARY, "AN6 1",
     ((1330, 1350), (800, 1420), (200, 1480), (-510, 1395), (-1100, 1100), (-1450, 600), (-1560, 0), (-1450, -600),
      (-1100, -1100), (-500, -1400), (200, -1480), (800, -1420), (1250, -1150))),
    ("Coast line", Way.RAIL, "",
     ((-1150, 2300), (-1000, 1200), (-950, 500), (-955, 0), (-1000, -800), (-1200, -2300))),
)  # fmt: skip

OTHER_NAMES: Final[Mapping[str, Sequence[str]]] = {
    "Market Place": ("Town Square",),
    "Esplanade": ("The Front", "Promenade"),
    "Ring Road": ("A1653",),
    "Ålesund Road": ("Aalesund Road",),
    "Büsum Way": ("Buesum Way",),
}

_RIVER: Final[Line] = (
    (-2600, 350), (-1700, 300), (-1100, 60), (-650, -180), (-250, -300), (200, -350), (600, -360), (885, -310),
)  # fmt: skip
RIVERS: Final[Sequence[tuple[str, float, Line]]] = (("River Ander", 34.0, _RIVER),)
"""Name, width in metres, middle line."""

_COAST: Final[Line] = (
    (1560, 2400), (1480, 1700), (1400, 1350), (1255, 820), (1150, 420), (1080, 110), (1160, 20), (1160, -60),
    (1160, -180), (1100, -320), (1150, -600), (1280, -1100), (1480, -1700), (1700, -2400),
)  # fmt: skip

AREAS: Final[Sequence[tuple[str, Cover, Line]]] = (
    ("Ander Bay", Cover.WATER, (*_COAST, (2700, -2400), (2700, 2400))),
    ("Fishing Harbour", Cover.WATER, ((872, 60), (1060, 60), (1160, -60), (1160, -180), (1080, -330), (880, -330))),
    ("Mill Pond", Cover.WATER, ((-700, -80), (-660, -60), (-645, -110), (-690, -130))),
    ("North Sands", Cover.SAND, ((1480, 1700), (1400, 1350), (1255, 820), (1225, 840), (1365, 1360), (1445, 1700))),
    ("Linden Park", Cover.PARK, ((175, 150), (290, 155), (292, 365), (180, 370))),
    ("Esplanade Gardens", Cover.PARK, ((1010, 200), (1045, 195), (1090, 370), (1060, 385))),
    ("Station Gardens", Cover.PARK, ((-860, 370), (-760, 360), (-755, 470), (-860, 480))),
    ("Signal Hill Park", Cover.PARK, ((300, -1150), (560, -1080), (620, -960), (320, -960))),
    ("Mill Meadows", Cover.PARK, ((-900, -20), (-680, -130), (-640, 60), (-880, 140))),
    ("Hill Wood", Cover.WOOD, ((-700, 1450), (-560, 1480), (-720, 1800), (-1000, 2000), (-1050, 1700))),
    ("Dock estate", Cover.INDUSTRY,
     ((900, -480), (1080, -480), (1120, -680), (1210, -1080), (1010, -1080), (960, -800))),
    ("Foundry estate", Cover.INDUSTRY, ((-1050, -250), (-700, -290), (-680, -400), (-1060, -360))),
    ("Linden School", Cover.BUILDING, ((-62, 62), (-22, 62), (-22, 94), (-42, 94), (-42, 78), (-62, 78))),
    ("Town Library", Cover.BUILDING, ((-66, 176), (-36, 176), (-36, 200), (-66, 200))),
    ("Coast Hospital", Cover.BUILDING,
     ((-640, 840), (-560, 890), (-590, 940), (-615, 925), (-630, 950), (-660, 930), (-640, 905), (-670, 885))),
    ("Fire Station", Cover.BUILDING, ((325, 235), (365, 235), (365, 262), (325, 262))),
    ("Police Station", Cover.BUILDING, ((-30, -75), (-12, -75), (-12, -50), (-30, -50))),
    ("Town Hall", Cover.BUILDING, ((-20, -8), (20, -8), (20, 14), (-20, 14))),
    ("Railway Station", Cover.BUILDING, ((-946, 400), (-930, 400), (-930, 470), (-946, 470))),
    ("Seaview Hotel", Cover.BUILDING, ((955, 135), (985, 128), (998, 170), (968, 178))),
    ("Harbour Court", Cover.BUILDING, ((100, -462), (160, -464), (161, -444), (101, -442))),
    ("Fish Market", Cover.BUILDING, ((852, -80), (866, -80), (868, -20), (853, -20))),
    ("Cold Store", Cover.BUILDING, ((960, -520), (1030, -520), (1035, -580), (965, -580))),
    ("Foundry", Cover.BUILDING, ((-950, -290), (-820, -300), (-815, -350), (-945, -340))),
)  # fmt: skip

SPOTS: Final[Sequence[tuple[str, SpotKind, Metres, str, str, str, Sequence[str]]]] = (
    # name, kind, where, street, number, code, other names
    ("Linden School", SpotKind.SCHOOL, (-42, 78), "Linden Walk", "2", "", ("primary school",)),
    ("Town Library", SpotKind.LANDMARK, (-51, 188), "Chapel Lane", "18", "", ()),
    ("Coast Hospital", SpotKind.HOSPITAL, (-615, 900), "Hospital Road", "20", "", ("infirmary", "A&E")),
    ("Coast Ambulance Station", SpotKind.AMBULANCE_STATION, (-540, 960), "Infirmary Lane", "1", "", ()),
    ("Anderby Fire Station", SpotKind.FIRE_STATION, (345, 248), "North Gate", "14", "", ("fire brigade",)),
    ("Anderby Police Station", SpotKind.POLICE_STATION, (-21, -62), "Bridge Street", "2", "", ()),
    ("Harbour Guards", SpotKind.GUARD_OFFICE, (560, -440), "Harbour Road", "60", "", ("guard company",)),
    ("Fishing Harbour", SpotKind.HARBOUR, (960, -140), "Quay Street", "", "", ("port",)),
    ("Harbour Master", SpotKind.HARBOUR, (855, 72), "Quay Street", "17", "", ()),
    ("Lifeboat Station", SpotKind.LANDMARK, (975, 92), "Lifeboat Lane", "6", "", ()),
    ("Anderby Station", SpotKind.STATION, (-938, 435), "Station Yard", "", "", ("railway station", "train station")),
    ("Town Hall", SpotKind.LANDMARK, (0, 3), "Market Place", "", "", ()),
    ("Fish Market", SpotKind.LANDMARK, (860, -50), "Quay Street", "", "", ()),
    ("Fishing Museum", SpotKind.LANDMARK, (825, 198), "Quay Street", "4", "", ()),
    ("Seaview Hotel", SpotKind.LANDMARK, (978, 153), "Esplanade", "1", "", ()),
    ("Ander Lighthouse", SpotKind.LANDMARK, (1450, 1880), "Lighthouse Road", "", "", ()),
    ("The Old Mill", SpotKind.LANDMARK, (-655, -140), "Mill Lane", "", "", ()),
    ("Linden Park", SpotKind.PARK, (235, 260), "", "", "", ()),
    ("Signal Hill Park", SpotKind.PARK, (450, -1030), "", "", "", ()),
    ("Mill Meadows", SpotKind.PARK, (-780, 10), "", "", "", ("camp site",)),
    ("Hydrant Market Place", SpotKind.HYDRANT, (30, -25), "Market Place", "", "H 1", ()),
    ("Hydrant Linden Walk", SpotKind.HYDRANT, (20, 104), "Linden Walk", "", "H 2", ()),
    ("Hydrant Quay Street", SpotKind.HYDRANT, (838, 20), "Quay Street", "", "H 3", ()),
    ("Harbour crane", SpotKind.CHECK_POINT, (880, -200), "Quay Street", "", "CP 01", ()),
    ("North mole light", SpotKind.CHECK_POINT, (1150, 0), "", "", "CP 02", ()),
    ("Dock gate 1", SpotKind.CHECK_POINT, (865, -690), "Dock Road", "", "CP 03", ()),
    ("Cold Store, back door", SpotKind.CHECK_POINT, (1032, -585), "Depot Lane", "", "CP 04", ()),
    ("Foundry gate", SpotKind.CHECK_POINT, (-880, -395), "Foundry Road", "", "CP 05", ()),
    ("Park gate, Linden Park", SpotKind.CHECK_POINT, (180, 150), "Linden Walk", "", "CP 06", ()),
    ("School yard", SpotKind.CHECK_POINT, (-30, 98), "Linden Walk", "", "CP 07", ()),
    ("Hospital, ward entrance", SpotKind.CHECK_POINT, (-590, 880), "Hospital Road", "", "CP 08", ()),
)  # fmt: skip

NAMED_HOUSES: Final[Sequence[tuple[str, str, Metres]]] = (("Upper Farm", "Hill Road", (-770, 2130)),)
"""Houses with a name and no number."""

NUMBERED: Final[Mapping[str, tuple[int, bool]]] = {
    "Ring Road": (60, False),
    "West Gate": (30, False),
    "South Road": (24, False),
    "Dock Road": (36, False),
    "Foundry Road": (36, False),
    "Market Place": (22, True),
    "Station Yard": (18, True),
    "Esplanade": (24, True),
}
"""Metres from one house to the next where it is not `USUAL_M`, and whether houses stand on the left side alone."""
USUAL_M: Final = 18
