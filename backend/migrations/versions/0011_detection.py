"""What detection found and knows, incidents, and the health of devices

Revision: 0011_detection, after 0010_archive
"""

from alembic import op

from isolation import isolate

revision = "0011_detection"
down_revision = "0010_archive"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _ai_anomaly_logs()
    _detection_shares()
    _detection_steps()
    _detection_devices()
    _detection_notes()
    _incidents()
    _incident_history()
    _incident_anomalies()
    _incident_normals()
    _device_health()
    _device_health_history()


def _ai_anomaly_logs() -> None:
    op.execute(
        """
        CREATE TABLE ai_anomaly_logs (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            tenant_id INTEGER NOT NULL,
            device_id INTEGER NOT NULL,
            site_id INTEGER NOT NULL,
            health_score DOUBLE PRECISION NOT NULL,
            status TEXT NOT NULL,
            metrics JSONB NOT NULL,
            kind TEXT NOT NULL,
            severity TEXT NOT NULL,
            p_value DOUBLE PRECISION NOT NULL,
            started_at TIMESTAMP WITH TIME ZONE NOT NULL,
            detected_at TIMESTAMP WITH TIME ZONE NOT NULL,
            ended_at TIMESTAMP WITH TIME ZONE,
            muted TEXT,
            engine_version TEXT NOT NULL,
            generation INTEGER NOT NULL,
            number BIGINT NOT NULL,
            created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
            CONSTRAINT ai_anomaly_logs_pkey PRIMARY KEY (id),
            CONSTRAINT ai_anomaly_logs_device_id_generation_number_key UNIQUE (device_id,
                generation, number),
            CONSTRAINT ai_anomaly_logs_tenant_id_id_key UNIQUE (tenant_id, id),
            CONSTRAINT ai_anomaly_logs_tenant_id_device_id_fkey FOREIGN KEY(tenant_id,
                device_id) REFERENCES devices (tenant_id, id) ON DELETE CASCADE,
            CONSTRAINT ai_anomaly_logs_status_known_check CHECK (status in ('healthy',
                'warning', 'critical')),
            CONSTRAINT ai_anomaly_logs_severity_known_check CHECK (severity in ('info',
                'warning', 'critical')),
            CONSTRAINT ai_anomaly_logs_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES
                tenants (id)
        )
        """
    )
    op.execute(
        "CREATE INDEX ai_anomaly_logs_device_id_idx ON ai_anomaly_logs (device_id) WHERE "
        "ended_at is null"
    )
    op.execute(
        "CREATE INDEX ai_anomaly_logs_device_id_started_at_idx ON ai_anomaly_logs "
        "(device_id, started_at)"
    )
    op.execute(
        "CREATE INDEX ai_anomaly_logs_tenant_id_detected_at_id_idx ON ai_anomaly_logs "
        "(tenant_id, detected_at, id)"
    )
    isolate("ai_anomaly_logs")


def _detection_shares() -> None:
    op.execute(
        """
        CREATE TABLE detection_shares (
            share INTEGER NOT NULL,
            engine_version TEXT NOT NULL,
            generation INTEGER NOT NULL,
            seq BIGINT NOT NULL,
            checkpoint_seq BIGINT NOT NULL,
            engine BYTEA NOT NULL,
            behind BYTEA NOT NULL,
            checkpoint_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT detection_shares_pkey PRIMARY KEY (share)
        )
        """
    )
    op.execute("grant select, insert, update, delete on detection_shares to homepot_system")


def _detection_steps() -> None:
    op.execute(
        """
        CREATE TABLE detection_steps (
            share INTEGER NOT NULL,
            seq BIGINT NOT NULL,
            content BYTEA NOT NULL,
            CONSTRAINT detection_steps_pkey PRIMARY KEY (share, seq)
        )
        """
    )
    op.execute("grant select, insert, update, delete on detection_steps to homepot_system")


def _detection_devices() -> None:
    op.execute(
        """
        CREATE TABLE detection_devices (
            device_id INTEGER NOT NULL,
            tenant_id INTEGER NOT NULL,
            learned_h DOUBLE PRECISION NOT NULL,
            needed_h DOUBLE PRECISION NOT NULL,
            updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT detection_devices_pkey PRIMARY KEY (device_id),
            CONSTRAINT detection_devices_tenant_id_device_id_fkey FOREIGN KEY(tenant_id,
                device_id) REFERENCES devices (tenant_id, id) ON DELETE CASCADE,
            CONSTRAINT detection_devices_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES
                tenants (id)
        )
        """
    )
    isolate("detection_devices")


def _detection_notes() -> None:
    op.execute(
        """
        CREATE TABLE detection_notes (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            tenant_id INTEGER NOT NULL,
            device_id INTEGER NOT NULL,
            changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT detection_notes_pkey PRIMARY KEY (id),
            CONSTRAINT detection_notes_tenant_id_device_id_fkey FOREIGN KEY(tenant_id,
                device_id) REFERENCES devices (tenant_id, id) ON DELETE CASCADE,
            CONSTRAINT detection_notes_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES
                tenants (id)
        )
        """
    )
    isolate("detection_notes")


def _incidents() -> None:
    _incidents()
    _incident_history()
    _incident_anomalies()
    _incident_normals()


def _incidents() -> None:
    op.execute(
        """
        CREATE TABLE incidents (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            tenant_id INTEGER NOT NULL,
            public_id TEXT COLLATE "C" NOT NULL,
            site_id INTEGER NOT NULL,
            device_id INTEGER,
            state TEXT NOT NULL,
            category TEXT NOT NULL,
            severity TEXT NOT NULL,
            title TEXT NOT NULL,
            description TEXT NOT NULL,
            search TEXT COLLATE "C" NOT NULL,
            started_at TIMESTAMP WITH TIME ZONE NOT NULL,
            opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
            ended_at TIMESTAMP WITH TIME ZONE,
            changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
            reopened INTEGER DEFAULT 0 NOT NULL,
            resolution TEXT,
            worked BOOLEAN,
            into_id BIGINT,
            provenance TEXT DEFAULT 'detected' NOT NULL,
            given_id TEXT COLLATE "C",
            CONSTRAINT incidents_pkey PRIMARY KEY (id),
            CONSTRAINT incidents_tenant_id_public_id_key UNIQUE (tenant_id, public_id),
            CONSTRAINT incidents_tenant_id_id_key UNIQUE (tenant_id, id),
            CONSTRAINT incidents_tenant_id_given_id_key UNIQUE (tenant_id, given_id),
            CONSTRAINT incidents_tenant_id_site_id_fkey FOREIGN KEY(tenant_id, site_id)
                REFERENCES sites (tenant_id, id),
            CONSTRAINT incidents_tenant_id_device_id_fkey FOREIGN KEY(tenant_id, device_id)
                REFERENCES devices (tenant_id, id) ON DELETE CASCADE,
            CONSTRAINT incidents_state_known_check CHECK (state in ('open', 'confirmed',
                'resolved', 'normal', 'closed', 'merged')),
            CONSTRAINT incidents_category_known_check CHECK (category in ('temperature',
                'connectivity', 'power', 'storage', 'software', 'mechanical', 'sensor',
                'security')),
            CONSTRAINT incidents_severity_known_check CHECK (severity in ('info', 'warning',
                'critical')),
            CONSTRAINT incidents_provenance_known_check CHECK (provenance in ('detected',
                'imported')),
            CONSTRAINT incidents_merged_into_check CHECK ((state = 'merged') = (into_id is
                not null)),
            CONSTRAINT incidents_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES tenants
                (id)
        )
        """
    )
    op.execute("CREATE INDEX incidents_device_id_opened_at_idx ON incidents (device_id, opened_at)")
    op.execute(
        "CREATE INDEX incidents_tenant_id_id_idx ON incidents (tenant_id, id) WHERE state "
        "in ('open', 'confirmed')"
    )
    op.execute(
        "CREATE INDEX incidents_tenant_id_opened_at_id_idx ON incidents (tenant_id, opened_at, id)"
    )
    isolate("incidents")


def _incident_history() -> None:
    op.execute(
        """
        CREATE TABLE incident_history (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
            tenant_id INTEGER NOT NULL,
            incident_id BIGINT NOT NULL,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            what TEXT NOT NULL,
            state TEXT NOT NULL,
            severity TEXT NOT NULL,
            actor_kind TEXT NOT NULL,
            actor_name TEXT NOT NULL,
            note TEXT,
            worked BOOLEAN,
            CONSTRAINT incident_history_pkey PRIMARY KEY (id),
            CONSTRAINT incident_history_tenant_id_incident_id_fkey FOREIGN KEY(tenant_id,
                incident_id) REFERENCES incidents (tenant_id, id) ON DELETE CASCADE,
            CONSTRAINT incident_history_what_known_check CHECK (what in ('opened', 'worse',
                'wider', 'joined', 'merged', 'confirmed', 'resolved', 'normal', 'reopened',
                'closed', 'noted', 'imported')),
            CONSTRAINT incident_history_state_known_check CHECK (state in ('open',
                'confirmed', 'resolved', 'normal', 'closed', 'merged')),
            CONSTRAINT incident_history_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES
                tenants (id)
        )
        """
    )
    op.execute(
        "CREATE INDEX incident_history_incident_id_id_idx ON incident_history (incident_id, id)"
    )
    op.execute("CREATE INDEX incident_history_xid_idx ON incident_history (xid)")
    isolate("incident_history", rights="SELECT, INSERT")


def _incident_anomalies() -> None:
    op.execute(
        """
        CREATE TABLE incident_anomalies (
            tenant_id INTEGER NOT NULL,
            anomaly_id BIGINT NOT NULL,
            incident_id BIGINT NOT NULL,
            device_id INTEGER NOT NULL,
            CONSTRAINT incident_anomalies_pkey PRIMARY KEY (anomaly_id),
            CONSTRAINT incident_anomalies_tenant_id_anomaly_id_fkey FOREIGN KEY(tenant_id,
                anomaly_id) REFERENCES ai_anomaly_logs (tenant_id, id) ON DELETE CASCADE,
            CONSTRAINT incident_anomalies_tenant_id_incident_id_fkey FOREIGN KEY(tenant_id,
                incident_id) REFERENCES incidents (tenant_id, id) ON DELETE CASCADE,
            CONSTRAINT incident_anomalies_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES
                tenants (id)
        )
        """
    )
    op.execute(
        "CREATE INDEX incident_anomalies_incident_id_idx ON incident_anomalies (incident_id)"
    )
    isolate("incident_anomalies")


def _incident_normals() -> None:
    op.execute(
        """
        CREATE TABLE incident_normals (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            tenant_id INTEGER NOT NULL,
            device_id INTEGER NOT NULL,
            incident_id BIGINT NOT NULL,
            metric TEXT NOT NULL,
            kind TEXT NOT NULL,
            low DOUBLE PRECISION,
            high DOUBLE PRECISION,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            actor_name TEXT NOT NULL,
            CONSTRAINT incident_normals_pkey PRIMARY KEY (id),
            CONSTRAINT incident_normals_tenant_id_device_id_fkey FOREIGN KEY(tenant_id,
                device_id) REFERENCES devices (tenant_id, id) ON DELETE CASCADE,
            CONSTRAINT incident_normals_tenant_id_incident_id_fkey FOREIGN KEY(tenant_id,
                incident_id) REFERENCES incidents (tenant_id, id) ON DELETE CASCADE,
            CONSTRAINT incident_normals_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES
                tenants (id)
        )
        """
    )
    op.execute("CREATE INDEX incident_normals_device_id_idx ON incident_normals (device_id)")
    isolate("incident_normals")


def _health() -> None:
    _device_health()
    _device_health_history()


def _device_health() -> None:
    op.execute(
        """
        CREATE TABLE device_health (
            device_id INTEGER NOT NULL,
            tenant_id INTEGER NOT NULL,
            score DOUBLE PRECISION,
            status TEXT NOT NULL,
            reason TEXT,
            factors JSONB NOT NULL,
            since TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT device_health_pkey PRIMARY KEY (device_id),
            CONSTRAINT device_health_tenant_id_device_id_fkey FOREIGN KEY(tenant_id,
                device_id) REFERENCES devices (tenant_id, id) ON DELETE CASCADE,
            CONSTRAINT device_health_status_known_check CHECK (status in ('healthy',
                'warning', 'critical', 'unknown')),
            CONSTRAINT device_health_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES
                tenants (id)
        )
        """
    )
    isolate("device_health")


def _device_health_history() -> None:
    op.execute(
        """
        CREATE TABLE device_health_history (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            tenant_id INTEGER NOT NULL,
            device_id INTEGER NOT NULL,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            score DOUBLE PRECISION,
            status TEXT NOT NULL,
            reason TEXT,
            CONSTRAINT device_health_history_pkey PRIMARY KEY (id),
            CONSTRAINT device_health_history_tenant_id_device_id_fkey FOREIGN KEY(tenant_id,
                device_id) REFERENCES devices (tenant_id, id) ON DELETE CASCADE,
            CONSTRAINT device_health_history_status_known_check CHECK (status in ('healthy',
                'warning', 'critical', 'unknown')),
            CONSTRAINT device_health_history_tenant_id_fkey FOREIGN KEY(tenant_id)
                REFERENCES tenants (id)
        )
        """
    )
    op.execute(
        "CREATE INDEX device_health_history_device_id_at_id_idx ON device_health_history "
        "(device_id, at, id)"
    )
    isolate("device_health_history")


def downgrade() -> None:
    for table in (
        "device_health_history",
        "device_health",
        "incident_normals",
        "incident_anomalies",
        "incident_history",
        "incidents",
        "detection_notes",
        "detection_devices",
        "detection_steps",
        "detection_shares",
        "ai_anomaly_logs",
    ):
        op.execute(f"drop table {table}")
