/** What opens over one phone: menus, toasts, alerts, small forms and the picture viewer. */

import { fileAddress } from "./api.js";
import { el, icon } from "./dom.js";
import { TEXT } from "./texts.js";

const TOAST_MS = 4_000;
const TOAST_MS_A_LETTER = 45;
const EDGE = 8;

/** One menu at a time in one phone. */
export class Menus {
  constructor(phone) {
    this.phone = phone;
    this.open = null;
    document.addEventListener("pointerdown", (event) => {
      if (this.open && !this.open.menu.contains(event.target) && !this.open.anchor?.contains?.(event.target)) this.close();
    });
    phone.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.open) {
        event.stopPropagation();
        this.close(true);
      }
    });
  }

  /**
   * Open a menu of { icon, title, detail, pick, danger } at a button, or at a point { x, y }.
   *
   * `wide` spans the phone; `passive` leaves the focus where it is (suggestions while somebody types).
   */
  show(anchor, items, { wide = false, passive = false } = {}) {
    const again = this.open && this.open.anchor === anchor && anchor instanceof Element && !passive;
    this.close();
    if (again || !items.length) return;
    const menu = el("div", { class: `menu${wide ? " wide" : ""}`, role: "menu" }, ...items.map((item) => this.#item(item)));
    menu.addEventListener("keydown", (event) => this.#walk(event));
    this.phone.append(menu);
    this.open = { menu, anchor, passive };
    if (anchor instanceof Element) anchor.setAttribute("aria-expanded", "true");
    this.#place(menu, anchor, wide);
    if (!passive) menu.querySelector("button")?.focus({ preventScroll: true });
  }

  close(giveBack = false) {
    if (!this.open) return;
    const { menu, anchor } = this.open;
    this.open = null;
    menu.remove();
    if (!(anchor instanceof Element)) return;
    anchor.setAttribute("aria-expanded", "false");
    if (giveBack) anchor.focus({ preventScroll: true });
  }

  /** Move into a passive menu from the keyboard; tells whether there was one. */
  enter() {
    if (!this.open?.passive) return false;
    this.open.menu.querySelector("button:last-of-type")?.focus();
    return true;
  }

  #item({ icon: sign, title, detail, pick, danger }) {
    const run = () => {
      this.close(true);
      pick();
    };
    return el("button", { type: "button", role: "menuitem", class: danger ? "danger" : undefined, onclick: run },
      sign && icon(sign), el("span", {}, el("b", {}, title), detail && el("small", {}, detail)));
  }

  #walk(event) {
    const items = [...this.open.menu.querySelectorAll("button")];
    const at = items.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const goal = step ? (at + step + items.length) % items.length : { Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Tab") this.close(true);
    if (goal === undefined) return;
    event.preventDefault();
    items[goal].focus();
  }

  #place(menu, anchor, wide) {
    const frame = this.phone.getBoundingClientRect();
    const border = this.phone.clientLeft;
    const spot = anchor instanceof Element ? anchor.getBoundingClientRect()
      : { left: anchor.x, right: anchor.x, top: anchor.y, bottom: anchor.y };
    const upwards = spot.top - frame.top > frame.height / 2;
    const room = (upwards ? spot.top - frame.top : frame.bottom - spot.bottom) - 2 * EDGE - border;
    menu.style.maxHeight = `${Math.max(160, Math.min(room, 420))}px`;
    if (upwards) menu.style.bottom = `${frame.bottom - spot.top - border + EDGE}px`;
    else menu.style.top = `${spot.bottom - frame.top - border + EDGE / 2}px`;
    if (wide) return;
    const rightmost = frame.width - 2 * border - menu.offsetWidth - EDGE;
    menu.style.left = `${Math.min(Math.max(EDGE, spot.left - frame.left - border), Math.max(EDGE, rightmost))}px`;
  }
}

/** A line that goes away by itself; long ones stay longer. */
export function toast(phone, words, kind = "") {
  const note = el("p", { class: `toast ${kind}` }, words);
  phone.querySelector(".toasts").append(note);
  setTimeout(() => note.remove(), TOAST_MS + words.length * TOAST_MS_A_LETTER);
}

/** A card over one phone; the other phones stay usable. `build(close)` gives its content. */
export function card(phone, { label, role = "dialog", cls = "" }, build) {
  const before = document.activeElement;
  const close = () => {
    veil.remove();
    if (before?.isConnected) before.focus({ preventScroll: true });
  };
  const box = el("div", { class: `card ${cls}`, role, "aria-label": label, "aria-modal": "true" });
  const veil = el("div", { class: "veil", onclick: (event) => { if (event.target === veil) close(); } }, box);
  veil.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "Tab") keepInside(event, box);
    event.stopPropagation();
  });
  box.append(...build(close));
  phone.append(veil);
  (box.querySelector("[autofocus], input, .strong") ?? box.querySelector("button"))?.focus({ preventScroll: true });
  return close;
}

function keepInside(event, box) {
  const stops = [...box.querySelectorAll("button, input, a[href]")].filter((stop) => !stop.disabled);
  const goal = event.shiftKey ? stops.at(-1) : stops[0];
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (document.activeElement === edge) {
    event.preventDefault();
    goal.focus();
  }
}

/** The window that a bot opens by answering a press with show_alert. */
export function alertCard(phone, words) {
  card(phone, { label: words, role: "alertdialog", cls: "alert" }, (close) => [
    el("p", {}, words),
    el("div", { class: "form-end" }, el("button", { type: "button", class: "strong", onclick: close }, TEXT.ok)),
  ]);
}

/** A form with one question; `done(value)` may give a sentence that says what is wrong. */
export function askCard(phone, { title, label, hint, go, extra = [] }, done) {
  card(phone, { label: title }, (close) => {
    const input = el("input", { placeholder: hint, autocomplete: "off", autocapitalize: "off", spellcheck: "false", maxlength: 300 });
    const problem = el("p", { class: "problem", role: "alert", hidden: true });
    const submit = async (event) => {
      event.preventDefault();
      const wrong = await done(input.value.trim(), form);
      if (!wrong) return close();
      problem.textContent = wrong;
      problem.hidden = false;
      return input.focus();
    };
    const form = el("form", { class: "form", onsubmit: submit }, el("h2", {}, title),
      el("label", { class: "field" }, el("span", {}, label), input), ...extra, problem,
      el("div", { class: "form-end" }, el("button", { type: "button", class: "plain", onclick: close }, TEXT.cancel),
        el("button", { type: "submit", class: "strong" }, go)));
    return [form];
  });
}

/** Photos one by one over the whole phone. */
export function viewer(phone, photos, start) {
  let at = start;
  card(phone, { label: TEXT.photo, cls: "viewer" }, (close) => {
    const image = el("img", { alt: TEXT.photo });
    const count = el("span", { class: "viewer-count" });
    const show = (step) => {
      at = (at + step + photos.length) % photos.length;
      image.src = fileAddress(photos[at].file_id);
      count.textContent = photos.length > 1 ? `${at + 1} / ${photos.length}` : "";
    };
    show(0);
    image.addEventListener("click", () => show(1));
    const turn = (event) => show({ ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0);
    const shut = { type: "button", class: "round", "aria-label": TEXT.close, onclick: close, onkeydown: turn };
    return [el("button", shut, icon("close")), image, count];
  });
}
