// The cover of a book: shown as its thumbnail, which the server makes after the upload, and changed by the owner.

import { Problem, problemIn, problemOf, send } from "./api.js";
import { button, element } from "./dom.js";
import { asUser } from "./session.js";

const CUT_OFF = new Problem({
  title: "The upload was cut off",
  detail: "The connection ended. The file may be too large for this server, or the network is gone.",
});

/** The cover of `book` with its controls; `signal` ends what still runs when the book is no longer shown. */
export function cover(book, mine, signal) {
  const frame = element("div", { className: "frame" });
  const status = element("p", { className: "hint", role: "status" });
  const part = element("figure", { className: "cover" }, frame, status);
  const drop = button("Remove cover", () => {}, { hidden: true });
  const show = async () => (drop.hidden = !(await showThumbnail(book, frame, status, signal)));
  if (mine) part.append(...controls(book, status, show, drop, signal));
  show();
  return part;
}

/** Whether there is a cover to be seen. */
async function showThumbnail(book, frame, status, signal) {
  frame.replaceChildren(element("span", { className: "no-cover", "aria-hidden": "true" }, book.title));
  try {
    const image = await thumbnail(book.id, signal, () => (status.textContent = "The thumbnail is being made…"));
    status.textContent = "";
    const address = URL.createObjectURL(image);
    signal.addEventListener("abort", () => URL.revokeObjectURL(address));
    frame.replaceChildren(element("img", { src: address, alt: `Cover of ${book.title}` }));
    return true;
  } catch (error) {
    const problem = problemIn(error);
    if (problem) status.textContent = problem.status === 404 ? "No cover yet" : problem.message;
    return false;
  }
}

/** The thumbnail as soon as there is one; asks again for as long as the server says that it comes. */
async function thumbnail(id, signal, pending) {
  for (;;) {
    const response = await send("GET", `/books/${id}/thumbnail`, { signal });
    if (response.status === 200) return response.blob();
    pending();
    await new Promise((resolve) => setTimeout(resolve, 1000 * Number(response.headers.get("Retry-After") ?? 1)));
    signal.throwIfAborted();
  }
}

function controls(book, status, show, drop, signal) {
  const file = element("input", { type: "file", id: "cover-file", accept: "image/png,image/jpeg,image/webp" });
  const bar = element("progress", { max: 1, value: 0, hidden: true, "aria-label": "Upload" });
  const cancel = button("Cancel", () => {}, { hidden: true });
  drop.onclick = () => attempt(() => asUser(() => send("DELETE", `/books/${book.id}/cover`)));
  file.addEventListener("change", () => file.files.length && attempt(() => asUser(() => upload(file.files[0]))));
  return [
    element("label", { htmlFor: file.id }, "Cover image ", element("span", { className: "hint" }, "PNG, JPEG or WebP")),
    file,
    bar,
    cancel,
    drop,
  ];

  async function attempt(task) {
    status.textContent = "";
    try {
      await task();
      show();
    } catch (error) {
      const problem = problemIn(error);
      status.textContent = problem ? problem.message : "Cancelled";
    } finally {
      file.value = "";
    }
  }

  async function upload(chosen) {
    bar.value = 0;
    bar.hidden = cancel.hidden = false;
    try {
      await put(`/books/${book.id}/cover`, chosen, (done) => (bar.value = done), cancel, signal);
    } finally {
      if (document.activeElement === cancel) file.focus();
      bar.hidden = cancel.hidden = true;
    }
  }
}

// fetch() does not tell how much of a body has left, so this is the one request made the older way.
function put(path, file, progress, cancel, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("cover", file);
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(loaded / total));
    request.addEventListener("load", () =>
      request.status < 300 ? resolve() : reject(problemOf(request.status, request.responseText)),
    );
    request.addEventListener("error", () => reject(CUT_OFF));
    request.addEventListener("abort", () => reject(new DOMException("Cancelled", "AbortError")));
    cancel.onclick = () => request.abort();
    signal.addEventListener("abort", () => request.abort());
    request.open("PUT", path);
    request.send(body);
  });
}
