"""Closed incidents of one account are found without reading all others."""

from alembic import op

revision = "r0002"
down_revision = "r0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("archive_incident_account", "archive_incident", ["account_id", "closed_at", "id"])
