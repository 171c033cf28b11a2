"""Audit in a chain, and erasures.

Revision: 0006
Follows: 0005
"""

import os
from contextlib import contextmanager

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
    with _rebuilt('audit') as batch_op:
        batch_op.add_column(sa.Column('about', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('hash', sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=''))
        batch_op.create_index(batch_op.f('ix_audit_about'), ['about'], unique=False)
    with _rebuilt('audit') as batch_op:
        batch_op.alter_column('hash', server_default=None)
    with _rebuilt('case'):  # 0004 forgot that a number is never given twice
        pass
    _chain()
    for table in ('person', 'webperson'):
        _retype_names(table, sa.String(), storage.types.Sealed(), "convert_to(name, 'UTF8')")


AUTO = {'sqlite_autoincrement': True}


@contextmanager
def _rebuilt(table):
    """A batch on a table whose ids are never given twice, also not after SQLite has copied it."""
    connection = op.get_bind()
    sqlite = connection.dialect.name == 'sqlite'
    wanted = {'name': table}
    last = None
    if sqlite:
        last = connection.execute(sa.text('SELECT seq FROM sqlite_sequence WHERE name = :name'), wanted).scalar()
    with op.batch_alter_table(table, recreate='always' if sqlite else 'auto', table_kwargs=AUTO) as batch_op:
        yield batch_op
    if last is not None:
        connection.execute(sa.text('DELETE FROM sqlite_sequence WHERE name = :name'), wanted)
        connection.execute(sa.text('INSERT INTO sqlite_sequence VALUES (:name, :last)'), wanted | {'last': last})


def _retype_names(table, old, new, using):
    connection = op.get_bind()
    read = sa.table(table, sa.column('id'), sa.column('name', old))
    rows = connection.execute(sa.select(read.c.id, read.c.name)).all()
    batch = _rebuilt(table) if table == 'person' else op.batch_alter_table(table)
    with batch as batch_op:
        batch_op.alter_column('name', existing_type=old, type_=new, existing_nullable=False, postgresql_using=using)
    write = sa.table(table, sa.column('id'), sa.column('name', new))
    for row in rows:
        connection.execute(write.update().where(write.c.id == row.id).values(name=row.name))


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
    for table in ('person', 'webperson'):
        _retype_names(table, storage.types.Sealed(), sqlmodel.sql.sqltypes.AutoString(), "encode(name, 'base64')")
    op.execute("DELETE FROM setting WHERE name = 'audit_chain'")
    with _rebuilt('audit') as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_about'))
        batch_op.drop_column('hash')
        batch_op.drop_column('about')

    op.drop_table('erasure')