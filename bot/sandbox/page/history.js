/** Keeps the list of bubbles true to the chat: only what changed is drawn again, and the reader's place is kept. */

import { el } from "./dom.js";
import { bubble, serviceWords, setBusy } from "./render.js";
import { TEXT } from "./texts.js";
import { dayName, dayOf, nowSeconds } from "./time.js";

const SHOWN_AT_FIRST = 150;
const NEAR_THE_END = 90;
const LONG_PRESS_MS = 480;
const RUN_SECONDS = 600;

export class History {
  /** `root` is the .talk element; `me` the person's id; `act` what bubbles can ask for. */
  constructor(root, me, act) {
    this.box = root.querySelector(".history");
    this.list = root.querySelector(".rows");
    this.toEnd = root.querySelector(".to-end");
    this.me = me;
    this.act = act;
    this.clear();
    this.toEnd.addEventListener("click", () => this.scrollToEnd());
    this.box.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    const follow = new ResizeObserver(() => { if (this.pinned) this.#jump(); });
    follow.observe(this.list);
    follow.observe(this.box);
    this.#listenForMenus();
  }

  /** Forget everything: another chat comes. */
  clear() {
    this.drawn = new Map();
    this.busy = new Map();
    this.byRow = new Map();
    this.limit = SHOWN_AT_FIRST;
    this.pinned = true;
    this.unread = 0;
    this.newest = null;
    this.list.replaceChildren();
  }

  /** Draw this state: `messages` as stored, `pending` as typed here and not yet in the chat, `typing`. */
  show(messages, pending, typing) {
    this.messages = messages;
    const rows = this.#rows(messages, pending, typing);
    const focused = this.#focusedKey();
    this.#countUnread(messages);
    this.#reconcile(rows);
    this.#restoreFocus(focused);
    if (this.pinned) this.#jump();
    this.#scrolled();
  }

  /** Let the spinner of a button turn, or stop one of its turns. */
  mark(message, data, turning) {
    const name = `${message}|${data}`;
    const count = Math.max(0, (this.busy.get(name) ?? 0) + (turning ? 1 : -1));
    this.busy.set(name, count);
    for (const button of this.list.querySelectorAll(`[data-message="${message}"] .key[data-data]`)) {
      if (button.dataset.data === data) setBusy(button, count > 0);
    }
  }

  scrollToEnd() {
    this.pinned = true;
    this.#jump();
    this.#scrolled();
  }

  /** Bring one message into sight and let it glow. */
  reveal(id) {
    const row = [...this.list.children].find((node) => node.dataset.message?.split(" ").includes(String(id)));
    if (!row) return;
    row.scrollIntoView({ block: "center", behavior: "smooth" });
    row.classList.remove("glow");
    requestAnimationFrame(() => row.classList.add("glow"));
  }

  #rows(messages, pending, typing) {
    const rows = [];
    const recent = messages.slice(-this.limit);
    if (recent.length < messages.length) rows.push({ key: "older", sign: "", make: () => this.#older() });
    let day = null;
    let run = null;
    for (const together of gathered(recent)) {
      const first = together[0];
      if (dayOf(first.date) !== day) {
        day = dayOf(first.date);
        run = null;
        const label = dayName(first.date);
        rows.push({ key: `day-${day}-${first.message_id}`, sign: label, make: () => el("li", { class: "day" }, el("span", {}, label)) });
      }
      const service = serviceWords(first);
      const row = service ? this.#service(first, service) : this.#bubble(together, run);
      rows.push(row);
      run = service ? null : row;
    }
    for (const waiting of pending) rows.push(this.#pending(waiting));
    if (typing) rows.push({ key: "typing", sign: "", make: typingRow });
    return rows;
  }

  #bubble(together, run) {
    const first = together[0];
    const sender = first.from?.id;
    const own = sender === this.me;
    const follows = Boolean(run && run.sender === sender && first.date - run.date < RUN_SECONDS);
    const named = !own && !follows && first.chat.type !== "private" && !first.from?.is_bot;
    const classes = `row ${own ? "own" : "theirs"}${follows ? " follows" : ""}`;
    const ids = together.map((message) => message.message_id);
    const view = { own, named, busy: (id, data) => (this.busy.get(`${id}|${data}`) ?? 0) > 0 };
    const key = first.media_group_id ? `album-${first.media_group_id}` : `message-${ids[0]}`;
    const make = () => el("li", { class: classes, "data-message": ids.join(" ") }, bubble(together, view, this.act));
    return { key, sender, date: together.at(-1).date, sign: classes + JSON.stringify(together), make, together };
  }

  #service(message, words) {
    const make = () => el("li", { class: "day", "data-message": message.message_id }, el("span", {}, words));
    return { key: `message-${message.message_id}`, sign: words, make };
  }

  #pending(waiting) {
    const make = () => {
      if (waiting.problem) return el("li", { class: "row own failed" }, waitingBubble(waiting, this.act));
      return el("li", { class: "row own waiting" }, waitingBubble(waiting, this.act));
    };
    return { key: `pending-${waiting.key}`, sign: `${waiting.text}|${waiting.problem ?? ""}`, make };
  }

  #older() {
    const more = () => {
      this.limit += SHOWN_AT_FIRST;
      const fromEnd = this.box.scrollHeight - this.box.scrollTop;
      this.act.redraw();
      this.box.scrollTop = this.box.scrollHeight - fromEnd;
    };
    return el("li", { class: "day" }, el("button", { type: "button", class: "older", onclick: more }, TEXT.older));
  }

  #reconcile(rows) {
    const kept = new Map();
    let cursor = this.list.firstChild;
    for (const row of rows) {
      const old = this.drawn.get(row.key);
      const node = old && old.sign === row.sign ? old.node : row.make();
      if (!old && this.newest !== null) node.classList.add("fresh");
      if (row.together) this.byRow.set(node, row.together);
      kept.set(row.key, { sign: row.sign, node });
      if (node === cursor) cursor = cursor.nextSibling;
      else this.list.insertBefore(node, cursor);
    }
    const staying = new Set([...kept.values()].map((row) => row.node));
    for (const node of [...this.list.children]) {
      if (!staying.has(node)) {
        node.remove();
        this.byRow.delete(node);
      }
    }
    this.drawn = kept;
  }

  #countUnread(messages) {
    const last = messages.at(-1)?.message_id ?? 0;
    if (this.newest !== null && !this.pinned) {
      this.unread += messages.filter((message) => message.message_id > this.newest && message.from?.id !== this.me).length;
    }
    this.newest = Math.max(last, this.newest ?? 0);
  }

  #scrolled() {
    const left = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight;
    this.pinned = left < NEAR_THE_END;
    if (this.pinned) this.unread = 0;
    this.toEnd.hidden = this.pinned;
    const count = this.toEnd.querySelector(".count");
    count.hidden = !this.unread;
    count.textContent = String(this.unread);
  }

  #jump() {
    this.box.scrollTop = this.box.scrollHeight;
  }

  #focusedKey() {
    const row = document.activeElement?.closest?.(".row");
    if (!row || !this.list.contains(row)) return null;
    const key = [...this.drawn].find(([, drawn]) => drawn.node === row)?.[0];
    const kind = document.activeElement.matches(".key") ? ".key" : "button, a";
    return { key, kind, index: [...row.querySelectorAll(kind)].indexOf(document.activeElement), row };
  }

  /** A bubble that is drawn anew must not throw a keyboard user out of the chat. */
  #restoreFocus(focused) {
    if (!focused || focused.row.isConnected) return;
    const stops = [...(this.drawn.get(focused.key)?.node.querySelectorAll(focused.kind) ?? [])];
    (stops[focused.index] ?? stops.at(-1) ?? this.box).focus({ preventScroll: true });
  }

  #listenForMenus() {
    const open = (target, spot) => {
      const together = this.byRow.get(target.closest?.(".row"));
      if (!together || target.closest(".key, a, audio, video")) return false;
      this.act.menu(together.find((message) => message.text ?? message.caption) ?? together[0], spot);
      return true;
    };
    this.list.addEventListener("contextmenu", (event) => {
      if (String(getSelection())) return;
      if (open(event.target, { x: event.clientX, y: event.clientY })) event.preventDefault();
    });
    let timer = null;
    this.list.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "touch") return;
      const { target, clientX: x, clientY: y } = event;
      timer = setTimeout(() => open(target, { x, y }), LONG_PRESS_MS);
    });
    for (const ending of ["pointerup", "pointercancel", "pointermove"]) {
      this.list.addEventListener(ending, () => clearTimeout(timer), { passive: true });
    }
  }
}

/** Messages in rows: neighbours of one album stand together. */
function gathered(messages) {
  const rows = [];
  for (const message of messages) {
    const last = rows.at(-1)?.[0];
    if (message.media_group_id && last?.media_group_id === message.media_group_id) rows.at(-1).push(message);
    else rows.push([message]);
  }
  return rows;
}

function waitingBubble(waiting, act) {
  const message = { message_id: 0, date: nowSeconds(), chat: { type: "private" }, text: waiting.text };
  const row = bubble([message], { own: true, pending: true, busy: () => false }, act);
  if (waiting.problem) {
    row.append(el("p", { class: "problem-line", role: "alert" }, `${TEXT.notSent}: ${waiting.problem}`),
      el("p", { class: "problem-line" },
        el("button", { type: "button", class: "linkish", onclick: waiting.retry }, TEXT.retry),
        el("button", { type: "button", class: "linkish", onclick: waiting.discard }, TEXT.discard)));
  }
  return row;
}

function typingRow() {
  return el("li", { class: "row theirs typing" },
    el("div", { class: "message" }, el("div", { class: "bubble", role: "img", "aria-label": TEXT.typing },
      el("i"), el("i"), el("i"))));
}
