// The reader's own list of books, with notes.

import { ask, problemIn, send } from "./api.js";
import { on } from "./bus.js";
import { button, byId, element, notice } from "./dom.js";
import { clearProblem, showProblem } from "./forms.js";
import { asUser, known, user } from "./session.js";
import { failed, toast } from "./toasts.js";
import { count } from "./words.js";

const list = byId("entries");
const more = byId("more-entries");
const status = byId("reading-status");
let next = null;
let loading = null;

export function start() {
  byId("reading-filter").addEventListener("change", () => render());
  more.addEventListener("click", () => load(next).catch(failed));
  on("user", () => byId("view-reading-list").hidden || render());
}

export async function addToReadingList(book) {
  try {
    await asUser(() => ask("POST", "/todo/", { json: { book_id: book.id } }), "Log in to keep a reading list.");
    toast(`“${book.title}” is on your reading list.`);
  } catch (error) {
    if (error.kind !== "already-listed") throw error;
    toast(`“${book.title}” is on your reading list already.`);
  }
}

/** Show the list from its start, or whom it would belong to. */
export async function render() {
  list.replaceChildren();
  more.hidden = true;
  status.textContent = "";
  await known();
  byId("reading-filter").hidden = !user();
  if (!user()) return say("Log in to see your reading list", "It is yours alone, and waits for you.", logInButton());
  try {
    await load(null);
  } catch (error) {
    const problem = problemIn(error);
    if (problem) say(problem.title, problem.message, button("Try again", render));
  }
}

function say(...what) {
  byId("reading-notice").replaceChildren(notice(...what));
}

const logInButton = () => button("Log in", () => asUser(async () => {}).catch(problemIn), { className: "primary" });

/** Show a page, the first or the one after; a newer request takes the place of one that still runs. */
async function load(cursor) {
  loading?.abort();
  loading = new AbortController();
  const { signal } = loading;
  status.textContent = "Loading your list…";
  const done = new FormData(byId("reading-form")).get("done");
  const query = new URLSearchParams(Object.entries({ done, cursor }).filter(([, value]) => value));
  const { document: page } = await asUser(() => ask("GET", `/todo/?${query}`, { signal })).catch((error) => {
    if (!signal.aborted) status.textContent = "";
    throw error;
  });
  const items = page.items.map(entry);
  byId("reading-notice").replaceChildren();
  if (cursor) list.append(...items);
  else list.replaceChildren(...items);
  next = page.next;
  more.hidden = !next;
  tally();
  if (cursor && !next) items[0]?.querySelector("input").focus();
}

function tally() {
  const entries = count(list.children.length, "entry", "entries");
  status.textContent = next ? `The last ${entries}` : entries;
  if (list.children.length) return;
  status.textContent = "";
  say("Nothing here yet", "Open a book in the catalogue and add it to your reading list.", toCatalogue());
}

const toCatalogue = () => element("a", { href: "#catalogue" }, "To the catalogue");

function entry(todo) {
  const title = element("span", { className: "entry-title", dir: "auto" }, todo.title);
  const item = element(
    "li",
    { className: "entry" },
    element(
      "label",
      { className: "done" },
      element("input", { type: "checkbox", checked: todo.done, onchange: setDone }),
      " Read",
      element("span", { className: "hidden" }, `: ${todo.title}`),
    ),
    element(
      "div",
      { className: "about" },
      element("h2", {}, todo.book_id ? element("a", { href: `#books/${todo.book_id}` }, title) : title),
      element("p", { className: "byline", dir: "auto" }, todo.author),
      todo.book_id ? null : element("p", { className: "gone" }, "No longer in the catalogue"),
      note(todo, (text) => change({ note: text })),
    ),
    button("Remove", takeOff, { className: "quiet", "aria-label": `Remove ${todo.title}` }),
  );
  item.classList.toggle("is-done", todo.done);
  return item;

  function change(fields) {
    return asUser(() => ask("PATCH", `/todo/${todo.id}`, { json: fields }));
  }

  async function setDone({ target }) {
    try {
      await change({ done: target.checked });
      item.classList.toggle("is-done", target.checked);
    } catch (error) {
      target.checked = !target.checked;
      failed(error);
    }
  }

  async function takeOff() {
    try {
      await asUser(() => send("DELETE", `/todo/${todo.id}`));
      const beside = item.nextElementSibling ?? item.previousElementSibling;
      item.remove();
      (beside?.querySelector("input") ?? byId("reading-list-title")).focus();
      toast(`“${todo.title}” is off your reading list.`);
      tally();
    } catch (error) {
      failed(error);
    }
  }
}

/** The note of an entry; Save appears once it differs from what is kept. */
function note(todo, keep) {
  let kept = todo.note;
  const text = element("textarea", {
    id: `note-${todo.id}`,
    name: "note",
    rows: 1,
    value: kept,
    dir: "auto",
    placeholder: "A note to yourself",
    "aria-label": `Note on ${todo.title}`,
  });
  const save = element("button", { hidden: true }, "Save note");
  const summary = element("p", { className: "problem", role: "alert", hidden: true, "data-summary": "" });
  const form = element("form", { className: "note" }, text, save, summary);
  text.addEventListener("input", () => (save.hidden = text.value === kept));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearProblem(form);
    try {
      kept = (await keep(text.value)).document.note;
      toast("Note saved.");
      text.focus();
      save.hidden = text.value === kept;
    } catch (error) {
      const problem = problemIn(error);
      if (problem) showProblem(form, problem);
    }
  });
  return form;
}
