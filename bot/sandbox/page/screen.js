/** One person's phone: follows the chat on its screen and does what its owner does. */

import * as api from "./api.js";
import { albums, Composer } from "./composer.js";
import { copyText, dressFace, el } from "./dom.js";
import { startCode } from "./entities.js";
import { History } from "./history.js";
import { alertCard, askCard, Menus, toast, viewer } from "./menus.js";
import { Outgoing } from "./outgoing.js";
import { editable, excerpt } from "./render.js";
import { TEXT, speak } from "./texts.js";

const TYPING_MS = 6_000;
const BIG_FILE_BYTES = 25 * 1024 * 1024;
const CODE = /^[A-Za-z0-9_-]{1,64}$/u;
const SPOKEN_LETTERS = 300;

export class Screen {
  /** `desk`: bot(), refreshBot(), pause(screen), groups(person), makeGroup(screen), leave(screen), gone(), news(screen, count). */
  constructor(person, note, desk) {
    this.person = person;
    this.note = note;
    this.desk = desk;
    this.seat = document.querySelector("#phone-template").content.firstElementChild.cloneNode(true);
    speak(this.seat);
    this.phone = this.seat.querySelector(".phone");
    this.find = (selector) => this.seat.querySelector(selector);
    this.menus = new Menus(this.phone);
    this.history = new History(this.find(".talk"), person.id, this.#messageActs());
    this.composer = new Composer(this.phone, this.menus, this.#writerActs());
    this.outgoing = new Outgoing(person.id, () => this.#draw());
    this.find('[data-part="menu"]').addEventListener("click", (event) => this.menus.show(event.currentTarget, this.#menuItems()));
    this.find('[data-part="unblock"]').addEventListener("click", () => this.#setBlocked(false));
    this.dress();
    this.open({ id: person.id, private: true });
  }

  get name() {
    return [this.person.first_name, this.person.last_name].filter(Boolean).join(" ");
  }

  get title() {
    return this.note ? `${this.name} — ${this.note}` : this.name;
  }

  /** Show a chat: the private one with the bot, or a group. */
  open(chat) {
    this.leaving?.abort();
    this.leaving = new AbortController();
    this.chat = chat;
    this.state = null;
    this.typing = false;
    this.history.clear();
    this.composer.reset();
    this.dress();
    api.follow(chat.id, {
      hear: (state) => this.#hear(state),
      linked: (there) => this.#linked(there),
      gone: () => this.desk.gone(),
      pause: () => this.desk.pause(this),
      signal: this.leaving.signal,
    });
  }

  /** The phone is put away: stop following. */
  close() {
    this.leaving.abort();
    this.seat.remove();
  }

  /** Write everything that depends on the person, the bot and the open chat. */
  dress() {
    const bot = this.desk.bot();
    const { person, chat } = this;
    dressFace(this.find(".owner-face"), this.name, person.id);
    this.find(".owner-name").textContent = this.title;
    this.find(".owner-fact").textContent = person.username ? `@${person.username}` : `#${person.id}`;
    this.find(".strip-lang").textContent = (person.language_code ?? "vi").toUpperCase();
    this.phone.setAttribute("aria-label", TEXT.phoneOf(this.title));
    const here = chat && !chat.private ? chat.title : bot?.first_name ?? TEXT.bot;
    this.find(".bar-title").textContent = here;
    this.find(".history").setAttribute("aria-label", TEXT.history(here));
    this.#showFace(chat);
    const blocked = Boolean(person.blocked && chat?.private);
    this.find(".composer").hidden = blocked;
    this.find(".unblock").hidden = !blocked;
    this.find(".unblock").textContent = TEXT.blockedBar;
    this.#sayState();
    this.#listChats();
  }

  #showFace(chat) {
    const face = this.find(".bot-face");
    if (chat && !chat.private) dressFace(face, chat.title, chat.id);
    else face.replaceChildren(el("img", { src: "/page/icon.svg", alt: "" }));
  }

  #sayState() {
    const line = this.find(".bar-state");
    line.classList.toggle("typing-now", this.typing);
    if (this.typing) line.textContent = `${TEXT.typing}…`;
    else if (!this.chat?.private) line.textContent = this.chat?.names ?? "";
    else if (this.person.blocked) line.textContent = TEXT.blocked;
    else line.textContent = this.desk.bot()?.username ? `${TEXT.bot} · @${this.desk.bot().username}` : TEXT.bot;
  }

  #listChats() {
    const groups = this.desk.groups(this.person.id);
    const row = this.find(".chats");
    row.hidden = !groups.length;
    const chats = [{ id: this.person.id, private: true, title: this.desk.bot()?.first_name ?? TEXT.bot }, ...groups];
    row.replaceChildren(...chats.map((chat) => el("button", { type: "button", class: "chat-tab",
      "aria-pressed": String(chat.id === this.chat?.id), onclick: () => this.open(chat) }, chat.title)));
  }

  #hear(state) {
    const before = this.state;
    this.state = state;
    const known = before?.messages.at(-1)?.message_id ?? 0;
    const news = before ? state.messages.filter((message) => message.message_id > known && message.from?.id !== this.person.id) : [];
    if (news.length) {
      this.find(".spoken").textContent = TEXT.botSays(excerpt(news.at(-1)).slice(0, SPOKEN_LETTERS));
      this.desk.news(this, news.length);
    }
    this.#setTyping(Boolean(state.typing) && !news.length);
    this.#draw();
  }

  #setTyping(typing) {
    clearTimeout(this.typingTimer);
    this.typing = typing;
    if (typing) this.typingTimer = setTimeout(() => { this.#setTyping(false); this.#draw(); }, TYPING_MS);
    this.#sayState();
  }

  #draw() {
    const messages = this.state?.messages ?? [];
    this.outgoing.settle(this.chat.id, messages);
    this.history.show(messages, this.outgoing.of(this.chat.id), this.typing);
    // The button stays until the first message stands in the chat: an impatient second tap counts too.
    const empty = this.state && this.chat.private && !messages.length;
    if (!empty) this.find(".welcome")?.remove();
    else if (!this.find(".welcome")) this.find(".talk").append(this.#welcome());
  }

  #welcome() {
    const begin = () => this.#say("/start");
    return el("div", { class: "welcome" },
      el("img", { src: "/page/icon.svg", alt: "", width: 76, height: 76 }),
      el("h4", {}, TEXT.emptyTitle(this.desk.bot()?.first_name ?? TEXT.bot)),
      el("p", {}, TEXT.emptyBody, el("small", { lang: "en" }, TEXT.emptyBodyEn)),
      el("button", { type: "button", class: "strong begin", "data-part": "start", onclick: begin },
        TEXT.start, el("small", { lang: "en" }, TEXT.startEn)),
      el("button", { type: "button", class: "linkish", "data-part": "code", onclick: () => this.#askCode() }, TEXT.haveCode));
  }

  #linked(there) {
    const line = this.find(".away");
    if (line.hidden === there) return;
    line.hidden = there;
    line.replaceChildren(...(there ? [] : [el("span", { class: "spinner", "aria-hidden": "true" }), TEXT.away]));
  }

  // What its owner does

  #say(text, replyTo) {
    this.outgoing.send(text, this.chat.id, { replyTo, newest: this.state?.messages.at(-1)?.message_id ?? 0 });
    this.history.scrollToEnd();
  }

  async #tried(deed) {
    try {
      return await deed();
    } catch (error) {
      toast(this.phone, error instanceof api.Refused ? error.message || TEXT.failed : TEXT.noServer, "bad");
      return null;
    }
  }

  async #press(message, data) {
    const { signal } = this.leaving;
    this.history.mark(message.message_id, data, true);
    const answer = await this.#tried(async () => {
      const { query_id: query } = await api.press(this.person.id, { message_id: message.message_id, data, chat_id: this.chat.id });
      return (await api.answerOf(query, signal)) ?? (signal.aborted ? null : { text: TEXT.pressStuck });
    });
    this.history.mark(message.message_id, data, false);
    if (answer?.text && answer.show_alert) alertCard(this.phone, answer.text);
    else if (answer?.text) toast(this.phone, answer.text);
  }

  async #sendFiles(kind, files, caption, size) {
    const note = el("p", { class: "toast" }, el("span", { class: "spinner", "aria-hidden": "true" }), TEXT.uploading(files.length));
    this.find(".toasts").append(note);
    this.history.scrollToEnd();
    const chat = this.chat.id;
    for (const [at, part] of albums(files).entries()) {
      const sent = await this.#tried(() => api.sendFiles(this.person.id, { kind, files: part, caption: at ? "" : caption, size, chat }));
      if (!sent) break;
    }
    note.remove();
  }

  async #setBlocked(blocked) {
    const person = await this.#tried(() => (blocked ? api.block : api.unblock)(this.person.id));
    if (!person) return;
    this.person = person;
    this.dress();
    toast(this.phone, blocked ? TEXT.blockedSaid : TEXT.unblockedSaid);
  }

  #askCode() {
    const [, hint] = TEXT.openCode;
    askCard(this.phone, { title: TEXT.codeTitle, label: TEXT.codeLabel, hint, go: TEXT.codeOpen }, (typed) => {
      const code = startCode(typed, this.desk.bot()?.username) ?? typed.replace(/^\/start\s+/u, "");
      if (!CODE.test(code)) return TEXT.codeWrong;
      this.#say(`/start ${code}`);
      return null;
    });
  }

  #link(address) {
    const code = startCode(address, this.desk.bot()?.username);
    if (code === null) return false;
    if (CODE.test(code)) this.#say(`/start ${code}`);
    return true;
  }

  async #copy(words) {
    toast(this.phone, (await copyText(words)) ? TEXT.copied : TEXT.failed);
  }

  // What the parts of the screen may ask for

  #messageActs() {
    return {
      command: (text) => this.#say(text),
      link: (address) => this.#link(address),
      press: (message, data) => this.#press(message, data),
      copy: (words) => this.#copy(words),
      cannot: () => toast(this.phone, TEXT.cannotHere),
      edit: (message) => this.composer.edit(message),
      menu: (message, spot) => this.menus.show(spot, this.#messageItems(message)),
      quote: (id) => this.history.reveal(id),
      photo: (photos, at) => viewer(this.phone, photos, at),
      redraw: () => this.#draw(),
    };
  }

  #messageItems(message) {
    const words = message.text ?? message.caption;
    const own = message.from?.id === this.person.id;
    return [
      { icon: "reply", title: TEXT.reply, pick: () => this.composer.answer(message) },
      words && { icon: "copy", title: TEXT.copy, pick: () => this.#copy(words) },
      editable(message, own) && { icon: "pencil", title: TEXT.edit, pick: () => this.composer.edit(message) },
    ].filter(Boolean);
  }

  #writerActs() {
    return {
      say: (text, replyTo) => this.#say(text, replyTo),
      amend: ({ message_id }, text) => this.#tried(() => api.edit(this.person.id, { message_id, text, chat_id: this.chat.id })),
      files: (kind, files, caption) => this.#sendFiles(kind, files, caption),
      other: (kind) => this.#tried(() => api.sendOther(this.person.id, { kind, chat_id: this.chat.id })),
      bigFile: () => this.#sendFiles("document", [new File(["%PDF-1.4\n"], TEXT.bigFileName)], "", BIG_FILE_BYTES),
      lastOwn: () => this.state?.messages.findLast((message) => editable(message, message.from?.id === this.person.id)),
      commands: () => this.#commands(),
      refreshCommands: () => this.desk.refreshBot(),
    };
  }

  #commands() {
    const byLanguage = this.desk.bot()?.commands ?? {};
    return byLanguage[this.person.language_code] ?? byLanguage[""] ?? [];
  }

  #menuItems() {
    const item = (sign, [title, detail], pick, danger) => ({ icon: sign, title, detail, pick, danger });
    return [
      item("key", TEXT.openCode, () => this.#askCode()),
      item("group", TEXT.makeGroup, () => this.desk.makeGroup(this)),
      item("copy", TEXT.copyId(this.chat.id), () => this.#copy(String(this.chat.id))),
      this.person.blocked ? item("check", TEXT.unblock, () => this.#setBlocked(false))
        : item("block", TEXT.block, () => this.#setBlocked(true), true),
      item("close", TEXT.leaveDesk, () => this.desk.leave(this)),
    ];
  }
}
