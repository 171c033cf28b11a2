"""Questions without a good answer, and the drafts made of them.

Revision: 0005
Follows: 0004
"""

import sqlalchemy as sa
from alembic import op

import storage.types
import sqlmodel

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('faq_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('by', sa.Integer(), nullable=False),
    sa.Column('path', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('at', storage.types.Utc(), nullable=False),
    sa.Column('published_at', storage.types.Utc(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('case_id'),
    sa.UniqueConstraint('faq_id'),
    sqlite_autoincrement=True
    )
    op.create_table('gap',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('room_id', sa.Integer(), nullable=True),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('question', storage.types.Sealed(), nullable=True),
    sa.Column('at', storage.types.Utc(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('answered_id', sa.Integer(), nullable=True),
    sa.Column('draft_id', sa.Integer(), nullable=True),
    sa.Column('told_at', storage.types.Utc(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('answered_id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('gap', schema=None) as batch_op:
        batch_op.create_index('ix_gap_at', ['at'], unique=False)
        batch_op.create_index('ix_gap_draft', ['draft_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_gap_person_id'), ['person_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('gap', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_gap_person_id'))
        batch_op.drop_index('ix_gap_draft')
        batch_op.drop_index('ix_gap_at')

    op.drop_table('gap')
    op.drop_table('draft')
