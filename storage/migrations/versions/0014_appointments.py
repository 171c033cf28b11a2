"""Appointments.

Revision: 0014
Follows: 0010
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import storage.types

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('booking',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('wanted', storage.types.Sealed(), nullable=False),
    sa.Column('place', storage.types.Sealed(), nullable=False),
    sa.Column('at', storage.types.Utc(), nullable=True),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('asked_at', storage.types.Utc(), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', storage.types.Utc(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('booking', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_booking_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_booking_person_id'), ['person_id'], unique=False)

    op.create_table('visitsheet',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('questions', storage.types.SealedJson(), nullable=False),
    sa.Column('unwell', storage.types.SealedJson(), nullable=False),
    sa.Column('shared_until', storage.types.Utc(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('person_id', name='uq_visit_sheet'),
    sqlite_autoincrement=True
    )


def downgrade() -> None:
    op.drop_table('visitsheet')
    with op.batch_alter_table('booking', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_booking_person_id'))
        batch_op.drop_index(batch_op.f('ix_booking_at'))

    op.drop_table('booking')
