const two = (number: number): string => String(number).padStart(2, "0");

/** A moment as a field for date and time wants it, on the reader's own clock. */
export function localInput(at: string | number): string {
  const date = new Date(at);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
