import { type ReactNode, useState } from "react";
import { Badge, type Tone } from "@/ui/Badge";
import { Button, type ButtonKind } from "@/ui/Button";
import { Copyable } from "@/ui/Copyable";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { SelectField, TextField } from "@/ui/Field";
import { Check } from "@/ui/forms";
import * as icons from "@/ui/icons";
import { PageHead } from "@/ui/PageHead";
import { Facts, Panel } from "@/ui/Panel";
import { Note, Skeleton, Trouble } from "@/ui/states";

const SURFACES = ["bg-canvas", "bg-surface", "bg-sunken", "bg-hover", "bg-line", "bg-edge"];
const ROLES: readonly (readonly [string, string, string])[] = [
  ["ink", "bg-surface", "text-ink"],
  ["muted", "bg-surface", "text-muted"],
  ["accent", "bg-accent-soft", "text-accent-strong"],
  ["ok", "bg-ok-soft", "text-ok"],
  ["warn", "bg-warn-soft", "text-warn"],
  ["critical", "bg-critical-soft", "text-critical"],
  ["unknown", "bg-unknown-soft", "text-unknown"],
];
const TONES: readonly Tone[] = ["ok", "warn", "critical", "unknown", "accent"];
const KINDS: readonly ButtonKind[] = ["primary", "plain", "quiet", "danger"];

/** Every token and piece on one page, for those who build pages; absent from what is handed out. */
export function DesignPage() {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <PageHead title="Design" below="Tokens and pieces. Look at it in light and in dark." />
      <div className="grid items-start gap-5 xl:grid-cols-2">
        <Part title="Surfaces">
          <div className="grid grid-cols-3 gap-2">
            {SURFACES.map((one) => (
              <p key={one} className={`rounded-lg border border-line px-3 py-4 text-xs ${one}`}>
                {one.slice(3)}
              </p>
            ))}
          </div>
        </Part>
        <Part title="Colours by role">
          <div className="grid grid-cols-2 gap-2">
            {ROLES.map(([name, surface, ink]) => (
              <p key={name} className={`rounded-lg px-3 py-3 font-medium ${surface} ${ink}`}>
                {name}
              </p>
            ))}
          </div>
        </Part>
        <Part title="Type">
          <p className="text-3xl font-semibold tracking-tight">The first page's verdict</p>
          <p className="text-2xl font-semibold tracking-tight">The title of a page</p>
          <p className="text-sm font-semibold">The title of a panel</p>
          <p>Text, and numbers in columns: 1,234.50 %</p>
          <p className="text-muted">What stands beside it.</p>
          <p className="code">DEVICE-XXXX-XXXX</p>
        </Part>
        <Part title="Buttons">
          <div className="flex flex-wrap gap-2">
            {KINDS.map((kind) => (
              <Button key={kind} kind={kind}>
                {kind}
              </Button>
            ))}
            <Button busy>busy</Button>
            <Button disabled>disabled</Button>
            <Button onClick={() => setIsOpen(true)}>a window</Button>
          </div>
        </Part>
        <Part title="Badges">
          <div className="flex flex-wrap gap-2">
            {TONES.map((tone) => (
              <Badge key={tone} tone={tone} icon={<icons.InfoIcon />}>
                {tone}
              </Badge>
            ))}
          </div>
        </Part>
        <Part title="Fields">
          <TextField label="Text" hint="A hint says what fits." />
          <TextField label="Refused" defaultValue="x" error="Too short: three letters or more." />
          <SelectField label="Choice">
            <option>One</option>
            <option>Another</option>
          </SelectField>
          <Check name="check" label="A check" />
        </Part>
        <Part title="States">
          <Trouble>One sentence of trouble, and what to do.</Trouble>
          <Skeleton className="h-4 w-56" />
          <Copyable label="Something to take along" text="homepot doctor" />
          <Note icon={<icons.CheckIcon />} title="Nothing to show">
            Why that is so, and what would bring something here.
          </Note>
        </Part>
        <Panel title="Facts" lead="A panel with what is known.">
          <Facts
            facts={[
              { label: "Site", value: "Harbour" },
              { label: "Devices", value: "12" },
            ]}
          />
        </Panel>
        <Part title="Icons">
          <div className="flex flex-wrap gap-3 text-xl">
            {Object.entries(icons).map(([name, Icon]) => (
              <span key={name} title={name}>
                <Icon />
              </span>
            ))}
          </div>
        </Part>
      </div>
      {isOpen && (
        <Dialog title="A window" lead="It keeps the focus." onClose={() => setIsOpen(false)}>
          <DialogActions>
            <Button kind="primary" onClick={() => setIsOpen(false)}>
              Done
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Panel title={title}>
      <div className="grid gap-3 px-4 py-4 sm:px-5">{children}</div>
    </Panel>
  );
}
