"""Messages that went together, and when somebody last wrote.

Revision: 0013
Follows: 0012
"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('merged_into', sa.Integer(), nullable=True))

    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('wrote_at', storage.types.Utc(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_column('wrote_at')

    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_column('merged_into')
