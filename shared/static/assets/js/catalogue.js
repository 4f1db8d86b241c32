// The list of books: filtered, searched as one types, sorted, and read page by page.

import { ask, problemIn } from "./api.js";
import { filters, setFilters } from "./address.js";
import { on } from "./bus.js";
import { card } from "./card.js";
import { button, byId, element, notice } from "./dom.js";
import { clearProblem, showProblem } from "./forms.js";
import { isLeaving } from "./removal.js";
import { count } from "./words.js";

const PAUSE_MS = 250;
const ORDERS = {
  "-id": "Last added",
  title: "Title, A to Z",
  "-title": "Title, Z to A",
  author: "Author, A to Z",
  "-rating": "Highest rated",
  "-published_year": "Newest",
  published_year: "Oldest",
};
const form = byId("filters");
const list = byId("books");
const more = byId("more-books");
const status = byId("catalogue-status");
let shown = null;
let next = null;
let loading = null;

export function start({ add }) {
  const orders = Object.entries(ORDERS).map(([value, text]) => element("option", { value }, text));
  byId("sort").append(element("option", { value: "" }), ...orders);
  form.addEventListener("input", typed);
  // Whoever leaves a field has typed enough: a search that began later would close the book they went on to.
  form.addEventListener("change", ({ target }) => pause && apply(target.name));
  form.addEventListener("submit", (event) => (event.preventDefault(), apply(null)));
  more.addEventListener("click", showMore);
  byId("add-book").addEventListener("click", add);
  list.addEventListener("click", (event) => {
    const tag = event.target.closest("[data-category]");
    if (tag) setFilters({ category: tag.dataset.category });
  });
  on("saved", (book) => cardOf(book.id)?.replaceWith(card(book)));
  for (const change of ["hidden", "shown"]) on(change, tally);
  on("removed", (id) => cardOf(id)?.remove());
  on("added", reload);
}

/** Show what the address asks for, unless it is shown already. */
export function render() {
  const wanted = filters();
  byId("sort").options[0].text = wanted.q ? "Best match" : "First added";
  for (const [name, value] of Object.entries(wanted)) form.elements.namedItem(name).value = value;
  if (JSON.stringify(wanted) !== shown) reload();
}

/** Read the list again from its start. */
export async function reload() {
  shown = JSON.stringify(filters());
  clearProblem(form);
  const page = await read(null);
  if (!page) return;
  replace(page.items.map(card));
  byId("catalogue-notice").replaceChildren(...(page.items.length ? [] : [nothing()]));
  settle(page);
}

let pause = null;

function typed({ target }) {
  clearTimeout(pause);
  if (target.tagName === "SELECT") apply(null);
  else pause = setTimeout(() => apply(target.name), PAUSE_MS);
}

function apply(typing) {
  clearTimeout(pause);
  pause = null;
  setFilters(Object.fromEntries(new FormData(form)), typing);
}

/** Show these items instead; the focus stays with its book, or goes to the heading when that is not among them. */
function replace(items) {
  const held = list.contains(document.activeElement) ? document.activeElement : null;
  const book = held?.closest("[data-book]").dataset.book;
  list.replaceChildren(...items);
  if (held) (cardOf(book)?.querySelector(held.localName) ?? byId("catalogue-title")).focus();
}

async function showMore() {
  const page = await read(next);
  if (!page) return;
  const items = page.items.map(card);
  list.append(...items);
  settle(page);
  // The button is gone at the end: whoever pressed it goes on with what it brought.
  if (more.hidden) items[0]?.querySelector("a").focus();
}

/** One page, or null when it failed or a newer request took its place. */
async function read(cursor) {
  loading?.abort();
  loading = new AbortController();
  const { signal } = loading;
  const query = new URLSearchParams(Object.entries({ ...filters(), cursor }).filter(([, value]) => value));
  list.setAttribute("aria-busy", "true");
  status.textContent = "Loading books…";
  try {
    return (await ask("GET", `/books/?${query}`, { signal })).document;
  } catch (error) {
    const problem = problemIn(error);
    if (problem) fail(problem, cursor);
    return null;
  } finally {
    if (!signal.aborted) list.removeAttribute("aria-busy");
  }
}

function settle(page) {
  next = page.next;
  more.hidden = !next;
  tally();
  const categories = new Set([...list.querySelectorAll("[data-category]")].map((tag) => tag.dataset.category));
  byId("categories").replaceChildren(...[...categories].sort().map((value) => element("option", { value })));
}

/** Hide what is about to be deleted, and say how many books there are. */
function tally() {
  const items = [...list.children];
  for (const item of items) item.hidden = isLeaving(Number(item.dataset.book));
  const books = count(items.filter(({ hidden }) => !hidden).length, "book");
  status.textContent = !items.length ? "No books" : next ? `The first ${books}` : books;
}

function fail(problem, cursor) {
  status.textContent = "";
  const retry = button("Try again", () => (cursor ? showMore() : reload()));
  if (problem.errors.length) showProblem(form, problem);
  else byId("catalogue-notice").replaceChildren(notice(problem.title, problem.message, retry));
  if (!cursor) {
    replace([]);
    more.hidden = true;
  }
}

function nothing() {
  if (!Object.values(filters()).some(Boolean)) {
    return notice("The catalogue is empty", "Add the first book, or load the project's own with “make seed”.");
  }
  const clear = button("Clear the filters", () => {
    setFilters({ q: "", category: "", min_rating: "", sort: "" });
    byId("q").focus();
  });
  return notice("No book matches", "Try fewer words or the beginning of a word, another category, or a lower rating.", clear);
}

const cardOf = (id) => list.querySelector(`[data-book="${id}"]`);
