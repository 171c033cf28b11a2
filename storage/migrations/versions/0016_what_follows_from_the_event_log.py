"""What follows from the event log.

Revision: 0016
Follows: 0015
"""

import sqlalchemy as sa
from alembic import op

import storage.types
import sqlmodel

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('activity',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('person_id', 'name', 'day')
    )
    with op.batch_alter_table('activity', schema=None) as batch_op:
        batch_op.create_index('ix_activity_day', ['name', 'day', 'person_id', 'count'], unique=False)

    op.create_table('advice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('adviser_id', sa.Integer(), nullable=False),
    sa.Column('by', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('at', storage.types.Utc(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('person_id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('advice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_advice_adviser_id'), ['adviser_id'], unique=False)

    op.create_table('belongs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('since', storage.types.Utc(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('person_id', 'kind', 'name', name='uq_belongs'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('belongs', schema=None) as batch_op:
        batch_op.create_index('ix_belongs_name', ['kind', 'name'], unique=False)

    op.create_table('carecall',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('why', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('adviser_id', sa.Integer(), nullable=True),
    sa.Column('planned', storage.types.Utc(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('outcome', storage.types.Sealed(), nullable=False),
    sa.Column('settled_at', storage.types.Utc(), nullable=True),
    sa.Column('settled_by', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('person_id', 'why', name='uq_care_call'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('carecall', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_carecall_adviser_id'), ['adviser_id'], unique=False)

    op.create_table('honour',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('at', storage.types.Utc(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('key'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('honour', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_honour_person_id'), ['person_id'], unique=False)

    op.create_table('parting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('at', storage.types.Utc(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.Column('signals', sa.JSON(), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('said', storage.types.Sealed(), nullable=True),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('settled_at', storage.types.Utc(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('parting', schema=None) as batch_op:
        batch_op.create_index('ix_parting_at', ['at'], unique=False)
        batch_op.create_index('ix_parting_person', ['person_id', 'at'], unique=False)

    op.create_table('redemption',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('item', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('cost', sa.Integer(), nullable=False),
    sa.Column('code', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('at', storage.types.Utc(), nullable=False),
    sa.Column('settled_at', storage.types.Utc(), nullable=True),
    sa.Column('settled_by', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('redemption', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_redemption_item'), ['item'], unique=False)
        batch_op.create_index(batch_op.f('ix_redemption_person_id'), ['person_id'], unique=False)

    op.create_table('remark',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('by', sa.Integer(), nullable=False),
    sa.Column('text', storage.types.Sealed(), nullable=False),
    sa.Column('at', storage.types.Utc(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('remark', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_remark_person_id'), ['person_id'], unique=False)

    op.create_table('ruling',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('rule', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('at', storage.types.Utc(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('ruling', schema=None) as batch_op:
        batch_op.create_index('ix_ruling_person', ['person_id', 'rule', 'at'], unique=False)

    kind = sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default='earned')
    with op.batch_alter_table('points', schema=None) as batch_op:
        batch_op.add_column(kind)
    _write_down_bookings()


def _write_down_bookings() -> None:
    """Bookings become events, so that the ledger can be made anew from the log."""
    known = sa.table('points', *map(sa.column, ('id', 'key', 'person_id', 'amount', 'reason', 'at')))
    event = sa.table(
        'event', *map(sa.column, ('at', 'name', 'person_id')), sa.column('data', sa.JSON())
    )
    connection, last = op.get_bind(), 0
    while rows := connection.execute(sa.select(known).where(known.c.id > last).order_by(known.c.id).limit(1000)).all():
        made = [
            {
                'at': row.at,
                'name': 'points_booked',
                'person_id': row.person_id,
                'data': {'key': row.key, 'points': row.amount, 'reason': row.reason, 'kind': 'earned'},
            }
            for row in rows
        ]
        connection.execute(sa.insert(event), made)
        last = rows[-1].id


def downgrade() -> None:
    with op.batch_alter_table('points', schema=None) as batch_op:
        batch_op.drop_column('kind')

    with op.batch_alter_table('ruling', schema=None) as batch_op:
        batch_op.drop_index('ix_ruling_person')

    op.drop_table('ruling')
    with op.batch_alter_table('remark', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_remark_person_id'))

    op.drop_table('remark')
    with op.batch_alter_table('redemption', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_redemption_person_id'))
        batch_op.drop_index(batch_op.f('ix_redemption_item'))

    op.drop_table('redemption')
    with op.batch_alter_table('parting', schema=None) as batch_op:
        batch_op.drop_index('ix_parting_person')
        batch_op.drop_index('ix_parting_at')

    op.drop_table('parting')
    with op.batch_alter_table('honour', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_honour_person_id'))

    op.drop_table('honour')
    with op.batch_alter_table('carecall', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_carecall_adviser_id'))

    op.drop_table('carecall')
    with op.batch_alter_table('belongs', schema=None) as batch_op:
        batch_op.drop_index('ix_belongs_name')

    op.drop_table('belongs')
    with op.batch_alter_table('advice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_advice_adviser_id'))

    op.drop_table('advice')
    with op.batch_alter_table('activity', schema=None) as batch_op:
        batch_op.drop_index('ix_activity_day')

    op.drop_table('activity')
