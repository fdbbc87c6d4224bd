"""Users, sessions, tokens, the throttle of signing in, and the chained audit log."""

from alembic import op

from isolation import isolate

revision = "0002_access"
down_revision = "0001_core"
branch_labels = None
depends_on = None

TABLES = """
create table users (
    id integer generated always as identity primary key,
    tenant_id integer not null references tenants (id),
    username text not null,
    username_key text not null unique,
    name text not null,
    role text not null,
    password_hash text not null,
    must_change_password boolean not null default false,
    password_expires_at timestamptz,
    deactivated_at timestamptz,
    last_sign_in_at timestamptz,
    created_at timestamptz not null default now(),
    unique (tenant_id, id),
    constraint users_role_check check (role in ('admin', 'operator', 'installer', 'viewer')),
    constraint users_username_check check (char_length(username) between 1 and 64),
    constraint users_name_check check (char_length(name) between 1 and 200)
);
create table sessions (
    id bigint generated always as identity primary key,
    tenant_id integer not null references tenants (id),
    user_id integer not null,
    secret_digest bytea not null unique,
    created_at timestamptz not null,
    last_used_at timestamptz not null,
    expires_at timestamptz not null,
    foreign key (tenant_id, user_id) references users (tenant_id, id)
);
create index sessions_tenant_id_user_id_idx on sessions (tenant_id, user_id);
create table known_browsers (
    id bigint generated always as identity primary key,
    tenant_id integer not null references tenants (id),
    user_id integer not null,
    secret_digest bytea not null unique,
    last_used_at timestamptz not null,
    foreign key (tenant_id, user_id) references users (tenant_id, id)
);
create index known_browsers_tenant_id_user_id_idx on known_browsers (tenant_id, user_id);
create table api_tokens (
    id bigint generated always as identity primary key,
    tenant_id integer not null references tenants (id),
    user_id integer not null,
    name text not null,
    public_part text not null unique,
    secret_digest bytea not null,
    scopes text[] not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    last_used_at timestamptz,
    constraint api_tokens_name_check check (char_length(name) between 1 and 200),
    foreign key (tenant_id, user_id) references users (tenant_id, id)
);
create index api_tokens_tenant_id_user_id_idx on api_tokens (tenant_id, user_id);
create table sign_in_attempts (
    key bytea primary key,
    failures integer not null,
    window_ends_at timestamptz not null
);
create index sign_in_attempts_window_ends_at_idx on sign_in_attempts (window_ends_at);
create table audit_log (
    tenant_id integer not null references tenants (id),
    number bigint not null,
    at timestamptz not null,
    actor_kind text not null,
    actor_id text,
    actor_name text not null,
    action text not null,
    object text not null,
    details jsonb not null,
    request_id text,
    address text,
    previous_hash bytea not null,
    hash bytea not null,
    primary key (tenant_id, number)
);
create table audit_heads (
    tenant_id integer primary key references tenants (id),
    number bigint not null,
    hash bytea not null
);
"""

# Numbers, time and hashes are the database's own: whatever the program sends for them is
# overwritten. The head's row is locked until the transaction ends, so a chain has no forks. The
# last policy lets the trigger write the head, whoever owns the tables: a backup may be brought
# back under another owner's name.
CHAIN = """
create function audit_chain() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    head public.audit_heads;
begin
    insert into public.audit_heads (tenant_id, number, hash)
        values (new.tenant_id, 0, decode(repeat('00', 32), 'hex'))
        on conflict (tenant_id) do nothing;
    select * into strict head from public.audit_heads
        where tenant_id = new.tenant_id for update;
    new.number := head.number + 1;
    new.at := clock_timestamp();
    new.previous_hash := head.hash;
    new.hash := sha256(new.previous_hash || convert_to(jsonb_build_array(
        new.tenant_id, new.number,
        to_char(new.at at time zone 'UTC', 'YYYYMMDD"T"HH24MISS.US"Z"'),
        new.actor_kind, new.actor_id, new.actor_name, new.action, new.object, new.details,
        new.request_id, new.address
    )::text, 'UTF8'));
    update public.audit_heads set number = new.number, hash = new.hash
        where tenant_id = new.tenant_id;
    return new;
end $$;
create function audit_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log only grows: % of % is refused', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;
create trigger audit_log_chain before insert on audit_log
    for each row execute function audit_chain();
create trigger audit_log_keep before update or delete on audit_log
    for each row execute function audit_refuse();
create trigger audit_log_keep_all before truncate on audit_log
    for each statement execute function audit_refuse();
create trigger audit_heads_chain_only before insert or update on audit_heads
    for each row when (pg_trigger_depth() = 0) execute function audit_refuse();
create trigger audit_heads_keep before delete on audit_heads
    for each row execute function audit_refuse();
create trigger audit_heads_keep_all before truncate on audit_heads
    for each statement execute function audit_refuse();
create policy chain on audit_heads
    using (pg_trigger_depth() > 0 and current_user not in ('homepot_tenant', 'homepot_system'))
    with check (pg_trigger_depth() > 0
        and current_user not in ('homepot_tenant', 'homepot_system'));
"""

# What the role of people's requests may read: never a hash of a password or of a secret.
READABLE = {
    "users": (
        "id, tenant_id, username, username_key, name, role, must_change_password,"
        " password_expires_at, deactivated_at, last_sign_in_at, created_at"
    ),
    "sessions": "id, tenant_id, user_id, created_at, last_used_at, expires_at",
    "known_browsers": "id, tenant_id, user_id, last_used_at",
    "api_tokens": (
        "id, tenant_id, user_id, name, public_part, scopes, created_at, expires_at,"
        " revoked_at, last_used_at"
    ),
}


def upgrade() -> None:
    op.execute(TABLES)
    for table, columns in READABLE.items():
        isolate(table)
        op.execute(f"revoke select on {table} from homepot_tenant")
        op.execute(f"grant select ({columns}) on {table} to homepot_tenant")
    isolate("audit_log", rights="SELECT, INSERT")
    isolate("audit_heads", rights="SELECT")
    # It stands before any tenant is known, and only signing in and cleaning up touch it.
    op.execute("alter table sign_in_attempts enable row level security")
    op.execute("alter table sign_in_attempts force row level security")
    op.execute(
        "create policy signing_in on sign_in_attempts to homepot_system"
        " using (true) with check (true)"
    )
    op.execute("grant select, insert, update, delete on sign_in_attempts to homepot_system")
    op.execute(CHAIN)


def downgrade() -> None:
    op.execute(
        "drop table audit_heads, audit_log, sign_in_attempts, api_tokens, known_browsers,"
        " sessions, users"
    )
    op.execute("drop function audit_chain(), audit_refuse()")
