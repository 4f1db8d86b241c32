// Problem documents in words, next to the fields that they concern.

/** Show each error at its field and the rest above the form; the first field that is wrong gets the focus. */
export function showProblem(form, problem) {
  clearProblem(form);
  const shown = problem.errors.map((error) => showError(form, error));
  const summary = form.querySelector("[data-summary]");
  summary.hidden = shown.length > 0 && shown.every(Boolean);
  summary.textContent = summary.hidden ? "" : problem.message;
  form.querySelector("[aria-invalid]")?.focus();
}

export function clearProblem(form) {
  for (const field of form.querySelectorAll("[aria-invalid]")) clearField(field);
  const summary = form.querySelector("[data-summary]");
  summary.textContent = "";
  summary.hidden = true;
}

function showError(form, { loc, msg }) {
  const field = form.elements.namedItem(String(loc[1]));
  if (!field || field.closest("[hidden]")) return false;
  const message = document.createElement("span");
  message.className = "problem";
  message.id = `${field.id}-problem`;
  message.textContent = msg;
  field.after(message);
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", message.id);
  field.addEventListener("input", () => clearField(field), { once: true });
  return true;
}

function clearField(field) {
  document.getElementById(`${field.id}-problem`)?.remove();
  field.removeAttribute("aria-invalid");
  field.removeAttribute("aria-describedby");
}
