// The address keeps what is shown: filters in the query, the view or the open book in the fragment. Back works.

const FILTERS = ["q", "category", "min_rating", "sort"];
const VIEWS = ["catalogue", "reading-list", "librarian"];
let view = "catalogue";
let render = () => {};

/** Call `listener` whenever the address changes, by a link, by Back, or by `go` and `setFilters`. */
export function start(listener) {
  render = listener;
  addEventListener("popstate", render);
  document.addEventListener("click", follow);
  render();
}

/** {view, bookId}: a book is shown over the view that was there before. */
export function place() {
  const name = location.hash.slice(1);
  if (VIEWS.includes(name) || name === "") view = name || "catalogue";
  const book = /^books\/([1-9][0-9]*)$/.exec(name);
  return { view, bookId: book ? book[1] : null };
}

export function go(hash) {
  history.pushState({ inside: true }, "", hash);
  render();
}

/** Leave a book for the view below it. */
export function leaveBook() {
  if (!place().bookId) return;
  if (history.state?.inside) {
    history.back();
  } else {
    history.replaceState(null, "", `#${view}`);
    render();
  }
}

export function filters() {
  const sent = new URLSearchParams(location.search);
  return Object.fromEntries(FILTERS.map((name) => [name, sent.get(name) ?? ""]));
}

/** Change filters; what is typed in one go is one step of the history. */
export function setFilters(changes, typing = null) {
  const wanted = Object.entries({ ...filters(), ...changes }).filter(([, value]) => value);
  const query = new URLSearchParams(wanted).toString();
  const address = `${location.pathname}${query && `?${query}`}#catalogue`;
  const sameBurst = typing && history.state?.typing === typing;
  history[sameBurst ? "replaceState" : "pushState"]({ inside: true, typing }, "", address);
  render();
}

function follow(event) {
  const link = event.target.closest("a[href^='#']");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const hash = link.getAttribute("href");
  if (hash === "#main") document.getElementById("main").focus();
  else go(hash);
}
