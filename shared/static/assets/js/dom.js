// Making elements. Text is always text: nothing that comes from a server is ever read as HTML.

export const byId = (id) => document.getElementById(id);

/** An element with properties (`class`, `aria-…` and `data-…` as attributes) and children; null children are left out. */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made && !key.includes("-")) made[key] = value;
    else made.setAttribute(key === "className" ? "class" : key, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

export function button(text, onclick, properties = {}) {
  return element("button", { type: "button", onclick, ...properties }, text);
}

/** What to say where something is missing or went wrong, and what can be done about it. */
export function notice(title, text, ...actions) {
  return element(
    "div",
    { className: "notice" },
    element("p", { className: "notice-title" }, title),
    element("p", {}, text),
    actions.length ? element("p", { className: "actions" }, ...actions) : null,
  );
}

/** Close buttons of a dialog, and where the focus goes: back to what opened it, which the browser does by itself. */
export function closing(dialog) {
  for (const closer of dialog.querySelectorAll("[data-close]")) {
    closer.addEventListener("click", () => dialog.requestClose());
  }
}
