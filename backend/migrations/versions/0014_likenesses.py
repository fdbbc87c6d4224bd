"""What memory has to do for incidents, and what each of them resembles

Revision: 0014_likenesses, after 0013_alerts
"""

from alembic import op

from isolation import isolate

revision = "0014_likenesses"
down_revision = "0013_alerts"
branch_labels = None
depends_on = None

_WHAT = (
    "what in ('opened', 'worse', 'wider', 'joined', 'merged', 'confirmed', 'resolved',"
    " 'normal', 'reopened', 'closed', 'noted', 'imported'"
)


def upgrade() -> None:
    op.execute(
        """
        create table incident_errands (
            tenant_id integer not null references tenants (id),
            incident_id bigint not null,
            what text not null
                constraint incident_errands_what_known_check
                check (what in ('recall', 'remember')),
            asked integer not null default 1,
            tries integer not null default 0,
            due_at timestamptz not null,
            primary key (incident_id, what),
            constraint incident_errands_tenant_id_incident_id_fkey
                foreign key (tenant_id, incident_id) references incidents (tenant_id, id)
                on delete cascade
        )
        """
    )
    op.execute("create index incident_errands_due_at_idx on incident_errands (due_at)")
    isolate("incident_errands")
    op.execute(
        """
        create table incident_likenesses (
            tenant_id integer not null references tenants (id),
            incident_id bigint primary key,
            at timestamptz not null,
            found jsonb not null,
            constraint incident_likenesses_tenant_id_incident_id_fkey
                foreign key (tenant_id, incident_id) references incidents (tenant_id, id)
                on delete cascade
        )
        """
    )
    isolate("incident_likenesses")
    _let_history_say(f"{_WHAT}, 'corrected')")


def downgrade() -> None:
    op.execute("delete from incident_history where what = 'corrected'")
    _let_history_say(f"{_WHAT})")
    op.execute("drop table incident_likenesses")
    op.execute("drop table incident_errands")


def _let_history_say(words: str) -> None:
    name = "incident_history_what_known_check"
    op.execute(f"alter table incident_history drop constraint {name}")
    op.execute(f"alter table incident_history add constraint {name} check ({words})")
