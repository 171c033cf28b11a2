"""Audit in a chain, and erasures.

Revision: 0006
Follows: 0005
"""

import os

import sqlalchemy as sa
import sqlmodel
from alembic import op

import storage.types
from storage.queries.audit import digest

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('erasure',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('hash', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('secret', storage.types.Sealed(), nullable=False),
    sa.Column('at', storage.types.Utc(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('hash'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.add_column(sa.Column('about', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('hash', sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=''))
        batch_op.create_index(batch_op.f('ix_audit_about'), ['about'], unique=False)
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.alter_column('hash', server_default=None)
    _chain()


def _chain() -> None:
    """What staff did before there was a chain becomes its beginning."""
    audit = sa.table(
        'audit', sa.column('id', sa.Integer), sa.column('at', storage.types.Utc()), sa.column('person_id', sa.Integer),
        sa.column('room_id', sa.Integer), sa.column('command', sa.String), sa.column('result', sa.String),
        sa.column('arguments', storage.types.Sealed()), sa.column('about', sa.Integer), sa.column('hash', sa.String),
    )
    setting = sa.table(
        'setting', sa.column('name', sa.String), sa.column('value', storage.types.SealedJson()),
        sa.column('at', storage.types.Utc()),
    )
    connection = op.get_bind()
    rows = connection.execute(sa.select(audit).order_by(audit.c.id)).mappings().all()
    if not rows:
        return
    chain = {'secret': os.urandom(32).hex(), 'base': '', 'last': ''}
    for row in rows:
        chain['last'] = digest(chain['secret'], chain['last'], row)
        connection.execute(audit.update().where(audit.c.id == row['id']).values(hash=chain['last']))
    connection.execute(setting.insert().values(name='audit_chain', value=chain, at=rows[-1]['at']))


def downgrade() -> None:
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_about'))
        batch_op.drop_column('hash')
        batch_op.drop_column('about')

    op.drop_table('erasure')