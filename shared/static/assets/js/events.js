// Server-sent events of a POST, which EventSource cannot send.

/** The events of a response as {event, data}; a stream that ends in the middle of one does not have it. */
export async function* events(response) {
  let rest = "";
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + text).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop();
    yield* blocks.map(parse).filter(({ data }) => data !== "");
  }
}

function parse(block) {
  const found = { event: "message", data: [] };
  for (const line of block.split("\n")) {
    const [, name, value] = /^([^:]*):? ?(.*)$/.exec(line);
    if (name === "event") found.event = value;
    else if (name === "data") found.data.push(value);
  }
  return { event: found.event, data: found.data.join("\n") };
}
