/** One message of a stream of server-sent events; its data is the JSON it carried. */
export interface ServerEvent {
  name: string;
  data: unknown;
}

/** Reads a stream message by message, wherever the network cut it. */
export async function* serverEvents(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<ServerEvent> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const parts = (waiting + value).split("\n\n");
      waiting = parts.pop() ?? "";
      for (const part of parts) yield readEvent(part);
    }
  } finally {
    await reader.cancel();
  }
}

function readEvent(text: string): ServerEvent {
  const lines = text.split("\n");
  const said = (field: string) =>
    lines.filter((line) => line.startsWith(field)).map((line) => line.slice(field.length).trim());
  const data = said("data:").join("\n");
  return { name: said("event:")[0] ?? "message", data: data ? JSON.parse(data) : null };
}
