/** Within single quotes a shell takes everything as written, save the quote itself. */
function quoted(text: string): string {
  return /^[\w.:/@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A command to copy into the terminal of a device: enrols the agent there, then starts it. */
export function agentCommand(flags: Record<string, string>, origin = location.origin): string {
  const words = Object.entries({ server: origin, ...flags }).map(
    ([flag, value]) => `--${flag} ${quoted(value)}`,
  );
  return `homepot-agent enrol ${words.join(" ")}\nhomepot-agent run`;
}

/** The same for a device with an agent of another make: posts `body` to this server. */
export function postCommand(path: string, body: object, origin = location.origin): string {
  return [
    `curl -sS --fail-with-body ${origin}${path}`,
    "  -H 'Content-Type: application/json'",
    `  -d ${quoted(JSON.stringify(body))}`,
  ].join(" \\\n");
}
