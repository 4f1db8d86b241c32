// A book as the lists show it.

import { element } from "./dom.js";
import { stars, year } from "./words.js";

const SPINES = 6;

export function card(book) {
  const spine = `spine-${[...book.category].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % SPINES}`;
  return element(
    "li",
    { className: `card ${spine}`, "data-book": book.id },
    element("h2", {}, element("a", { href: `#books/${book.id}`, dir: "auto" }, book.title)),
    element("p", { className: "byline", dir: "auto" }, book.author),
    facts(book),
  );
}

/** Category, year and rating in one line; the stars repeat what the words say. */
export function facts(book) {
  return element(
    "p",
    { className: "facts" },
    element(
      "button",
      { type: "button", className: "tag", dir: "auto", title: "Show this category", "data-category": book.category },
      book.category,
    ),
    element("span", {}, year(book.published_year)),
    rating(book),
  );
}

function rating(book) {
  return element(
    "span",
    { className: "rating" },
    element("span", { className: "stars", "aria-hidden": "true" }, stars(book.rating)),
    ` ${book.rating} of 5`,
  );
}
