"""A diary of getting better.

Revision: 0017
Follows: 0016
"""

import sqlalchemy as sa
from alembic import op

import storage.types
import sqlmodel

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('diary',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('text', storage.types.Sealed(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('at', storage.types.Utc(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('diary', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_diary_person_id'), ['person_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('diary', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_diary_person_id'))

    op.drop_table('diary')
