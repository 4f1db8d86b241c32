// Deleting with second thoughts: the request waits until Undo is no longer offered, so that undoing is exact.

import { send } from "./api.js";
import { tell } from "./bus.js";
import { asUser } from "./session.js";
import { failed, offer } from "./toasts.js";

const UNDO_MS = 7000;
const leaving = new Map();

// Whoever closes the page in these seconds has decided.
addEventListener("pagehide", () => {
  for (const { book, etag, sent } of leaving.values()) if (!sent) remover(book.id, etag)().catch(() => {});
  leaving.clear();
});

export const isLeaving = (id) => leaving.has(id);

/** Hide `book` now and delete the version `etag` of it in a few seconds, unless that is undone. */
export function remove(book, etag) {
  const shown = offer(`“${book.title}” is deleted.`, "Undo", () => undo(book.id));
  const timer = setTimeout(() => finish(book.id).catch(failed), UNDO_MS);
  leaving.set(book.id, { book, etag, shown, timer, sent: false });
  tell("hidden", book.id);
}

function undo(id) {
  const { book, shown, timer } = leaving.get(id);
  clearTimeout(timer);
  shown.remove();
  show(id);
  document.querySelector(`[data-book="${book.id}"] a`)?.focus();
}

async function finish(id) {
  const { etag, shown } = leaving.get(id);
  leaving.get(id).sent = true;
  if (shown.contains(document.activeElement)) document.getElementById("main").focus();
  shown.remove();
  try {
    await asUser(remover(id, etag));
  } catch (error) {
    if (error.status !== 404) {
      show(id);
      throw error;
    }
  }
  tell("removed", id);
  leaving.delete(id);
}

function show(id) {
  leaving.delete(id);
  tell("shown", id);
}

// keepalive: the request is finished even if the page is not there any more.
const remover = (id, etag) => () =>
  send("DELETE", `/books/${id}`, { headers: { "If-Match": etag }, keepalive: true });
