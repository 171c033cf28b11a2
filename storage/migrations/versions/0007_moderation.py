"""Moderation.

Revision: 0007
Follows: 0006
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import storage.types

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('moderation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('room_id', sa.Integer(), nullable=False),
    sa.Column('use', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('lexicon', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('said', storage.types.Sealed(), nullable=True),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('at', storage.types.Utc(), nullable=False),
    sa.Column('last_at', storage.types.Utc(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', storage.types.Utc(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('moderation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_moderation_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_moderation_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_moderation_state'), ['state'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('moderation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_moderation_state'))
        batch_op.drop_index(batch_op.f('ix_moderation_person_id'))
        batch_op.drop_index(batch_op.f('ix_moderation_at'))

    op.drop_table('moderation')
