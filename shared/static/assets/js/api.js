// Requests to the server, and its problem documents (RFC 9457) as errors.

import { tell } from "./bus.js";

/** An answer that is not a success, in the server's words; status 0 when there was no answer. */
export class Problem extends Error {
  constructor({ status = 0, type = "", title = "", detail = "", errors = [] }) {
    super(errors.map(({ loc, msg }) => `${loc.at(-1)}: ${msg}`).join(". ") || detail || title);
    this.status = status;
    this.kind = type.replace("urn:problem:", "");
    this.title = title;
    this.errors = errors;
  }
}

export const NO_ANSWER = new Problem({
  title: "The server does not answer",
  detail: "Check that it is running and that you are connected, then try again.",
});

/** Send a request; the response of a success, else throws a Problem (or AbortError). */
export async function send(method, path, { json, form, headers = {}, ...options } = {}) {
  const request = { method, headers: { ...headers }, ...options };
  if (json !== undefined) {
    request.body = JSON.stringify(json);
    request.headers["Content-Type"] ??= "application/json";
  } else if (form) {
    request.body = new URLSearchParams(form);
  }
  const response = await answer(path, request);
  if (!response.ok) throw problemOf(response.status, await response.text());
  return response;
}

/** Send a request whose answer is a JSON document. */
export async function ask(method, path, options) {
  const response = await send(method, path, options);
  return { document: await response.json(), etag: response.headers.get("ETag") };
}

/** The problem that an answer states, or one that says what the status alone tells. */
export function problemOf(status, text) {
  try {
    return new Problem(JSON.parse(text));
  } catch {
    return new Problem({ status, title: "Unexpected answer", detail: `The server answered with status ${status}.` });
  }
}

async function answer(path, request) {
  try {
    const response = await fetch(path, request);
    tell("served", response.headers.get("X-Served-By"));
    return response;
  } catch (error) {
    throw error.name === "AbortError" ? error : NO_ANSWER;
  }
}

/** The problem behind an error, or null when somebody cancelled; any other error is a fault of the page and goes on. */
export function problemIn(error) {
  if (error.name === "AbortError") return null;
  if (error instanceof Problem) return error;
  throw error;
}
