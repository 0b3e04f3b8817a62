/** Where a person writes: text, answers, corrections, files with a caption, commands. */

import { el, icon } from "./dom.js";
import { excerpt, senderName } from "./render.js";
import { sizeWords } from "./media.js";
import { TEXT } from "./texts.js";

const TALLEST = 0.34;
const ACCEPTS = { photo: "image/*", document: "", voice: "audio/*", video: "video/*", audio: "audio/*", video_note: "video/*",
  animation: "image/gif,video/mp4" };
const SEVERAL = new Set(["photo", "document", "video", "audio"]);
const KIND_ICONS = { photo: "photo", document: "doc", voice: "mic", video: "video", audio: "music", video_note: "video",
  animation: "story" };
const OTHER_ICONS = { sticker: "sticker", location: "place", contact: "person", venue: "place", poll: "poll", dice: "dice",
  story: "story" };
const ALBUM = 10;

export class Composer {
  /** `act`: say(text, replyTo), amend(message, text), files(kind, files, caption), other(kind), bigFile(), lastOwn(), commands(). */
  constructor(phone, menus, act) {
    this.phone = phone;
    this.menus = menus;
    this.act = act;
    this.part = (name) => phone.querySelector(`[data-part="${name}"]`);
    this.field = phone.querySelector("textarea");
    this.tray = phone.querySelector(".tray");
    this.notice = phone.querySelector(".notice");
    this.picker = phone.querySelector(".picker");
    this.files = [];
    this.kind = null;
    this.editing = null;
    this.answered = null;
    this.#listen();
    this.#acceptDrops(phone.querySelector(".talk"), phone.querySelector(".drop"));
    this.#settle();
  }

  focus() {
    this.field.focus({ preventScroll: true });
  }

  /** Answer a message. */
  answer(message) {
    this.reset();
    this.answered = message;
    this.#announce("reply", TEXT.replying(senderName(message)), excerpt(message));
  }

  /** Change the words of an own message. */
  edit(message) {
    this.reset();
    this.editing = message;
    this.field.value = message.text ?? message.caption ?? "";
    this.#announce("pencil", TEXT.editing, excerpt(message));
  }

  /** Back to an empty line. */
  reset() {
    this.editing = null;
    this.answered = null;
    this.field.value = "";
    this.notice.hidden = true;
    this.#holdFiles(null, []);
  }

  #announce(sign, title, words) {
    this.notice.querySelector("use").setAttribute("href", `#i-${sign}`);
    this.notice.querySelector("b").textContent = title;
    this.notice.querySelector("span").textContent = words;
    this.notice.hidden = false;
    this.#settle();
    this.focus();
  }

  #listen() {
    this.phone.querySelector(".composer").addEventListener("submit", (event) => { event.preventDefault(); this.#send(); });
    this.field.addEventListener("input", () => { this.#settle(); this.#suggest(); });
    this.field.addEventListener("keydown", (event) => this.#typed(event));
    this.field.addEventListener("paste", (event) => {
      const files = [...event.clipboardData.files];
      if (files.length) {
        event.preventDefault();
        this.#take(files);
      }
    });
    this.picker.addEventListener("change", () => {
      if (this.picker.files.length) this.#holdFiles(this.kind, [...this.picker.files]);
      this.picker.value = "";
    });
    this.part("notice-close").addEventListener("click", () => { this.reset(); this.focus(); });
    this.part("attach").addEventListener("click", (event) => this.menus.show(event.currentTarget, this.#kinds()));
    this.part("more").addEventListener("click", (event) => this.menus.show(event.currentTarget, this.#others()));
    this.part("commands").addEventListener("click", (event) => this.#listCommands(event.currentTarget));
  }

  #typed(event) {
    // Vietnamese input methods end a syllable with Enter: that one is theirs.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#send();
    } else if (event.key === "Escape" && (this.editing || this.answered || this.files.length)) {
      this.reset();
    } else if (event.key === "ArrowUp" && this.menus.enter()) {
      event.preventDefault();
    } else if (event.key === "ArrowUp" && !this.field.value && !this.files.length) {
      const last = this.act.lastOwn();
      if (last) {
        event.preventDefault();
        this.edit(last);
      }
    }
  }

  #send() {
    this.menus.close();
    const text = this.field.value;
    const { editing, answered, kind, files } = this;
    if (files.length) {
      const asFile = kind === "photo" && this.tray.querySelector("input").checked;
      this.reset();
      this.act.files(asFile ? "document" : kind, files, text.trim());
    } else if (editing) {
      this.reset();
      if (text.trim() && text !== (editing.text ?? editing.caption)) this.act.amend(editing, text);
    } else if (text.trim()) {
      this.reset();
      this.act.say(text, answered?.message_id);
    }
    this.focus();
  }

  /** Fit the field to its text and the buttons to what can be done. */
  #settle() {
    const { field } = this;
    field.style.height = "auto";
    const limit = Math.max(96, this.phone.clientHeight * TALLEST);
    field.style.height = `${Math.min(field.scrollHeight, limit)}px`;
    field.style.overflowY = field.scrollHeight > limit ? "auto" : "hidden";
    const busy = Boolean(field.value || this.files.length || this.editing);
    this.part("more").hidden = busy;
    this.part("attach").hidden = Boolean(this.editing);
    this.part("send").classList.toggle("ready", Boolean(field.value.trim() || this.files.length));
    field.placeholder = this.files.length ? TEXT.caption : TEXT.write;
    const [sign, label] = this.editing ? ["check", TEXT.save] : ["send", TEXT.send];
    this.part("send").querySelector("use").setAttribute("href", `#i-${sign}`);
    this.part("send").setAttribute("aria-label", label);
    this.part("send").title = label;
  }

  #suggest() {
    const typed = /^\/(\w*)$/u.exec(this.field.value)?.[1];
    const fitting = typed === undefined ? [] : this.#commandItems().filter((item) => item.title.startsWith(`/${typed}`));
    if (fitting.length) this.menus.show(this.field, fitting, { wide: true, passive: true });
    else if (this.menus.open?.passive) this.menus.close();
  }

  async #listCommands(button) {
    await this.act.refreshCommands();
    const items = this.#commandItems();
    this.menus.show(button, items.length ? items : [{ icon: "info", title: TEXT.noCommands, pick: () => {} }], { wide: true });
  }

  #commandItems() {
    const run = (name) => () => {
      if (this.field.value.startsWith("/")) this.field.value = "";
      this.#settle();
      this.act.say(name);
    };
    return this.act.commands().map(({ command, description: detail }) => {
      const name = `/${command}`;
      return { title: name, detail, pick: run(name) };
    });
  }

  #kinds() {
    const item = ([kind, [title, detail]]) => ({ icon: KIND_ICONS[kind], title, detail, pick: () => this.#pick(kind) });
    return Object.entries(TEXT.attachKinds).map(item);
  }

  #others() {
    const item = ([kind, title]) => ({ icon: OTHER_ICONS[kind], title, pick: () => this.act.other(kind) });
    const [title, detail] = TEXT.bigFile;
    return [...Object.entries(TEXT.otherKinds).map(item), { icon: "weight", title, detail, pick: () => this.act.bigFile() }];
  }

  #pick(kind) {
    this.kind = kind;
    this.picker.accept = ACCEPTS[kind];
    this.picker.multiple = SEVERAL.has(kind);
    this.picker.click();
  }

  /** Files that were dropped or pasted: pictures are photos, anything else documents. */
  #take(files) {
    const pictures = files.every((file) => /^image\/(png|jpe?g|webp|bmp|heic)$/u.test(file.type));
    this.#holdFiles(pictures ? "photo" : "document", files);
  }

  #holdFiles(kind, files) {
    for (const image of this.tray.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    this.kind = kind;
    this.files = files;
    this.tray.hidden = !files.length;
    this.tray.querySelector(".as-file").hidden = kind !== "photo";
    if (!files.length) this.tray.querySelector("input").checked = false;
    const note = files.length > ALBUM ? [el("li", { class: "tray-note" }, TEXT.tooManyInTray(files.length))] : [];
    this.tray.querySelector("ul").replaceChildren(...files.map((file, at) => this.#held(kind, file, at)), ...note);
    this.#settle();
    if (files.length) this.focus();
  }

  #held(kind, file, at) {
    const drop = () => this.#holdFiles(this.kind, this.files.toSpliced(at, 1));
    const face = kind === "photo" ? el("img", { src: URL.createObjectURL(file), alt: "" })
      : el("span", { class: "held-sign" }, icon(KIND_ICONS[kind]));
    return el("li", { class: kind === "photo" ? "held picture" : "held" }, face,
      kind !== "photo" && el("span", { class: "held-words" }, el("b", {}, file.name), el("small", {}, sizeWords(file.size))),
      el("button", { type: "button", class: "round small", "aria-label": TEXT.remove(file.name), onclick: drop }, icon("close")));
  }

  #acceptDrops(talk, veil) {
    let depth = 0;
    const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
    const show = (visible) => { veil.hidden = !visible; };
    veil.querySelector("span").textContent = TEXT.dropPhotos;
    this.phone.addEventListener("dragenter", (event) => { if (carriesFiles(event)) show((depth += 1) > 0); });
    this.phone.addEventListener("dragleave", () => { depth = Math.max(0, depth - 1); show(depth > 0); });
    this.phone.addEventListener("dragover", (event) => { if (carriesFiles(event)) event.preventDefault(); });
    this.phone.addEventListener("drop", (event) => {
      event.preventDefault();
      depth = 0;
      show(false);
      if (event.dataTransfer.files.length) this.#take([...event.dataTransfer.files]);
    });
  }
}

/** Files in albums of at most ten, as apps send them. */
export function albums(files) {
  const parts = [];
  for (let at = 0; at < files.length; at += ALBUM) parts.push(files.slice(at, at + ALBUM));
  return parts;
}
