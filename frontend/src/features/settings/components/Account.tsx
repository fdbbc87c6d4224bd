import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useSession } from "@/features/auth/SessionGate";
import { m } from "@/messages";
import { buttonClass } from "@/ui/Button";
import { CheckIcon } from "@/ui/icons";
import { Facts, Panel } from "@/ui/Panel";
import { ErrorNote, explain, Skeleton, Trouble } from "@/ui/states";
import { modesQuery, useChooseMode } from "../api";

const words = m.settings.account;

export function Account() {
  const { user } = useSession();
  const facts = [
    { label: words.name, value: user.name || user.username },
    { label: words.username, value: user.username },
    { label: words.role, value: m.auth.roles[user.role] },
    { label: words.estate, value: user.tenant.name },
  ];
  return (
    <div className="grid items-start gap-5 xl:grid-cols-2">
      <Panel
        title={m.settings.view.account}
        action={
          <Link to="/password" className={buttonClass()}>
            {m.auth.changePassword}
          </Link>
        }
      >
        <Facts facts={facts} />
        <div className="border-t border-line px-4 py-4 sm:px-5">
          <h3 className="text-xs text-muted">{words.may}</h3>
          <ul className="mt-1.5 grid gap-1 sm:grid-cols-2">
            {user.permissions.map((one) => (
              <li key={one} className="flex items-start gap-2">
                <CheckIcon className="mt-0.5 shrink-0 text-ok" />
                {m.settings.permissions[one]}
              </li>
            ))}
          </ul>
        </div>
      </Panel>
      <Modes />
    </div>
  );
}

function Modes() {
  const modes = useQuery(modesQuery);
  const choose = useChooseMode();
  return (
    <Panel title={words.mode} lead={words.modeLead}>
      {modes.isPending && <Skeleton className="m-5 h-4 w-56" />}
      {modes.isError && !modes.data && (
        <ErrorNote error={modes.error} onRetry={() => void modes.refetch()} />
      )}
      {modes.data && (
        <fieldset className="grid gap-2 px-4 py-4 sm:px-5">
          <legend className="sr-only">{words.mode}</legend>
          {modes.data.modes.map((mode) => (
            <label
              key={mode.name}
              className="flex gap-3 rounded-lg border border-line p-2.5 hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft"
            >
              <input
                type="radio"
                name="mode"
                checked={mode.name === (choose.isPending ? choose.variables : modes.data.mode)}
                onChange={() => choose.mutate(mode.name)}
                className="mt-0.5 size-4 accent-accent"
              />
              <span className="min-w-0">
                <span className="block font-medium">{mode.label}</span>
                <span className="block text-muted">{mode.focus}</span>
              </span>
            </label>
          ))}
          {choose.isError && <Trouble>{explain(choose.error)}</Trouble>}
          <p role="status" className="text-sm text-muted">
            {choose.isSuccess && words.saved}
          </p>
        </fieldset>
      )}
    </Panel>
  );
}
