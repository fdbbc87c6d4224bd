import type { Person } from "@/api/types";
import { m } from "@/messages";
import { Confirm } from "@/ui/Confirm";
import { useResetPassword } from "../api";
import { OneTimePassword } from "./OneTimePassword";

interface ResetDialogProps {
  person: Person;
  onClose: () => void;
}

export function ResetDialog({ person, onClose }: ResetDialogProps) {
  const reset = useResetPassword(person);
  if (reset.data) {
    return (
      <OneTimePassword
        key="password"
        name={person.username}
        password={reset.data.one_time_password}
        onClose={onClose}
      />
    );
  }
  return (
    <Confirm
      key="ask"
      title={m.people.resetTitle(person.username)}
      lead={m.people.resetLead}
      action={m.people.reset}
      busy={reset.isPending}
      error={reset.error}
      onConfirm={() => reset.mutate()}
      onClose={onClose}
    />
  );
}
