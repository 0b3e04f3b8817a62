/** The desk: who sits at it, which phones lie on it, and the sandbox's clock above them. */

import * as api from "./api.js";
import { dressFace, el, sleep } from "./dom.js";
import { askCard } from "./menus.js";
import { Screen } from "./screen.js";
import { speak, TEXT } from "./texts.js";
import { hourOf, nowSeconds, setClock, shift, spokenDay } from "./time.js";

const FIRST_PEOPLE = [
  { first_name: "Lan", username: "lan_cong_nhan", note: "công nhân" },
  { first_name: "Hùng", username: "hung_truong_nhom", note: "trưởng nhóm" },
];
const LONG_POLLS = 4;
const CROWDED_PAUSE_MS = 1_500;
const HIDDEN_PAUSE_MS = 2_000;
const LOOK_ROUND_MS = 10_000;
const RETRY_MS = 1_500;
const GROUPS_KEY = "sandbox-groups";

const find = (id) => document.getElementById(id);
const screens = [];
const unseen = new Map();
let bot = null;
let current = null;

const desk = {
  bot: () => bot,
  refreshBot,
  /** A browser opens six connections to one server: the first phones wait long, the others ask again and again. */
  pause: (screen) => {
    if (document.hidden) return HIDDEN_PAUSE_MS;
    return screens.indexOf(screen) < LONG_POLLS ? 0 : CROWDED_PAUSE_MS;
  },
  groups: (person) => groups().filter((group) => group.members.includes(person)),
  makeGroup,
  leave,
  gone: lookRound,
  news: (screen, count) => {
    if (screen === current) return;
    unseen.set(screen, (unseen.get(screen) ?? 0) + count);
    drawTabs();
  },
};

// Who sits at the desk is kept in the address: #phones=ID~note,ID~note

function seated() {
  const listed = new URLSearchParams(location.hash.slice(1)).get("phones") ?? "";
  return listed.split(",").filter(Boolean).map((part) => {
    const [id, ...note] = part.split("~");
    return { id: Number(id), note: note.join(" ") };
  });
}

function remember() {
  const listed = screens.map(({ person, note }) => `${person.id}~${note.replace(/[,~]/gu, " ")}`).join(",");
  history.replaceState(null, "", `#${new URLSearchParams({ phones: listed })}`);
}

async function whoSits() {
  const known = await api.people();
  const sitting = seated().flatMap(({ id, note }) => {
    const person = known.find((one) => one.id === id);
    return person ? [{ person, note }] : [];
  });
  if (sitting.length) return sitting;
  const first = [];
  for (const { note, ...wanted } of FIRST_PEOPLE) {
    const there = known.find((one) => one.username === wanted.username) ?? known.find((one) => one.first_name === wanted.first_name);
    first.push({ person: there ?? (await api.addPerson({ ...wanted, language_code: "vi" })), note });
  }
  return first;
}

// Phones on the desk

function seat(person, note) {
  const screen = new Screen(person, note, desk);
  screens.push(screen);
  find("desk").append(screen.seat);
  remember();
  return screen;
}

function leave(screen) {
  if (screens.length === 1) return;
  screens.splice(screens.indexOf(screen), 1);
  unseen.delete(screen);
  screen.close();
  remember();
  turnTo(current === screen ? screens[0] : current);
}

/** On a narrow page one phone is seen at a time. */
function turnTo(screen) {
  current = screen;
  unseen.delete(screen);
  for (const one of screens) one.seat.classList.toggle("current", one === screen);
  drawTabs();
  find("tabs").querySelector('[aria-current="true"]').scrollIntoView({ block: "nearest", inline: "center" });
  screen.history.scrollToEnd();
}

function drawTabs() {
  find("tabs").replaceChildren(...screens.map((screen) => {
    const face = el("span", { class: "face", "aria-hidden": "true" });
    dressFace(face, screen.name, screen.person.id);
    const news = unseen.get(screen);
    return el("button", { type: "button", class: "tab", "aria-current": String(screen === current), onclick: () => turnTo(screen) },
      face, el("span", { class: "tab-words" }, el("b", {}, screen.name.split(/\s+/u).at(-1)), el("small", {}, screen.note)),
      news && el("span", { class: "count" }, String(news)));
  }));
}

// Groups are not listed by the sandbox: this window remembers those it made

function groups() {
  try {
    return JSON.parse(sessionStorage.getItem(GROUPS_KEY) ?? "[]");
  } catch {
    return [];
  }
}

function makeGroup(screen) {
  const choices = screens.map(({ person, name }) => el("label", {},
    el("input", { type: "checkbox", value: String(person.id), checked: true }), el("span", {}, name)));
  const extra = [el("fieldset", { class: "field choices" }, el("legend", {}, TEXT.groupMembers), ...choices)];
  const ask = { title: TEXT.groupTitle, label: TEXT.groupName, hint: TEXT.groupNameHint, go: TEXT.groupOpen, extra };
  askCard(screen.phone, ask, async (typed, form) => {
    const members = [...form.querySelectorAll("[type=checkbox]:checked")].map((box) => Number(box.value));
    try {
      const chat = await api.addGroup({ title: typed || TEXT.groupNameHint, members });
      const names = screens.filter(({ person }) => members.includes(person.id)).map(({ name }) => name).join(", ");
      const made = { id: chat.id, title: chat.title, members, names: `${names}, ${bot?.first_name ?? TEXT.bot}` };
      sessionStorage.setItem(GROUPS_KEY, JSON.stringify([...groups(), made]));
      for (const one of screens) one.dress();
      screen.open(made);
      return null;
    } catch (error) {
      return error instanceof api.Refused ? error.message : TEXT.noServer;
    }
  });
}

// Somebody new

async function openNewcomer() {
  const known = await api.people().catch(() => []);
  const away = known.filter((person) => !screens.some((screen) => screen.person.id === person.id));
  find("known").hidden = !away.length;
  find("known-list").replaceChildren(...away.slice(-12).map((person) => el("button", { type: "button", class: "chip",
    onclick: () => { find("newcomer").close(); turnTo(seat(person, "")); } }, person.first_name)));
  find("newcomer-problem").hidden = true;
  find("newcomer-form").reset();
  find("newcomer").showModal();
}

async function addNewcomer(event) {
  event.preventDefault();
  const { note, ...person } = Object.fromEntries(new FormData(event.target));
  if (!person.username) delete person.username;
  try {
    const screen = seat(await api.addPerson({ ...person, first_name: person.first_name.trim() }), note.trim());
    find("newcomer").close();
    turnTo(screen);
    screen.seat.scrollIntoView({ behavior: "smooth", inline: "center", block: "nearest" });
  } catch (error) {
    find("newcomer-problem").textContent = error instanceof api.Refused ? error.message : TEXT.noServer;
    find("newcomer-problem").hidden = false;
  }
}

// What changes without anybody touching a phone

async function refreshBot() {
  bot = await api.theBot().catch(() => bot);
  for (const screen of screens) screen.dress();
}

/** The clock may be moved, somebody blocked from another window, the sandbox begun anew. */
async function lookRound() {
  try {
    setClock(await api.clock());
    const known = new Map((await api.people()).map((person) => [person.id, person]));
    if (screens.length && screens.every((screen) => !known.has(screen.person.id))) return begunAnew();
    for (const screen of screens) {
      const person = known.get(screen.person.id) ?? screen.person;
      if (person.blocked !== screen.person.blocked) Object.assign(screen, { person }).dress();
    }
    if (!bot || !Object.values(bot.commands ?? {}).flat().length) await refreshBot();
  } catch {
    // Each phone says by itself that the sandbox is away.
  }
  return tick();
}

function begunAnew() {
  sessionStorage.removeItem(GROUPS_KEY);
  history.replaceState(null, "", location.pathname);
  location.reload();
}

function tick() {
  const now = nowSeconds();
  find("clock-time").textContent = hourOf(now);
  find("clock-day").textContent = spokenDay(now);
  find("clock-shift").textContent = shift() ?? "";
  find("clock-shift").hidden = !shift();
  for (const { seat: one } of screens) one.querySelector(".strip-time").textContent = hourOf(now);
}

/** Move the sandbox's time; the bot follows it. */
async function moveClock(wish) {
  await api.moveClock(wish).catch(() => null);
  await lookRound();
}

function listen() {
  find("plus-hour").addEventListener("click", () => moveClock({ advance_seconds: 3_600 }));
  find("plus-day").addEventListener("click", () => moveClock({ advance_seconds: 86_400 }));
  find("next-reminder").addEventListener("click", () => moveClock({ to: "next_reminder" }));
  find("add").addEventListener("click", openNewcomer);
  find("newcomer-cancel").addEventListener("click", () => find("newcomer").close());
  find("newcomer-form").addEventListener("submit", addNewcomer);
  find("about").addEventListener("click", () => {
    const open = find("lede").classList.toggle("open");
    find("about").setAttribute("aria-expanded", String(open));
  });
  addEventListener("hashchange", () => location.reload());
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => event.preventDefault());
}

async function begin() {
  speak(document);
  listen();
  let sitting = null;
  while (!sitting) {
    try {
      setClock(await api.clock());
      bot = await api.theBot();
      sitting = await whoSits();
    } catch {
      find("wait").lastElementChild.textContent = TEXT.away;
      await sleep(RETRY_MS);
    }
  }
  find("wait").remove();
  for (const { person, note } of sitting) seat(person, note);
  turnTo(screens[0]);
  tick();
  setInterval(tick, 1_000);
  setInterval(lookRound, LOOK_ROUND_MS);
}

begin();
