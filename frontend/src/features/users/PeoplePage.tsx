import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Person } from "@/api/types";
import { useSession } from "@/features/auth/SessionGate";
import { m } from "@/messages";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { PlusIcon } from "@/ui/icons";
import { PageHead } from "@/ui/PageHead";
import { ErrorNote, Skeleton } from "@/ui/states";
import { peopleQuery } from "./api";
import { AddPersonDialog } from "./components/AddPersonDialog";
import { ResetDialog } from "./components/ResetDialog";

export function PeoplePage() {
  const people = useQuery(peopleQuery);
  const [adding, setAdding] = useState(false);
  const [resetting, setResetting] = useState<Person | null>(null);
  return (
    <>
      <PageHead
        title={m.people.title}
        below={m.people.lead}
        actions={
          people.isSuccess && (
            <Button kind="primary" onClick={() => setAdding(true)}>
              <PlusIcon /> {m.people.add}
            </Button>
          )
        }
      />
      <div className="card" aria-busy={people.isPending}>
        {people.isPending && <Skeleton className="m-5 h-4 w-56" />}
        {people.isError && !people.data && (
          <ErrorNote error={people.error} onRetry={() => void people.refetch()} />
        )}
        <ul aria-label={m.people.listLabel}>
          {people.data?.items.map((person) => (
            <PersonRow key={person.id} person={person} onReset={() => setResetting(person)} />
          ))}
        </ul>
      </div>
      {adding && <AddPersonDialog onClose={() => setAdding(false)} />}
      {resetting && <ResetDialog person={resetting} onClose={() => setResetting(null)} />}
    </>
  );
}

function PersonRow({ person, onReset }: { person: Person; onReset: () => void }) {
  const isMe = useSession().user.id === person.id;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-b-0">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">
          {person.name || person.username}
          {isMe && <span className="ml-1.5 font-normal text-muted">({m.people.you})</span>}
        </p>
        <p className="truncate text-muted">
          {person.username} · {m.auth.roles[person.role]}
        </p>
      </div>
      {person.must_change_password && <Badge tone="accent">{m.people.mustChange}</Badge>}
      {!person.active && <Badge tone="unknown">{m.people.disabled}</Badge>}
      {!isMe && (
        <Button aria-label={m.people.resetOf(person.username)} onClick={onReset}>
          {m.people.reset}
        </Button>
      )}
    </li>
  );
}
