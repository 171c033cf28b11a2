"""Companions and teams.

Revision: 0012
Follows: 0010
"""

import sqlalchemy as sa
from alembic import op

import storage.types
import sqlmodel

revision = '0012'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('mate',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('challenge', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('code', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('team', storage.types.Sealed(), nullable=True),
    sa.Column('joined_at', storage.types.Utc(), nullable=False),
    sa.Column('left_at', storage.types.Utc(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('mate', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mate_code'), ['code'], unique=False)
        batch_op.create_index(batch_op.f('ix_mate_person_id'), ['person_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('mate', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mate_person_id'))
        batch_op.drop_index(batch_op.f('ix_mate_code'))

    op.drop_table('mate')
