// Short messages at the foot of the page, announced politely.

import { problemIn } from "./api.js";
import { button, byId, element } from "./dom.js";

const SHOWN_MS = 6000;

/** Say `text` for a few seconds. */
export function toast(text) {
  const shown = put(text);
  setTimeout(() => shown.remove(), SHOWN_MS);
}

/** Say `text` and offer an action, until the element that is returned is removed. */
export function offer(text, label, act) {
  const shown = put(text, button(label, act));
  shown.querySelector("button").focus();
  return shown;
}

/** Say what went wrong, unless somebody only cancelled. */
export function failed(error) {
  const problem = problemIn(error);
  if (problem) toast(`${problem.title}. ${problem.message}`);
}

// What lies outside an open dialog cannot be reached, so an open dialog shows its messages itself.
function put(text, ...actions) {
  const shown = element("div", { className: "toast" }, element("span", {}, text), ...actions);
  const places = [...document.querySelectorAll("dialog[open] [data-toasts]"), byId("toasts")];
  places[0].append(shown);
  return shown;
}
