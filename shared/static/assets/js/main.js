// Puts the parts together: each starts itself, and the address says which of them is shown.

import * as address from "./address.js";
import * as book from "./book.js";
import { on } from "./bus.js";
import * as catalogue from "./catalogue.js";
import * as chat from "./chat.js";
import { byId } from "./dom.js";
import * as editor from "./editor.js";
import * as reading from "./reading.js";
import * as session from "./session.js";

const TITLES = { catalogue: "Catalogue", "reading-list": "Reading list", librarian: "Librarian" };
const TWINS = { flask: "Flask", fastapi: "FastAPI" };
let view = null;

function render() {
  const { view: wanted, bookId } = address.place();
  if (wanted !== view) change(wanted);
  if (view === "catalogue") catalogue.render();
  book.open(bookId);
}

function change(wanted) {
  const first = view === null;
  view = wanted;
  for (const name of Object.keys(TITLES)) {
    byId(`view-${name}`).hidden = name !== view;
    const link = document.querySelector(`nav a[href="#${name}"]`);
    if (name === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${TITLES[view]} · Open Shelf`;
  if (view === "reading-list") reading.render();
  if (!first) byId(`${view}-title`).focus();
}

on("served", (twin) => {
  if (twin in TWINS) byId("served-by").textContent = `Served by ${TWINS[twin]}. One API, written twice.`;
});
for (const part of [book, chat, editor, reading]) part.start();
catalogue.start({ add: () => editor.edit() });
session.start();
address.start(render);
