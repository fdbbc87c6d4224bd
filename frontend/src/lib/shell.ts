/** A command to copy into the terminal of a device: posts `body` to this server. */
export function postCommand(path: string, body: object, origin = location.origin): string {
  // Within single quotes a shell takes everything as written, save the quote itself.
  const quoted = JSON.stringify(body).replaceAll("'", "'\\''");
  return [
    `curl -sS --fail-with-body ${origin}${path}`,
    "  -H 'Content-Type: application/json'",
    `  -d '${quoted}'`,
  ].join(" \\\n");
}
