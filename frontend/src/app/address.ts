/** The search part of an address as plain words: ?q=12 is the text "12", not a number. */
export function readSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function writeSearch(search: Record<string, unknown>): string {
  const said = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== "") said.set(name, String(value));
  }
  const text = said.toString();
  return text && `?${text}`;
}
