// The form that adds and changes books. Whoever changes a book names the version that was read (If-Match), so that a
// change in between is noticed and shown instead of being overwritten.

import { go } from "./address.js";
import { ask, problemIn } from "./api.js";
import { tell } from "./bus.js";
import { button, byId, closing, element } from "./dom.js";
import { clearProblem, showProblem } from "./forms.js";
import { asUser } from "./session.js";
import { FIELD_NAMES } from "./words.js";

const dialog = byId("editor");
const form = byId("editor-form");
const conflict = byId("conflict");
let edited = null;
let untouched = "";

export function start() {
  closing(dialog);
  form.addEventListener("submit", submit);
  dialog.addEventListener("cancel", (event) => {
    const changed = JSON.stringify(fields()) !== untouched;
    if (changed && !confirm("Discard what you typed?")) event.preventDefault();
  });
}

/** Change `book`, which was read as the version `etag`; without a book, add one. */
export function edit(book = null, etag = null) {
  edited = { book, etag };
  form.reset();
  clearProblem(form);
  conflict.hidden = true;
  byId("editor-title").textContent = book ? "Edit the book" : "Add a book";
  if (book) fill(book);
  untouched = JSON.stringify(fields());
  dialog.showModal();
}

function fill(book) {
  for (const name of Object.keys(FIELD_NAMES)) form.elements.namedItem(name).value = book[name] ?? "";
}

/** What is in the form as the server wants it; a year that is no number goes as text, for the server to explain. */
function fields() {
  const typed = Object.fromEntries(new FormData(form));
  const year = typed.published_year.trim();
  const number = /^[-−]?[0-9]+$/.test(year) ? Number(year.replace("−", "-")) : year;
  return { ...typed, rating: Number(typed.rating), published_year: year === "" ? null : number };
}

async function submit(event) {
  event.preventDefault();
  clearProblem(form);
  try {
    const { document: book } = await asUser(save, "Log in to save the book; what you typed is still here.");
    dialog.close();
    tell(edited.book ? "saved" : "added", book);
    if (!edited.book) go(`#books/${book.id}`);
  } catch (error) {
    const problem = problemIn(error);
    if (problem?.status === 412) await compare();
    else if (problem) showProblem(form, problem);
  }
}

function save() {
  const { book, etag } = edited;
  if (!book) return ask("POST", "/books/", { json: fields() });
  return ask("PUT", `/books/${book.id}`, { json: fields(), headers: { "If-Match": etag } });
}

async function compare() {
  try {
    const { document: theirs, etag } = await ask("GET", `/books/${edited.book.id}`);
    showConflict(theirs, etag);
  } catch (error) {
    showProblem(form, problemIn(error));
  }
}

function showConflict(theirs, etag) {
  const mine = fields();
  const changed = Object.keys(FIELD_NAMES).filter((name) => mine[name] !== theirs[name]);
  const settle = (choose) => () => {
    edited = { book: theirs, etag };
    conflict.hidden = true;
    choose();
  };
  conflict.replaceChildren(
    element("p", { tabIndex: -1 }, "Somebody changed this book while you were editing it. Nothing is saved yet."),
    comparison(changed, mine, theirs),
    element(
      "p",
      { className: "actions" },
      button("Save mine", settle(() => form.requestSubmit())),
      button("Take theirs", settle(() => (fill(theirs), byId("edit-title").focus()))),
    ),
  );
  conflict.hidden = false;
  conflict.querySelector("p").focus();
}

function comparison(names, mine, theirs) {
  const cell = (value) => element("td", { dir: "auto" }, value === null || value === "" ? "—" : String(value));
  const rows = names.map((name) =>
    element("tr", {}, element("th", { scope: "row" }, FIELD_NAMES[name]), cell(mine[name]), cell(theirs[name])),
  );
  const heads = ["Field", "Yours", "Theirs"].map((text) => element("th", { scope: "col" }, text));
  return element("table", {}, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows));
}
