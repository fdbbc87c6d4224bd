import { m } from "@/messages";

export type Way = "key" | "claim" | "hand";

const WAYS: readonly Way[] = ["key", "claim", "hand"];

const WORDS: Record<Way, { title: string; text: string }> = {
  key: { title: m.addDevice.byKeyTitle, text: m.addDevice.byKey },
  claim: { title: m.addDevice.byClaimTitle, text: m.addDevice.byClaim },
  hand: { title: m.addDevice.byHandTitle, text: m.addDevice.byHand },
};

interface WayChoiceProps {
  way: Way;
  onChoose: (way: Way) => void;
}

export function WayChoice({ way, onChoose }: WayChoiceProps) {
  return (
    <fieldset className="grid gap-2">
      <legend className="sr-only">{m.addDevice.lead}</legend>
      {WAYS.map((one) => (
        <label
          key={one}
          className="flex cursor-pointer gap-3 rounded-xl border border-line p-3 hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name="way"
            value={one}
            checked={way === one}
            onChange={() => onChoose(one)}
            className="mt-0.5 size-4 shrink-0 accent-accent"
          />
          <span className="min-w-0">
            <span className="block font-medium">{WORDS[one].title}</span>
            <span className="block text-pretty text-muted">{WORDS[one].text}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
