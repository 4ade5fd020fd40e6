"""Names of stripped fields that may be shown to whoever puts a device into service: those that a list of ours has.

A field's name can be a text in disguise (`{"Jane Doe": 1}`), so of a name that no list has only the number is told.
The list holds the fields that the wires' documents name (EQUIPMENT 1 to 5), whole names only.
"""

from typing import Final

_NAMES: Final = """
after before data payload object alerts labels annotations commonlabels commonannotations grouplabels params
deviceinfo uplink_message end_device_ids detectionregionlist detectionregionentry cidevent extensions message source
key elementitem simpleitem item device update history firedetection tma tmpa tda values

ipaddress ipv6address macaddress serialnumber channelname portno portnumber protocol eventpush upload subsystemname
friendly_name devaddr dev_addr join_eui application_ids applicationid applicationname tenantid tenantname
deviceprofileid deviceprofilename correlation_ids orgid receiver instance job severity team

picture attachment image thumbnail thumb_path snapshot clip box area region ratio score path_data velocity speed
current_estimated_speed average_estimated_speed velocity_angle position_changes motionless_count stationary
frame_time targetrect regioncoordinateslist regioncoordinates fireregion highestpoint objectid parentobjectid
boundingbox likelihood latitude longitude location rx_metadata rxinfo txinfo settings

sub_label sub_labels attributes current_attributes recognized_license_plate recognized_license_plate_score metadata
description face faces facecapture plate name credentialholdername credentialtoken enrollmentid label imageuri
refimageuri action_code action_user action_transaction action_zone peoplecounting childcounting faceid facerect
facescore fdid fdname customhumanid targetattrs bkgurl similarity age agegroup gender sex glass mask hat hatstyle
beard smile faceexpression hairstyle race complexion jacketcolor jackettype trouserscolor trouserstype bag things
ride cyclingpersonnumber nonmotortype humanattribute personinfo personname cardno licenseplate vehiclecolor
vehiclelogo duplicatepeople persondensityresult framespeoplecounting_number personcnt targetid dsa pqa

linkquality voltage battery temperature humidity power adr dr confirmed frm_payload mute generatorurl externalurl
silenceurl dashboardurl panelurl values title state dst rulecalibtype presetno ac_status restore_reports
supervision_reports smoke_concentration
"""
"""Containers, identities of devices, pictures and tracks, people, and what a radio or a server says beside them."""
_OF_MAILS: Final = (
    "ipc name", "ipc s/n", "dvr name", "dvr s/n", "nvr name", "nvr s/n", "channel name", "camera name", "ip address",
    "alarm name", "alarm details", "alarm device name", "alarm input channel name",
)  # fmt: skip
LISTED: Final = frozenset({*_NAMES.split(), *_OF_MAILS})


def is_listed(name: str) -> bool:
    """Whether every part of a stripped field's path (`after.sub_label`) is a name of our own lists, in any case."""
    return bool(name) and all(part.lower() in LISTED for part in name.split("."))
