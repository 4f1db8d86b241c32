// A conversation with the librarian, whose answers come word by word.

import { ask, Problem, problemIn, send } from "./api.js";
import { byId, element } from "./dom.js";
import { events } from "./events.js";
import { clearProblem, showProblem } from "./forms.js";
import { asUser } from "./session.js";

const CUT_OFF = new Problem({ title: "The answer was cut off", detail: "The connection ended before the answer did." });
const form = byId("chat");
const message = byId("message");
const log = byId("chat-log");
const stop = byId("stop-chat");
let running = null;

export function start() {
  form.addEventListener("submit", question);
  stop.addEventListener("click", () => running?.abort());
  byId("suggestions").addEventListener("click", ({ target }) => {
    if (target.tagName !== "BUTTON") return;
    message.value = target.textContent;
    form.requestSubmit();
    message.focus();
  });
  message.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

async function question(event) {
  event.preventDefault();
  const asked = message.value.trim();
  if (!asked || running) return message.focus();
  clearProblem(form);
  running = new AbortController();
  stop.hidden = false;
  try {
    await converse(asked, running.signal);
  } finally {
    if (document.activeElement === stop) message.focus();
    stop.hidden = true;
    running = null;
  }
}

async function converse(asked, signal) {
  let turn = null;
  try {
    const response = await asUser(
      () => send("POST", "/chat", { json: { message: asked }, headers: { Accept: "text/event-stream" }, signal }),
      "Log in to ask the librarian; your question is still here.",
    );
    say("You", asked);
    message.value = "";
    turn = say("Librarian", "");
    await listen(response, turn);
  } catch (error) {
    const problem = problemIn(error);
    if (problem?.errors.length) showProblem(form, problem);
    else explain(turn ?? say("Librarian", ""), problem, signal);
  } finally {
    // A screen reader waits for the whole answer instead of reading out its pieces.
    turn?.removeAttribute("aria-busy");
  }
}

async function listen(response, turn) {
  turn.setAttribute("aria-busy", "true");
  for await (const { event, data } of arriving(response)) {
    if (event === "token") add(turn, JSON.parse(data).text);
    else if (event === "error") throw new Problem(JSON.parse(data));
    else if (event === "done") return showBooks(turn, JSON.parse(data).books);
    else if (event === "end") throw CUT_OFF;
  }
  throw CUT_OFF;
}

async function* arriving(response) {
  try {
    yield* events(response);
  } catch (error) {
    throw error.name === "AbortError" ? error : CUT_OFF;
  }
}

function say(who, text) {
  const words = element("p", { className: "words", dir: "auto" }, text);
  const turn = element("div", { className: `turn ${who.toLowerCase()}` }, element("p", { className: "who" }, who), words);
  log.append(turn);
  log.tabIndex = 0;
  log.scrollTop = log.scrollHeight;
  return turn;
}

function add(turn, text) {
  turn.querySelector(".words").append(text);
  log.scrollTop = log.scrollHeight;
}

function explain(turn, problem, signal) {
  const why = problem ? `${problem.title}. ${problem.message}` : signal.aborted ? "Stopped." : "";
  if (why) turn.append(element("p", { className: problem ? "problem" : "hint" }, why));
  else turn.remove();
}

async function showBooks(turn, ids) {
  const found = await Promise.allSettled(ids.map((id) => ask("GET", `/books/${id}`)));
  const books = found.filter(({ status }) => status === "fulfilled").map(({ value }) => value.document);
  if (!books.length) return;
  const links = books.map((book) =>
    element("li", {}, element("a", { href: `#books/${book.id}`, dir: "auto" }, book.title)),
  );
  turn.append(element("ul", { className: "named", "aria-label": "Books named" }, ...links));
  log.scrollTop = log.scrollHeight;
}
