// One book in a dialog: everything about it, and what its reader or its owner can do.

import { leaveBook, place, setFilters } from "./address.js";
import { ask, problemIn } from "./api.js";
import { on } from "./bus.js";
import { facts } from "./card.js";
import { cover } from "./cover.js";
import { button, byId, closing, element, notice } from "./dom.js";
import { edit } from "./editor.js";
import { addToReadingList } from "./reading.js";
import { remove } from "./removal.js";
import { user } from "./session.js";
import { failed } from "./toasts.js";

const dialog = byId("book");
const body = byId("book-body");
let shown = null;
let lastId = null;
let leavingCover = null;

export function start() {
  closing(dialog);
  dialog.addEventListener("close", () => {
    leaveBook();
    // Where the list was drawn anew meanwhile, the browser does not find what had the focus.
    const lost = document.activeElement === document.body || dialog.contains(document.activeElement);
    if (lost) document.querySelector(`[data-book="${lastId}"] a`)?.focus();
  });
  dialog.addEventListener("click", (event) => {
    const tag = event.target.closest("[data-category]");
    if (tag) setFilters({ category: tag.dataset.category });
  });
  on("saved", (book) => book.id === shown?.book.id && dialog.open && open(String(book.id)));
  on("user", () => shown && dialog.open && draw());
}

/** Show the book with this id, or none. */
export async function open(id) {
  if (!id) return close();
  lastId = id;
  if (!dialog.open) dialog.showModal();
  if (String(shown?.book.id) !== id) body.replaceChildren(element("p", { role: "status" }, "Loading the book…"));
  try {
    const { document: book, etag } = await ask("GET", `/books/${id}`);
    if (place().bookId !== id) return;
    shown = { book, etag };
    draw();
    byId("book-title").focus();
  } catch (error) {
    sayWhy(problemIn(error), id);
  }
}

function close() {
  leavingCover?.abort();
  shown = null;
  if (dialog.open) dialog.close();
}

function draw() {
  const { book } = shown;
  const mine = user()?.username === book.owner;
  leavingCover?.abort();
  leavingCover = new AbortController();
  body.replaceChildren(
    cover(book, mine, leavingCover.signal),
    element(
      "div",
      { className: "about" },
      element("h2", { id: "book-title", tabIndex: -1, dir: "auto" }, book.title),
      element("p", { className: "byline", dir: "auto" }, book.author),
      facts(book),
      book.description ? element("p", { className: "description", dir: "auto" }, book.description) : null,
      element("p", { className: "hint" }, `Added by ${mine ? "you" : book.owner}`),
      element("p", { className: "actions" }, ...actions(mine)),
    ),
  );
}

function actions(mine) {
  const { book, etag } = shown;
  const list = button("Add to reading list", () => addToReadingList(book).catch(failed), { className: "primary" });
  if (!mine) return [list];
  return [
    list,
    button("Edit", () => edit(book, etag)),
    button("Delete", () => {
      close();
      remove(book, etag);
    }),
  ];
}

function sayWhy(problem, id) {
  const again = button("Try again", () => open(id));
  const [title, text, ...choices] =
    problem.status === 404
      ? ["This book is gone", "Its owner has deleted it, or the link to it is wrong."]
      : [problem.title, problem.message, again];
  body.replaceChildren(element("h2", { id: "book-title", className: "hidden" }, "Book"), notice(title, text, ...choices));
}
