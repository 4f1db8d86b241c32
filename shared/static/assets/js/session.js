// Who is logged in. The session itself is a cookie that no script can read.

import { ask, problemIn, send } from "./api.js";
import { tell } from "./bus.js";
import { byId, closing } from "./dom.js";
import { clearProblem, showProblem } from "./forms.js";
import { failed } from "./toasts.js";

const ENDED = "Your session has ended. Log in to go on; what you typed is still here.";
// Only a sign that asking the server is worth it, and what other tabs hear; it proves nothing.
const SIGN = "logged-in";
const dialog = byId("entrance");
const form = byId("entrance-form");
let current = null;
let lastName = "";
let entering = null;
let registering = false;
let asked = Promise.resolve();

export const user = () => current;

/** Settled once the server has said whether somebody is logged in. */
export const known = () => asked;

export function start() {
  closing(dialog);
  byId("log-in").addEventListener("click", () => enter("").catch(problemIn));
  byId("log-out").addEventListener("click", () => leave().catch(failed));
  byId("entrance-switch").addEventListener("click", () => setMode(!registering));
  form.addEventListener("submit", submit);
  dialog.addEventListener("close", () => entering?.reject(new DOMException("Not logged in", "AbortError")));
  addEventListener("storage", ({ key }) => {
    if (key === SIGN) asked = resume();
  });
  asked = resume();
}

/** Do what needs a user: whoever is not logged in, or not any more, logs in first and does it then. */
export async function asUser(task, reason) {
  await known();
  if (!current) await enter(reason);
  try {
    return await task();
  } catch (error) {
    if (error.status !== 401) throw error;
  }
  become(null);
  await enter(ENDED);
  return task();
}

async function resume() {
  if (!localStorage.getItem(SIGN)) return become(null);
  try {
    become((await ask("GET", "/auth/session")).document);
  } catch (error) {
    if (problemIn(error).status === 401) become(null);
    else failed(error);
  }
}

function become(account) {
  current = account;
  lastName = account?.username ?? lastName;
  if (account) localStorage.setItem(SIGN, "1");
  else localStorage.removeItem(SIGN);
  byId("who").textContent = account?.username ?? "";
  byId("who").hidden = byId("log-out").hidden = !account;
  byId("log-in").hidden = Boolean(account);
  tell("user", account);
}

function enter(reason) {
  entering?.reject(new DOMException("Asked again", "AbortError"));
  form.reset();
  setMode(false);
  byId("entrance-reason").textContent = reason;
  byId("username").value = lastName;
  if (!dialog.open) dialog.showModal();
  byId(lastName ? "password" : "username").focus();
  return new Promise((resolve, reject) => (entering = { resolve, reject }));
}

/** Log out. */
async function leave() {
  await send("DELETE", "/auth/session").catch((error) => {
    if (error.status !== 401) throw error;
  });
  lastName = "";
  become(null);
  byId("log-in").focus();
}

function setMode(account) {
  registering = account;
  clearProblem(form);
  const [title, question, other] = account
    ? ["Open an account", "Have an account?", "Log in"]
    : ["Log in", "New here?", "Open an account"];
  byId("entrance-title").textContent = byId("enter").textContent = title;
  byId("entrance-question").textContent = question;
  byId("entrance-switch").textContent = other;
  byId("email-field").hidden = !account;
  byId("password").autocomplete = account ? "new-password" : "current-password";
}

async function submit(event) {
  event.preventDefault();
  clearProblem(form);
  const { username, password, email } = Object.fromEntries(new FormData(form));
  try {
    if (registering) await send("POST", "/auth/register", { json: { username, password, email: email || null } });
    become((await ask("POST", "/auth/session", { form: { username, password } })).document);
  } catch (error) {
    showProblem(form, problemIn(error));
    return;
  }
  const { resolve } = entering;
  entering = null;
  dialog.close();
  resolve();
}
