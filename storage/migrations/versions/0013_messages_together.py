"""Messages that went together, when somebody last wrote, and what was sent found without looking through all of it.

Revision: 0013
Follows: 0012
"""

import sqlalchemy as sa
from alembic import op

import storage.types
from storage.types import only

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('merged_into', sa.Integer(), nullable=True))
        batch_op.drop_index('ix_outbox_person')
        batch_op.create_index('ix_outbox_person', ['person_id', 'sent_at'])
        batch_op.create_index('ix_outbox_room', ['room_id', 'sent_at'], **only('room_id IS NOT NULL'))
        batch_op.create_index('ix_outbox_safety', ['kind', 'state', 'after'], **only("kind = 'safety' AND state = 'waiting'"))

    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('wrote_at', storage.types.Utc(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_column('wrote_at')

    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_safety')
        batch_op.drop_index('ix_outbox_room')
        batch_op.drop_index('ix_outbox_person')
        batch_op.create_index('ix_outbox_person', ['person_id', 'created_at'])
        batch_op.drop_column('merged_into')
