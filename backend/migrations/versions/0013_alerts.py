"""Alerts: channels, rules, silences, what was decided, and the outbox

Revision: 0013_alerts, after 0012_memory
"""

from alembic import op

from isolation import isolate

revision = "0013_alerts"
down_revision = "0012_memory"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _alert_channels()
    _alert_rules()
    _alert_silences()
    _alerts()
    _alert_decisions()
    _alert_waits()
    _alert_deliveries()
    _alert_notices()
    _alert_attempts()
    _alert_position()


def _alert_channels() -> None:
    op.execute(
        """
            CREATE TABLE alert_channels (
                id INTEGER GENERATED ALWAYS AS IDENTITY,
                tenant_id INTEGER NOT NULL,
                public_id TEXT COLLATE "C" NOT NULL,
                name TEXT NOT NULL,
                kind TEXT NOT NULL,
                url TEXT,
                topic TEXT,
                shown TEXT NOT NULL,
                length TEXT NOT NULL,
                enabled BOOLEAN DEFAULT true NOT NULL,
                created_at TIMESTAMP WITH TIME ZONE NOT NULL,
                removed_at TIMESTAMP WITH TIME ZONE,
                last_sent_at TIMESTAMP WITH TIME ZONE,
                failing_since TIMESTAMP WITH TIME ZONE,
                problem TEXT,
                CONSTRAINT alert_channels_pkey PRIMARY KEY (id),
                CONSTRAINT alert_channels_tenant_id_public_id_key UNIQUE (tenant_id, public_id),
                CONSTRAINT alert_channels_tenant_id_id_key UNIQUE (tenant_id, id),
                CONSTRAINT alert_channels_kind_known_check CHECK (kind in ('service', 'mqtt',
                    'dashboard')),
                CONSTRAINT alert_channels_length_known_check CHECK (length in ('short',
                    'long')),
                CONSTRAINT alert_channels_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES
                    tenants (id)
            )
        """
    )
    isolate("alert_channels")
    # An address holds secrets: requests write it, the sender alone reads it.
    op.execute("revoke select on alert_channels from homepot_tenant")
    op.execute(
        "grant select ("
        "id, tenant_id, public_id, name, kind, topic, shown, length, enabled, created_at, "
        "removed_at, last_sent_at, failing_since, problem "
        ") on alert_channels to homepot_tenant"
    )


def _alert_rules() -> None:
    op.execute(
        """
            CREATE TABLE alert_rules (
                id INTEGER GENERATED ALWAYS AS IDENTITY,
                tenant_id INTEGER NOT NULL,
                public_id TEXT COLLATE "C" NOT NULL,
                name TEXT NOT NULL,
                enabled BOOLEAN DEFAULT true NOT NULL,
                severity_min TEXT NOT NULL,
                categories TEXT[] DEFAULT '{}'::text[] NOT NULL,
                site_ids TEXT[] DEFAULT '{}'::text[] NOT NULL,
                types TEXT[] DEFAULT '{}'::text[] NOT NULL,
                tags TEXT[] DEFAULT '{}'::text[] NOT NULL,
                hours JSONB DEFAULT '[]'::jsonb NOT NULL,
                opening TEXT NOT NULL,
                during_maintenance BOOLEAN NOT NULL,
                channel_ids TEXT[] DEFAULT '{}'::text[] NOT NULL,
                escalate_after_min INTEGER,
                escalate_channel_ids TEXT[] DEFAULT '{}'::text[] NOT NULL,
                digest TEXT NOT NULL,
                digest_at TEXT NOT NULL,
                timezone TEXT NOT NULL,
                tells_over BOOLEAN NOT NULL,
                created_at TIMESTAMP WITH TIME ZONE NOT NULL,
                CONSTRAINT alert_rules_pkey PRIMARY KEY (id),
                CONSTRAINT alert_rules_tenant_id_public_id_key UNIQUE (tenant_id, public_id),
                CONSTRAINT alert_rules_tenant_id_id_key UNIQUE (tenant_id, id),
                CONSTRAINT alert_rules_severity_known_check CHECK (severity_min in ('info',
                    'warning', 'critical')),
                CONSTRAINT alert_rules_opening_known_check CHECK (opening in ('always', 'open',
                    'closed')),
                CONSTRAINT alert_rules_digest_known_check CHECK (digest in ('none', 'hourly',
                    'daily')),
                CONSTRAINT alert_rules_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES tenants
                    (id)
            )
        """
    )
    isolate("alert_rules")


def _alert_silences() -> None:
    op.execute(
        """
            CREATE TABLE alert_silences (
                id INTEGER GENERATED ALWAYS AS IDENTITY,
                tenant_id INTEGER NOT NULL,
                public_id TEXT COLLATE "C" NOT NULL,
                device_id TEXT,
                site_id TEXT,
                tag TEXT,
                category TEXT,
                reason TEXT,
                created_by TEXT NOT NULL,
                created_at TIMESTAMP WITH TIME ZONE NOT NULL,
                until TIMESTAMP WITH TIME ZONE NOT NULL,
                ended_by TEXT,
                CONSTRAINT alert_silences_pkey PRIMARY KEY (id),
                CONSTRAINT alert_silences_tenant_id_public_id_key UNIQUE (tenant_id, public_id),
                CONSTRAINT alert_silences_tenant_id_id_key UNIQUE (tenant_id, id),
                CONSTRAINT alert_silences_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES
                    tenants (id)
            )
        """
    )
    op.execute(
        "CREATE INDEX alert_silences_tenant_id_until_idx ON alert_silences (tenant_id, until)"
    )
    isolate("alert_silences")


def _alerts() -> None:
    op.execute(
        """
            CREATE TABLE alerts (
                id BIGINT GENERATED ALWAYS AS IDENTITY,
                tenant_id INTEGER NOT NULL,
                incident_id TEXT COLLATE "C" NOT NULL,
                state TEXT NOT NULL,
                severity TEXT NOT NULL,
                category TEXT NOT NULL,
                site_id TEXT NOT NULL,
                site_name TEXT NOT NULL,
                device_id TEXT,
                device_name TEXT,
                types TEXT[] DEFAULT '{}'::text[] NOT NULL,
                tags TEXT[] DEFAULT '{}'::text[] NOT NULL,
                member_ids TEXT[] DEFAULT '{}'::text[] NOT NULL,
                title TEXT NOT NULL,
                words TEXT NOT NULL,
                since TIMESTAMP WITH TIME ZONE NOT NULL,
                opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
                changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
                episode INTEGER DEFAULT 0 NOT NULL,
                CONSTRAINT alerts_pkey PRIMARY KEY (id),
                CONSTRAINT alerts_tenant_id_incident_id_key UNIQUE (tenant_id, incident_id),
                CONSTRAINT alerts_tenant_id_id_key UNIQUE (tenant_id, id),
                CONSTRAINT alerts_state_known_check CHECK (state in ('open', 'confirmed',
                    'over')),
                CONSTRAINT alerts_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES tenants (id)
            )
        """
    )
    op.execute("CREATE INDEX alerts_changed_at_idx ON alerts (changed_at)")
    isolate("alerts")


def _alert_decisions() -> None:
    op.execute(
        """
            CREATE TABLE alert_decisions (
                tenant_id INTEGER NOT NULL,
                source TEXT COLLATE "C" NOT NULL,
                incident_id TEXT COLLATE "C" NOT NULL,
                at TIMESTAMP WITH TIME ZONE NOT NULL,
                what TEXT NOT NULL,
                outcome TEXT NOT NULL,
                CONSTRAINT alert_decisions_pkey PRIMARY KEY (tenant_id, source),
                CONSTRAINT alert_decisions_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES
                    tenants (id)
            )
        """
    )
    op.execute("CREATE INDEX alert_decisions_at_idx ON alert_decisions (at)")
    isolate("alert_decisions")


def _alert_waits() -> None:
    op.execute(
        """
            CREATE TABLE alert_waits (
                id BIGINT GENERATED ALWAYS AS IDENTITY,
                tenant_id INTEGER NOT NULL,
                alert_id BIGINT NOT NULL,
                rule_id INTEGER NOT NULL,
                why TEXT NOT NULL,
                silence_id INTEGER,
                due_at TIMESTAMP WITH TIME ZONE NOT NULL,
                CONSTRAINT alert_waits_pkey PRIMARY KEY (id),
                CONSTRAINT alert_waits_alert_id_rule_id_why_key UNIQUE (alert_id, rule_id, why),
                CONSTRAINT alert_waits_tenant_id_alert_id_fkey FOREIGN KEY(tenant_id, alert_id)
                    REFERENCES alerts (tenant_id, id) ON DELETE CASCADE,
                CONSTRAINT alert_waits_tenant_id_rule_id_fkey FOREIGN KEY(tenant_id, rule_id)
                    REFERENCES alert_rules (tenant_id, id) ON DELETE CASCADE,
                CONSTRAINT alert_waits_why_known_check CHECK (why in ('held', 'digest',
                    'escalation')),
                CONSTRAINT alert_waits_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES tenants
                    (id)
            )
        """
    )
    op.execute("CREATE INDEX alert_waits_due_at_idx ON alert_waits (due_at)")
    isolate("alert_waits")


def _alert_deliveries() -> None:
    op.execute(
        """
            CREATE TABLE alert_deliveries (
                id BIGINT GENERATED ALWAYS AS IDENTITY,
                tenant_id INTEGER NOT NULL,
                public_id TEXT COLLATE "C" NOT NULL,
                channel_id INTEGER NOT NULL,
                kind TEXT NOT NULL,
                state TEXT NOT NULL,
                created_at TIMESTAMP WITH TIME ZONE NOT NULL,
                due_at TIMESTAMP WITH TIME ZONE NOT NULL,
                attempts INTEGER DEFAULT 0 NOT NULL,
                sending_until TIMESTAMP WITH TIME ZONE,
                message JSONB,
                ended_at TIMESTAMP WITH TIME ZONE,
                problem TEXT,
                CONSTRAINT alert_deliveries_pkey PRIMARY KEY (id),
                CONSTRAINT alert_deliveries_tenant_id_public_id_key UNIQUE (tenant_id,
                    public_id),
                CONSTRAINT alert_deliveries_tenant_id_id_key UNIQUE (tenant_id, id),
                CONSTRAINT alert_deliveries_tenant_id_channel_id_fkey FOREIGN KEY(tenant_id,
                    channel_id) REFERENCES alert_channels (tenant_id, id) ON DELETE CASCADE,
                CONSTRAINT alert_deliveries_kind_known_check CHECK (kind in ('alert', 'digest',
                    'test')),
                CONSTRAINT alert_deliveries_state_known_check CHECK (state in ('waiting',
                    'sending', 'sent', 'failed', 'dropped')),
                CONSTRAINT alert_deliveries_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES
                    tenants (id)
            )
        """
    )
    op.execute(
        "CREATE INDEX alert_deliveries_channel_id_created_at_idx ON alert_deliveries "
        "(channel_id, created_at)"
    )
    op.execute(
        "CREATE INDEX alert_deliveries_due_at_idx ON alert_deliveries (due_at) WHERE state in "
        "('waiting', 'sending')"
    )
    op.execute("CREATE INDEX alert_deliveries_tenant_id_id_idx ON alert_deliveries (tenant_id, id)")
    isolate("alert_deliveries")


def _alert_notices() -> None:
    op.execute(
        """
            CREATE TABLE alert_notices (
                id BIGINT GENERATED ALWAYS AS IDENTITY,
                tenant_id INTEGER NOT NULL,
                alert_id BIGINT NOT NULL,
                channel_id INTEGER NOT NULL,
                what TEXT NOT NULL,
                severity TEXT NOT NULL,
                episode INTEGER NOT NULL,
                at TIMESTAMP WITH TIME ZONE NOT NULL,
                delivery_id BIGINT NOT NULL,
                CONSTRAINT alert_notices_pkey PRIMARY KEY (id),
                CONSTRAINT alert_notices_alert_id_channel_id_what_severity_episode_key UNIQUE
                    (alert_id, channel_id, what, severity, episode),
                CONSTRAINT alert_notices_tenant_id_alert_id_fkey FOREIGN KEY(tenant_id,
                    alert_id) REFERENCES alerts (tenant_id, id) ON DELETE CASCADE,
                CONSTRAINT alert_notices_tenant_id_channel_id_fkey FOREIGN KEY(tenant_id,
                    channel_id) REFERENCES alert_channels (tenant_id, id) ON DELETE CASCADE,
                CONSTRAINT alert_notices_tenant_id_delivery_id_fkey FOREIGN KEY(tenant_id,
                    delivery_id) REFERENCES alert_deliveries (tenant_id, id) ON DELETE CASCADE,
                CONSTRAINT alert_notices_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES
                    tenants (id)
            )
        """
    )
    op.execute("CREATE INDEX alert_notices_delivery_id_idx ON alert_notices (delivery_id)")
    isolate("alert_notices")


def _alert_attempts() -> None:
    op.execute(
        """
            CREATE TABLE alert_attempts (
                tenant_id INTEGER NOT NULL,
                delivery_id BIGINT NOT NULL,
                number INTEGER NOT NULL,
                started_at TIMESTAMP WITH TIME ZONE NOT NULL,
                ended_at TIMESTAMP WITH TIME ZONE,
                result TEXT,
                problem TEXT,
                CONSTRAINT alert_attempts_pkey PRIMARY KEY (delivery_id, number),
                CONSTRAINT alert_attempts_tenant_id_delivery_id_fkey FOREIGN KEY(tenant_id,
                    delivery_id) REFERENCES alert_deliveries (tenant_id, id) ON DELETE CASCADE,
                CONSTRAINT alert_attempts_result_known_check CHECK (result in ('sent', 'failed',
                    'unknown')),
                CONSTRAINT alert_attempts_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES
                    tenants (id)
            )
        """
    )
    isolate("alert_attempts")


def _alert_position() -> None:
    op.execute(
        """
            CREATE TABLE alert_position (
                is_one BOOLEAN DEFAULT true NOT NULL,
                low xid8 NOT NULL,
                CONSTRAINT alert_position_pkey PRIMARY KEY (is_one),
                CONSTRAINT alert_position_is_one_check CHECK (is_one)
            )
        """
    )
    # What happened before alerts were there wakes nobody.
    op.execute("insert into alert_position (low) select pg_snapshot_xmin(pg_current_snapshot())")
    op.execute("grant select, update on alert_position to homepot_system")


def downgrade() -> None:
    for table in (
        "alert_position",
        "alert_attempts",
        "alert_notices",
        "alert_deliveries",
        "alert_waits",
        "alert_decisions",
        "alerts",
        "alert_silences",
        "alert_rules",
        "alert_channels",
    ):
        op.execute(f"drop table {table}")
