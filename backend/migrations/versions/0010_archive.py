"""Files that hold days of readings outside the database

Revision: 0010_archive, after 0009_mqtt
"""

from alembic import op

from isolation import isolate

revision = "0010_archive"
down_revision = "0009_mqtt"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        create table archive_files (
            id bigint generated always as identity primary key,
            tenant_id integer not null references tenants (id),
            day date not null,
            path text not null unique,
            state text not null
                constraint archive_files_state_check
                check (state in ('writing', 'current', 'replaced')),
            changed_at timestamptz not null default now(),
            device_ids integer[] not null,
            ts_min timestamptz not null,
            ts_max timestamptz not null,
            row_count bigint not null,
            value_count bigint not null,
            size_bytes bigint not null,
            sha256 text not null
        )
        """
    )
    op.execute("create index archive_files_day_idx on archive_files (day) where state = 'current'")
    isolate("archive_files", rights="SELECT")
    op.execute("grant insert, update, delete on archive_files to homepot_system")


def downgrade() -> None:
    # What was archived would be lost to sight: it is for the owner to bring it back first.
    op.execute("drop table archive_files")
