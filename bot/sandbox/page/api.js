/** Speaks to the phone's side of the sandbox over HTTP. */

import { sleep } from "./dom.js";

const SHORT_MS = 20_000;
const POLL_SECONDS = 25;
const GRACE_MS = 10_000;
const QUICK_MS = 1_000;
const IDLE_PAUSE_MS = 500;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
const QUERY_PAUSE_MS = 250;
const QUERY_LONGEST_MS = 1_000;
const QUERY_PATIENCE_MS = 60_000;

/** The sandbox answered, and the answer was no. */
export class Refused extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

/** The sandbox could not be reached, or broke while answering. */
export class Away extends Error {}

async function call(path, { method = "GET", body, signal, patience = SHORT_MS } = {}) {
  const limit = AbortSignal.timeout(patience);
  const request = { method, body, cache: "no-store", signal: signal ? AbortSignal.any([signal, limit]) : limit };
  if (typeof body === "string") request.headers = { "Content-Type": "application/json" };
  let response;
  let answer;
  try {
    response = await fetch(path, request);
    answer = await response.json();
  } catch (error) {
    throw new Away(String(error?.message ?? error));
  }
  if (response.ok) return answer;
  const sentence = answer?.error ?? response.statusText;
  throw response.status >= 500 ? new Away(sentence) : new Refused(response.status, sentence);
}

const post = (path, payload = {}, options = {}) => call(path, { ...options, method: "POST", body: JSON.stringify(payload) });

export const people = () => call("/phone/people");
export const addPerson = (person) => post("/phone/people", person);
export const addGroup = (group) => post("/phone/groups", group);
export const theBot = () => call("/phone/me");
export const clock = () => call("/phone/clock");
export const moveClock = (wish) => post("/sandbox/clock", wish);
export const say = (person, said) => post(`/phone/people/${person}/text`, said);
export const edit = (person, edited) => post(`/phone/people/${person}/edit`, edited);
export const press = (person, pressed) => post(`/phone/people/${person}/press`, pressed);
export const sendOther = (person, other) => post(`/phone/people/${person}/other`, other);
export const block = (person) => post(`/phone/people/${person}/block`);
export const unblock = (person) => post(`/phone/people/${person}/unblock`);
export const fileAddress = (id) => `/phone/files/${encodeURIComponent(id)}`;

/** Send files of one kind; two or more become one album. `size` pretends a size in bytes. */
export function sendFiles(person, { kind, files, caption, size, chat }) {
  const form = new FormData();
  form.append("kind", kind);
  if (caption) form.append("caption", caption);
  if (size) form.append("size", String(size));
  if (chat) form.append("chat_id", String(chat));
  for (const file of files) form.append("file", file, file.name);
  return call(`/phone/people/${person}/files`, { method: "POST", body: form, patience: 10 * SHORT_MS });
}

/** Wait until the bot answers a press; null when it never does. */
export async function answerOf(query, signal) {
  const began = performance.now();
  let pause = QUERY_PAUSE_MS;
  while (!signal.aborted && performance.now() - began < QUERY_PATIENCE_MS) {
    const answer = await call(`/phone/queries/${encodeURIComponent(query)}`, { signal });
    if (answer.answered) return answer;
    await sleep(pause, signal);
    pause = Math.min(pause * 1.2, QUERY_LONGEST_MS);
  }
  return null;
}

/**
 * Follow one chat until `signal` stops it.
 *
 * `hear(state)` gets every new state; `linked(bool)` says whether the sandbox is reachable; `gone()` that it no
 * longer knows the chat. `pause()` is 0 for long polls, or the milliseconds between short ones: a browser opens only
 * six connections to one server.
 */
export async function follow(chat, { hear, linked, gone, pause, signal }) {
  let version = null;
  let failures = 0;
  while (!signal.aborted) {
    const began = performance.now();
    const seconds = pause() ? 0 : POLL_SECONDS;
    try {
      const state = await nextState(chat, version, seconds, signal);
      const stale = state.version === version;
      version = state.version;
      failures = 0;
      linked(true);
      hear(state);
      // An answer with nothing new that came at once must not become a busy loop.
      if (stale && performance.now() - began < QUICK_MS) await sleep(pause() || IDLE_PAUSE_MS, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Refused) gone();
      linked(false);
      version = null;
      await sleep(Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS), signal);
      failures += 1;
    }
  }
}

function nextState(chat, version, seconds, signal) {
  const address = `/phone/chats/${encodeURIComponent(chat)}`;
  if (version === null) return call(`${address}/messages`, { signal });
  const patience = seconds * 1000 + GRACE_MS;
  return call(`${address}/changes?after=${version}&timeout=${seconds}`, { signal, patience });
}
