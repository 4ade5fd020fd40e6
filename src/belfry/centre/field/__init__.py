"""What people in the field bring beside statuses: reports that are taken back, pictures, distress, the lone worker's
watch.
"""

from belfry.centre.field.desk import FieldDesk
from belfry.centre.field.pictures import PictureDesk

__all__ = ["FieldDesk", "PictureDesk"]
